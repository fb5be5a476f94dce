"""Symbols: arrays that write down what is done to them.

The rules of this library run on anything that speaks NumPy's vocabulary: on arrays for numbers, on
tensors for a graph, and here, on symbols, for a list of instructions. `g * (z * (1 - z))` on three
symbols leaves two products and a difference, each a NumPy function that can be told where to write.

A symbol also carries the array that it stands for. So shapes and types are simply there, and in the
end the result is compared, bit by bit, with what the function itself returned: an expansion that
differs is thrown away. A function that looks at a symbol's numbers (`if x.min() < 0`) or uses
anything that is not listed here cannot be expanded; it stays in the plan as one call.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from .plan import Instruction, Value

__all__ = ["expand"]


class _NotExpandable(Exception):  # never leaves this module
    """The function asks for more than a symbol knows."""


class _Tape:
    """The instructions written down so far."""

    def __init__(self) -> None:
        self.instructions: list[Instruction] = []

    def note(
        self, kind: str, what: str, fn: Callable[..., Any], inputs: list[Any], result: Any
    ) -> Symbol:
        made = Value(np.asarray(result))
        plain = [x.value if isinstance(x, Symbol) else x for x in inputs]
        self.instructions.append(Instruction(kind, what, fn, plain, made))
        return Symbol(self, made, is_view=kind == "view")


class Symbol(NDArrayOperatorsMixin):
    """An array in a function that is being written down."""

    def __init__(self, tape: _Tape, value: Value, is_view: bool = False) -> None:
        self.tape, self.value, self.is_view = tape, value, is_view
        self.viewed = False

    # -- what can be known without looking at the numbers

    @property
    def shape(self) -> tuple[int, ...]:
        return self.value.shape

    @property
    def dtype(self) -> Any:
        return self.value.dtype

    @property
    def ndim(self) -> int:
        return len(self.value.shape)

    @property
    def size(self) -> int:
        return int(self.value.sample.size)

    def __bool__(self) -> bool:
        raise _NotExpandable

    def __len__(self) -> int:
        if not self.shape:
            raise _NotExpandable
        return self.shape[0]

    def __iter__(self) -> Any:
        raise _NotExpandable

    # -- another look at the same memory

    def _view(self, what: str, fn: Callable[[Any], Any]) -> Symbol:
        result = fn(self.value.sample)
        if not np.may_share_memory(result, self.value.sample) and result.size:
            return self.tape.note("call", what, fn, [self], result)
        self.viewed = True
        return self.tape.note("view", what, fn, [self], result)

    @property
    def T(self) -> Symbol:
        return self._view("transpose", np.transpose)

    @property
    def mT(self) -> Symbol:
        return self._view("mT", lambda a: a.mT)

    def transpose(self, *axes: Any) -> Symbol:
        return self._view("transpose", lambda a: a.transpose(*axes))

    def reshape(self, *shape: Any) -> Symbol:
        return self._view("reshape", lambda a: a.reshape(*shape))

    def squeeze(self, axis: Any = None) -> Symbol:
        return self._view("squeeze", lambda a: a.squeeze(axis))

    def swapaxes(self, i: int, j: int) -> Symbol:
        return self._view("swapaxes", lambda a: a.swapaxes(i, j))

    def __getitem__(self, index: Any) -> Symbol:
        several = index if isinstance(index, tuple) else (index,)
        if not all(k is None or k is ... or isinstance(k, int | slice) for k in several):
            raise _NotExpandable
        if not isinstance(self.value.sample[index], np.ndarray):
            raise _NotExpandable
        return self._view("getitem", lambda a: a[index])

    # -- new numbers

    def copy(self) -> Symbol:
        return self.tape.note("ufunc", "copy", copy_to, [self], self.value.sample.copy())

    def astype(self, dtype: Any, copy: bool = True) -> Symbol:
        if not copy and self.dtype == dtype:
            return self
        return self.tape.note("ufunc", "astype", copy_to, [self], self.value.sample.astype(dtype))

    def sum(self, axis: Any = None, keepdims: bool = False, **other: Any) -> Symbol:
        if other:
            raise _NotExpandable
        return self._reduced(np.add, axis, keepdims)

    def _reduced(self, ufunc: np.ufunc, axis: Any, keepdims: bool) -> Symbol:
        result = np.asarray(ufunc.reduce(self.value.sample, axis=axis, keepdims=keepdims))
        if self.ndim > 2:  # the order of summation may follow the output's layout: let NumPy choose
            again = functools.partial(ufunc.reduce, axis=axis, keepdims=keepdims)
            return self.tape.note("call", f"{ufunc.__name__}.reduce", again, [self], result)
        reduce = Reduction(ufunc, axis, keepdims)
        return self.tape.note("ufunc", f"{ufunc.__name__}.reduce", reduce, [self], result)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        (out,) = options.pop("out", (None,))
        if method == "reduce" and out is None and options.keys() <= {"axis", "keepdims"}:
            (x,) = inputs
            return x._reduced(ufunc, options.get("axis", 0), options.get("keepdims", False))
        if method != "__call__" or options or ufunc.nout != 1:
            raise _NotExpandable
        if not all(isinstance(x, Symbol | int | float) for x in inputs):
            raise _NotExpandable
        samples = [x.value.sample if isinstance(x, Symbol) else x for x in inputs]
        if out is None:
            return self.tape.note("ufunc", ufunc.__name__, ufunc, list(inputs), ufunc(*samples))
        # `x -= m`: from here on, x is the new value. Other names for its memory would be lost.
        if out.is_view or out.viewed or not _is_made(out, self.tape):
            raise _NotExpandable
        result = ufunc(*samples, out=np.empty(out.shape, out.dtype))
        out.value = self.tape.note("ufunc", ufunc.__name__, ufunc, list(inputs), result).value
        return out

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if function is np.where and len(args) == 3 and not kwargs:
            result = np.where(*(x.value.sample if isinstance(x, Symbol) else x for x in args))
            return self.tape.note("call", "where", np.where, list(args), result)
        if function is np.zeros_like and len(args) == 1 and not kwargs:
            sample = np.zeros_like(args[0].value.sample)
            return self.tape.note("call", "zeros_like", np.zeros_like, list(args), sample)
        if function in (np.transpose, np.expand_dims, np.broadcast_to, np.reshape, np.swapaxes):
            x, *rest = args
            if not isinstance(x, Symbol):
                raise _NotExpandable
            return x._view(function.__name__, lambda a: function(a, *rest, **kwargs))
        if function in (np.ndim, np.shape):
            return function(args[0].value.sample)
        raise _NotExpandable


def _is_made(symbol: Symbol, tape: _Tape) -> bool:
    return any(ins.out is symbol.value for ins in tape.instructions)


@dataclass(frozen=True)
class Reduction:
    """A reduction that writes where it is told."""

    ufunc: np.ufunc
    axis: Any
    keepdims: bool

    def __call__(self, a: np.ndarray, out: np.ndarray) -> None:
        self.ufunc.reduce(a, self.axis, None, out, self.keepdims)  # type: ignore[call-arg]


def copy_to(a: np.ndarray, out: np.ndarray) -> None:
    """The numbers of a, in the order and the type of out."""
    np.copyto(out, a, casting="unsafe")


def expand(
    fn: Callable[..., Any], inputs: Sequence[Any], expected: np.ndarray
) -> tuple[list[Instruction], Value] | None:
    """`fn(*inputs)` as NumPy's own functions, and the value they end in; None where it cannot be.

    `inputs` are values, or Python numbers that stay as they are; `expected` is what the function
    itself returned.
    """
    tape = _Tape()
    symbols = [Symbol(tape, x) if isinstance(x, Value) else x for x in inputs]
    try:
        result = fn(*symbols)
    except Exception:  # whatever the function stumbled over, it was not written for symbols
        return None
    if not isinstance(result, Symbol) or not same_bits(result.value.sample, expected):
        return None
    return tape.instructions, result.value


def same_bits(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two arrays agree in type, shape, layout and every bit."""
    alike = (a.dtype, a.shape, _steps(a)) == (b.dtype, b.shape, _steps(b))
    return alike and a.tobytes() == b.tobytes()


def _steps(a: np.ndarray) -> list[int]:
    return [step for step, n in zip(a.strides, a.shape, strict=True) if n > 1]
