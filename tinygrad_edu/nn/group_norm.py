"""Group norm: the channels of each sample in groups, each brought to mean 0 and variance 1."""

from __future__ import annotations

from typing import Any

from ..errors import ArgumentError, ShapeError
from ..ops.normalise import standardize
from ..tensor import Tensor
from .affine import Affine, by_channel

__all__ = ["GroupNorm", "group_norm"]


def group_norm(
    input: Tensor,
    num_groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """The C channels of x (N, C, …) in `num_groups` groups, standardised group by group.

    Mean and variance are those of one sample's group, so the batch plays no part: one group is
    layer norm over (C, …), C groups are instance norm. Then w · x + b, both (C). Reference: Wu, He,
    "Group normalization", arXiv:1803.08494 (2018).

    Raises `ShapeError` where the groups do not divide the channels, or a length is not C.
    """
    shape = tuple(input.shape)
    if len(shape) < 2 or num_groups < 1 or shape[1] % num_groups:
        raise ShapeError(
            f"group_norm: the channels of x {shape}, its dimension 1, do not come in {num_groups} "
            "groups of one size. Choose a number of groups that divides the number of channels."
        )
    for name, x in (("weight", weight), ("bias", bias)):
        if x is not None and tuple(x.shape) != shape[1:2]:
            raise ShapeError(
                f"group_norm: x {shape} has {shape[1]} channels (dimension 1), but {name} is "
                f"{tuple(x.shape)}. Each channel has its own: check num_channels."
            )
    grouped = input.reshape(shape[0], num_groups, shape[1] // num_groups, *shape[2:])
    z = standardize(grouped, dim=tuple(range(2, len(shape) + 1)), eps=eps).reshape(shape)
    return by_channel(z, weight, bias)


class GroupNorm(Affine):
    """Group norm of x (N, C, …) → the same shape; weight and bias (C) start as 1 and 0.

    It keeps no estimates: training and evaluation compute the same. Raises `ArgumentError` where
    `num_groups` does not divide `num_channels`.
    """

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        if num_groups < 1 or num_channels % num_groups:
            raise ArgumentError(
                f"GroupNorm: num_groups={num_groups} does not divide num_channels={num_channels}. "
                "Every group has as many channels as the others."
            )
        self.num_groups, self.num_channels = num_groups, num_channels
        self.eps, self.affine = eps, affine
        self.register_affine((num_channels,), affine, bias, dtype, device)
        self.reset_parameters()

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, …) → the same shape."""
        return group_norm(x, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """The sizes and switches."""
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )
