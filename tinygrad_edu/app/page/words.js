// What the page says, in both languages.
export const WORDS = {
  en: {
    "title": "Draw a digit",
    "paper": "Paper",
    "paper label": "Paper to draw a digit on, with mouse, finger or pen",
    "hint": "Draw a digit from 0 to 9 here",
    "undo": "Undo",
    "clear": "Clear",
    "thickness": "Pen",
    "upload": "Open a picture…",
    "paste": "Or drop a picture on the paper, or paste one. A photo of paper will do.",
    "answer": "The network’s answer",
    "nothing": "Draw something: the answer comes while you draw.",
    "sure": "It is a {digit}, I am sure: {percent} %.",
    "likely": "Most likely a {digit}: {percent} %.",
    "unsure": "I am not sure. A {digit}? {percent} %.",
    "why": "Why",
    "seen": "What the network sees",
    "seen note": "28 × 28 pixels: cut out, scaled, centred by mass, the line made neither thin nor thick.",
    "matters": "The pixels that matter",
    "for": "light here speaks for it",
    "against": "against it",
    "matters note": "The gradient of the answer’s score with respect to the pixels, by the backward pass.",
    "units": "The most active hidden units",
    "units note": "Layer 1: the weights are a picture of what the unit looks for. Below it, how active it is.",
    "deeper note": "Layer 2: each unit weighs all units of layer 1.",
    "stepper": "Go through the last layer step by step",
    "wrong": "Wrong? What is it?",
    "right label": "The right digit",
    "learn": "Learn from it",
    "back": "Undo the lesson",
    "forget": "Forget corrections",
    "progress label": "How far the lesson is",
    "corrections": "Corrections kept: {n}, in {file}.",
    "no corrections": "Press the right digit; it is kept in a file on this computer.",
    "learning": "Learning…",
    "outcome": "Of the corrections {a} % are read rightly now ({b} % before); of 500 other digits {c} % ({d} %).",
    "failed": "The lesson failed; the network is as it was.",
    "lessons": "Lessons: {n}.",
    "empty": "There is nothing to see yet. Draw something.",
    "not a picture": "That is no picture that can be read here, or it is damaged. PNG, JPEG, GIF, WebP, BMP and TIFF are.",
    "too large": "That picture is too large: up to 16 MB and 40 million pixels are read.",
    "too slow": "The picture did not arrive in time.",
    "busy": "The server is busy. Try again in a moment.",
    "not installed": "The server lacks a package for this.",
    "offline": "The server does not answer. Is it still running?",
    "refused": "The server refused that.",
  },
  ru: {
    "title": "Нарисуйте цифру",
    "paper": "Бумага",
    "paper label": "Бумага: нарисуйте цифру мышью, пальцем или пером",
    "hint": "Нарисуйте здесь цифру от 0 до 9",
    "undo": "Отменить",
    "clear": "Стереть",
    "thickness": "Перо",
    "upload": "Из файла…",
    "paste": "Картинку можно также перетащить на бумагу или вставить. Подойдёт и фото листа.",
    "answer": "Ответ сети",
    "nothing": "Рисуйте: ответ появляется по ходу рисования.",
    "sure": "Это {digit}, уверенность {percent} %.",
    "likely": "Скорее всего, {digit}: {percent} %.",
    "unsure": "Не уверена. Может быть, {digit}? {percent} %.",
    "why": "Почему",
    "seen": "Что видит сеть",
    "seen note": "28 × 28 точек: вырезано, приведено к размеру, центр масс в середине, линия не тонкая и не толстая.",
    "matters": "Важные точки",
    "for": "свет здесь — за",
    "against": "против",
    "matters note": "Градиент оценки ответа по точкам картинки: обратный проход.",
    "units": "Самые активные скрытые нейроны",
    "units note": "Слой 1: веса нейрона — картинка того, что он ищет. Под ней — его активность.",
    "deeper note": "Слой 2: каждый нейрон взвешивает все нейроны слоя 1.",
    "stepper": "Пройти последний слой по шагам",
    "wrong": "Ошибка? Какая это цифра?",
    "right label": "Правильная цифра",
    "learn": "Доучить",
    "back": "Отменить урок",
    "forget": "Забыть поправки",
    "progress label": "Ход урока",
    "corrections": "Поправок сохранено: {n}, в файле {file}.",
    "no corrections": "Нажмите верную цифру; она сохранится в файле на этом компьютере.",
    "learning": "Учится…",
    "outcome": "Из поправок теперь читается верно {a} % (было {b} %), из 500 других цифр — {c} % (было {d} %).",
    "failed": "Урок не удался; сеть осталась прежней.",
    "lessons": "Уроков: {n}.",
    "empty": "Пока ничего не видно. Нарисуйте что-нибудь.",
    "not a picture": "Это не картинка, которую здесь можно прочесть, или она повреждена. Читаются PNG, JPEG, GIF, WebP, BMP и TIFF.",
    "too large": "Картинка слишком велика: читается до 16 МБ и 40 миллионов точек.",
    "too slow": "Картинка не дошла вовремя.",
    "busy": "Сервер занят. Попробуйте чуть позже.",
    "not installed": "На сервере не хватает пакета для этого.",
    "offline": "Сервер не отвечает. Он ещё работает?",
    "refused": "Сервер отказался это делать.",
  },
};

const asked = new URLSearchParams(location.search).get("lang") ?? navigator.language;
export let lang = asked.startsWith("ru") ? "ru" : "en";

// The text under a key, with {names} replaced.
export function say(key, values = {}) {
  const text = WORDS[lang][key] ?? WORDS[lang].refused;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// Write every marked text of the page in the language `to`.
export function speak(to) {
  lang = to;
  document.documentElement.lang = lang;
  document.title = say("title");
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = say(element.dataset.word);
  for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", say(element.dataset.label));
  for (const button of document.querySelectorAll("[data-lang]")) button.setAttribute("aria-pressed", button.dataset.lang === lang);
}
