"""A picture of a training: loss and accuracy, on what was learned and on what was not."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ..data.storage import write_whole
from ..errors import ArgumentError
from ..extras import extra
from .history import History
from .words import words_in

__all__ = ["save_curves"]

# Okabe and Ito's blue, vermilion, green: colour-blind people tell them apart; the dashes help in
# print.
_STYLES: tuple[dict[str, Any], ...] = (
    {"color": "#0072B2", "linestyle": "-", "marker": "o"},
    {"color": "#D55E00", "linestyle": "--", "marker": "s"},
    {"color": "#009E73", "linestyle": ":", "marker": "^"},
)


def save_curves(
    history: History, path: str | os.PathLike[str], title: str = "", lang: str = "en"
) -> None:
    """Draw the curves of `history` into a picture of the kind that `path` ends in: png, svg, pdf.

    The loss, lower is better, and where it was measured the accuracy in percent. The gap between
    the lines of a panel is what the network knows by heart. `lang` is "en" or "ru".

    Raises `NotInstalled` where matplotlib is missing, `ArgumentError` for an empty history.
    """
    if not len(history):
        raise ArgumentError("save_curves: the history is empty. Train for at least one epoch.")
    matplotlib = extra("matplotlib.figure", "the picture of the curves", "plot")
    words = words_in(lang)
    scales = {"loss": 1, "accuracy": 100}
    shown = {quantity: _lines(history, quantity) for quantity in scales}
    shown = {quantity: lines for quantity, lines in shown.items() if lines}
    # A Figure of its own, not pyplot: no window, and the user's own figures stay as they are.
    figure = matplotlib.Figure(figsize=(5.1 * len(shown), 4.2), layout="constrained")
    panels = figure.subplots(1, len(shown), squeeze=False)[0]
    for axes, (quantity, lines) in zip(panels, shown.items(), strict=True):
        for (part, column), style in zip(lines.items(), _STYLES, strict=False):
            values = [scales[quantity] * value for value in history[column]]
            size = 4 if len(history) <= 40 else 0
            label = words.get(part, part)
            axes.plot(history["epoch"], values, **style, label=label, markersize=size)
        _dress(axes, words[quantity] + (", %" if quantity == "accuracy" else ""), words)
        if quantity == "accuracy":
            _mark_last(axes)
    figure.suptitle(title)
    path = Path(path)
    write_whole(path, lambda file: figure.savefig(file, format=path.suffix[1:] or "png", dpi=120))


def _lines(history: History, quantity: str) -> dict[str, str]:
    """The columns of one quantity by what they were measured on: {"val": "val_loss"}.

    The average over the epoch's own batches is shown only where the whole was not measured after
    it.
    """
    found = {
        column.removesuffix(quantity).rstrip("_") or "train": column
        for column in history.columns
        if column == quantity or column.endswith("_" + quantity)
    }
    return {part: found[part] for part in sorted(found, key=lambda part: part != "train")}


def _mark_last(axes: Any) -> None:
    """Write the last value of the last line below its end, and below what it does before."""
    line = axes.get_lines()[-1]
    x, y = line.get_data()
    axes.annotate(
        f"{y[-1]:.2f} %",
        (x[-1], min(y[-1 - len(y) // 5 :])),
        textcoords="offset points",
        xytext=(0, -8),
        ha="right",
        va="top",
        color=line.get_color(),
    )


def _dress(axes: Any, quantity: str, words: dict[str, str]) -> None:
    """Name the axes of one panel, and take away what says nothing."""
    axes.set_xlabel(words["epoch"])
    axes.set_title(quantity)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
