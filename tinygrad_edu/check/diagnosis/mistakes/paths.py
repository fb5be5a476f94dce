r"""A value used more than once: ∂L/∂W = Σ over its uses, and `=` where `+=` should stand."""

from __future__ import annotations

from collections.abc import Iterator

from ..network import Network, Pass
from .base import Array, Mistake, hypothesis

__all__ = ["AssignForAdd", "SkipAssigned"]


@hypothesis
class AssignForAdd(Mistake):
    """The gradient of one use overwrites that of the others."""

    name = "assign-for-add"

    @classmethod
    def sites(cls, net: Network) -> Iterator[Mistake]:
        """Every shared parameter, and which of its uses is left: (names, use)."""
        shared = [w for w in dict.fromkeys(net.weights) if net.weights.count(w) > 1]
        biases = [b for b in dict.fromkeys(net.biases) if b and net.biases.count(b) > 1]
        for names in ((*shared, *biases), tuple(shared), tuple(biases)):
            for use in (-1, 0):
                if names:
                    yield cls(None, (names, use))

    def uses(self, run: Pass, name: str, grads: list[Array]) -> list[Array]:
        """Only one of them."""
        names, use = self.variant
        return [grads[use]] if name in names and len(grads) > 1 else grads


@hypothesis
class SkipAssigned(Mistake):
    """∂L/∂A of a residual layer has two paths, and one of them was lost."""

    name = "assign-for-add"

    @classmethod
    def sites(cls, net: Network) -> Iterator[Mistake]:
        """Every residual layer, and the path that is left."""
        skipped = (*net.residual, None) if net.residual else ()
        return (cls(layer, kept) for layer in skipped for kept in ("weights", "skip"))

    def skip(self, run: Pass, layer: int, right: Array) -> Array:
        """The path through the weights, or the one around them."""
        if not self.here(layer):
            return right
        around = run.upstream[layer]
        return right - around if self.variant == "weights" else around
