r"""The matrix products: ∂L/∂W = Aᵀδ and ∂L/∂A = δWᵀ, each with the values of the forward pass."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..network import Network, Pass
from .base import Array, Mistake, hypothesis, layers

__all__ = ["PropagateSign", "PropagateTransposed", "StaleWeights", "UpdatedTooEarly", "ZForA"]


@hypothesis
class ZForA(Mistake):
    """∂L/∂W_l = Z_{l−1}ᵀ δ: the layer below before its activation."""

    name = "z-for-a"

    @classmethod
    def sites(cls, net: Network) -> Iterator[Mistake]:
        """Every layer above the first."""
        return (cls(layer) for layer in layers(net) if layer != 0)

    def weight(self, run: Pass, layer: int, right: Array) -> Array:
        """Z of the layer below, in the place of its A."""
        return run.Z[layer - 1].T @ run.delta[layer] if layer and self.here(layer) else right


@hypothesis
class PropagateTransposed(Mistake):
    """∂L/∂A = δW: runs only where W is square."""

    name = "transposed"

    @classmethod
    def sites(cls, net: Network) -> Iterator[Mistake]:
        """Every layer above the first."""
        return (cls(layer) for layer in layers(net) if layer != 0)

    def propagate(self, run: Pass, layer: int, right: Array) -> Array:
        """W, not Wᵀ."""
        W = run.W[layer]
        square = self.here(layer) and W.shape[0] == W.shape[1]
        return run.delta[layer] @ W if square else right


@hypothesis
class PropagateSign(Mistake):
    """∂L/∂A = −δWᵀ: where weights are shared it is no common factor."""

    name = "sign"

    @classmethod
    def sites(cls, net: Network) -> Iterator[Mistake]:
        """Every layer above the first."""
        return (cls(layer) for layer in layers(net) if layer != 0)

    def skip(self, run: Pass, layer: int, right: Array) -> Array:
        """With what came along a residual connection."""
        return -right if self.here(layer) else right

    def propagate(self, run: Pass, layer: int, right: Array) -> Array:
        """The other way."""
        return -right if self.here(layer) and not run.skips(layer) else right


@hypothesis
class UpdatedTooEarly(Mistake):
    """∂L/∂A = δ(W − η ∂L/∂W)ᵀ: W was updated before the layer below had its gradient.

    η is not known: it follows from the gradient of the next layer's weights, which is linear in it.
    """

    name = "weights-updated-too-early"

    @classmethod
    def sites(cls, net: Network) -> Iterator[Mistake]:
        """Every layer above the first."""
        return (cls(layer) for layer in layers(net) if layer != 0)

    def fit(self, net: Network, calls: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
        """Find η from (inputs, answer) of some calls: by the highest layer that the mistake can
        reach, W_{l−1}, in the first call where it makes a difference (dead units make none).
        """
        top = net.depth - 1 if self.layer is None else self.layer
        name = net.weights[top - 1]
        self.variant = 0.0
        for inputs, got in calls:
            right = net.gradients(inputs)[name]
            line = net.gradients(inputs, [type(self)(top, 1.0)])[name] - right
            mine = got.get(name)
            if mine is not None and mine.shape == right.shape and np.any(line):
                self.variant = float(np.vdot(mine - right, line) / np.vdot(line, line))
            if self.variant:
                return

    def propagate(self, run: Pass, layer: int, right: Array) -> Array:
        """With the weights after a step of gradient descent."""
        if not self.here(layer) or not self.variant:
            return right
        gW = sum(run.parts[run.net.weights[layer]])  # of a shared weight: over its uses so far
        return run.delta[layer] @ (run.W[layer] - self.variant * gW).T


class StaleWeights(Mistake):
    """Backward reads weights of an earlier call; `variant` holds that call's inputs."""

    name = "stale-weights"

    def __init__(self, net: Network, earlier: dict[str, Any], layer: int | None = None) -> None:
        super().__init__(layer, [net.matrix(earlier[name]) for name in net.weights])

    def propagate(self, run: Pass, layer: int, right: Array) -> Array:
        """δ through the earlier weights."""
        old = self.variant[layer]
        same = self.here(layer) and old.shape == run.W[layer].shape
        return run.delta[layer] @ old.T if same else right
