"""Dropout: a network that cannot rely on any one unit."""

from __future__ import annotations

from ..tensor import Tensor
from . import functional as F
from .module import Module


class Dropout(Module):
    """In training, each element is zero with probability p; in evaluation nothing happens."""

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        F.check_probability("Dropout", p)
        self.p, self.inplace = p, inplace

    def forward(self, x: Tensor) -> Tensor:
        """Any shape; the elements kept are divided by 1 − p."""
        return F.dropout(x, self.p, self.training, self.inplace)

    def extra_repr(self) -> str:
        """The probability."""
        return f"p={self.p}, inplace={self.inplace}"


class Dropout2d(Dropout):
    """In training, each channel of each picture is zero with probability p."""

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, H, W) or (C, H, W); the channels kept are divided by 1 − p."""
        return F.dropout2d(x, self.p, self.training, self.inplace)
