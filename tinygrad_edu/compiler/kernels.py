"""Kernels: several instructions in one, with buffers of their own, in NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..fast import loop
from ..ops.cross_entropy import cross_entropy

__all__ = ["SoftmaxCrossEntropy", "largest", "smallest"]


def largest(x: Any, y: Any, out: np.ndarray) -> None:
    """`np.maximum`, which no longer takes its output by place."""
    np.maximum(x, y, out=out)


def smallest(x: Any, y: Any, out: np.ndarray) -> None:
    """`np.minimum`, likewise."""
    np.minimum(x, y, out=out)


class SoftmaxCrossEntropy:
    """The loss of logits x (N, C) and labels t (N), and its gradient, with one softmax for both.

    In the order and so with the rounding of `ops.cross_entropy`: e = exp(x − max x), s = Σ e,
    ℓ = ln s − (x_t − max x); ∂ℓ/∂x = e/s − onehot(t), times g/N. It works on x turned round,
    (C, N), where NumPy reduces N numbers at a time.
    """

    def __init__(self, shape: tuple[int, int], dtype: Any, params: Mapping[str, Any]) -> None:
        n, c = shape
        self.classes, self.params = c, dict(params)
        self.mean = params["reduction"] == "mean"
        self.e = np.empty((c, n), dtype)
        self.m, self.s, self.log_s = np.empty((3, n), dtype)
        self.rows = np.arange(n)
        self.starts = self.rows * c
        self.rare = 0 <= params["ignore_index"] < c  # a class that is left out
        self.plain = self.in_loops = False
        self.own = np.empty(n, dtype)

    def forward(self, x: np.ndarray, t: np.ndarray, out: np.ndarray) -> None:
        """The loss."""
        if self.in_loops and not self.rare:
            self._forward_in_loops(x, t, out)
            return
        low, high = np.minimum.reduce(t), np.maximum.reduce(t)
        self.plain = self.rare or low < 0 or high >= self.classes
        if self.plain:  # ignored examples, or labels to be refused: the op knows what to do
            out[...] = cross_entropy.forward(x, t, **self.params)
            return
        e, m, s = self.e, self.m, self.s
        np.copyto(e, x.T)
        np.maximum.reduce(e, 0, None, m)
        np.subtract(e, m, e)
        np.exp(e, e)
        np.add.reduce(e, 0, None, s)
        own = x.ravel()[self.starts + t]
        np.subtract(own, m, own)
        np.log(s, self.log_s)
        np.subtract(self.log_s, own, own)
        total = np.add.reduce(own)
        out[...] = total / len(own) if self.mean else total

    def _forward_in_loops(self, x: np.ndarray, t: np.ndarray, out: np.ndarray) -> None:
        e, own, s = self.e, self.own, self.s
        self.plain = not loop("shifted")(x, t, e, own)
        if self.plain:
            self.in_loops = False
            self.forward(x, t, out)
            self.in_loops = True
            return
        np.exp(e, e)
        if len(s) > 1:
            loop("column_sums")(e, s)
        else:  # a single column NumPy adds up in another order
            np.add.reduce(e, 0, None, s)
        np.log(s, self.log_s)
        np.subtract(self.log_s, own, own)
        total = np.add.reduce(own)
        out[...] = total / len(own) if self.mean else total

    def backward(self, g: np.ndarray, x: np.ndarray, t: np.ndarray, out: np.ndarray) -> None:
        """The gradient of x; after `forward`, with its e and s."""
        if self.plain:
            rule = cross_entropy.rules[0]
            assert rule is not None
            out[...] = rule.fn(g, x, t, None, *map(self.params.get, cross_entropy.params))
            return
        if self.in_loops:
            scale = np.asarray(g / len(t) if self.mean else g)
            loop("less_truth")(self.e, self.s, t, scale[()], out)
            return
        np.divide(self.e, self.s, self.e)
        np.copyto(out, self.e.T)
        out[self.rows, t] -= 1
        np.multiply(out, g / len(t) if self.mean else g, out)
