"""Shapes and devices, as PyTorch scripts name them."""

from __future__ import annotations

from typing import Any

from .errors import ArgumentError

__all__ = ["DEVICES", "Device", "Size", "check_device"]


class Size(tuple[int, ...]):
    """A shape: a tuple that prints like PyTorch's and can count its elements."""

    __slots__ = ()

    def numel(self) -> int:
        """How many elements a tensor of this shape has."""
        n = 1
        for length in self:
            n *= length
        return n

    def __repr__(self) -> str:
        return f"Size([{', '.join(map(str, self))}])"

    def __format__(self, spec: str) -> str:
        return format(tuple(self).__repr__(), spec)


class Device:
    """Where a tensor lives; here always the CPU, but scripts written for PyTorch name it."""

    __slots__ = ("index", "type")

    def __init__(self, type: Any = "cpu", index: int | None = None) -> None:
        self.type, self.index = check_device(type), index

    def __repr__(self) -> str:
        return "device(type='cpu')"

    def __str__(self) -> str:
        return "cpu"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Device) or other == "cpu"

    def __hash__(self) -> int:
        return hash("cpu")


DEVICES = ("cpu", "cuda", "mps", "xpu", "meta")


def check_device(device: Any) -> str:
    """Accept "cpu" or a Device; anything else is not here."""
    name = getattr(device, "type", device)
    if isinstance(name, str) and name.split(":")[0] == "cpu":
        return "cpu"
    raise ArgumentError(
        f"device: asked for {device!r}, but this library computes on the CPU only. Use 'cpu'."
    )
