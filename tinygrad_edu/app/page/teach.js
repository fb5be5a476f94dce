// Corrections, and the lessons that come of them.
import { say } from "./words.js";

const $ = (id) => document.getElementById(id);
let state = { teach: false };
let trouble = null; // the code of what went wrong last
let answer = null;
let changed = () => {};

export const onLesson = (call) => { changed = call; };

async function ask(path, method = "GET", body) {
  const headers = body ? { "content-type": "application/json" } : {};
  try {
    const reply = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
    const told = await reply.json();
    trouble = reply.ok ? null : told.error;
    if (reply.ok) state = told;
  } catch {
    trouble = "offline";
  }
  tell();
}

export const start = () => ask("api/school").then(follow);

export function answered(given) {
  answer = given;
  tell();
}

export function tell() {
  $("teach").hidden = !state.teach;
  for (const button of $("right").children) button.disabled = !answer || state.running;
  $("learn").disabled = !state.corrections || state.running;
  $("forget").disabled = !state.corrections || state.running;
  $("back").disabled = !state.lessons || state.running;
  $("progress").hidden = !state.running;
  $("progress").value = state.progress ?? 0;
  $("taught").textContent = trouble ? say(trouble) : report();
}

function report() {
  if (state.running) return say("learning");
  const lines = [state.corrections ? say("corrections", { n: state.corrections, file: state.file }) : say("no corrections")];
  const done = state.outcome;
  const percent = (share) => (100 * share).toFixed(1).replace(/\.0$/, "");
  if (done?.failed) lines.push(say("failed"));
  else if (done) lines.push(say("outcome", {
    a: percent(done.learned), b: percent(done.learned_before), c: percent(done.known), d: percent(done.known_before),
  }));
  if (state.lessons) lines.push(say("lessons", { n: state.lessons }));
  return lines.join(" ");
}

async function follow() {
  if (!state.running) return;
  while (state.running && !trouble) {
    await new Promise((done) => setTimeout(done, 150));
    await ask("api/school");
  }
  changed();
}

for (let digit = 0; digit < 10; digit++) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: digit });
  button.addEventListener("click", () =>
    ask("api/corrections", "POST", { picture: answer.seen, digit, answered: answer.digit }));
  $("right").append(button);
}
$("learn").addEventListener("click", () => ask("api/lessons", "POST").then(follow));
$("back").addEventListener("click", () => ask("api/lessons", "DELETE").then(() => changed()));
$("forget").addEventListener("click", () => ask("api/corrections", "DELETE"));
