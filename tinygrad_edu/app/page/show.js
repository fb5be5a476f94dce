// The answer and its reasons, drawn from the numbers that the server sent.
import { say, lang } from "./words.js";

const $ = (id) => document.getElementById(id);
const colours = { for: [90, 169, 255], against: [255, 138, 87] };

function bytes(text, kind) {
  const raw = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return new kind(Uint8Array.from(raw, (c) => c.charCodeAt(0)).buffer);
}

function paint(canvas, colour) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(28, 28);
  for (let i = 0; i < 784; i++) image.data.set([...colour(i), 255], 4 * i);
  context.putImageData(image, 0, 0);
}

// Numbers of both signs: blue for positive, orange for negative, dark for none; on a pale `ground`.
function paintSigned(canvas, numbers, ground = null) {
  paint(canvas, (i) => {
    const strength = Math.abs(numbers[i]) / 127;
    const grey = ground ? 0.45 * ground[i] : 0;
    return (numbers[i] > 0 ? colours.for : colours.against).map((c) => c * strength + grey * (1 - strength));
  });
}

function percent(share) {
  const digits = share > 0.9995 || share < 0.0005 ? 0 : 1;
  return (100 * share).toLocaleString(lang, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function decimal(activity) {
  return activity.toLocaleString(lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
}

function bar(list, name) {
  const item = document.createElement("li");
  item.innerHTML = '<b></b><span class="track"><span class="fill"></span></span><span></span>';
  item.firstChild.textContent = name;
  list.append(item);
  return item;
}

function fill(item, share, text) {
  item.querySelector(".fill").style.transform = `scaleX(${share})`;
  item.lastChild.textContent = text;
}

const bars = Array.from({ length: 10 }, (_, digit) => bar($("bars"), digit));

export function blank(message = say("nothing")) {
  document.body.classList.add("waiting");
  $("digit").textContent = "?";
  $("sentence").textContent = message;
  for (const item of bars) { fill(item, 0, "–"); item.classList.remove("best"); }
  for (const id of ["seen", "matters"]) paint($(id), () => [0, 0, 0]);
  $("first").replaceChildren();
  $("deeper").replaceChildren();
  $("stepper").removeAttribute("href");
  $("stepper").setAttribute("aria-disabled", "true");
}

export function show(answer) {
  document.body.classList.remove("waiting");
  const { digit, probabilities } = answer;
  const share = probabilities[digit];
  $("digit").textContent = digit;
  const tone = share > 0.9 ? "sure" : share > 0.6 ? "likely" : "unsure";
  $("sentence").textContent = say(tone, { digit, percent: percent(share) });
  bars.forEach((item, i) => {
    fill(item, probabilities[i], `${percent(probabilities[i])} %`);
    item.classList.toggle("best", i === digit);
  });
  const seen = bytes(answer.seen, Uint8Array);
  paint($("seen"), (i) => [seen[i], seen[i], seen[i]]);
  paintSigned($("matters"), bytes(answer.matters, Int8Array), seen);
  showUnits(answer.units);
  $("stepper").href = `stepper?lang=${lang}&x=${answer.seen}`;
  $("stepper").removeAttribute("aria-disabled");
}

function showUnits(units) {
  $("first").replaceChildren(...units.filter((unit) => unit.pattern).map((unit) => {
    const box = document.createElement("div");
    const canvas = Object.assign(document.createElement("canvas"), { width: 28, height: 28, className: "pixels" });
    canvas.setAttribute("aria-hidden", "true");
    paintSigned(canvas, bytes(unit.pattern, Int8Array));
    box.append(canvas, `№ ${unit.number}: ${decimal(unit.activity)}`);
    return box;
  }));
  $("deeper").replaceChildren();
  const deeper = units.filter((unit) => !unit.pattern);
  const most = Math.max(...deeper.map((unit) => unit.activity), 1e-6);
  for (const unit of deeper) fill(bar($("deeper"), `№ ${unit.number}`), unit.activity / most, decimal(unit.activity));
}
