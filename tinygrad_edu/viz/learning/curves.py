"""The curves of a training: what was learned from beside what was not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...errors import ArgumentError
from .style import COLOURS, MARKS, dress, figure, words_of

__all__ = ["curves"]

_PARTS = {"train": ("", "train_"), "test": ("val_", "test_")}
_STYLES = {"train": ("-", 0), "test": ("--", 1)}


def curves(
    history: Mapping[str, Iterable[float]] | Iterable[Mapping[str, Any]],
    quantities: Iterable[str] = ("loss", "accuracy"),
    title: str = "",
    lang: str | None = None,
) -> Any:
    """A panel for every one of `quantities`, with a line for training and one for the test.

    `history` is a mapping of columns, {"loss": […], "val_loss": […]}, or the rows of a training,
    [{"loss": 0.9, "val_loss": 1.0}, …]; the test's columns begin with `val_` or `test_`. The gap
    between the lines is what the network knows by heart.

    Raises `ArgumentError` where no quantity is found, or where columns differ in length.
    """
    columns = _columns(history)
    wanted = list(quantities)
    found = {q: _lines(columns, q) for q in wanted}
    found = {q: lines for q, lines in found.items() if lines}
    if not found:
        raise ArgumentError(
            f"curves: none of {', '.join(wanted)} is in the history, which has "
            f"({', '.join(columns)}). Pass columns such as loss and val_loss."
        )
    words = words_of(lang)
    made = figure(5.2 * len(found), 4.2, title)
    panels = made.subplots(1, len(found), squeeze=False)[0]
    for axes, (quantity, lines) in zip(panels, found.items(), strict=True):
        for part, values in lines.items():
            dash, k = _STYLES[part]
            size = 4 if len(values) <= 40 else 0
            axes.plot(
                columns.get("epoch", range(1, len(values) + 1)), values, dash, color=COLOURS[k],
                marker=MARKS[k], markersize=size, label=words[part],
            )  # fmt: skip
        dress(axes, words.get(quantity, quantity), words["epoch"])
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.legend(frameon=False)
    return made


def _columns(history: Any) -> dict[str, list[float]]:
    if isinstance(history, Mapping):
        columns = {str(name): list(values) for name, values in history.items()}
    else:
        rows = list(history)
        names = dict.fromkeys(name for row in rows for name in row)
        columns = {name: [row.get(name) for row in rows] for name in names}
    if len({len(values) for values in columns.values()}) > 1:
        lengths = ", ".join(f"{name}: {len(values)}" for name, values in columns.items())
        raise ArgumentError(
            f"curves: the columns differ in length ({lengths}). One per epoch each."
        )
    return columns


def _lines(columns: Mapping[str, list[float]], quantity: str) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for part, prefixes in _PARTS.items():
        for prefix in prefixes:
            if columns.get(prefix + quantity):
                found.setdefault(part, columns[prefix + quantity])
    return found
