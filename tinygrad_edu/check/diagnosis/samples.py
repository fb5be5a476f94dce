"""New inputs of the same kind: a one-hot target stays one-hot, labels stay labels.

ŷ − y is the gradient of softmax and cross-entropy only where Σ y = 1, so a target may be replaced
by another one of its kind alone, or right work would look wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .sizes import Axis, resized
from .work import Inputs

__all__ = ["Sampler", "kind_of"]


def kind_of(name: str, value: Any, is_param: bool, batch: int | None = None) -> str:
    """One of: "weight", "real", "one-hot 0/1" (along an axis), "share 0/1", "binary", "label" or
    "fixed".
    """
    if not isinstance(value, np.ndarray):
        return "fixed"
    if is_param:
        return "weight"
    target = name.lower()[:1] in "ytlr"
    whole = bool(np.isin(value, (0, 1)).all())
    for axis in range(value.ndim) if target else ():
        if axis == batch:  # examples may sum to 1 by chance, classes do by meaning
            continue
        sums = value.sum(axis)
        if value.shape[axis] > 1 and np.allclose(sums, 1) and (value >= 0).all():
            return f"one-hot {axis}" if whole else f"share {axis}"
    if target and whole:
        return "binary"
    if value.dtype.kind in "iu" and target:
        return "label"
    return "real" if value.dtype.kind in "fiub" else "fixed"


class Sampler:
    """Draws inputs of given sizes, of the kinds that the example inputs have."""

    def __init__(
        self,
        inputs: Inputs,
        params: tuple[str, ...],
        valid: Callable[[Inputs], bool],
        batch: frozenset[Axis],
    ) -> None:
        self.given, self.params, self.valid = inputs, params, valid
        along = dict(batch)
        self.kinds = {k: kind_of(k, v, k in params, along.get(k)) for k, v in inputs.items()}
        self.close = False  # whether only small changes of the given inputs give a finite loss

    def real(self, lengths: dict[Axis, int], seed: int) -> Inputs:
        """Random reals, with weights of a size that saturates nothing."""
        rng = np.random.default_rng(seed)
        base = resized(self.given, lengths)
        if not self.close:
            drawn = self._fill(base, rng, lambda shape: rng.normal(0, 1, shape), True)
            if self.valid(drawn):
                return drawn
            self.close = True
        return {
            k: v * (1 + 0.1 * rng.uniform(-1, 1, v.shape)) + 0.01 * rng.uniform(-1, 1, v.shape)
            if self.kinds[k] in ("weight", "real")
            else v
            for k, v in base.items()
        }

    def whole(self, lengths: dict[Axis, int], seed: int) -> Inputs:
        """Small integers."""
        rng = np.random.default_rng(seed)
        base = resized(self.given, lengths)
        return self._fill(base, rng, lambda shape: rng.integers(-2, 3, shape).astype(float), False)

    def _fill(
        self,
        base: Inputs,
        rng: np.random.Generator,
        draw: Callable[[tuple[int, ...]], np.ndarray],
        scaled: bool,
    ) -> Inputs:
        out: Inputs = {}
        for name, value in base.items():
            kind, _, axis = self.kinds[name].partition(" ")
            if kind in ("weight", "real"):
                out[name] = np.asarray(draw(value.shape))
                if kind == "weight" and scaled and value.ndim > 1:  # sums of unit size
                    out[name] *= 1.2 / max(value.shape) ** 0.5
            elif kind == "one-hot" or (kind == "share" and not scaled):
                out[name] = one_hot(rng, value.shape, int(axis)).astype(value.dtype)
            elif kind == "share":
                part = rng.uniform(0.1, 1, value.shape)
                out[name] = part / part.sum(int(axis), keepdims=True)
            elif kind == "binary":
                out[name] = rng.integers(0, 2, value.shape).astype(value.dtype)
            elif kind == "label":
                out[name] = rng.choice(np.ravel(self.given[name]), value.shape)
            else:
                out[name] = value
        return out


def one_hot(rng: np.random.Generator, shape: tuple[int, ...], axis: int) -> np.ndarray:
    """Zeros, with a single 1 along an axis."""
    classes = np.expand_dims(rng.integers(0, shape[axis], np.delete(shape, axis)), axis)
    counting = np.arange(shape[axis]).reshape([-1 if a == axis else 1 for a in range(len(shape))])
    return np.asarray(counting == classes, np.float64)
