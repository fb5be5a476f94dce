"""`Variable`, which tensors were wrapped in before PyTorch 0.4; older scripts still do it."""

from __future__ import annotations

from ..tensor import Tensor


def Variable(data: Tensor, requires_grad: bool = False) -> Tensor:
    """A leaf on the numbers of `data`; a tensor has been all that a Variable was since 2018."""
    return data.detach().requires_grad_(requires_grad)
