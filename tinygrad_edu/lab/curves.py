"""A picture of a training: loss and accuracy, on what was learned and on what was not."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..data.storage import write_whole
from ..errors import ArgumentError
from ..extras import extra
from .train import Epoch
from .words import words_in

__all__ = ["save_curves"]

# Okabe and Ito's blue and vermilion: colour-blind people tell them apart; the dashes help in print.
_STYLES = {
    "train": {"color": "#0072B2", "linestyle": "-", "marker": "o"},
    "test": {"color": "#D55E00", "linestyle": "--", "marker": "s"},
}


def save_curves(
    history: Sequence[Epoch], path: str | os.PathLike[str], title: str = "", lang: str = "en"
) -> None:
    """Draw the curves of `history` into a picture of the kind that `path` ends in: png, svg, pdf.

    Two panels: the loss, lower is better, and the accuracy in percent. The gap between the two
    lines of a panel is what the network knows by heart. `lang` is "en" or "ru".

    Raises `NotInstalled` where matplotlib is missing, `ArgumentError` for an empty history.
    """
    if not history:
        raise ArgumentError("save_curves: the history is empty. Train for at least one epoch.")
    matplotlib = extra("matplotlib.figure", "the picture of the curves", "plot")
    words = words_in(lang)
    # A Figure of its own, not pyplot: no window, and the user's own figures stay as they are.
    figure = matplotlib.Figure(figsize=(10, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    for part, style in _STYLES.items():
        scores = [getattr(epoch, part) for epoch in history]
        numbers = [epoch.number for epoch in history]
        options: dict[str, Any] = style | {
            "label": words[part],
            "markersize": 4 if len(history) <= 40 else 0,
        }
        left.plot(numbers, [score.loss for score in scores], **options)
        right.plot(numbers, [100 * score.accuracy for score in scores], **options)
    _dress(left, words["loss"], words)
    _dress(right, words["accuracy"] + ", %", words)
    last = history[-1]
    right.annotate(
        f"{100 * last.test.accuracy:.2f} %",
        (last.number, 100 * last.test.accuracy),
        textcoords="offset points",
        xytext=(0, -14),
        ha="right",
        color=_STYLES["test"]["color"],
    )
    figure.suptitle(title)
    path = Path(path)
    write_whole(path, lambda file: figure.savefig(file, format=path.suffix[1:] or "png", dpi=120))


def _dress(axes: Any, quantity: str, words: dict[str, str]) -> None:
    """Name the axes of one panel, and take away what says nothing."""
    axes.set_xlabel(words["epoch"])
    axes.set_title(quantity)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
