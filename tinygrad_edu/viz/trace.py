"""A backward rule read as a formula: the rule is run on tensors that note what was done to them.

An op's rule, `lambda g, y: g * y`, is written once. On arrays it gives a gradient, on tensors a
gradient that can be differentiated again, and on the tensors of this module a formula, "g · y",
with the numbers that it had. So no table of derivatives has to be kept beside the rules, and an op
that a user declared is explained like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import ops
from ..autograd.grad_mode import no_grad
from ..engine import Node
from ..op import Op
from ..ops.shape import sum_to
from ..tensor import Tensor, apply

__all__ = [
    "Call",
    "Expression",
    "Symbol",
    "copies_summed",
    "derivative",
    "is_pointwise",
    "jacobian",
    "rule_of",
]


@dataclass(frozen=True, slots=True, eq=False)
class Symbol:
    """A letter of the formula, "g", "z", "x", …, or a number that has no letter (name "")."""

    name: str
    value: Any


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """An op applied to expressions; `value` is what came out of it."""

    op: Op
    args: tuple[Expression, ...]
    params: Mapping[str, Any]
    value: Any


Expression = Symbol | Call


class _Traced(Tensor):
    """A tensor that carries the expression which it is the value of."""

    expression: Expression

    def __init__(self, array: Any, expression: Expression | None = None) -> None:
        super().__init__(np.asarray(array))
        self.expression = expression or Symbol("", self.array)

    @staticmethod
    def _wrap(array: np.ndarray) -> _Traced:
        return _Traced(array)


def _note(op: Op, inputs: Sequence[Any], params: Mapping[str, Any] = {}) -> _Traced:
    """What `apply` does, and the expression of the result."""
    z = apply(op, inputs, params)
    args = tuple(x.expression if isinstance(x, _Traced) else Symbol("", _plain(x)) for x in inputs)
    return _Traced(z.array, simplified(Call(op, args, params, z.array)))


_Traced._run_op = staticmethod(_note)


def _plain(x: Any) -> Any:
    return x.array if isinstance(x, Tensor) else x


def _both_ways(op: Op) -> tuple[Callable[..., Any], Callable[..., Any]]:
    return lambda x, y: _note(op, (x, y)), lambda x, y: _note(op, (y, x))


# The operators of a Tensor do not pass through `_run_op`, which is slower: here they do.
for _name in ("add", "sub", "mul", "truediv", "pow", "matmul", "floordiv", "mod"):
    _names = {"truediv": "div", "floordiv": "floor_divide", "mod": "remainder"}
    _there, _back = _both_ways(getattr(ops, _names.get(_name, _name)))
    setattr(_Traced, f"__{_name}__", _there)
    setattr(_Traced, f"__r{_name}__", _back)
for _name in ("eq", "ne", "lt", "le", "gt", "ge", "and", "or", "xor"):
    _there, _ = _both_ways(getattr(ops, _name, None) or getattr(ops, f"bitwise_{_name}"))
    setattr(_Traced, f"__{_name}__", _there)
_Traced.__hash__ = object.__hash__  # type: ignore[method-assign, assignment]
_Traced.__neg__ = lambda self: _note(ops.neg, (self,))  # type: ignore[method-assign]
_Traced.__abs__ = lambda self: _note(ops.abs, (self,))  # type: ignore[method-assign]
_Traced.__invert__ = lambda self: _note(ops.bitwise_not, (self,))  # type: ignore[method-assign]


class _Symbols:
    """A node as its rules see it here: symbols in place of arrays."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.params = node.params
        self.z = _Traced(node.z, Symbol("z", node.z))
        self.values: Any = [
            _Traced(v, Symbol(node.op.input_name(i), v)) if isinstance(v, np.ndarray) else v
            for i, v in enumerate(node.values)
        ]

    def shape_of(self, i: int) -> tuple[int, ...]:
        return self.node.shape_of(i)

    def shapes(self) -> list[tuple[int, ...]]:
        return self.node.shapes()


def rule_of(node: Node, i: int, g: np.ndarray) -> Expression | None:
    """The formula by which input `i` of `node` gets its contribution from the gradient `g`.

    None where the rule cannot be read: its values were freed, or it is no rule of NumPy's words.
    """
    return _run(node, i, _Traced(g, Symbol("g", np.asarray(g))))


def copies_summed(x: Expression, shape: tuple[int, ...]) -> Expression:
    """What the engine does after the rule: of an input that was broadcast the copies add up."""
    if np.shape(x.value) == shape:
        return x
    return Call(sum_to, (x,), {"shape": shape}, sum_to(np.asarray(x.value), shape))


def derivative(node: Node, i: int) -> Expression | None:
    """dz/d(input i) of a rule that works element by element: the rule at g = 1."""
    return _run(node, i, _Traced(np.ones_like(node.z)))


def _run(node: Node, i: int, g: _Traced) -> Expression | None:
    rule = node.op.rule(i)
    if rule is None or node.values is None or node.z is None:
        return None
    try:
        with no_grad(), np.errstate(all="ignore"):
            found = rule.pull(g, _Symbols(node))
    except Exception:  # a user's rule may do anything; then the numbers speak alone
        return None
    return found.expression if isinstance(found, _Traced) else None


# -- what is left out of a formula, for it says nothing

_MOVES = {"reshape", "view", "unsqueeze", "squeeze", "broadcast_to", "clone", "cast"}


def simplified(x: Call) -> Expression:
    """`x` without what does not change it: times 1, plus 0, both branches where one is taken."""
    name, args = x.op.name, x.args
    if name in _MOVES or (name == "getitem" and _only_axes(x.params["index"])):
        return _as(args[0], x.value)
    if name == "mul" and _is(args[1], 1):
        return _as(args[0], x.value)
    if name == "mul" and _is(args[0], 1):
        return _as(args[1], x.value)
    if name == "mul" and _is(args[0], -1):
        return Call(ops.neg, args[1:], {}, x.value)
    if name == "mul" and isinstance(args[1], Call) and _is_inverse(args[1]):
        return Call(ops.div, (args[0], args[1].args[1]), {}, x.value)
    if name in ("div", "pow") and _is(args[1], 1):
        return _as(args[0], x.value)
    if name in ("add", "sub") and _is(args[1], 0):
        return _as(args[0], x.value)
    if name == "where":
        mask = np.asarray(args[0].value)
        if mask.size and mask.all():
            return _as(args[1], x.value)
        if mask.size and not mask.any():
            return _as(args[2], x.value)
    if name == "neg" and isinstance(args[0], Symbol) and not args[0].name:
        return Symbol("", x.value)
    if name == "neg" and isinstance(args[0], Call) and args[0].op.name == "neg":
        return _as(args[0].args[0], x.value)
    return x


def _is(x: Expression, number: int) -> bool:
    """Whether x is this number, not a letter that happens to have its value."""
    nameless = isinstance(x, Symbol) and not x.name
    return nameless and bool(np.all(np.equal(x.value, number))) and np.size(x.value) > 0


def _is_inverse(x: Call) -> bool:
    return x.op.name == "div" and _is(x.args[0], 1)


def _as(x: Expression, value: Any) -> Expression:
    """x, with the value that it has after a move."""
    if isinstance(x, Symbol):
        return Symbol(x.name, value)
    return Call(x.op, x.args, x.params, value)


def _only_axes(index: Any) -> bool:
    """Whether an index adds or drops axes of length 1, and chooses nothing."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(p is None or p is Ellipsis or (p.__class__ is int and p == 0) for p in parts)


# -- the shape of a rule

_POINTWISE = ("arithmetic", "elementwise", "activation", "comparison", "routing", "special", "loss")


def is_pointwise(x: Expression) -> bool:
    """Whether every element of x depends on one element of each letter: no sums, no products of
    matrices.
    """
    todo = [x]
    while todo:
        x = todo.pop()
        if isinstance(x, Call):
            if x.op.__module__.rpartition(".")[2] not in _POINTWISE:
                return False
            todo += x.args
    return True


def jacobian(node: Node, i: int) -> np.ndarray:
    """dz/d(input i) as (z.size, x.size), by the rule itself, one basis vector after the other."""
    rule, shape = node.op.rule(i), node.shape_of(i)
    assert rule is not None
    rows = []
    with no_grad(), np.errstate(all="ignore"):
        for k in range(node.z.size):
            e = np.zeros(node.z.size, node.z.dtype)
            e[k] = 1
            rows.append(np.ravel(sum_to(rule.pull(e.reshape(node.z.shape), node), shape)))
    return np.array(rows).reshape(node.z.size, -1)
