// The paper: strokes by mouse, finger or pen, and pictures from files.
const canvas = document.getElementById("paper");
const ink = canvas.getContext("2d");
const side = canvas.width;

let marks = []; // strokes [{width, points}] and pictures [{image}], in the order in which they came
let changed = () => {};

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name);

export const empty = () => marks.length === 0;
export const onChange = (call) => { changed = call; };

const copy = Object.assign(document.createElement("canvas"), { width: side / 2, height: side / 2 });

// What the server is to read: the file of a picture that nothing was drawn on, else the paper, at
// half its size: that is ten times what the network looks at, and read in half the time.
export function content() {
  const last = marks.at(-1);
  if (last?.file) return Promise.resolve(last.file);
  copy.getContext("2d").drawImage(canvas, 0, 0, copy.width, copy.height);
  return new Promise((done) => copy.toBlob(done, "image/png"));
}

export function undo() {
  marks.pop();
  repaint();
  changed();
}

export function clear() {
  marks = [];
  repaint();
  changed();
}

export function lay(file, image) {
  marks = [{ file, image }];
  repaint();
}

export function repaint() {
  ink.fillStyle = colour("--paper");
  ink.fillRect(0, 0, side, side);
  for (const mark of marks) mark.image ? place(mark.image) : stroke(mark);
  document.body.classList.toggle("drawn", marks.length > 0);
  for (const id of ["undo", "clear"]) document.getElementById(id).disabled = empty();
}

function place(image) {
  const scale = Math.min(side / image.width, side / image.height);
  const [w, h] = [image.width * scale, image.height * scale];
  ink.drawImage(image, (side - w) / 2, (side - h) / 2, w, h);
}

// A curve through the middles between the points, so that a fast hand leaves no corners.
function stroke({ width, points }) {
  ink.strokeStyle = ink.fillStyle = colour("--ink");
  ink.lineWidth = width;
  ink.lineCap = ink.lineJoin = "round";
  ink.beginPath();
  ink.moveTo(...points[0]);
  for (let i = 1; i < points.length - 1; i++) {
    const [x, y] = points[i], [nextX, nextY] = points[i + 1];
    ink.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
  }
  const [x, y] = points.at(-1);
  ink.lineTo(x + 0.01, y);
  ink.stroke();
}

function at(event) {
  const box = canvas.getBoundingClientRect();
  return [((event.clientX - box.left) / box.width) * side, ((event.clientY - box.top) / box.height) * side];
}

const pens = new Map(); // by pointer: two fingers draw two strokes

canvas.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  event.preventDefault();
  canvas.setPointerCapture(event.pointerId);
  const mark = { width: Number(document.getElementById("thickness").value), points: [at(event)] };
  pens.set(event.pointerId, mark);
  marks.push(mark);
  repaint();
  changed();
});

canvas.addEventListener("pointermove", (event) => {
  const mark = pens.get(event.pointerId);
  if (!mark) return;
  const passed = event.getCoalescedEvents?.() ?? [];
  for (const one of passed.length ? passed : [event]) mark.points.push(at(one));
  repaint();
  changed();
});

for (const name of ["pointerup", "pointercancel"])
  canvas.addEventListener(name, (event) => { if (pens.delete(event.pointerId)) changed(); });

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { repaint(); changed(); });
