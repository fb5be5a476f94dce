"""What every lesson shares: where its pictures go, and how it is made short for a test.

    show(figure, "gates")     saves pictures/gates.png; in a notebook the figure appears, too
    saved("steps.html")       tells where a file beside the pictures is
    quick(30, 3)              30, or 3 where TINYGRAD_EDU_QUICK is set: fewer epochs, smaller sizes
    handwriting()             MNIST; where it is not to be had, the digits inside the package

A lesson is a script in percent format: `# %%` begins a cell, so Jupyter (with jupytext) and VS Code
open it as a notebook, and `python 01_perceptron_gates.py` runs it from top to bottom. The pictures
go to `pictures/` beside the lesson, or to the folder that TINYGRAD_EDU_PICTURES names.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from matplotlib import cycler, rcParams

from tinygrad_edu.viz.learning.style import COLOURS

__all__ = ["FOLDER", "handwriting", "quick", "saved", "show"]

FOLDER = Path(os.environ.get("TINYGRAD_EDU_PICTURES", Path(__file__).parent / "pictures"))
rcParams["axes.prop_cycle"] = cycler(color=COLOURS)  # colour-blind people tell them apart


def quick(full: Any, short: Any) -> Any:
    """The lesson's own number, or the short one where TINYGRAD_EDU_QUICK is set."""
    return short if os.environ.get("TINYGRAD_EDU_QUICK") else full


def handwriting() -> Any:
    """MNIST from a file or a download; without both, the package's own 8×8 digits, with a word."""
    from tinygrad_edu import data
    from tinygrad_edu.errors import DataMissing

    try:
        return data.mnist()
    except DataMissing as error:
        print(f"MNIST is not here: {error}\nThe embedded digits take its place, 8×8 pixels each.")
        return data.digits()


def saved(name: str) -> None:
    """Say where a picture went, as a path from here that can be opened."""
    file = (FOLDER / name).resolve()
    here = Path.cwd()
    print(f"picture: {file.relative_to(here) if file.is_relative_to(here) else file}")


def show(figure: Any, name: str) -> None:
    """Save a matplotlib figure as a PNG, and display it where a notebook can."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    figure.savefig(FOLDER / f"{name}.png", dpi=100)
    saved(f"{name}.png")
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        return
    if get_ipython() is not None:
        display(figure)
