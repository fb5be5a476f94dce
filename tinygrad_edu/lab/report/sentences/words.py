"""The report's single words and headings of tables: English, Russian."""

from __future__ import annotations

__all__ = ["WORDS"]

WORDS: dict[str, tuple[str, str]] = {
    "title": (
        "Practical work 2: backpropagation and optimization methods",
        "Практическая работа № 2: обратное распространение ошибки и методы оптимизации",
    ),
    # single words
    "loss": ("loss", "потери"),
    "accuracy": ("accuracy", "точность"),
    "epoch": ("epoch", "эпоха"),
    "test": ("test", "тест"),
    "batch": ("batch size", "размер пакета"),
    "diverged": ("diverged", "разошлось"),
    "diverged runs": ("Diverged", "Разошлось"),
    "layer": ("layer, from the input on", "слой, считая от входа"),
    "iteration": ("iteration", "итерация"),
    "hidden": ("hidden layers", "скрытые слои"),
    "activation": ("activation", "активация"),
    "init": ("first weights", "начальные веса"),
    "weight_decay": ("L2", "L2"),
    "dropout": ("dropout", "dropout"),
    "seed": ("seed", "зерно"),
    "optimizer": ("Optimizer", "Оптимизатор"),
    "setting": ("Best setting", "Лучшая настройка"),
    "options": ("Settings", "Настройки"),
    "time": ("Time, s", "Время, с"),
    "final": ("Final accuracy, %", "Итоговая точность, %"),
    "best": ("Best epoch, %", "Лучшая эпоха, %"),
    "best setting": ("Best setting, %", "Лучшая настройка, %"),
    "median": ("Median of all settings, %", "Медиана по настройкам, %"),
    "spread": ("Spread over seeds", "Разброс по зёрнам"),
    "runs": ("Runs", "Запусков"),
    "stability": ("Stability", "Стабильность"),
    "roughness": ("ρ", "ρ"),
    "to goal": ("Epochs to {goal} %", "Эпох до {goal} %"),
    "error title": ("Error L at every iteration", "Ошибка L на каждой итерации"),
    "wrong": ("wrong answers, %", "неверных ответов, %"),
    "gradient title": ("Length of ∂L/∂W, by layer", "Длина ∂L/∂W по слоям"),
    # the sheet's words
    "poor": ("poor", "плохая"),
    "oscillates": ("oscillates", "колебания"),
    "good": ("good", "хорошая"),
    "excellent": ("excellent", "отличная"),
    "very fast": ("very fast", "очень быстрое"),
    "fast": ("fast", "быстрое"),
    "medium": ("medium", "среднее"),
    "slow": ("slow", "долгое"),
    "smoothest": ("best", "лучшая"),
}
