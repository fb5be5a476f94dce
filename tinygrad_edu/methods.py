"""Every op that PyTorch also has as a method: `x.exp()` is `exp(x)`.

An op placed in a class body is a method, so most of this file is a table. Written out are only the
methods whose PyTorch signature differs from the function's, such as those that take a shape in
pieces (`x.reshape(2, 3)`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import ops
from .errors import InputTypeError
from .op import Op
from .ops.places import frozen

if TYPE_CHECKING:
    import numpy as np


class Methods:
    """The ops as methods of a Tensor."""

    __slots__ = ()

    if TYPE_CHECKING:
        array: np.ndarray

    # -- arithmetic
    mul, div, neg, pow = ops.mul, ops.div, ops.neg, ops.pow
    multiply, divide, true_divide, negative = ops.mul, ops.div, ops.div, ops.neg
    abs = absolute = ops.abs
    square, sqrt, rsqrt, reciprocal = ops.square, ops.sqrt, ops.rsqrt, ops.reciprocal
    remainder, floor_divide = ops.remainder, ops.floor_divide
    sign, floor, ceil, round, trunc = ops.sign, ops.floor, ops.ceil, ops.round, ops.trunc
    matmul, mm, bmm, mv, dot = ops.matmul, ops.mm, ops.bmm, ops.mv, ops.dot
    outer, inner, addmm, trace = ops.outer, ops.inner, ops.addmm, ops.trace
    det, inverse = ops.det, ops.inverse
    addcmul, addcdiv, lerp = ops.addcmul, ops.addcdiv, ops.lerp

    # -- elementwise
    exp, expm1, log, log2 = ops.exp, ops.expm1, ops.log, ops.log2
    log10, log1p = ops.log10, ops.log1p
    sin, cos, tan, asin, acos, atan = ops.sin, ops.cos, ops.tan, ops.asin, ops.acos, ops.atan
    arcsin, arccos, arctan, atan2 = ops.asin, ops.acos, ops.atan, ops.atan2
    sinh, cosh, tanh, erf, erfc = ops.sinh, ops.cosh, ops.tanh, ops.erf, ops.erfc
    sigmoid, relu, heaviside = ops.sigmoid, ops.relu, ops.heaviside
    maximum, minimum, masked_fill = ops.maximum, ops.minimum, ops.masked_fill
    clamp = clip = ops.clamp

    # -- comparison
    eq, ne, lt, le, gt, ge = ops.eq, ops.ne, ops.lt, ops.le, ops.gt, ops.ge
    not_equal, less, less_equal = ops.ne, ops.lt, ops.le
    greater, greater_equal = ops.gt, ops.ge
    equal, isclose, allclose = ops.equal, ops.isclose, ops.allclose
    logical_and, logical_or = ops.logical_and, ops.logical_or
    logical_xor, logical_not = ops.logical_xor, ops.logical_not
    bitwise_and, bitwise_or = ops.bitwise_and, ops.bitwise_or
    bitwise_xor, bitwise_not = ops.bitwise_xor, ops.bitwise_not
    isnan, isinf, isfinite = ops.isnan, ops.isinf, ops.isfinite

    # -- reduction
    sum, mean, prod, var, std = ops.sum, ops.mean, ops.prod, ops.var, ops.std
    amax, amin, max, min = ops.amax, ops.amin, ops.max, ops.min
    logsumexp, softmax, log_softmax = ops.logsumexp, ops.softmax, ops.log_softmax
    norm, cumsum, cumprod, diff = ops.norm, ops.cumsum, ops.cumprod, ops.diff
    argmax, argmin, argsort = ops.argmax, ops.argmin, ops.argsort
    all, any, count_nonzero = ops.all, ops.any, ops.count_nonzero
    sort, topk, median, quantile = ops.sort, ops.topk, ops.median, ops.quantile

    # -- shape
    flatten, unflatten, clone = ops.flatten, ops.unflatten, ops.clone
    transpose, swapaxes, swapdims = ops.transpose, ops.swapaxes, ops.swapaxes
    moveaxis, movedim, t = ops.moveaxis, ops.movedim, ops.t
    squeeze, unsqueeze = ops.squeeze, ops.unsqueeze
    view_as, expand_as = ops.view_as, ops.expand_as
    roll, split, chunk, unbind = ops.roll, ops.split, ops.chunk, ops.unbind
    tensor_split, narrow = ops.tensor_split, ops.narrow
    index_select, gather, scatter = ops.index_select, ops.gather, ops.scatter
    index_add = ops.index_add
    scatter_add, take_along_dim = ops.scatter_add, ops.take_along_dim
    masked_select, nonzero, argwhere = ops.masked_select, ops.nonzero, ops.argwhere
    tril, triu, diagonal, diag = ops.tril, ops.triu, ops.diagonal, ops.diag
    diag_embed, repeat_interleave = ops.diag_embed, ops.repeat_interleave
    bincount, unique = ops.bincount, ops.unique

    def add(self, other: Any, *, alpha: Any = 1) -> Any:
        """self + alpha·other."""
        return ops.add(self, other if alpha == 1 else ops.mul(other, alpha))

    def sub(self, other: Any, *, alpha: Any = 1) -> Any:
        """self − alpha·other."""
        return ops.sub(self, other if alpha == 1 else ops.mul(other, alpha))

    subtract = sub

    def where(self, condition: Any, other: Any) -> Any:
        """self where the condition holds, else other."""
        return ops.where(condition, self, other)

    def reshape(self, *shape: Any) -> Any:
        """The same numbers in another shape: `x.reshape(2, 3)` or `x.reshape((2, 3))`."""
        return ops.reshape(self, _pieces(shape))

    def view(self, *shape: Any) -> Any:
        """`reshape` that never copies; `x.view(dtype)` converts nothing and is refused."""
        return ops.view(self, _pieces(shape))

    def reshape_as(self, other: Any) -> Any:
        """The same numbers in the shape of `other`."""
        return ops.reshape(self, other.array.shape)

    def permute(self, *dims: Any) -> Any:
        """The dimensions in another order: `x.permute(1, 0)` or `x.permute((1, 0))`."""
        return ops.permute(self, _pieces(dims))

    def expand(self, *shape: Any) -> Any:
        """Repeated along dimensions of length 1; −1 keeps a length: `x.expand(3, -1)`."""
        return ops.expand(self, _pieces(shape))

    def broadcast_to(self, *shape: Any) -> Any:
        """`expand` under its other name."""
        return ops.expand(self, _pieces(shape))

    def select(self, dim: int, index: int) -> Any:
        """The slice at `index` along `dim`: `x.select(1, 0)` is `x[:, 0]`."""
        return ops.narrow(self, dim, index, 1).squeeze(dim)

    def repeat(self, *repeats: Any) -> Any:
        """Copied along each dimension: `x.repeat(2, 3)`."""
        return ops.repeat(self, _pieces(repeats))

    def tile(self, *dims: Any) -> Any:
        """Copied along each dimension; missing numbers in front are 1."""
        return ops.tile(self, _pieces(dims))

    def flip(self, *dims: Any) -> Any:
        """In reverse order along dimensions: `x.flip(0)` or `x.flip((0, 1))`."""
        return ops.flip(self, _pieces(dims))

    def contiguous(self) -> Any:
        """The same numbers laid out in memory in their order."""
        return self if self.array.flags.c_contiguous else ops.clone(self)

    def ravel(self) -> Any:
        """The numbers in one dimension."""
        return ops.reshape(self, (-1,))

    def __getitem__(self, index: Any) -> Any:
        return ops.getitem(self, frozen(index))

    @property
    def T(self) -> Any:
        """The dimensions in reverse order: the transpose of a matrix."""
        return ops.permute(self, tuple(reversed(range(self.array.ndim))))

    @property
    def mT(self) -> Any:
        """The last two dimensions swapped: the transpose of every matrix in a stack."""
        return ops.transpose(self, -2, -1)


for _name, _op in list(vars(Methods).items()):
    if isinstance(_op, Op):  # a descriptor already, but a function is faster
        _method = _op.as_method(_name)
        _method.__qualname__, _method.__module__ = f"Methods.{_name}", __name__
        setattr(Methods, _name, _method)


def _pieces(args: tuple[Any, ...]) -> tuple[int, ...]:
    """A shape given as `2, 3` or as `(2, 3)`."""
    given = args
    try:
        if len(args) == 1 and not hasattr(args[0], "__index__"):
            args = tuple(args[0])
        return tuple(n.__index__() for n in args)
    except (AttributeError, TypeError):
        raise InputTypeError(
            f"shape: {', '.join(map(repr, given))} is not made of whole numbers. Write them one by "
            "one, or as a tuple; to() converts number types."
        ) from None
