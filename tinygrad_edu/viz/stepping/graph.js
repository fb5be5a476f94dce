// The picture of the graph: drawn once; a step changes only what it touches.
const graph = $("graph"), world = s("g");
const boxParts = [], edgeParts = [];
const view = { x: 0, y: 0, scale: 1, own: false }; // own: chosen by the one who looks

function drawGraph() {
  graph.append(world);
  edges.forEach((edge, k) => {
    const d = `M${edge.route[0]}C${edge.route.slice(1).join(" ")}`;
    const back = [...edge.route].reverse();
    const line = s("path", { class: "line", d });
    const tip = s("path", { class: "tip", d: arrowhead(edge.route) });
    const flow = s("path", { class: "flow", d: `M${back[0]}C${back.slice(1).join(" ")}` });
    const [x, y] = edge.route[edge.route.length - 1];
    const letter = edge.among > 1 ? s("text", { class: "letter", x: x - 13, y: y - 5, "text-anchor": "end" }, edge.input) : "";
    const group = s("g", { class: "edge" }, line, tip, flow, letter);
    edgeParts[k] = { group, tip, now: "edge", route: edge.route, turned: false };
    world.append(group);
  });
  boxes.forEach((box, k) => world.append(drawBox(box, k)));
}

function arrowhead(route, size = 8) {
  const [x, y] = route[route.length - 1], [x0, y0] = route[route.length - 2];
  const far = Math.hypot(x - x0, y - y0) || 1, dx = (size * (x - x0)) / far, dy = (size * (y - y0)) / far;
  return `M${x} ${y}L${x - dx - dy / 2} ${y - dy + dx / 2} ${x - dx + dy / 2} ${y - dy - dx / 2}Z`;
}

function drawBox(box, k) {
  const { w, h: height } = box, left = box.x - w / 2, top = box.y - height / 2;
  const family = families[box.family], parts = { now: "", value: null, grad: null };
  const style = family ? { "--family": family.colour, "--on-family": inkOn(hex(family.colour)) } : {};
  const group = s("g", { class: `box ${box.kind}${box.mark ? " wrong" : ""}`, role: "button", tabindex: -1, style, "data-box": k });
  const round = box.kind === "leaf" ? 18 : 9;
  group.append(s("title", {}), s("rect", { class: "card", x: left, y: top, width: w, height, rx: round }));
  const title = (box.name && box.op ? `${box.name} = ` : box.name || "") + (box.op || "") + (box.sign ? ` ${box.sign}` : "");
  if (box.kind === "op") {
    const cap = `M${left} ${top + 22}v-13a9 9 0 0 1 9 -9h${w - 18}a9 9 0 0 1 9 9v13z`;
    group.append(s("path", { class: "strip", d: cap }));
    const k_ = stepOf.get(k);
    if (k_ !== undefined) group.append(s("text", { class: "number", x: left + w - 7, y: top + 15, "text-anchor": "end" }, String(steps[k_].number)));
    group.append(s("text", { class: "head", x: left + 9, y: top + 16 }, title));
  } else if (box.kind === "leaf") {
    group.append(s("text", { class: "head", x: box.x, y: top + 17, "text-anchor": "middle" }, box.name || ""));
  } else if (box.kind === "constant" && box.name) {
    group.append(s("text", { class: "tag", x: box.x, y: top - 4, "text-anchor": "middle" }, box.name));
  }
  if (box.mark) group.append(s("text", { class: "mark", x: left, y: top - 6 }, `✗ ${box.mark}`));
  parts.value = s("g", {}); parts.grad = s("g", {});
  group.append(parts.value, parts.grad);
  if (box.zoom) group.append(opener(k, box.x - 10, top + height - 20));
  group.addEventListener("click", () => dragged() || runTo(k));
  group.addEventListener("focus", () => wander(k));
  boxParts[k] = Object.assign(parts, { group, title: group.firstChild });
  return group;
}

function opener(k, x, y) {
  const button = s("g", { class: "opener" }, s("rect", { x, y, width: 18, height: 16, rx: 4 }),
    s("text", { x: x + 9, y: y + 12, "text-anchor": "middle", "aria-hidden": true }, "⊞"));
  button.addEventListener("click", (event) => { event.stopPropagation(); openZoom(k); });
  return button;
}

// A number or a small picture; the row says which of the two lines of a box it is.
function content(place, box, row, sign, fallback) {
  const left = box.x - box.w / 2, top = box.y - box.h / 2, a = array(place);
  const alone = box.kind === "constant" || box.kind === "fold";
  if (!a || isScalar(a)) {
    const text = a ? spell(a.data[0]) : fallback;
    if (alone) return [s("text", { class: "val", x: box.x, y: box.y + 4, "text-anchor": "middle" }, text)];
    const y = top + 22 + (row + 0.5) * ((box.h - 22) / 2) + 4;
    const label = s("text", { class: "tag", x: left + 10, y }, row ? "∂L" : "=");
    return [label, s("text", { class: `val ${row ? "grad " + sign : ""}${a ? "" : " tag"}`, x: left + 30, y }, text)];
  }
  const room = { w: (alone ? box.w : box.w / 2) - 16, h: box.h - (alone ? 22 : 46) };
  const cell = Math.min(room.w / a.cols, room.h / a.rows, 14);
  const x = left + (alone ? box.w / 2 : (box.w * (row ? 3 : 1)) / 4 ) - (a.cols * cell) / 2;
  const y0 = top + (alone ? 5 : 27), middle = alone ? box.x : left + (box.w * (row ? 3 : 1)) / 4;
  const y = y0 + (room.h - a.rows * cell) / 2;
  const tag = (row ? "∂L " : "") + shapeOf(a);
  return [
    s("image", { href: picture(place), x, y, width: a.cols * cell, height: a.rows * cell, preserveAspectRatio: "none" }),
    s("rect", { x, y, width: a.cols * cell, height: a.rows * cell, fill: "none", stroke: "var(--rule)", "stroke-width": 0.7 }),
    s("text", { class: `tag ${row ? "grad " + sign : ""}`, x: middle, y: top + box.h - 6, "text-anchor": "middle" }, tag),
  ];
}

function showBox(k, t) {
  const box = boxes[k], parts = boxParts[k], order = forwardOf.get(k);
  const born = order === undefined || order < t;
  const step = t > F ? steps[t - F - 1] : null;
  const now = step ? step.box === k : t > 0 && film.forward[t - 1] === k;
  const fed = step ? step.sends.some((send) => edges[send.edge].from === k) : false;
  const gradient = known(k, t), some = arrivedBy(k, t), all = arrivals[k].length;
  const state = [born, now, fed, gradient, some, here.lang, dark()].join();
  if (state === parts.now) return;
  parts.now = state;
  const classes = parts.group.classList;
  classes.toggle("unborn", !born); classes.toggle("now", now); classes.toggle("fed", fed);
  const gone = box.kind === "fold" ? word("folded", { count: box.count }) : box.text || (box.value === null ? word("freed") : "");
  parts.value.replaceChildren(...(born ? content(box.value, box, 0, "", gone) : []));
  const grad = gradient ? array(box.grad) : null;
  const partial = some && !gradient ? word("some", { here: some, all }) : "";
  const count = partial && `${some}/${all} …`;
  const has = box.kind === "op" || box.kind === "leaf";
  parts.grad.replaceChildren(...(has && (grad || partial) ? content(grad ? box.grad : null, box, 1, grad ? signOf(grad) : "", count) : []));
  parts.title.textContent = describe(k, born, gradient, partial);
  parts.group.setAttribute("aria-label", parts.title.textContent);
}

function describe(k, born, gradient, partial) {
  const box = boxes[k], value = array(box.value), grad = array(box.grad);
  const said = [nameOf(k)];
  if (box.op) said.push(`${box.op}, ${families[box.family][here.lang]}`);
  if (box.mark) said.push(`${word("wrong")}: ${box.mark}`);
  if (born && value) said.push(`${word("value")}: ${brief(value)}`);
  if (box.kind === "op" || box.kind === "leaf") said.push(`${word("gradient")}: ${gradient ? brief(grad) : partial || word("not yet")}`);
  if (box.where) said.push(box.where);
  return said.join("; ");
}
const brief = (a) => (isScalar(a) ? spell(a.data[0]) : `${shapeOf(a)}, ${word("norm")} ${spell(a.norm)}`);

function showEdges(t) {
  const lit = new Map(), feeds = t > 0 && t <= F ? film.forward[t - 1] : -1;
  for (let k = F; k < t; k++) for (const send of steps[k - F].sends) lit.set(send.edge, [k === t - 1 ? "lit" : "sent", send]);
  edges.forEach((edge, k) => {
    const [state, send] = lit.get(k) || ["", null], part = edgeParts[k];
    const born = (forwardOf.get(edge.to) ?? -1) < t;
    const sign = send ? signOf(arrays[send.share]) : "";
    const name = `edge ${state || (edge.to === feeds ? "feeds" : born ? "alive" : "")} ${sign}`;
    if (name === part.now) return;
    part.now = name;
    part.group.setAttribute("class", name);
    if (send) {
      part.group.style.setProperty("--line", `var(--${sign})`);
      part.group.style.setProperty("--thick", thickness(arrays[send.share]));
    }
    if (Boolean(send) !== part.turned) { // a gradient travels against the arrow of the value
      part.turned = Boolean(send);
      const size = send ? 8 + thickness(arrays[send.share]) : 8;
      part.tip.setAttribute("d", arrowhead(send ? [...part.route].reverse() : part.route, size));
    }
  });
}
