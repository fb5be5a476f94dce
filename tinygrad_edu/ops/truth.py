"""The truth that a classifier is judged by, and what it charges for. Not ops themselves.

Weights, smoothed labels and ignored examples change only the *charge* q (N, C), how much of −ln p
each class is to pay; with it every variant of cross-entropy is one formula, ℓ = Σ_c q_c · (−ln
p_c):

    label t                 q = w ⊙ onehot(t)
    label t, smoothed       q = w ⊙ ((1 − ε) · onehot(t) + ε/C)
    probabilities t         q = w ⊙ ((1 − ε) · t + ε/C)
    an ignored example      q = 0
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..errors import ArgumentError, DimError, DTypeError, InputTypeError, TargetError
from ..op import Array
from .loss_basics import check_floating, plain

Shape = tuple[int, ...]


class Truth:
    """The targets of a batch of logits of `shape`: (N, C), (C) or (N, C, d…).

    `axis` is that of the classes. `labels` (N, d…) are the true classes, with 0 for an ignored
    example, or None where the target holds probabilities; `kept` says which examples count, or None
    for all of them. Labels and weights get no gradient, so they are plain arrays in every pass.

    Raises `DimError` for a label that is no class.
    """

    __slots__ = ("axis", "kept", "labels", "name", "shape", "target", "weight")

    def __init__(
        self, name: str, shape: Shape, target: Array, weight: Array | None, ignore_index: int
    ) -> None:
        self.name, self.shape, self.target = name, shape, target
        self.axis = class_axis(shape)
        self.weight = plain(weight)
        self.labels: Array | None = None
        self.kept: Array | None = None
        if target.dtype.kind != "f":
            self.labels, self.kept = _labels(name, plain(target), shape[self.axis], ignore_index)

    @property
    def whole(self) -> bool:
        """Whether every example's charge is known to add up to one."""
        return self.labels is not None and self.kept is None and self.weight is None

    def own(self) -> tuple[Array, ...]:
        """The index of every example's true class in the logits: (0 … N−1, labels)."""
        assert self.labels is not None
        if len(self.shape) == 2:
            return np.arange(self.shape[0]), self.labels
        places = list(np.indices(self.labels.shape, sparse=True))
        places.insert(self.axis, self.labels)
        return tuple(places)

    def charge(self, dtype: Any, smoothing: float) -> Array:
        """q, of the shape of the logits."""
        if self.labels is None:
            q = self.target
            if smoothing:
                q = q * (1 - smoothing) + smoothing / self.shape[self.axis]
        else:
            everywhere = smoothing / max(self.shape[self.axis], 1)
            q = np.full(self.shape, everywhere, dtype) if smoothing else np.zeros(self.shape, dtype)
            q[self.own()] = 1 - smoothing + everywhere
            if self.kept is not None:
                q *= np.expand_dims(self.kept, self.axis)
        return q if self.weight is None else q * self.weight_along(dtype)

    def priced(self, losses: Array) -> Array:
        """The examples' losses times the weights of their classes; zero where they are ignored."""
        if self.weight is not None:
            losses = losses * self.weight.astype(losses.dtype, copy=False)[self.labels]
        return losses if self.kept is None else np.where(self.kept, losses, 0)

    def weight_along(self, dtype: Any) -> Array:
        """The weights (C), so shaped that they lie along the classes: (C, 1 …)."""
        after = (1,) * (len(self.shape) - 1 - self.axis)
        return self.weight.astype(dtype, copy=False).reshape((-1, *after))

    def total(self, reduction: str) -> float:
        """What a mean divides by: the weights of the examples that count, or their number.

        Over given probabilities the mean is not weighted (as in PyTorch). Raises `ArgumentError`
        where no example counts.
        """
        if reduction != "mean":
            return 1
        n = math.prod(self.shape) // max(self.shape[self.axis], 1)
        if self.kept is not None and not self.kept.any():
            raise ArgumentError(
                f"{self.name}: all {n} targets are ignored, and the mean over no example is not a "
                "number. Leave such a batch out, or use reduction='sum'."
            )
        if self.labels is None or (self.kept is None and self.weight is None):
            return n
        if self.weight is None:
            return int(self.kept.sum())  # type: ignore[union-attr]
        return float(
            self.priced(np.broadcast_to(self.weight.dtype.type(1), self.labels.shape)).sum()
        )


def class_axis(shape: Shape) -> int:
    """Where the classes lie: in dimension 1, or 0 for a single example."""
    return 0 if len(shape) == 1 else 1


def over_classes(g: Array, axis: int) -> Array:
    """The examples' gradients (N, d…) for all of their classes: (N, 1, d…). One number fits as it
    is.
    """
    return g.reshape((*g.shape[:axis], 1, *g.shape[axis:])) if g.ndim else g


def _labels(
    name: str, target: np.ndarray, classes: int, ignore_index: int
) -> tuple[np.ndarray, np.ndarray | None]:
    """The labels, with 0 for the ignored ones, and which are kept (None: all of them)."""
    if not target.size:
        return target, None
    if not 0 <= ignore_index < classes and target.min() >= 0 and target.max() < classes:
        return target, None  # the usual case: two looks at the labels
    kept = target != ignore_index
    wrong = kept & ((target < 0) | (target >= classes))
    if wrong.any():
        where = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise DimError(
            f"{name}: target[{', '.join(map(str, where))}] is {target[where]}, but the prediction "
            f"has {classes} classes, numbered 0 to {classes - 1}. "
            f"{_label_fix(target[kept], classes)}"
        )
    return (target, None) if kept.all() else (np.where(kept, target, 0), kept)


def _label_fix(target: np.ndarray, classes: int) -> str:
    low, high = int(target.min()), int(target.max())
    if low == 1 and high == classes:
        return "The labels seem to start at 1: subtract 1."
    if low < 0:
        return "Correct the label, or name it in ignore_index if its example is to be left out."
    return f"Correct the label, or give the last layer {high + 1} outputs."


def check_classes(
    name: str, x: Array, target: Any, weight: Any, *, probabilities: bool = False
) -> None:
    """Refuse targets and weights whose shape or type does not fit the logits x."""
    if not isinstance(target, np.ndarray):
        raise InputTypeError(
            f"{name}: the target is {target!r} of type {type(target).__name__}, but a tensor of "
            "class numbers was expected. Make it one: tinygrad_edu.tensor(...)."
        )
    check_floating(name, x)
    if not x.ndim:
        raise TargetError(
            f"{name}: the prediction is a single number, but every example needs one per class. "
            "Give it the shape (N, C)."
        )
    axis = class_axis(x.shape)
    if weight is not None and np.shape(weight) != (x.shape[axis],):
        raise TargetError(
            f"{name}: weight has shape {np.shape(weight)}, but the prediction of shape {x.shape} "
            f"has {x.shape[axis]} classes. Give one number per class."
        )
    if target.dtype.kind == "f" and target.shape == x.shape and probabilities:
        return
    if target.dtype.kind not in "iu":
        raise DTypeError(
            f"{name}: the target of shape {target.shape} is {target.dtype}, but classes are "
            "numbered in integers. Convert it: target.long()."
            + (f" Class probabilities would have the shape {x.shape}." if probabilities else "")
        )
    expected = x.shape[:axis] + x.shape[axis + 1 :]
    if target.shape != expected:
        raise TargetError(_misfit(name, x.shape, target.shape, expected))


def _misfit(name: str, x: Shape, target: Shape, expected: Shape) -> str:
    says = (
        f"{name}: a prediction of shape {x} needs class numbers of shape {expected}, "
        f"but the target has shape {target}. "
    )
    if target == x:
        return (
            says + "One-hot rows are probabilities, target.float(); classes are target.argmax(1)."
        )
    if math.prod(target) == math.prod(expected):
        return says + f"Drop the extra dimension: target.reshape({expected})."
    return says + "Check that predictions and targets come from the same batch."
