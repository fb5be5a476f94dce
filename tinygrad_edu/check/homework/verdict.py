"""The verdict on a file: right, wrong, or that it could not be judged, in words and as JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..diagnosis.phrases import phrases_in
from ..diagnosis.report import Report

__all__ = ["RIGHT", "UNJUDGED", "WRONG", "Outcome", "Verdict"]

RIGHT, WRONG, UNJUDGED = 0, 1, 2
"""Exit codes."""

WORDS: dict[str, tuple[str, str]] = {
    "encoding": (
        "the file is not UTF-8 text ({x}). Save it as UTF-8",
        "файл не в кодировке UTF-8 ({x}). Сохраните его в UTF-8",
    ),
    "syntax": (
        "the file is no valid Python: line {l}: {x}",
        "в файле синтаксическая ошибка: строка {l}: {x}",
    ),
    "unreadable": ("the file cannot be read: {x}", "файл не читается: {x}"),
    "import-fails": (
        "the file fails while it is loaded, in line {l}: {x}",
        "файл завершается ошибкой при загрузке, строка {l}: {x}",
    ),
    "missing-function": (
        "the file does not define {x}; the contract stands in `tinygrad-edu check --help`",
        "в файле нет {x}; что он должен определять, сказано в `tinygrad-edu check --help`",
    ),
    "time": (
        "no answer within the time limit ({x}): an endless loop?",
        "нет ответа за отведённое время ({x}): бесконечный цикл?",
    ),
    "memory": (
        "the memory limit ({x}) is not enough",
        "превышен предел памяти ({x})",
    ),
    "died": (
        "the file ended its process ({x}): os._exit, or a crash",
        "файл завершил свой процесс ({x}): os._exit или крах",
    ),
    "garbled": (
        "the process answered something else ({x}): does the file write to foreign descriptors?",
        "процесс ответил не то ({x}): файл пишет в чужие дескрипторы?",
    ),
    "forward-fails": (
        "forward cannot be used: {x}",
        "forward использовать нельзя: {x}",
    ),
    "wrong-forward": (
        "forward does not compute the loss of the task: {x}",
        "forward считает не ту функцию потерь, что в задании: {x}",
    ),
    "exercise-right": ("the numbers of {x} are right", "числа, которые даёт {x}, верны"),
    "no-exercise": (
        "there is no such exercise: exercise = {x}",
        "такого упражнения нет: exercise = {x}",
    ),
    "call-fails": ("line {l}: {x}", "строка {l}: {x}"),
    "no-numbers": ("what it returns is no number: {x}", "возвращены не числа: {x}"),
    "wrong-number": ("a wrong number: {x}", "неверное число: {x}"),
    "regressor-right": (
        "MLPRegressor learns: R² = {x}",
        "MLPRegressor обучается: R² = {x}",
    ),
    "regressor-fails": (
        "MLPRegressor fails, in line {l}: {x}",
        "MLPRegressor завершается ошибкой, строка {l}: {x}",
    ),
    "bad-prediction": (
        "MLPRegressor.predict must return one finite number for each row: {x}",
        "MLPRegressor.predict должен вернуть по одному конечному числу на строку: {x}",
    ),
    "does-not-learn": (
        "MLPRegressor does not learn even a linear function: R² = {x} after training, and 0 is the "
        "mean of y",
        "MLPRegressor не выучивает даже линейную функцию: после обучения R² = {x}, а 0 — это "
        "среднее y",
    ),
    "only-lines": (
        "MLPRegressor learns a linear function, and not x²: R² = {x}. Is the hidden layer's "
        "activation used, and its gradient passed on?",
        "MLPRegressor выучивает линейную функцию, но не x²: R² = {x}. Применяется ли активация "
        "скрытого слоя, и доходит ли до него градиент?",
    ),
}


@dataclass
class Outcome:
    """What came of one task."""

    task: str
    code: int
    name: str
    detail: str = ""
    line: int = 0
    report: Report | None = None

    def says(self, lang: str) -> str:
        """The sentence in a language."""
        if self.report is not None:
            return self.report.says(lang)
        text = WORDS[self.name][0 if lang == "en" else 1].format(x=self.detail, l=self.line)
        return text[:1].upper() + text[1:] + ("" if text[-1] in ".?" else ".")


@dataclass
class Verdict:
    """All outcomes of a file; `code` is the worst of them, and the exit code."""

    file: str
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def code(self) -> int:
        """0 right, 1 wrong, 2 where something could not be judged and nothing is wrong."""
        codes = {outcome.code for outcome in self.outcomes}
        return WRONG if WRONG in codes else UNJUDGED if UNJUDGED in codes or not codes else RIGHT

    def says(self, lang: str) -> str:
        """For people: a line or two for each task."""
        words = {
            "en": ("right", "wrong", "not judged"),
            "ru": ("верно", "неверно", "не оценено"),
        }[lang]
        phrases = phrases_in(lang)
        lines = []
        for o in self.outcomes:
            lines.append(f"{o.task}: {words[o.code]} ({o.name}). {o.says(lang)}")
            if o.report is not None and (right := o.report.right(lang)):
                lines.append(f"{phrases['formula']}: {right}")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """For automatic marking."""
        return {
            "file": self.file,
            "code": self.code,
            "verdict": ("right", "wrong", "not judged")[self.code],
            "tasks": [
                {
                    "task": o.task,
                    "verdict": ("right", "wrong", "not judged")[o.code],
                    "name": o.name,
                    "line": o.line,
                    "sentence": {"en": o.says("en"), "ru": o.says("ru")},
                    "report": None if o.report is None else o.report.to_dict(),
                }
                for o in self.outcomes
            ],
        }
