"""Matrix products: the course's «переключатель», dL/dX = G·Wᵀ and dL/dW = Xᵀ·G."""

from __future__ import annotations

import numpy as np

from ..op import SWITCH, Array, op


@op(family=SWITCH, formula=r"z = x\,y")
def matmul(x: Array, y: Array) -> Array:
    """Matrix product with all of NumPy's cases: vectors, matrices, stacks of matrices, broadcasting.

    x (…, n, k), y (…, k, m) → z (…, n, m); a vector counts as a row on the left, a column on the right.
    """
    return np.matmul(x, y)


def _matmul_x(g: Array, x_shape: tuple[int, ...], y: Array) -> Array:
    if y.ndim == 1:  # (…, n) and (k) -> (…, n, k); for two vectors, () and (k) -> (k)
        return g[..., None] * y
    if len(x_shape) == 1:  # (…, k, m) @ (…, m, 1) -> (…, k)
        return (y @ g[..., None])[..., 0]
    return g @ y.mT  # (…, n, m) @ (…, m, k) -> (…, n, k)


def _matmul_y(g: Array, x: Array, y_shape: tuple[int, ...]) -> Array:
    if x.ndim == 1 and len(y_shape) == 1:
        return g * x
    if x.ndim == 1:  # (k, 1) * (…, 1, m) -> (…, k, m)
        return x[:, None] * g[..., None, :]
    if len(y_shape) == 1:  # (…, k, n) @ (…, n, 1) -> (…, k)
        return (x.mT @ g[..., None])[..., 0]
    return x.mT @ g  # (…, k, n) @ (…, n, m) -> (…, k, m)


matmul.defvjp(
    x=_matmul_x,
    y=_matmul_y,
)
