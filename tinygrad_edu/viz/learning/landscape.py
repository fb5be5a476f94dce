"""The loss around a network, along two random directions in the space of its weights.

H. Li, Z. Xu, G. Taylor, C. Studer, T. Goldstein, "Visualizing the Loss Landscape of Neural Nets"
(2018): a direction is scaled filter by filter to the length of the filter it changes. Without that,
a network with large weights would look flat and one with small weights steep, although a rectifier
network computes the same after its layers are rescaled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...autograd import no_grad
from ...errors import ArgumentError
from ...nn import Module
from ...tensor import Tensor
from .style import COLOURS, dress, figure, words_of

__all__ = ["Landscape", "landscape", "loss_landscape"]


@dataclass(frozen=True, slots=True, eq=False)
class Landscape:
    """`losses[i, j]` is the loss at weights + `across[j]` · direction 1 + `up[i]` · direction 2."""

    across: np.ndarray
    up: np.ndarray
    losses: np.ndarray


def landscape(
    model: Module,
    loss_of: Callable[[], Any],
    span: float = 1.0,
    steps: int = 21,
    seed: int = 0,
) -> Landscape:
    """The loss on a grid of steps × steps networks around `model`, which is left as it was.

    `loss_of()` computes the loss of the model as it is, for example
    `lambda: criterion(model(x), y)`. The directions are drawn with `seed`, normal numbers scaled to
    the norm of each filter (a row of a weight); biases and norms' scales stay where they are, as in
    the paper.

    Raises `ArgumentError` for a grid without points or a model without weights.
    """
    if steps < 2 or span <= 0:
        raise ArgumentError(f"landscape: steps={steps}, span={span}. At least 2, and above 0.")
    places = [p for p in model.parameters() if p.array.ndim > 1]
    if not places:
        raise ArgumentError("landscape: the model has no weight matrix to move along.")
    rng = np.random.default_rng(seed)
    first, second = ([_direction(p.array, rng) for p in places] for _ in range(2))
    before = [p.array.copy() for p in places]
    way = np.linspace(-span, span, steps)
    losses = np.empty((steps, steps))
    try:
        with no_grad(), np.errstate(all="ignore"):
            for i, j in np.ndindex(steps, steps):
                for p, w, d, e in zip(places, before, first, second, strict=True):
                    p.copy_(Tensor(w + (way[j] * d + way[i] * e).astype(w.dtype)))
                loss = loss_of()
                losses[i, j] = float(getattr(loss, "array", loss))
    finally:
        with no_grad():
            for p, w in zip(places, before, strict=True):
                p.copy_(Tensor(w))
    return Landscape(way, way, losses)


def _direction(weight: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A random direction whose filters are as long as the weight's own."""
    drawn = rng.normal(size=weight.shape)
    axes = tuple(range(1, weight.ndim))
    lengths = np.sqrt((drawn**2).sum(axes, keepdims=True))
    return np.asarray(
        drawn / lengths * np.sqrt((weight.astype(float) ** 2).sum(axes, keepdims=True))
    )


def loss_landscape(
    model: Module,
    loss_of: Callable[[], Any],
    span: float = 1.0,
    steps: int = 21,
    seed: int = 0,
    title: str = "",
    lang: str | None = None,
) -> Any:
    """The loss around `model` as a map with lines of equal loss, and as a mountain beside it.

    Arguments as of `landscape`. The cross marks the network as it is.
    """
    found = landscape(model, loss_of, span, steps, seed)
    words = words_of(lang)
    made = figure(10.5, 4.6, title)
    flat = made.add_subplot(1, 2, 1)
    finite = np.where(np.isfinite(found.losses), found.losses, np.nan)
    shown = flat.contourf(found.across, found.up, finite, levels=24, cmap="viridis")
    flat.contour(found.across, found.up, finite, levels=12, colors="white", linewidths=0.4)
    flat.plot(0, 0, "X", color=COLOURS[1], markersize=11, markeredgecolor="white")
    flat.annotate(words["here"], (0, 0), (8, 8), textcoords="offset points", color="white")
    first, second = (words["direction"].format(number=k) for k in (1, 2))
    dress(flat, "", first, second, grid=False)
    made.colorbar(shown, ax=flat, label=words["loss"])
    deep = made.add_subplot(1, 2, 2, projection="3d")
    deep.plot_surface(*np.meshgrid(found.across, found.up), finite, cmap="viridis", linewidth=0)
    deep.set_zlabel(words["loss"])
    deep.tick_params(labelsize=7)
    return made
