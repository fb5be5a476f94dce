r"""The activation's derivative: forgotten, or taken where it does not belong. Right: δ = ∂L/∂A ⊙
f′(Z).
"""

from __future__ import annotations

from collections.abc import Iterator

from ..network import ACTIVATIONS, Network, Pass
from .base import Array, Mistake, hypothesis, layers

__all__ = ["AFormulaAtZ", "DerivativeAtA", "ExtraDerivative", "NoDerivative", "WrongLayer"]

OF_A = {"sigmoid": lambda a: a * (1 - a), "tanh": lambda a: 1 - a**2}
"""f′ written with the activated value a = f(z), as textbooks print it."""


@hypothesis
class NoDerivative(Mistake):
    """δ = ∂L/∂A: f′ was forgotten."""

    name = "no-derivative"

    @classmethod
    def sites(cls, net: Network) -> Iterator[Mistake]:
        """Every layer that is not linear."""
        return (cls(layer) for layer in layers(net))

    def delta(self, run: Pass, layer: int, right: Array) -> Array:
        """The upstream gradient as it came."""
        every = self.layer is None and layer == run.net.depth - 1  # "in all hidden layers"
        return run.upstream[layer] if self.here(layer) and not every else right


@hypothesis
class WrongLayer(Mistake):
    """δ_l = ∂L/∂A_l ⊙ f′(Z_k), k ≠ l."""

    name = "wrong-layer-derivative"

    @classmethod
    def sites(cls, net: Network) -> Iterator[Mistake]:
        """Every pair of layers; their widths decide whether it can be computed."""
        n = net.depth
        return (cls(i, k) for i in range(n) for k in range(n) if i != k)

    def delta(self, run: Pass, layer: int, right: Array) -> Array:
        """With the other layer's Z, where the shapes let NumPy do it."""
        name = run.function(layer)
        if not self.here(layer) or name == "softmax":
            return right
        other = run.Z[self.variant]
        if other.shape != right.shape:
            return right
        return run.upstream[layer] * ACTIVATIONS[name][1](other)


@hypothesis
class DerivativeAtA(Mistake):
    """δ = ∂L/∂A ⊙ f′(A): the derivative of a value that has been through f already."""

    name = "derivative-at-a"

    @classmethod
    def sites(cls, net: Network) -> Iterator[Mistake]:
        """Every layer (for ReLU it makes no difference: a > 0 where z > 0)."""
        return (cls(layer) for layer in layers(net))

    def delta(self, run: Pass, layer: int, right: Array) -> Array:
        """f′ at A instead of Z."""
        name = run.function(layer)
        if not self.here(layer) or name == "softmax":
            return right
        return run.upstream[layer] * ACTIVATIONS[name][1](run.A[layer + 1])


@hypothesis
class AFormulaAtZ(Mistake):
    """δ = ∂L/∂A ⊙ z(1 − z): the formula for the activated value, given z."""

    name = "a-formula-at-z"

    @classmethod
    def sites(cls, net: Network) -> Iterator[Mistake]:
        """Every layer of sigmoid or tanh."""
        return (cls(layer) for layer in layers(net))

    def delta(self, run: Pass, layer: int, right: Array) -> Array:
        """a(1 − a) or 1 − a², computed from Z."""
        name = run.function(layer)
        if not self.here(layer) or name not in OF_A:
            return right
        return run.upstream[layer] * OF_A[name](run.Z[layer])


@hypothesis
class ExtraDerivative(Mistake):
    """δ = (ŷ − y) ⊙ f′ where ŷ − y is δ already, or the output has no activation."""

    name = "extra-derivative"

    @classmethod
    def sites(cls, net: Network) -> Iterator[Mistake]:
        """The output layer, by each derivative that a student may have at hand."""
        shapes = ("sigmoid of z", "a(1-a)", "hidden of z", "tanh of a", "tanh of z")
        return (cls(net.depth - 1, shape) for shape in shapes)

    def delta(self, run: Pass, layer: int, right: Array) -> Array:
        """The right δ once more times a derivative."""
        if not self.here(layer):
            return right
        z, a = run.Z[layer], run.A[layer + 1]
        if self.variant in ("sigmoid of z", "tanh of z"):
            return right * ACTIVATIONS[self.variant.split()[0]][1](z)
        if self.variant == "a(1-a)":
            return right * a * (1 - a)
        if self.variant == "tanh of a":
            return right * (1 - a**2)
        name = run.net.hidden[-1] if run.net.hidden else run.net.output
        return right * ACTIVATIONS[name][1](z) if name in ACTIVATIONS else right
