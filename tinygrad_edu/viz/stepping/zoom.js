// A matrix product, opened: three matrices as one multiplies them on paper, and one sum of products.
const zoomPane = $("zoom");

function views(k) {
  const box = boxes[k], step = stepOf.has(k) ? steps[stepOf.get(k)] : null, back = (step && step.zoom) || {};
  const all = [{ key: "zoom forward", a: box.zoom.x, b: box.zoom.w, c: box.zoom.z, bias: box.zoom.b, names: ["X", "W", "Z"], terms: box.zoom.terms }];
  const rows = (place) => (arrays[place].all || [arrays[place].rows, arrays[place].cols])[0];
  if (back.dx !== undefined && back.dx !== null) all.push({ key: "zoom dx", a: back.g, b: back.wt, c: back.dx, names: ["G", "Wᵀ", "∂L/∂X"], terms: rows(back.wt) });
  if (back.dw !== undefined && back.dw !== null) all.push({ key: "zoom dw", a: back.xt, b: back.g, c: back.dw, names: ["Xᵀ", "G", "∂L/∂W"], terms: rows(back.g) });
  return all;
}

function openZoom(k) {
  here.zoomed = { box: k, tab: here.t > F && views(k).length > 1 ? 1 : 0, i: 0, j: 0, back: document.activeElement };
  const box = boxes[k], { width, height } = graph.getBoundingClientRect();
  zoomPane.style.setProperty("--from", `${(100 * (box.x * view.scale + view.x)) / width}% ${(100 * (box.y * view.scale + view.y)) / height}%`);
  zoomPane.hidden = false;
  showZoom();
  $("close").focus();
}

function closeZoom() {
  if (!here.zoomed) return;
  const { back, box } = here.zoomed;
  here.zoomed = null;
  zoomPane.hidden = true;
  zoomPane.replaceChildren();
  (back && back.isConnected && back !== document.body ? back : boxParts[box].group).focus();
}

function showZoom(focus) {
  const state = here.zoomed, all = views(state.box), seen = all[state.tab];
  const choose = (change, id) => { Object.assign(state, change); showZoom(id); };
  const tabs = all.map((one, n) => h("button", {
    type: "button", role: "tab", id: `tab${n}`, "aria-selected": n === state.tab, "aria-controls": "product",
    on: { click: () => choose({ tab: n, i: 0, j: 0 }, `tab${n}`) },
  }, word(one.key)));
  const later = !known(state.box, here.t) && state.tab ? h("p", { class: "soft" }, word("zoom later")) : null;
  zoomPane.replaceChildren(
    h("div", { class: "top" }, h("h2", { id: "zoom-title" }, word("zoom title", { what: nameOf(state.box) })),
      h("button", { type: "button", id: "close", on: { click: closeZoom } }, `✕ ${word("close")}`)),
    h("div", { role: "tablist" }, tabs),
    h("p", { class: "soft" }, word("zoom help"), boxes[state.box].zoom.first ? ` ${word("zoom first")}` : ""), later || "",
    h("div", { id: "product", role: "tabpanel", "aria-labelledby": `tab${state.tab}` }, product(seen, state, choose), sum(seen, state)));
  if (focus && $(focus)) $(focus).focus();
}

function matrix(place, name, cell, lit) {
  const a = arrays[place], table = cells(a, cell);
  [...table.querySelectorAll("tr")].forEach((row, i) => [...row.cells].forEach((td, j) => td.classList.toggle("lit", lit(i, j))));
  const size = a.all ? word("shown", { rows: a.rows, cols: a.cols, all_rows: a.all[0], all_cols: a.all[1] }) : `${a.rows}×${a.cols}`;
  return h("figure", {}, h("figcaption", {}, name, h("span", { class: "soft" }, `  ${size}`)), table);
}

function product({ a, b, c, names }, { i, j }, choose) {
  const plain = (_i, _j, text) => h("span", {}, text);
  const button = (r, q, text) => h("button", {
    type: "button", id: `c${r}_${q}`, "aria-pressed": r === i && q === j, "aria-label": `${names[2]}[${r}, ${q}] = ${text}`,
    on: { click: () => choose({ i: r, j: q }, `c${r}_${q}`) },
  }, text);
  return h("div", { class: "product" }, h("div", {}),
    matrix(b, names[1], plain, (_, q) => q === j), matrix(a, names[0], plain, (r) => r === i),
    matrix(c, names[2], button, (r, q) => r === i && q === j));
}

// A number as a factor: a negative one in brackets.
const held = (x) => (float(x) < 0 ? `(${spell(x)})` : spell(x));

// The scalar graph of one element: pairs meet in ×, the products in +.
function sum({ a, b, c, bias, names, terms }, { i, j }) {
  const [A, B, C] = [arrays[a], arrays[b], arrays[c]], shown = Math.min(A.cols, B.rows, 12);
  const parts = [], row = 50, extra = (bias === null || bias === undefined ? 0 : 1) + (terms > shown ? 1 : 0);
  const high = Math.max(70, (shown + extra) * row), middle = high / 2;
  const text = (x, y, said, on) => parts.push(s("text", { x, y: y + 4, class: on ? "on" : "" }, said));
  const wire = (x0, y0, x1, y1) => parts.push(s("path", { d: `M${x0} ${y0}C${(x0 + x1) / 2} ${y0} ${(x0 + x1) / 2} ${y1} ${x1} ${y1}` }));
  const value = (x, y, name, number) => {
    parts.push(s("rect", { x: x - 78, y: y - 11, width: 156, height: 22, rx: 6 }));
    text(x, y, `${name} = ${spell(number)}`);
  };
  const letter = (name, r, q) => `${name}[${r},${q}]`;
  for (let k = 0; k < shown; k++) {
    const y = (k + 0.5) * row, x_ = A.data[i * A.cols + k], w_ = B.data[k * B.cols + j];
    wire(168, y - 12, 214, y); wire(168, y + 12, 214, y); wire(238, y, 420, middle);
    value(90, y - 12, letter(names[0], i, k), x_); value(90, y + 12, letter(names[1], k, j), w_);
    parts.push(s("circle", { cx: 226, cy: y, r: 13, class: "times" }));
    text(226, y, "×", true); text(282, y - 9, spell(float(x_) * float(w_)));
  }
  let y = shown * row;
  if (terms > shown) { text(150, y + row / 2, word("more terms", { count: terms - shown })); wire(268, y + row / 2, 420, middle); y += row; }
  if (extra && bias !== null && bias !== undefined) {
    wire(168, y + row / 2, 420, middle);
    value(90, y + row / 2, word("bias"), arrays[bias].data[j]);
  }
  parts.push(s("circle", { cx: 434, cy: middle, r: 17, class: "plus-node" }));
  text(434, middle, "+", true);
  wire(451, middle, 480, middle);
  value(560, middle, letter(names[2], i, j), C.data[i * C.cols + j]);
  const said = Array.from({ length: shown }, (_, k) => `${held(A.data[i * A.cols + k])} · ${held(B.data[k * B.cols + j])}`).join(" + ");
  const rest = terms > shown ? " + …" : "", shift = extra && bias !== null && bias !== undefined ? ` + ${spell(arrays[bias].data[j])}` : "";
  return h("div", { class: "sum" },
    h("p", { class: "formula", id: "sum-symbols" }, `${letter(names[2], i, j)} = Σₖ ${names[0]}[${i},k] · ${names[1]}[k,${j}]${shift ? " + b" : ""}`),
    h("p", { class: "formula numbers", id: "sum-numbers", "aria-live": "polite" }, `${said}${rest}${shift} = ${spell(C.data[i * C.cols + j])}`),
    s("svg", { width: 650, height: high, viewBox: `0 0 650 ${high}`, "aria-hidden": true }, parts));
}
