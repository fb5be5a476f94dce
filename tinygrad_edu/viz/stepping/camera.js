// Where one looks: drag, wheel, pinch and buttons; a step keeps what it touches in sight.
let travelled = 0;
const dragged = () => travelled > 6;

// Its size is asked for when it changes, not at every step: the answer costs a layout of the page.
let stage = { width: 0, height: 0, foot: 0 };
function measure() {
  const { width, height } = graph.getBoundingClientRect();
  stage = { width, height, foot: Math.max($("legend").offsetHeight, 36) + 12 };
}

function place() {
  world.setAttribute("transform", `translate(${view.x} ${view.y}) scale(${view.scale})`);
}

// The whole graph, where its shape and most of its words can be seen so; else its beginning, in a
// size that reads well.
const READABLE = 0.8, VISIBLE = 0.5;
function fit(whole) {
  const { width, height, foot } = stage, [w, high] = film.size;
  const all = Math.min((width - 16) / w, (height - foot - 16) / high, 1.9);
  view.scale = whole || all >= VISIBLE ? all : READABLE;
  view.own = whole;
  view.x = Math.max((width - w * view.scale) / 2, 8);
  view.y = (height - foot - high * view.scale) / 2;
  place();
}

function enlarge(factor, x, y) {
  const { width, height } = stage;
  view.own = true;
  [x, y] = [x ?? width / 2, y ?? height / 2];
  const scale = Math.min(6, Math.max(0.02, view.scale * factor));
  view.x = x - ((x - view.x) * scale) / view.scale;
  view.y = y - ((y - view.y) * scale) / view.scale;
  view.scale = scale;
  place();
}

// Move as little as it takes to see these boxes; where they do not fit, the first of them.
function follow(which) {
  const { width, height, foot } = stage, margin = 30;
  const want = { x0: Infinity, x1: -Infinity, y0: Infinity, y1: -Infinity };
  for (const k of which) {
    const box = boxes[k], grown = {
      x0: Math.min(want.x0, box.x - box.w / 2), x1: Math.max(want.x1, box.x + box.w / 2),
      y0: Math.min(want.y0, box.y - box.h / 2), y1: Math.max(want.y1, box.y + box.h / 2),
    };
    const fits = (grown.x1 - grown.x0) * view.scale < width - 2 * margin && (grown.y1 - grown.y0) * view.scale < height - 2 * margin;
    if (fits || k === which[0]) Object.assign(want, grown);
  }
  const shift = (low, high, room) => (low < margin ? margin - low : high > room - margin ? room - margin - high : 0);
  view.x += shift(want.x0 * view.scale + view.x, want.x1 * view.scale + view.x, width);
  view.y += shift(want.y0 * view.scale + view.y, want.y1 * view.scale + view.y, height - foot);
  place();
}

function watchPointers() {
  const fingers = new Map();
  graph.addEventListener("pointerdown", (event) => {
    if (!fingers.size) travelled = 0;
    fingers.set(event.pointerId, event);
  });
  window.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const [dx, dy] = [event.clientX - before.clientX, event.clientY - before.clientY];
    travelled += Math.abs(dx) + Math.abs(dy);
    if (fingers.size === 2) {
      const other = [...fingers].find(([id]) => id !== event.pointerId)[1];
      const apart = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY) || 1;
      const { left, top } = graph.getBoundingClientRect();
      enlarge(apart(event) / apart(before), other.clientX - left, other.clientY - top);
    } else if (dragged()) {
      graph.classList.add("dragged");
      view.x += dx; view.y += dy;
      view.own = true;
      place();
    }
    fingers.set(event.pointerId, event);
  });
  for (const end of ["pointerup", "pointercancel"]) window.addEventListener(end, (event) => {
    fingers.delete(event.pointerId);
    graph.classList.remove("dragged");
  });
  graph.addEventListener("wheel", (event) => {
    event.preventDefault();
    const { left, top } = graph.getBoundingClientRect();
    enlarge(Math.exp(-event.deltaY / 500), event.clientX - left, event.clientY - top);
  }, { passive: false });
}
