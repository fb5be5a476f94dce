"""Layers that move numbers and multiply them: Linear, and two that only pass them on."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import dtypes, ops
from ..errors import ArgumentError
from ..layout import check_device
from ..tensor import Tensor
from . import init
from .module import Module
from .parameter import Parameter


def new_parameter(shape: tuple[int, ...], dtype: Any = None, device: Any = None) -> Parameter:
    """A parameter of zeros, to be initialised."""
    check_device(device or "cpu")
    wanted = dtypes.get_default_dtype() if dtype is None else dtypes.as_dtype(dtype)
    return Parameter(Tensor(np.zeros(shape, wanted)))


class Linear(Module):
    """y = x Wᵀ + b. Shapes: x (…, in), weight (out, in), bias (out) → y (…, out).

    Weight and bias start uniform in ±1/√in, so that the outputs of a unit vary no more than its
    inputs (PyTorch's rule). Raises `ShapeError` where the last dimension of x is not `in_features`.
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        for name, n in (("in_features", in_features), ("out_features", out_features)):
            if not hasattr(n, "__index__") or n < 0:
                raise ArgumentError(
                    f"Linear: {name}={n!r}, but a number of units was expected: a whole number ≥ 0."
                )
        self.in_features, self.out_features = in_features, out_features
        self.weight = new_parameter((out_features, in_features), dtype, device)
        if bias:
            self.bias = new_parameter((out_features,), dtype, device)
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weight and bias anew."""
        bound = 1 / math.sqrt(self.in_features) if self.in_features else 0.0
        init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound)

    def forward(self, x: Tensor) -> Tensor:
        """x (…, in) → y (…, out)."""
        return ops.linear(x, self.weight, self.bias)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        """The sizes."""
        return (
            f"in_features={self.in_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None}"
        )


class Identity(Module):
    """What comes in goes out: stands where a layer was taken away. Uses none of its arguments."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, x: Tensor) -> Tensor:
        """x itself."""
        return x


class Flatten(Module):
    """The dimensions from `start_dim` to `end_dim` as one: pictures (N, 8, 8) → (N, 64)."""

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, x: Tensor) -> Tensor:
        """x (N, …) → (N, n)."""
        return ops.flatten(x, self.start_dim, self.end_dim)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        """The dimensions."""
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """One dimension as several: (N, 64) → pictures (N, 8, 8)."""

    def __init__(self, dim: int, unflattened_size: Any) -> None:
        super().__init__()
        self.dim, self.unflattened_size = dim, unflattened_size

    def forward(self, x: Tensor) -> Tensor:
        """x (N, n) → (N, …)."""
        return ops.unflatten(x, self.dim, self.unflattened_size)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        """The dimension and its new sizes."""
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"
