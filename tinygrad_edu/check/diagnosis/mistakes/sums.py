r"""Sums and scales of a recognised network: ∂L/∂b = Σ_n δ_n, and the loss's own factor."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..network import Network, Pass
from .base import Array, Mistake, hypothesis, layers

__all__ = ["BiasAxis", "BiasNotSummed", "ReluAtZero", "Scaled"]


@hypothesis
class BiasNotSummed(Mistake):
    """∂L/∂b = δ, a row for every example."""

    name = "bias-not-summed"

    @classmethod
    def sites(cls, net: Network) -> Iterator[Mistake]:
        """Every layer with a bias."""
        return (cls(layer) for layer in layers(net)) if any(net.biases) else iter(())

    def bias(self, run: Pass, layer: int, right: Array) -> Array:
        """δ as it is, in the student's layout."""
        if not self.here(layer):
            return right
        return run.delta[layer].T if run.net.columns else run.delta[layer]


@hypothesis
class BiasAxis(Mistake):
    """∂L/∂b summed over the units, or over everything."""

    name = "wrong-sum-axis"

    @classmethod
    def sites(cls, net: Network) -> Iterator[Mistake]:
        """Every layer with a bias; each shape that NumPy may give the result."""
        forms = ("units", "units kept", "all", "all kept", "mean of units")
        found = layers(net) if any(net.biases) else []
        return (cls(layer, form) for layer in found for form in forms)

    def bias(self, run: Pass, layer: int, right: Array) -> Array:
        """The sum along the other axis, or along both."""
        if not self.here(layer):
            return right
        d = run.delta[layer].T if run.net.columns else run.delta[layer]
        keep = self.variant.endswith("kept")
        if self.variant.startswith("all"):
            return d.sum(keepdims=keep)
        axis = 0 if run.net.columns else 1
        return d.mean(axis) if "mean" in self.variant else d.sum(axis, keepdims=keep)


class Scaled(Mistake):
    """δ of a layer, and so all below it, times a constant: for two mistakes at once."""

    def __init__(self, name: str, layer: int, power: tuple[float, int]) -> None:
        super().__init__(layer, power)
        self.name = name

    @classmethod
    def sites(cls, net: Network) -> Iterator[Mistake]:
        """The whole gradient, by each usual factor: (c, power of N)."""
        last = net.depth - 1
        yield cls("sign", last, (-1.0, 0))
        yield cls("sum-for-mean", last, (1.0, 1))
        yield cls("mean-for-sum", last, (1.0, -1))
        yield cls("factor-2", last, (2.0, 0))
        yield cls("factor-half", last, (0.5, 0))

    def delta(self, run: Pass, layer: int, right: Array) -> Array:
        """c Nᵏ δ."""
        c, power = self.variant
        return right * c * float(len(run.Y)) ** power if self.here(layer) else right


class ReluAtZero(Mistake):
    """relu′(0) = 1 or ½, where the course, PyTorch and this library take 0."""

    name = "relu-at-zero"

    def delta(self, run: Pass, layer: int, right: Array) -> Array:
        """The slope `variant` at z = 0."""
        if run.function(layer) != "relu" or not self.here(layer):
            return right
        return np.where(run.Z[layer] == 0, self.variant * run.upstream[layer], right)
