// The page: what is drawn is sent to the server, and what it answers is shown.
import { say, speak, lang } from "./words.js";
import * as paper from "./paper.js";
import { blank, show } from "./show.js";
import * as teach from "./teach.js";

const $ = (id) => document.getElementById(id);
let asking = false; // one question at a time; what changes meanwhile is asked next
let again = false;
const PAUSE = 50; // ms between an answer and the next question: a server has others to answer, too

async function read() {
  if (asking) { again = true; return; }
  asking = true;
  do {
    again = false;
    if (paper.empty()) { tell(null); continue; }
    const answer = await ask(await paper.content());
    if (paper.empty()) tell(null);
    else tell(answer);
    await new Promise((done) => setTimeout(done, PAUSE));
  } while (again);
  asking = false;
}

// The server's answer, or {error: code}.
async function ask(content) {
  try {
    return await (await fetch("api/read", { method: "POST", body: content })).json();
  } catch {
    return { error: "offline" };
  }
}

let latest = null;

function tell(answer) {
  latest = answer;
  if (!answer) blank();
  else if (answer.error) blank(say(answer.error));
  else show(answer);
  teach.answered(answer && !answer.error ? answer : null);
}

// A picture is judged by the server before the browser unpacks it.
async function open(file) {
  if (!file) return;
  const answer = await ask(file);
  if (answer.error && answer.error !== "empty") { tell(answer); return; }
  try {
    paper.lay(file, await createImageBitmap(file));
  } catch {
    tell({ error: "not a picture" });
    return;
  }
  tell(answer);
}

paper.onChange(read);
teach.onLesson(read);
$("undo").addEventListener("click", paper.undo);
$("clear").addEventListener("click", paper.clear);
$("upload").addEventListener("change", (event) => { open(event.target.files[0]); event.target.value = ""; });

document.addEventListener("paste", (event) => {
  const file = [...event.clipboardData.files][0];
  if (file) { event.preventDefault(); open(file); }
});
for (const name of ["dragover", "dragleave", "drop"])
  document.addEventListener(name, (event) => {
    event.preventDefault();
    document.body.classList.toggle("dropping", name === "dragover");
    if (name === "drop") open(event.dataTransfer.files[0]);
  });
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "z") { event.preventDefault(); paper.undo(); }
  if (event.key === "Delete") paper.clear();
});
for (const button of document.querySelectorAll("[data-lang]"))
  button.addEventListener("click", () => { speak(button.dataset.lang); tell(latest); });

speak(lang);
paper.repaint();
tell(null);
teach.start();
