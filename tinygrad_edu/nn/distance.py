"""How alike two vectors are, as modules."""

from __future__ import annotations

from .. import ops
from ..tensor import Tensor
from .module import Module


class CosineSimilarity(Module):
    """The cosine of the angle between two vectors, along `dim`."""

    def __init__(self, dim: int = 1, eps: float = 1e-8) -> None:
        super().__init__()
        self.dim, self.eps = dim, eps

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        """x1 and x2 (…, D, …), which broadcast → (…), without that dimension."""
        return ops.cosine_similarity(x1, x2, self.dim, self.eps)  # type: ignore[no-any-return]


class PairwiseDistance(Module):
    """The p-norm of the difference of two vectors, row by row."""

    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> None:
        super().__init__()
        self.norm, self.eps, self.keepdim = p, eps, keepdim

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        """x1 and x2 (N, D) → (N,)."""
        return ops.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)  # type: ignore[no-any-return]
