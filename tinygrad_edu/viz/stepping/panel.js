// The text beside the graph: the rule, the formula, the numbers, the ledger of what was touched.
function arrayView(place, symbol) {
  const a = array(place);
  if (!a) return h("p", { class: "soft" }, word("freed"));
  if (isScalar(a)) return h("p", { class: `big ${symbol ? signOf(a) : ""}` }, spell(a.data[0]));
  const facts = h("p", { class: "soft" },
    `${word("shape")} ${shapeOf(a)} · ${word("norm")} ${spell(a.norm)} · ${word("range", { low: spell(a.low), high: spell(a.high) })}`,
    a.all ? ` · ${word("shown", { rows: a.rows, cols: a.cols, all_rows: a.all[0], all_cols: a.all[1] })}` : "",
    a.shape.length > 2 ? ` · ${word("stack", { shape: shapeOf(a) })}` : "");
  return h("div", {}, a.cols <= 8 && a.rows <= 8 ? cells(a) : heat(place), facts);
}

function cells(a, cell) {
  const rows = [];
  for (let i = 0; i < a.rows; i++) {
    const row = h("tr", {});
    for (let j = 0; j < a.cols; j++) {
      const x = float(a.data[i * a.cols + j]), colour = heatColour(x, top_(a));
      const style = { background: css(colour), color: inkOn(colour) };
      row.append(h("td", { style }, cell ? cell(i, j, spell(x)) : spell(x)));
    }
    rows.push(row);
  }
  return h("div", { class: "wide" }, h("table", { class: "cells" }, h("tbody", {}, rows)));
}

function heat(place) {
  const a = arrays[place], size = Math.max(5, Math.min(22, 300 / a.cols, 220 / a.rows));
  const image = h("img", {
    class: "heat", src: picture(place), width: a.cols * size, height: a.rows * size,
    alt: `${shapeOf(a)}, ${word("norm")} ${spell(a.norm)}, ${word("range", { low: spell(a.low), high: spell(a.high) })}`,
  });
  image.addEventListener("pointermove", (event) => {
    const { width, height } = image.getBoundingClientRect();
    const j = Math.min(a.cols - 1, Math.max(0, Math.floor((event.offsetX / width) * a.cols)));
    const i = Math.min(a.rows - 1, Math.max(0, Math.floor((event.offsetY / height) * a.rows)));
    image.title = `[${i}, ${j}] = ${spell(a.data[i * a.cols + j])}`;
  });
  return image;
}

function badge(name) {
  const family = families[name], ink = inkOn(hex(family.colour));
  return h("p", {}, h("span", { class: "badge", style: { background: family.colour, color: ink } }, family[here.lang]), family.says[here.lang]);
}

const partial = (k) => `∂L/∂${nameOf(k)}`;

// `several`: this is one contribution among others, so it is added, not set.
function formulaView(told, left, result, several) {
  if (!told || !told.symbols) return null;
  const equals = several ? "+=" : "=";
  const number = result && isScalar(result) ? spell(result.data[0]) : null;
  const end = number === null || number === told.numbers ? "" : ` = ${number}`;
  return [
    h("p", { class: "formula" }, `${left} ${equals} ${told.symbols}`),
    told.numbers ? h("p", { class: "formula numbers" }, `${left} ${equals} ${told.numbers}${end}`) : null,
  ];
}

function ledger(k, t) {
  const rows = arrivals[k].filter(({ k: step }) => F + step + 1 <= t);
  const left = arrivals[k].length - rows.length, complete = known(k, t);
  const twice = (box) => arrivals[k].filter((other) => steps[other.k].box === box).length > 1;
  const from = ({ k: step, send }) => word("from", { what: nameOf(steps[step].box) }) +
    (twice(steps[step].box) ? `, ${word("as", { what: edges[send.edge].input })}` : "");
  const line = ({ k: step, send }) => h("tr", { class: F + step + 1 === t ? "new" : "" },
    h("th", { scope: "row" }, from({ k: step, send })),
    h("td", { class: signOf(arrays[send.share]) }, brief(arrays[send.share])));
  const { rest } = boxes[k], fold = boxes.find((box) => box.kind === "fold");
  const more = complete && rest !== undefined ? h("tr", {}, h("th", { scope: "row" }, word("folded", { count: fold.count })), h("td", {}, brief(arrays[rest]))) : "";
  const foot = complete ? brief(array(boxes[k].grad)) : word("waits", { left });
  return h("table", { class: "ledger" },
    h("caption", { class: "unseen" }, word("ledger", { what: nameOf(k) })),
    h("tbody", {}, rows.map(line), more),
    h("tfoot", {}, h("tr", {}, h("th", { scope: "row" }, complete ? `${partial(k)}` : "…"), h("td", {}, foot))));
}

function sendView(send, t) {
  const k = edges[send.edge].from, share = arrays[send.share];
  return h("section", { class: "send", style: { "--line": `var(--${signOf(share)})` } },
    h("h4", {}, word("to", { what: nameOf(k) })),
    formulaView(send, partial(k), share, arrivals[k].length > 1),
    isScalar(share) && send.numbers ? null : arrayView(send.share, true),
    h("h3", {}, word("ledger", { what: nameOf(k) })), ledger(k, t));
}

function zoomButton(k) {
  return boxes[k].zoom ? h("p", {}, h("button", { type: "button", id: "open", on: { click: () => openZoom(k) } }, `⊞ ${word("open")}`)) : null;
}

function head(phase, k, number, count) {
  const box = boxes[k], name = box.name ? `${box.name} = ${box.op}` : box.op;
  return [
    h("p", { class: "phase" }, `${word(phase)} ${number} / ${count}`),
    h("h2", {}, `${name} ${box.sign || ""}`),
    badge(box.family),
    box.mark ? h("p", { class: "wrong" }, `✗ ${word("wrong")}: ${box.mark}`) : null,
    h("p", {}, h("code", {}, box.where)),
  ];
}

function beginning() {
  return [h("p", { class: "phase" }, word("begin")), h("h2", {}, film.title), h("p", {}, word("begin text")), h("p", { class: "soft" }, word("keys"))];
}

function forwardPanel(t) {
  const k = film.forward[t - 1], box = boxes[k], value = array(box.value);
  return [head("forward", k, t, F), formulaView(box.formula, box.name || "z", value),
    arrayView(box.value), zoomButton(k)];
}

function backwardPanel(t) {
  const step = steps[t - F - 1], k = step.box;
  return [
    head("backward", k, t - F, steps.length),
    h("h3", {}, `${word("arrives")}: g = ${partial(k)}`), arrayView(step.g, true),
    arrivals[k].length ? null : h("p", { class: "soft" }, word("the loss")),
    h("h3", {}, step.sends.length ? word("sends") : ""),
    step.sends.length ? step.sends.map((send) => sendView(send, t)) : h("p", {}, word("sends nothing")),
    zoomButton(k),
  ];
}

// The same step as one sentence, for a screen reader.
function sentence(t) {
  if (t === 0) return word("begin");
  if (t <= F) {
    const k = film.forward[t - 1], value = array(boxes[k].value);
    return `${word("forward")} ${t} / ${F}. ${word("computes", { what: nameOf(k) })} ${value ? brief(value) : ""}`;
  }
  const step = steps[t - F - 1], family = families[boxes[step.box].family];
  const sent = step.sends.map((send) => `${word("to", { what: nameOf(edges[send.edge].from) })}: ${brief(arrays[send.share])}`);
  return `${word("backward")} ${t - F} / ${steps.length}. ${nameOf(step.box)}. ${family[here.lang]}: ${family.says[here.lang]}. ${sent.join("; ") || word("sends nothing")}`;
}
