"""Pictures: what a network reads, what it takes them for, and what its weights look like."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...errors import ArgumentError
from .style import COLOURS, array_of, diverging, dress, figure, words_of

__all__ = ["confusion_matrix", "picture_grid", "weights"]


def picture_grid(
    pictures: Any,
    predicted: Any,
    target: Any = None,
    names: Sequence[str] | None = None,
    columns: int = 3,
    title: str = "",
) -> Any:
    """Pictures (N, H, W) or flat squares (N, H·H) in a grid, with the predicted class above each.

    Where `target` is given, a wrong one is vermilion, crossed, with the true class in brackets.
    """
    images = _as_images(array_of(pictures, "picture_grid", "pictures", (2, 3)), "picture_grid")
    guesses = _classes(predicted, len(images), "predicted")
    truths = guesses if target is None else _classes(target, len(images), "target")

    def name(k: int) -> str:
        return str(k) if names is None else str(names[k])

    rows = math.ceil(len(images) / columns)
    made = figure(1.7 * columns, 1.95 * rows + 0.3 * bool(title), title)
    panels = made.subplots(rows, columns, squeeze=False).ravel()
    for axes in panels:
        axes.set_axis_off()
    for axes, image, guess, truth in zip(panels, images, guesses, truths, strict=False):
        axes.imshow(image, cmap="gray_r")
        right = guess == truth
        text = name(guess) if right else f"✗ {name(guess)} ({name(truth)})"
        axes.set_title(text, color="black" if right else COLOURS[1], fontsize=13)
    return made


def weights(
    weight: Any,
    shape: tuple[int, int] | None = None,
    columns: int = 8,
    most: int = 64,
    title: str = "",
    lang: str | None = None,
) -> Any:
    """The weights of every neuron as a picture: blue where an input speaks for it, vermilion
    against.

    `weight` (neurons, inputs), as of `nn.Linear`, or (filters, channels, H, W), whose channels are
    averaged; `shape` is that of the picture that the inputs were, by default a square. All neurons
    share one scale; the first `most` are shown.
    """
    numbers = array_of(weight, "weights", "weight", (2, 4))
    if numbers.ndim == 4:
        images = numbers.mean(1)
    elif shape is None:
        images = _as_images(numbers, "weights")
    elif math.prod(shape) == numbers.shape[1]:
        images = numbers.reshape(-1, *shape)
    else:
        raise ArgumentError(
            f"weights: {numbers.shape[1]} inputs are no picture of {shape[0]} × {shape[1]}. Pass "
            "the shape that the pictures had before they were flattened."
        )
    images = images[:most]
    word = words_of(lang)["neuron"]
    columns = min(columns, len(images))
    rows = math.ceil(len(images) / columns)
    made = figure(1.25 * columns + 1, 1.4 * rows + 0.4, title)
    panels = made.subplots(rows, columns, squeeze=False).ravel()
    top = float(np.abs(numbers).max()) or 1.0
    shown = None
    for k, axes in enumerate(panels):
        axes.set_axis_off()
        if k < len(images):
            shown = axes.imshow(images[k], cmap=diverging(), vmin=-top, vmax=top)
            axes.set_title(f"{word} {k}", fontsize=8)
    made.colorbar(shown, ax=panels.tolist(), shrink=0.8)
    return made


def confusion_matrix(
    predicted: Any,
    target: Any,
    names: Sequence[str] | None = None,
    title: str = "",
    lang: str | None = None,
) -> Any:
    """How often class i (row) was taken for class j (column); the darker, the larger its share
    of the row.

    `predicted` and `target` are classes (N).
    """
    guesses = array_of(predicted, "confusion_matrix", "predicted", 1)
    truths = _classes(target, len(guesses), "target")
    guesses = _classes(guesses, len(guesses), "predicted")
    size = max(int(max(guesses.max(), truths.max())) + 1, len(names or ()))
    counts = np.zeros((size, size), int)
    np.add.at(counts, (truths, guesses), 1)
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    words = words_of(lang)
    side = 2.2 + 0.52 * size
    right = words["right"].format(percent=f"{100 * np.trace(counts) / counts.sum():.1f}")
    made = figure(side + 0.6, side, title)
    axes = made.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for i, j in np.argwhere(counts):
        ink = "white" if shares[i, j] > 0.55 else "black"
        axes.text(j, i, str(counts[i, j]), ha="center", va="center", color=ink, fontsize=10)
    dress(axes, right, words["predicted"], words["true"], grid=False)
    labels = [str(k) for k in range(size)] if names is None else list(map(str, names))
    axes.set_xticks(range(size), labels, rotation=90 if max(map(len, labels)) > 3 else 0)
    axes.set_yticks(range(size), labels)
    return made


def _as_images(flat: np.ndarray, who: str) -> np.ndarray:
    """(N, H, W) as it is, (N, H·H) as squares."""
    if flat.ndim == 3:
        return flat
    side = math.isqrt(flat.shape[1])
    if side * side != flat.shape[1]:
        raise ArgumentError(
            f"{who}: {flat.shape[1]} numbers are no square picture. Reshape them to (N, H, W), or "
            "say the shape."
        )
    return flat.reshape(-1, side, side)


def _classes(value: Any, count: int, what: str) -> np.ndarray:
    found = array_of(value, "pictures", what, 1)
    if len(found) != count or found.dtype.kind not in "iu" or found.min() < 0:
        raise ArgumentError(
            f"{what}: {found.shape} of {found.dtype}, but {count} classes 0, 1, 2 … were expected. "
            "Take argmax(dim=1) of the scores."
        )
    return found
