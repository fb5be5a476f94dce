// Time, keys and buttons.
const PACE = { slow: 2400, normal: 1200, fast: 350 };
let wandering = boxes.length - 1; // the one box of the graph that Tab reaches

function go(t, quietly) {
  here.t = Math.max(0, Math.min(LAST, t));
  boxes.forEach((_, k) => showBox(k, here.t));
  showEdges(here.t);
  const panel = here.t === 0 ? beginning() : here.t <= F ? forwardPanel(here.t) : backwardPanel(here.t);
  $("panel").replaceChildren(...panel.flat(9).filter(Boolean));
  $("panel").scrollTop = 0;
  if (!quietly) $("say").textContent = sentence(here.t);
  const phase = here.t > F ? `${word("backward")} ${here.t - F} / ${steps.length}` : `${word("forward")} ${here.t} / ${F}`;
  $("count").textContent = phase;
  $("position").value = here.t;
  $("position").setAttribute("aria-valuetext", phase);
  $("first").disabled = $("previous").disabled = here.t === 0;
  $("last").disabled = $("next").disabled = here.t === LAST;
  $("turn").disabled = !steps.length;
  look();
  if (here.zoomed) showZoom();
  if (here.t === LAST) stop();
}

// Towards what the step touches; before the first one, the picture as it opens.
function look() {
  const step = here.t > F ? steps[here.t - F - 1] : null;
  if (step) follow([step.box, ...step.sends.map((send) => edges[send.edge].from)]);
  else if (here.t > 0) follow([film.forward[here.t - 1]]);
  else if (!view.own) fit(false);
}

// A click on an operation: its step of the backward pass; on a value: the step that completes it.
function runTo(k) {
  stop();
  wander(k);
  if (stepOf.has(k)) go(F + stepOf.get(k) + 1);
  else if (arrivals[k].length) go(F + arrivals[k].at(-1).k + 1);
  else if (forwardOf.has(k)) go(forwardOf.get(k) + 1);
  else $("say").textContent = `${nameOf(k)}: ${word("never")}`;
}

function wander(k) {
  boxParts[wandering].group.setAttribute("tabindex", -1);
  wandering = k;
  boxParts[k].group.setAttribute("tabindex", 0);
}

function play() {
  if (here.playing) return stop();
  if (here.t === LAST) go(0);
  const tick = () => { go(here.t + 1); if (here.t < LAST) here.playing = setTimeout(tick, PACE[$("speed").value]); };
  here.playing = setTimeout(tick, 60);
  label();
}

function stop() {
  if (!here.playing) return;
  clearTimeout(here.playing);
  here.playing = null;
  label();
}

// Every word that stands still, in the language of the moment.
function label() {
  document.documentElement.lang = here.lang;
  for (const element of document.querySelectorAll("[data-label]")) {
    const said = word(element.id === "play" && here.playing ? "pause" : element.dataset.label);
    element.setAttribute("aria-label", said);
    if (element.tagName === "BUTTON") element.title = said;
  }
  $("play").replaceChildren(s("svg", { viewBox: "0 0 20 20", "aria-hidden": true }, s("path", { d: here.playing ? "M5 3h3v14H5zM12 3h3v14h-3z" : "M5 3l11 7-11 7z" })));
  for (const button of document.querySelectorAll("[data-lang]")) button.setAttribute("aria-pressed", button.dataset.lang === here.lang);
  $("theme").textContent = `${dark() ? "☀" : "☾"} ${word(dark() ? "light" : "dark")}`;
  const chosen = $("speed").value || "normal";
  $("speed").replaceChildren(...Object.keys(PACE).map((pace) => h("option", { value: pace }, word(pace))));
  $("speed").value = chosen;
  const used = new Set(boxes.map((box) => box.family).filter(Boolean));
  const line = (sign) => h("span", {}, s("svg", { viewBox: "0 0 26 8" }, s("path", {
    d: "M1 4H25", stroke: `var(--${sign})`, "stroke-width": 4, "stroke-dasharray": sign === "minus" ? "8 4" : null })),
    word({ plus: "positive", minus: "negative", mixed: "mixed" }[sign]));
  $("legend").replaceChildren(
    ...[...used].map((name) => h("span", {}, h("i", { style: { background: families[name].colour } }), families[name][here.lang])),
    ...(steps.length ? ["plus", "minus", "mixed"].map(line) : []), ...(steps.length ? [h("span", {}, word("thick"))] : []));
  const notes = [film.folded ? word("folded note", { count: film.folded }) : "", film.stopped ? word("stopped note", { why: film.stopped }) : ""];
  $("note").textContent = notes.filter(Boolean).join(" ");
  $("note").hidden = !$("note").textContent;
}

function speak(lang) { here.lang = lang; label(); go(here.t, true); }
function dress(theme) { document.documentElement.dataset.theme = theme; label(); go(here.t, true); }
const forth = (by) => () => { stop(); go(here.t + by); };

const KEYS = {
  ArrowRight: forth(1), ArrowLeft: forth(-1), Home: () => { stop(); go(0); }, End: () => { stop(); go(LAST); },
  " ": play, b: () => { stop(); go(F + 1); }, "+": () => enlarge(1.25), "-": () => enlarge(0.8), 0: () => fit(true),
};

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target, box = target.closest && target.closest(".box");
  if (event.key === "Escape") return closeZoom();
  if (box) {
    const k = Number(box.dataset.box), step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter") { event.preventDefault(); return runTo(k); }
    if (event.key === "z" && boxes[k].zoom) { event.preventDefault(); return openZoom(k); }
    if (step) { event.preventDefault(); return move(k, step); }
  }
  if (/^(SELECT|INPUT)$/.test(target.tagName)) return; // they have these keys for themselves
  if (event.key === " " && target.tagName === "BUTTON") return;
  const call = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (call) { event.preventDefault(); call(); }
}

// From box to box in the order of the backward pass, the other boxes behind.
const tour = [...steps.map((step) => step.box), ...boxes.keys()].filter((k, i, all) => all.indexOf(k) === i);
function move(k, by) {
  const next = tour[(tour.indexOf(k) + by + tour.length) % tour.length];
  wander(next);
  follow([next]);
  boxParts[next].group.focus({ preventScroll: true });
}

function begin() {
  document.documentElement.dataset.theme = film.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  $("title").textContent = film.title;
  $("position").max = LAST;
  drawGraph();
  label();
  watchPointers();
  const calls = { first: () => go(0), previous: () => go(here.t - 1), next: () => go(here.t + 1), last: () => go(LAST), turn: () => go(F + 1) };
  for (const [id, call] of Object.entries(calls)) $(id).addEventListener("click", () => { stop(); call(); });
  $("play").addEventListener("click", play);
  $("position").addEventListener("input", () => { stop(); go(Number($("position").value)); });
  $("theme").addEventListener("click", () => dress(dark() ? "light" : "dark"));
  $("larger").addEventListener("click", () => enlarge(1.25));
  $("smaller").addEventListener("click", () => enlarge(0.8));
  $("fit").addEventListener("click", () => fit(true));
  for (const button of document.querySelectorAll("[data-lang]")) button.addEventListener("click", () => speak(button.dataset.lang));
  document.addEventListener("keydown", pressed);
  window.addEventListener("resize", () => { measure(); look(); });
  measure();
  wander(tour[0]);
  go(0, true);
}
begin();
