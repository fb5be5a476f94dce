"""What the pictures and the ledger say, in both languages, and which of them the user speaks."""

from __future__ import annotations

import locale
import os

from ..errors import ArgumentError
from ..op import Family

__all__ = ["family_name", "family_says", "language", "words_in"]

_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "account": "Where the gradient of {name} comes from",
        "pass": "The backward pass from {name}, step by step",
        "step": "Step {number} of {all}: {what}",
        "use": "{k}. used by {what} (step {number})",
        "value": "value",
        "gradient": "gradient",
        "grad": "grad",
        "begins": "the pass begins here: {g} is given",
        "begins sum": "the pass begins here, for L = the sum of {name}",
        "received": "received {g}",
        "sends": "to {name}",
        "sum": "sum",
        "sums": "the gradients of the leaves",
        "hooked": "a hook changed the sum",
        "copies": "{name} was broadcast from {old} to {new}: the gradients of its copies add up",
        "nothing": "no gradient arrives here",
        "unused": "{name} has no use that a gradient comes back from",
        "stopped": "The pass stopped at {what}: {error}",
        "used up": "The pass stopped at {what}: backward() has freed the numbers that its rule "
        "reads. Ask before it, or keep them: backward(retain_graph=True).",
        "failed": "The script stopped at {what}: {error}",
        "cut": "… {n} steps are left out here …",
        "rule": "the rule",
        "terms": "element {place}",
        "not computed": "not computed yet",
        "no gradient": "no gradient comes here",
        "freed": "freed",
        "constant": "constant",
        "saved": "saved",
        "hidden": "… {n} more ops (not drawn) …",
        "ops": "{n} ops",
        "parameters": "{n} parameters",
        "repeated": "the same {n} times before",
        "turn": "the last of {n} equal turns",
        "wrong": "wrong",
        "of": "of",
        "quiz": "Predict the gradients",
        "question": "{k}. What is {asked}?",
        "element": ", element {place}",
        "right": "Right.",
        "not right": "No: it is {answer}.",
        "sign": "The size is right, the sign is not.",
        "one share": "That is one contribution alone: the gradients of all uses add up.",
        "upstream": "That is the gradient that {what} received: it still has to be multiplied.",
        "slope": "That is the local derivative: it still has to be multiplied by the upstream.",
        "value instead": "That is the value of {name}, not its gradient.",
        "factor": "Yours is {factor} times the right one.",
        "unreadable": "A number was expected, as 0.5 or -3 or 1/4.",
        "score": "{right} of {all} right.",
        "name": "Name",
        "answer": "answer",
        "key": "Key",
        "check": "Check",
        "given": "Given",
        "why": "Because",
        "skip": "(Enter alone skips a question.)",
        "skipped": "Skipped: it is {answer}.",
        "install": "Graphviz is not on the PATH; the picture is drawn without it. Install: {how}",
    },
    "ru": {
        "account": "Откуда берётся градиент {name}",
        "pass": "Обратный проход от {name}, шаг за шагом",
        "step": "Шаг {number} из {all}: {what}",
        "use": "{k}. используется в {what} (шаг {number})",
        "value": "значение",
        "gradient": "градиент",
        "grad": "градиент",
        "begins": "отсюда начинается проход: {g} дан",
        "begins sum": "отсюда начинается проход, для L = суммы элементов {name}",
        "received": "получено {g}",
        "sends": "для {name}",
        "sum": "сумма",
        "sums": "градиенты листьев",
        "hooked": "сумму изменил хук",
        "copies": "{name} растянуто из {old} в {new}: градиенты копий складываются",
        "nothing": "сюда градиент не приходит",
        "unused": "у {name} нет использований, от которых возвращается градиент",
        "stopped": "Проход остановился на {what}: {error}",
        "used up": "Проход остановился на {what}: backward() освободил числа, которые читает "
        "правило. Спросите до него или сохраните их: backward(retain_graph=True).",
        "failed": "Программа остановилась на {what}: {error}",
        "cut": "… здесь пропущено шагов: {n} …",
        "rule": "правило",
        "terms": "элемент {place}",
        "not computed": "ещё не вычислен",
        "no gradient": "градиент сюда не приходит",
        "freed": "освобождено",
        "constant": "константа",
        "saved": "сохранено",
        "hidden": "… ещё операций: {n} (не показаны) …",
        "ops": "операций: {n}",
        "parameters": "параметров: {n}",
        "repeated": "то же самое до этого: ×{n}",
        "turn": "последний из одинаковых шагов, всего {n}",
        "wrong": "ошибка",
        "of": "для",
        "quiz": "Предскажите градиенты",
        "question": "{k}. Чему равно {asked}?",
        "element": ", элемент {place}",
        "right": "Верно.",
        "not right": "Нет: это {answer}.",
        "sign": "Величина верна, а знак — нет.",
        "one share": "Это лишь один вклад: градиенты всех использований складываются.",
        "upstream": "Это градиент, который пришёл в {what}: его ещё надо умножить.",
        "slope": "Это местная производная: её ещё надо умножить на пришедший градиент.",
        "value instead": "Это значение {name}, а не его градиент.",
        "factor": "Отношение вашего ответа к верному: {factor}.",
        "unreadable": "Ожидалось число, например 0.5, -3 или 1/4.",
        "score": "Верно {right} из {all}.",
        "name": "Имя",
        "answer": "ответ",
        "key": "Ключ",
        "check": "Проверить",
        "given": "Дано",
        "why": "Потому что",
        "skip": "(Пустой ответ пропускает вопрос.)",
        "skipped": "Пропущено: это {answer}.",
        "install": "Graphviz не найден в PATH, картинка нарисована без него. Установка: {how}",
    },
}


def language(lang: str | None) -> str:
    """`lang`, "en" or "ru", or without it the language of the user's locale."""
    if lang is None:
        spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG")
        spoken = spoken or locale.getlocale()[0] or ""
        return "ru" if spoken.lower().startswith(("ru", "russian")) else "en"
    if lang not in _WORDS:
        raise ArgumentError(f"lang={lang!r} is not spoken here. Use one of {', '.join(_WORDS)}.")
    return lang


def words_in(lang: str) -> dict[str, str]:
    """The words of a language."""
    return _WORDS[language(lang)]


def family_name(family: Family, lang: str) -> str:
    """A family's name."""
    return family.ru if lang == "ru" else family.name


def family_says(family: Family, lang: str) -> str:
    """What a family's rule does, in a sentence."""
    return family.says_ru if lang == "ru" else family.says
