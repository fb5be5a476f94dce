"""Normalisation: numbers kept near mean 0 and variance 1, so that no layer drowns the next.

Batch norm takes mean and variance of each channel over the batch; as a single sample has no batch,
evaluation uses running estimates. Layer norm takes them over each sample, and needs no estimates.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from .. import memory
from ..errors import ArgumentError, ShapeError
from ..ops.normalise import layer_norm, standardize
from ..tensor import Tensor
from . import init
from .affine import Affine, by_channel
from .linear import new_parameter

__all__ = ["BatchNorm1d", "BatchNorm2d", "LayerNorm", "batch_norm", "layer_norm"]


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Each channel of x (N, C, …) brought to mean 0 and variance 1, then w · x + b.

    In training mean and variance are those of the batch, and the running ones, where given, move
    towards them in place by `momentum`; otherwise they are the running ones. All of `running_mean`,
    `running_var`, `weight`, `bias` are (C). Reference: Ioffe, Szegedy, ICML (2015).

    Raises `ShapeError` where a length is not C, `ArgumentError` where a channel has one value.
    """
    shape = tuple(input.shape)
    running = {"running_mean": running_mean, "running_var": running_var}
    _check_channels(shape, {**running, "weight": weight, "bias": bias})
    over = (0, *range(2, len(shape)))
    if training:
        n = math.prod(shape) // shape[1] if shape[1] else 0
        if n == 1:
            raise ArgumentError(
                f"batch_norm: x {shape} has one value for each channel, and one value has no "
                "variance. Train on larger batches (drop_last=True?), or call eval()."
            )
        track(input.array, over, n, running_mean, running_var, momentum)
        z = standardize(input, dim=over, eps=eps)
    elif running_mean is None or running_var is None:
        raise ArgumentError(
            "batch_norm: running_mean and running_var are needed where training=False. Pass both."
        )
    else:
        channels = (shape[1],) + (1,) * (len(shape) - 2)  # (C, 1, …), against x (N, C, …)
        slope = (running_var + eps) ** -0.5
        z = (input - running_mean.reshape(channels)) * slope.reshape(channels)
    return by_channel(z, weight, bias)


def _check_channels(shape: tuple[int, ...], per_channel: dict[str, Tensor | None]) -> None:
    if len(shape) < 2:
        raise ShapeError(
            f"batch_norm: x {shape} has no channels: (N, C) or (N, C, …) was expected. "
            "Add the missing dimension with unsqueeze()."
        )
    for name, x in per_channel.items():
        if x is not None and tuple(x.shape) != shape[1:2]:
            raise ShapeError(
                f"batch_norm: x {shape} has {shape[1]} channels (dimension 1), but {name} is "
                f"{tuple(x.shape)}. Check num_features, or the order of the dimensions."
            )


def track(
    x: np.ndarray,
    over: tuple[int, ...],
    n: int,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    momentum: float,
) -> None:
    """Move the running estimates towards this batch; the variance as estimated from n values."""
    if not n:
        return
    if running_mean is not None:
        _move(running_mean, x.mean(axis=over), momentum)
    if running_var is not None:
        _move(running_var, x.var(axis=over) * (n / (n - 1)), momentum)


def count_batch(seen: Tensor) -> None:
    """One batch more."""
    seen.array += 1
    memory.stamp(seen.array)


def _move(running: Tensor, of_batch: np.ndarray, momentum: float) -> None:
    running.array[...] = (1 - momentum) * running.array + momentum * of_batch
    memory.stamp(running.array)


class _BatchNorm(Affine):
    """What the batch norms share; they differ in the shapes that they take."""

    shapes: ClassVar[dict[int, str]]

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        if not hasattr(num_features, "__index__") or num_features < 0:
            raise ArgumentError(
                f"{self._get_name()}: num_features={num_features!r}, but a number of channels was "
                "expected: a whole number ≥ 0."
            )
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        self.register_affine((num_features,), affine, bias, dtype, device)
        like = new_parameter((num_features,), dtype, device).array
        tracked = {
            "running_mean": np.zeros_like(like),
            "running_var": np.ones_like(like),
            "num_batches_tracked": np.zeros((), np.int64),
        }
        for name, array in tracked.items():
            self.register_buffer(name, Tensor(array) if track_running_stats else None)
        self.reset_parameters()

    def reset_running_stats(self) -> None:
        """Forget the batches seen: mean 0, variance 1."""
        if self.track_running_stats:
            init.zeros_(self.running_mean)
            init.ones_(self.running_var)
            init.zeros_(self.num_batches_tracked)

    def reset_parameters(self) -> None:
        """Weights 1, biases 0, and no batches seen."""
        self.reset_running_stats()
        super().reset_parameters()

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, …) → the same shape."""
        if x.ndim not in self.shapes:
            raise ArgumentError(
                f"{self._get_name()}: x {tuple(x.shape)} has {x.ndim} dimension(s), but "
                f"{' or '.join(self.shapes.values())} was expected. Reshape it."
            )
        factor = self.momentum
        if self.training and self.num_batches_tracked is not None:
            count_batch(self.num_batches_tracked)
            if factor is None:  # the plain average over all batches
                factor = 1 / self.num_batches_tracked.item()
        tracks = not self.training or self.track_running_stats
        return batch_norm(
            x,
            self.running_mean if tracks else None,
            self.running_var if tracks else None,
            self.weight,
            self.bias,
            self.training or (self.running_mean is None and self.running_var is None),
            factor or 0.0,
            self.eps,
        )

    def extra_repr(self) -> str:
        """The sizes and switches."""
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, "
            f"affine={self.affine}, bias={self.bias is not None}, "
            f"track_running_stats={self.track_running_stats}"
        )


class BatchNorm1d(_BatchNorm):
    """Batch norm of vectors x (N, C) or sequences x (N, C, L).

    Keeps `running_mean`, `running_var` (C) and `num_batches_tracked` among its buffers; with
    `momentum=None` they are plain averages over all batches, with `track_running_stats=False` there
    are none, and evaluation uses the batch too.
    """

    shapes: ClassVar = {2: "(N, C)", 3: "(N, C, L)"}


class BatchNorm2d(_BatchNorm):
    """Batch norm of pictures x (N, C, H, W); otherwise as `BatchNorm1d`."""

    shapes: ClassVar = {4: "(N, C, H, W)"}


class LayerNorm(Affine):
    """Layer norm over the last dimensions, of shape `normalized_shape`: x (…, D) → the same shape.

    Weight and bias have that shape, and start as 1 and 0.
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        several = normalized_shape if isinstance(normalized_shape, Sequence) else [normalized_shape]
        self.normalized_shape = tuple(several)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        self.register_affine(self.normalized_shape, elementwise_affine, bias, dtype, device)
        self.reset_parameters()

    def forward(self, x: Tensor) -> Tensor:
        """x (…, *normalized_shape) → the same shape."""
        return layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        """The shape and switches."""
        return (
            f"{self.normalized_shape}, eps={self.eps}, "
            f"elementwise_affine={self.elementwise_affine}, bias={self.bias is not None}"
        )
