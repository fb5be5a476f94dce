"""Matrix products: the course's «переключатель», dL/dX = G·Wᵀ and dL/dW = Xᵀ·G."""

from __future__ import annotations

import math

import numpy as np

from ..errors import ShapeError
from ..op import SWITCH, Array, op
from .places import expect_tensors
from .shape import reshape

Shape = tuple[int, ...]


@op(family=SWITCH, formula=r"z = x\,y", casts="same")
def matmul(x: Array, y: Array) -> Array:
    """Matrix product with all of NumPy's cases: vectors, matrices, stacks of them, broadcasting.

    x (…, n, k), y (…, k, m) → z (…, n, m); a vector is a row on the left, a column on the right.
    """
    return np.matmul(x, y)


def _matmul_x(g: Array, x_shape: Shape, y: Array) -> Array:
    if y.ndim == 1:  # (…, n) and (k) -> (…, n, k); for two vectors, () and (k) -> (k)
        return g[..., None] * y
    if len(x_shape) == 1:  # (…, k, m) @ (…, m, 1) -> (…, k)
        return (y @ g[..., None])[..., 0]
    return g @ y.mT  # (…, n, m) @ (…, m, k) -> (…, n, k)


def _matmul_y(g: Array, x: Array, y_shape: Shape) -> Array:
    if x.ndim == 1 and len(y_shape) == 1:
        return g * x
    if x.ndim == 1:  # (k, 1) * (…, 1, m) -> (…, k, m)
        return x[:, None] * g[..., None, :]
    if len(y_shape) == 1:  # (…, k, n) @ (…, n, 1) -> (…, k)
        return (x.mT @ g[..., None])[..., 0]
    if len(y_shape) == 2:  # one matrix for the whole stack: its rows are all the rows there are
        return _rows(x).mT @ _rows(g)
    return x.mT @ g  # (…, k, n) @ (…, n, m) -> (…, k, m)


def _rows(x: Array) -> Array:
    """(…, k) as a matrix (n, k)."""
    if x.ndim == 2:
        return x
    return reshape(x, (math.prod(x.shape[:-1]), x.shape[-1]))


matmul.defvjp(
    x=_matmul_x,
    y=_matmul_y,
)


# For few rows and a large matrix BLAS is faster with the product turned round, W xᵀ: at 16 rows of
# 784 inputs and 128 neurons 46 µs for 68 on one machine, 51 for 56 on another. At 128 rows, or with
# a small matrix, it is slower (measured).
_FEW, _LARGE = 64, 1 << 16


@op(family=SWITCH, formula=r"z = x\,W^\top + b", casts="same")
def linear(x: Array, weight: Array, bias: Array | None = None) -> Array:
    """A layer of neurons in one step: each row of the weight is one of them.

    x (…, K), weight (N, K), bias (N) or None → z (…, N).
    """
    if not x.ndim or weight.ndim != 2 or x.shape[-1] != weight.shape[1]:
        raise ShapeError(
            f"linear: x {x.shape} and weight {weight.shape} do not chain: the last lengths must be "
            "equal, x (…, K) and weight (N, K). Check the layer sizes, or flatten x first."
        )
    if x.ndim == 2 and 1 < x.shape[0] <= _FEW and weight.size > _LARGE:
        z = np.matmul(weight, x.T).T.copy()
    else:
        z = np.matmul(x, weight.T)
    if bias is not None:
        if bias.ndim > 1 or bias.size not in (1, weight.shape[0]):
            raise ShapeError(
                f"linear: bias {bias.shape} does not fit weight {weight.shape}: a bias for each of "
                f"the {weight.shape[0]} neurons was expected."
            )
        z += bias  # z is new and nobody else's
    return z


def _linear_weight(g: Array, x: Array) -> Array:
    """(N, n) @ (n, K) -> (N, K), over all n rows."""
    g, x = _rows(g), _rows(x)
    if x.shape[0] == 1:  # one row: BLAS takes 147 µs where a product by broadcasting takes 34
        return g.mT * x
    return g.mT @ x


linear.defvjp(
    x=lambda g, weight: g @ weight,  # (…, N) @ (N, K) -> (…, K)
    weight=_linear_weight,
    bias=lambda g: np.add.reduce(_rows(g)),  # the bias served every row
)


# -- the same product under the names of its cases; each refuses the others' shapes


def mm(x: Array, y: Array) -> Array:
    """Matrix times matrix: (n, k) @ (k, m) → (n, m)."""
    _expect("mm", x, 2, y, 2)
    return matmul(x, y)


def bmm(x: Array, y: Array) -> Array:
    """A stack of matrices times a stack: (b, n, k) @ (b, k, m) → (b, n, m)."""
    _expect("bmm", x, 3, y, 3)
    if x.shape[0] != y.shape[0]:
        raise ShapeError(
            f"bmm: x {tuple(x.shape)} and y {tuple(y.shape)} hold {x.shape[0]} and {y.shape[0]} "
            "matrices. The numbers must be equal; matmul() broadcasts."
        )
    return matmul(x, y)


def mv(x: Array, y: Array) -> Array:
    """Matrix times vector: (n, k) @ (k) → (n)."""
    _expect("mv", x, 2, y, 1)
    return matmul(x, y)


def dot(x: Array, y: Array) -> Array:
    """Sum of the products of two vectors: (k) · (k) → ()."""
    _expect("dot", x, 1, y, 1)
    return matmul(x, y)


def _expect(name: str, x: Array, x_ndim: int, y: Array, y_ndim: int) -> None:
    expect_tensors(name, x, y)
    if (len(x.shape), len(y.shape)) != (x_ndim, y_ndim):
        raise ShapeError(
            f"{name}: x {tuple(x.shape)} and y {tuple(y.shape)} have {len(x.shape)} and "
            f"{len(y.shape)} dimensions; {x_ndim} and {y_ndim} were expected. matmul() takes any."
        )
    if x.shape[-1] != y.shape[max(y_ndim - 2, 0)]:
        raise ShapeError(
            f"{name}: x {tuple(x.shape)} and y {tuple(y.shape)} do not chain: {x.shape[-1]} ≠ "
            f"{y.shape[max(y_ndim - 2, 0)]}. Transpose one of them, or check the layer sizes."
        )


@op(family=SWITCH, formula=r"z_{ij} = x_i\,y_j")
def outer(x: Array, y: Array) -> Array:
    """Every product of an element of x with one of y: (n), (m) → (n, m)."""
    if x.ndim != 1 or y.ndim != 1:
        raise ShapeError(
            f"outer: x {x.shape} and y {y.shape}: two vectors were expected. Flatten them first."
        )
    return np.outer(x, y)


outer.defvjp(
    x=lambda g, y: g @ y,
    y=lambda g, x: x @ g,
)


def addmm(input: Array, mat1: Array, mat2: Array, *, beta: float = 1, alpha: float = 1) -> Array:
    """beta · input + alpha · (mat1 @ mat2); `input` is broadcast, and left out where beta is 0."""
    product = mm(mat1, mat2)
    if alpha != 1:
        product = alpha * product
    if beta == 0:
        return product
    z = (input if beta == 1 else beta * input) + product
    if z.shape != product.shape:
        raise ShapeError(
            f"addmm: input {tuple(input.shape)} does not broadcast to the product "
            f"{tuple(product.shape)}. It must have that shape, or 1 in place of a length."
        )
    return z
