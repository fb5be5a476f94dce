"""One look for all figures: colours that colour-blind people tell apart, few lines, no window."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from ...errors import ArgumentError, InputTypeError
from ...extras import extra
from ..words import language
from .words import WORDS

__all__ = ["COLOURS", "MARKS", "array_of", "diverging", "dress", "figure", "words_of"]

# Okabe and Ito, "Color Universal Design" (2008); yellow last, for it is faint on white.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#666666", "#F0E442")
MARKS = ("o", "s", "^", "D", "v", "P", "X", "*")  # the same in print without colours


def figure(width: float, height: float, title: str = "") -> Any:
    """An empty matplotlib figure of its own, not pyplot's: no window opens, and nobody's own
    figures change. It shows itself in Jupyter.

    Raises `NotInstalled` where matplotlib is missing.
    """
    made = extra("matplotlib.figure", "a figure", "plot").Figure(
        figsize=(width, height), layout="constrained"
    )
    if title:
        made.suptitle(title)
    made._repr_png_ = lambda: _png(made)  # only pyplot's figures would do it by themselves
    return made


def _png(made: Any) -> bytes:
    out = io.BytesIO()
    made.savefig(out, format="png", dpi=110)
    return out.getvalue()


def dress(axes: Any, title: str = "", x: str = "", y: str = "", grid: bool = True) -> None:
    """Name what an axes shows, and take away what says nothing."""
    axes.set_title(title)
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.spines[["top", "right"]].set_visible(False)
    if grid:
        axes.grid(alpha=0.3)


def diverging() -> Any:
    """From vermilion (negative) through near-white (0) to blue (positive), as in the stepper."""
    colors = extra("matplotlib.colors", "a figure", "plot")
    return colors.LinearSegmentedColormap.from_list("signs", ["#D55E00", "#F7F7F5", "#0072B2"])


def words_of(lang: str | None) -> dict[str, str]:
    """The figures' words in `lang`, or without it in the user's language."""
    return WORDS[language(lang)]


def array_of(value: Any, who: str, what: str, ndim: int | tuple[int, ...]) -> np.ndarray:
    """`value`, a tensor or anything array-like, as an array of numbers with `ndim` dimensions.

    Raises `InputTypeError` for what is no numbers, `ArgumentError` for other dimensions or none.
    """
    found = np.asarray(getattr(value, "array", value))
    allowed = (ndim,) if isinstance(ndim, int) else ndim
    if found.dtype.kind not in "fiub":
        raise InputTypeError(f"{who}: {what} holds {found.dtype}, but numbers were expected.")
    if found.ndim not in allowed or not found.size:
        wanted = " or ".join(map(str, allowed))
        raise ArgumentError(
            f"{who}: {what} has shape {found.shape}, but {wanted} dimension(s) and at least one "
            "element were expected."
        )
    return found
