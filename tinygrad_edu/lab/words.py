"""What the laboratory says, in both languages."""

from __future__ import annotations

from ..errors import ArgumentError

__all__ = ["WORDS", "words_in"]

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "train": "train",
        "test": "test",
        "val": "validation",
        "loss": "loss",
        "accuracy": "accuracy",
        "epoch": "epoch",
        "trainings": "trainings",
        "network": "network",
        "parameters": "parameters",
        "data": "data",
        "to learn": "to learn from",
        "to test": "to test on",
        "model": "model",
        "history": "history",
        "curves": "curves",
        "no curves": "no picture of the curves",
        "stopped": "Stopped; what has been learned so far is saved.",
        "stopped early": "Stopped before the first epoch ended; nothing was saved.",
        "interrupted": "Stopped by Ctrl-C; {epochs} epochs are finished.",
        "report": "report",
        "lab stopped": "Stopped. What is finished is kept in {folder}; the same command goes on.",
        "lab part": "The study is not finished: {done} of {all} trainings are there.",
        "right": "test accuracy: {percent:.2f} % ({right} of {all} right)",
    },
    "ru": {
        "train": "обучение",
        "test": "тест",
        "val": "проверка",
        "loss": "потери",
        "accuracy": "точность",
        "epoch": "эпоха",
        "trainings": "обучения",
        "network": "сеть",
        "parameters": "параметров",
        "data": "данные",
        "to learn": "для обучения",
        "to test": "для проверки",
        "model": "модель",
        "history": "история",
        "curves": "кривые",
        "no curves": "картинки с кривыми нет",
        "stopped": "Остановлено; выученное к этому времени сохранено.",
        "stopped early": "Остановлено до конца первой эпохи; ничего не сохранено.",
        "interrupted": "Остановлено по Ctrl-C; закончено эпох: {epochs}.",
        "report": "отчёт",
        "lab stopped": "Остановлено. Готовое сохранено в {folder}; та же команда продолжит.",
        "lab part": "Исследование не закончено: готово обучений: {done} из {all}.",
        "right": "точность на тесте: {percent:.2f} % (верно {right} из {all})",
    },
}


def words_in(lang: str) -> dict[str, str]:
    """The words of one language, "en" or "ru"."""
    if lang not in WORDS:
        raise ArgumentError(f"lang={lang!r} is not spoken here. Use one of {', '.join(WORDS)}.")
    return WORDS[lang]
