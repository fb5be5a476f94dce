// What the other parts share: the film, elements, words, numbers, colours.
const film = JSON.parse(document.getElementById("film").textContent);
const { boxes, edges, steps, arrays, families } = film;
const F = film.forward.length, LAST = F + steps.length;
const $ = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";
const here = { t: 0, lang: film.lang, playing: null, zoomed: null };

// An element with attributes and children. Texts become text nodes, so no name can be markup.
function make(space, tag, attributes, children) {
  const element = space ? document.createElementNS(space, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === "on") for (const [event, call] of Object.entries(value)) element.addEventListener(event, call);
    else if (name === "style") for (const [key, v] of Object.entries(value)) element.style.setProperty(key, v);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}
const h = (tag, attributes, ...children) => make(null, tag, attributes, children);
const s = (tag, attributes, ...children) => make(SVG, tag, attributes, children);

function word(key, values) {
  return film.words[here.lang][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// Four digits, as the ledger writes them: what a number is, never rounded to 0.
function spell(x) {
  x = typeof x === "string" ? Number(x.replace("inf", "Infinity")) : x;
  if (Number.isNaN(x)) return "NaN";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  const size = Math.abs(x);
  let text = size === 0 ? "0" : size >= 1e4 || size < 1e-4 ? x.toExponential(3) : x.toPrecision(4);
  text = text.replace(/(\.\d*?)0+(e|$)/, "$1$2").replace(/\.(e|$)/, "$1").replace("e+", "e");
  return text.replace("-", "−").replace("e-", "e−");
}
const float = (x) => (typeof x === "string" ? Number(x.replace("inf", "Infinity")) : x);

const isScalar = (a) => a.rows * a.cols === 1 && !a.all;
const shapeOf = (a) => (a.shape.length ? a.shape.join("×") : "");
const array = (place) => (place === null || place === undefined ? null : arrays[place]);

// "plus", "minus" or "mixed": the sign of a gradient, for its colour.
function signOf(a) {
  const low = float(a.low), high = float(a.high);
  return low >= 0 ? "plus" : high <= 0 ? "minus" : "mixed";
}

// Thickness by size, on a logarithmic scale between the smallest and the largest share of the film.
const logs = steps.flatMap((step) => step.sends).map((send) => Math.log10(float(arrays[send.share].norm)));
const finite = logs.filter(Number.isFinite);
const [least, most] = finite.reduce(([a, b], x) => [Math.min(a, x), Math.max(b, x)], [Infinity, -Infinity]);
function thickness(a) {
  const size = Math.log10(float(a.norm));
  if (!Number.isFinite(size)) return size > 0 || Number.isNaN(size) ? 9 : 1.2;
  return most - least < 1e-9 ? 4 : 2 + (6 * (size - least)) / (most - least);
}

const stepOf = new Map(steps.map((step, k) => [step.box, k]));
const forwardOf = new Map(film.forward.map((box, k) => [box, k]));
// What a box is called in a sentence.
function nameOf(k) {
  const box = boxes[k];
  if (box.label || box.name) return box.label || box.name;
  if (box.kind === "fold") return word("folded", { count: box.count });
  const value = array(box.value);
  if (value && isScalar(value)) return spell(value.data[0]);
  return box.text || word(box.kind) + (value ? " " + shapeOf(value) : "");
}

// Which steps send something to a box: [{k, send}], in their order.
const arrivals = boxes.map(() => []);
steps.forEach((step, k) => step.sends.forEach((send) => arrivals[edges[send.edge].from].push({ k, send })));
const arrivedBy = (box, t) => arrivals[box].filter(({ k }) => F + k + 1 <= t).length;
// Whether the whole gradient of a box is known at time t.
function known(box, t) {
  if (boxes[box].grad === null || boxes[box].grad === undefined) return false;
  if (boxes[box].kind === "op") {
    const k = stepOf.get(box);
    return k !== undefined && (F + k + 1 <= t || (arrivals[box].length > 0 && arrivedBy(box, t) === arrivals[box].length));
  }
  return arrivals[box].length ? arrivedBy(box, t) === arrivals[box].length : t === LAST;
}

// Blue for positive, orange for negative, through the colour of the paper; as the edges.
const dark = () => document.documentElement.dataset.theme === "dark";
function heatColour(x, top) {
  if (Number.isNaN(x)) return [204, 121, 167];
  const paper = dark() ? [38, 42, 51] : [247, 247, 245];
  const end = x >= 0 ? (dark() ? [92, 184, 240] : [0, 114, 178]) : dark() ? [255, 154, 87] : [213, 94, 0];
  const share = top > 0 ? Math.min(1, Math.abs(x) / top) : 0;
  const deep = share > 0 ? 0.12 + 0.88 * Math.sqrt(share) : 0;
  return paper.map((p, i) => Math.round(p + (end[i] - p) * deep));
}
const top_ = (a) => Math.max(Math.abs(float(a.low)), Math.abs(float(a.high)));
const css = (rgb) => `rgb(${rgb.join(",")})`;
const inkOn = (rgb) => (0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2] > 140 ? "#111" : "#fff");
const hex = (colour) => [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));

const pictures = new Map();
function picture(place) {
  const key = place + (dark() ? "d" : "l");
  if (!pictures.has(key)) {
    const a = arrays[place], canvas = h("canvas", { width: a.cols, height: a.rows });
    const context = canvas.getContext("2d"), image = context.createImageData(a.cols, a.rows);
    a.data.forEach((x, i) => image.data.set([...heatColour(float(x), top_(a)), 255], 4 * i));
    context.putImageData(image, 0, 0);
    pictures.set(key, canvas.toDataURL());
  }
  return pictures.get(key);
}
