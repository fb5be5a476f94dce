r"""Softmax: its Jacobian diag(s) − s sᵀ, and the axis along which the classes lie."""

from __future__ import annotations

from collections.abc import Iterator

from ..network import LOSSES, Network, Pass, softmax
from .base import Array, Mistake, hypothesis

__all__ = ["SoftmaxAxis", "SoftmaxDiagonal"]


@hypothesis
class SoftmaxDiagonal(Mistake):
    """δ = g ⊙ s(1 − s): each output as if it depended on its own z alone."""

    name = "softmax-diagonal"

    @classmethod
    def sites(cls, net: Network) -> Iterator[Mistake]:
        """A softmax output."""
        return iter((cls(net.depth - 1),) if net.output == "softmax" else ())

    def delta(self, run: Pass, layer: int, right: Array) -> Array:
        """The Jacobian's diagonal only."""
        s = run.A[-1]
        return run.upstream[layer] * s * (1 - s) if self.here(layer) else right


@hypothesis
class SoftmaxAxis(Mistake):
    """Sums over the examples where softmax sums over the classes."""

    name = "softmax-axis"

    @classmethod
    def sites(cls, net: Network) -> Iterator[Mistake]:
        """A softmax output: its values, its Jacobian, both, and one sum over everything."""
        forms = ("values", "jacobian", "both", "whole")
        return (cls(net.depth - 1, form) for form in forms if net.output == "softmax")

    def delta(self, run: Pass, layer: int, right: Array) -> Array:
        """δ with softmax taken along the wrong axis."""
        if not self.here(layer):
            return right
        s, g, axis = run.A[-1], run.upstream[layer], 0
        if self.variant != "jacobian":
            z = run.Z[layer]
            s = softmax(z.reshape(1, -1)).reshape(z.shape) if self.variant == "whole" else None
            s = softmax(z, 0) if s is None else s
            if run.net.loss == "cross-entropy" and self.variant in ("values", "whole"):
                return (s - run.Y) * run.net.scale(run.Y)
            g = LOSSES[run.net.loss][1](s, run.Y) * run.net.scale(run.Y)
            axis = 0 if self.variant == "both" else 1
        return s * (g - (g * s).sum(axis, keepdims=True))
