"""Where a network draws the line between classes in the plane, and how it came there."""

from __future__ import annotations

import os
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from ...autograd import no_grad
from ...data.storage import write_whole
from ...errors import ArgumentError
from ...extras import extra
from ...tensor import Tensor
from .style import COLOURS, MARKS, array_of, dress, figure, words_of

__all__ = ["BoundaryFilm", "decision_boundary"]

_SIGNS = {
    "minus": "−", "plus": "+", "fast-backward": "|◀", "step-backward": "◁", "play": "▶",
    "play fa-flip-horizontal": "◀", "pause": "II", "step-forward": "▷", "fast-forward": "▶|",
}  # fmt: skip


def decision_boundary(
    model: Any, x: Any, y: Any, steps: int = 160, title: str = "", lang: str | None = None
) -> Any:
    """The plane coloured by the class that `model` predicts, with the points x (N, 2), y (N).

    `model(points)` gives scores (N, C), of which the largest wins, or one number per point, (N) or
    (N, 1), whose sign decides between class 0 and class 1. The paler the colour, the less sure.

    Raises `ArgumentError` for points that are not in the plane, or for scores of another shape.
    """
    film = BoundaryFilm(model, x, y, steps, lang)
    film.snap(title)
    return film.figure(-1)


class BoundaryFilm:
    """The decision boundary over the epochs of a training.

        film = viz.BoundaryFilm(model, x, y)
        for epoch in range(50):
            …
            film.snap()
        film.save("boundary.gif")     or .to_html(), or the film itself in Jupyter

    `snap` keeps what the network says on a grid of steps × steps points around x (N, 2).
    """

    def __init__(
        self, model: Any, x: Any, y: Any, steps: int = 100, lang: str | None = None
    ) -> None:
        self.model, self.words = model, words_of(lang)
        self.x = array_of(x, "decision_boundary", "x", 2)
        self.y = array_of(y, "decision_boundary", "y", 1).astype(int)
        if self.x.shape != (len(self.y), 2):
            raise ArgumentError(
                f"decision_boundary: x {self.x.shape} and y {self.y.shape}: points in the plane "
                "were expected, x (N, 2) with a class for each, y (N)."
            )
        low, high = self.x.min(0), self.x.max(0)
        edge = 0.12 * np.maximum(high - low, 1e-9)
        self.axes_x, self.axes_y = (
            np.linspace(a, b, steps) for a, b in zip(low - edge, high + edge, strict=True)
        )
        self.frames: list[tuple[str, np.ndarray, np.ndarray]] = []

    def snap(self, title: str | None = None) -> None:
        """Keep what the network says now: the class of each point of the grid, and how sure."""
        across, up = np.meshgrid(self.axes_x, self.axes_y)
        points = np.stack([across.ravel(), up.ravel()], 1).astype(self.x.dtype, copy=False)
        learning = getattr(self.model, "training", None)
        if learning:
            self.model.eval()
        with no_grad():
            scores = np.asarray(getattr(self.model(Tensor(points)), "array", None))
        if learning:
            self.model.train()
        shape = across.shape
        classes, sure = _judged(scores, len(points))
        name = f"{self.words['epoch']} {len(self.frames) + 1}" if title is None else title
        self.frames.append((name, classes.reshape(shape), sure.reshape(shape)))

    def figure(self, frame: int = -1) -> Any:
        """One frame as a figure."""
        made = figure(5.6, 4.6)
        self._draw(made.subplots(), self._frame(frame))
        return made

    def animation(self, interval: int = 120) -> Any:
        """All frames as a matplotlib animation, with `interval` milliseconds for each."""
        self._frame(0)
        made = figure(5.6, 4.6)
        axes = made.subplots()
        extra("matplotlib.backends.backend_agg", "an animation", "plot").FigureCanvasAgg(made)
        moving = extra("matplotlib.animation", "an animation", "plot")

        def show(k: int) -> list[Any]:
            axes.clear()
            self._draw(axes, self.frames[k])
            return []

        return moving.FuncAnimation(made, show, len(self.frames), interval=interval)

    def save(self, path: str | os.PathLike[str], interval: int = 120) -> Path:
        """Write the film as .gif or .html, whole or not at all.

        Raises `ArgumentError` for another ending or without a frame.
        """
        file = Path(path)
        if file.suffix.lower() not in (".gif", ".html"):
            raise ArgumentError(
                f"BoundaryFilm: asked to save {file.name!r}. A film is a .gif or an .html."
            )
        if file.suffix.lower() == ".html":
            content = self.to_html(interval).encode()
        else:
            writers = extra("matplotlib.animation", "an animation", "plot")
            with TemporaryDirectory() as folder:  # the writer wants a name, and writes in pieces
                part = Path(folder) / "film.gif"
                writer = writers.PillowWriter(fps=max(1, round(1000 / interval)))
                self.animation(interval).save(str(part), writer=writer, dpi=80)
                content = part.read_bytes()
        write_whole(file, lambda out: out.write(content))
        return file

    def to_html(self, interval: int = 120) -> str:
        """The film with buttons, as HTML that needs nothing from outside.

        matplotlib's own page asks a server for the signs on its buttons: here they are letters.
        """
        page = str(self.animation(interval).to_jshtml(default_mode="loop"))
        page = re.sub(r"<link[^>]*>", "", page)
        return re.sub(r'<i class="fa fa-([\w -]+)"></i>', lambda m: _SIGNS.get(m[1], m[1]), page)

    def _repr_html_(self) -> str:
        return self.to_html()

    def _frame(self, k: int) -> tuple[str, np.ndarray, np.ndarray]:
        if not self.frames:
            raise ArgumentError("BoundaryFilm: there is no frame yet. Call snap() after an epoch.")
        return self.frames[k]

    def _draw(self, axes: Any, frame: tuple[str, np.ndarray, np.ndarray]) -> None:
        title, classes, sure = frame
        colors = extra("matplotlib.colors", "a figure", "plot")
        rgb = np.array([colors.to_rgb(COLOURS[k % len(COLOURS)]) for k in range(classes.max() + 1)])
        paper = 1 - (0.15 + 0.4 * sure[..., None]) * (1 - rgb[classes])
        box = (self.axes_x[0], self.axes_x[-1], self.axes_y[0], self.axes_y[-1])
        axes.imshow(paper, origin="lower", extent=box, aspect="auto", interpolation="bilinear")
        for k in range(int(classes.max())):
            if (classes > k).any() and (classes <= k).any():
                axes.contour(
                    self.axes_x, self.axes_y, classes, levels=[k + 0.5], colors="#333333",
                    linewidths=1.2,
                )  # fmt: skip
        for k in np.unique(self.y):
            points = self.x[self.y == k]
            axes.scatter(
                *points.T, s=24, color=COLOURS[k % len(COLOURS)], marker=MARKS[k % len(MARKS)],
                edgecolor="white", linewidth=0.6, label=f"{self.words['class']} {k}",
            )  # fmt: skip
        dress(axes, title, "x₁", "x₂", grid=False)
        axes.legend(loc="upper right", framealpha=0.85, fontsize=9)


def _judged(scores: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The winner among the scores of each point, and its lead as a share from 0 to 1."""
    if scores.shape in ((count,), (count, 1)):
        single = scores.reshape(-1).astype(np.float64)
        return (single > 0).astype(int), np.tanh(np.abs(single) / 2)  # |2σ(s) − 1|
    if scores.ndim != 2 or len(scores) != count or scores.shape[1] < 2:
        raise ArgumentError(
            f"decision_boundary: for {count} points the model gave {scores.shape}, but scores "
            f"({count}, C), ({count}, 1) or ({count},) were expected."
        )
    ordered = np.sort(scores.astype(np.float64), axis=1)
    return scores.argmax(1), np.tanh((ordered[:, -1] - ordered[:, -2]) / 2)
