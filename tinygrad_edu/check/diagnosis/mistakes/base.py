"""What a hypothesis is: one step of the right pass, done as a student might have done it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..network import Network, Pass

__all__ = ["REGISTRY", "Mistake", "hypothesis"]

Array = Any

REGISTRY: list[type[Mistake]] = []
"""Every hypothesis about a recognised network, in the order in which they are tried."""


class Mistake:
    """The right pass, but for what a subclass overrides; `layer` None means in every layer.

    `right` is the step's result so far: right, unless another mistake came first.
    """

    name = ""

    def __init__(self, layer: int | None = None, variant: Any = None) -> None:
        self.layer, self.variant = layer, variant

    @classmethod
    def sites(cls, net: Network) -> Iterator[Mistake]:
        """Where in this network the mistake can be made; nowhere, for one that is looked for in
        another way than by trying the places.
        """
        return iter(())

    def here(self, layer: int) -> bool:
        """Whether it was made in this layer."""
        return self.layer in (None, layer)

    def delta(self, run: Pass, layer: int, right: Array) -> Array:
        """∂L/∂Z of a layer."""
        return right

    def fit(self, net: Network, calls: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
        """Find a free number, where there is one, from (inputs, answer) of some calls."""

    def weight(self, run: Pass, layer: int, right: Array) -> Array:
        """∂L/∂W of a layer."""
        return right

    def bias(self, run: Pass, layer: int, right: Array) -> Array:
        """∂L/∂b of a layer."""
        return right

    def propagate(self, run: Pass, layer: int, right: Array) -> Array:
        """∂L/∂A of the layer below."""
        return right

    def skip(self, run: Pass, layer: int, right: Array) -> Array:
        """The same, with what came along a residual connection."""
        return right

    def uses(self, run: Pass, name: str, grads: list[Array]) -> list[Array]:
        """The gradients of all uses of one parameter, the last layer's first."""
        return grads


def hypothesis(cls: type[Mistake]) -> type[Mistake]:
    """Enter a mistake into the registry."""
    REGISTRY.append(cls)
    return cls


def layers(net: Network, *, last: bool = True) -> list[int | None]:
    """Every single layer, and then all of them at once, where there are several."""
    single: list[int | None] = list(range(net.depth if last else net.depth - 1))
    return [*single, None] if len(single) > 1 else single
