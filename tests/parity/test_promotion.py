"""Type promotion beside PyTorch's: every operator on every pair of number types."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

import tinygrad_edu as ours
from tests.parity.comparing import answer

torch = pytest.importorskip("torch", reason="PyTorch is absent: pip install torch==2.13.0")
pytestmark = pytest.mark.parity

DTYPES = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64")
SHAPES = ((2,), ())  # with a dimension, and without: the second kind does not widen the first
OPERATORS = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / y,
    "**": lambda x, y: x**y,
    "//": lambda x, y: x // y,
    "%": lambda x, y: x % y,
    "<": lambda x, y: x < y,
    "==": lambda x, y: x == y,
    "&": lambda x, y: x & y,
}
TENSORS = list(itertools.product(DTYPES, SHAPES))

every_operator = pytest.mark.parametrize("symbol", OPERATORS)


def both(symbol: str, first: Any, second: Any) -> tuple[Any, Any]:
    """What PyTorch and this library answer; an operand is a number, or (type, shape) for ones."""

    def ask(t: Any) -> Any:
        operands = [
            t.ones(x[1], dtype=getattr(t, x[0])) if isinstance(x, tuple) else x
            for x in (first, second)
        ]
        return OPERATORS[symbol](*operands)

    return answer(torch, ask), answer(ours, ask)


def differences(symbol: str, pairs: Any) -> list[Any]:
    """The pairs where PyTorch answers and this library answers otherwise, or not at all.

    Where PyTorch refuses two truth values (`True % True`), NumPy's answer does no harm.
    """
    found = []
    for first, second in pairs:
        theirs, mine = both(symbol, first, second)
        if not isinstance(theirs, Exception) and (isinstance(mine, Exception) or mine != theirs):
            found.append((first, symbol, second, theirs, mine))
    return found


@every_operator
def test_two_tensors(symbol):
    """9 types × 2 kinds of shape on either side: the type and the numbers are PyTorch's."""
    assert not differences(symbol, itertools.product(TENSORS, TENSORS))


@every_operator
@pytest.mark.parametrize("number", [True, 2, 2.5])
def test_a_tensor_and_a_number(symbol, number):
    """A Python number changes the type only where its category is higher, on either side."""
    tensors = TENSORS
    if symbol == "**" and number is True:  # PyTorch alone keeps truth values in a power
        tensors = [x for x in TENSORS if x[0] != "bool"]
    pairs = [(x, number) for x in tensors] + [(number, x) for x in tensors]
    assert not differences(symbol, pairs)


@every_operator
def test_truth_values_are_refused_where_it_matters(symbol):
    """`-` on two tensors of truth values is an error in both libraries, and names the way out."""
    theirs, mine = both(symbol, ("bool", (2,)), ("bool", (2,)))
    if symbol == "-":
        assert isinstance(theirs, RuntimeError)
        assert isinstance(mine, ours.errors.DTypeError)
        assert "^" in str(mine)
    elif not isinstance(theirs, Exception):
        assert mine == theirs


@pytest.mark.parametrize(
    "function", ["maximum", "minimum", "where", "matmul", "cat", "stack", "atan2"]
)
def test_functions_of_two_tensors_promote_too(function):
    """Two types in a function: as PyTorch, wherever PyTorch takes them."""

    def ask(t: Any) -> Any:
        x, y = (t.ones(2, dtype=getattr(t, dtype)) for dtype in pair)
        if function == "where":
            return t.where(t.tensor([True, False]), x, y)
        return (
            getattr(t, function)([x, y])
            if function in ("cat", "stack")
            else getattr(t, function)(x, y)
        )

    for pair in itertools.product(DTYPES, DTYPES):
        theirs, mine = answer(torch, ask), answer(ours, ask)
        if not isinstance(theirs, Exception):
            assert mine == theirs, pair


def test_an_in_place_operation_keeps_the_type_or_is_refused():
    """x += y never changes the type of x: a result of a higher category is an error."""
    for a, b in itertools.product(DTYPES, DTYPES):

        def ask(t: Any, a: str = a, b: str = b) -> Any:
            return t.ones(2, dtype=getattr(t, a)).add_(t.ones(2, dtype=getattr(t, b)))

        theirs, mine = answer(torch, ask), answer(ours, ask)
        assert (
            isinstance(mine, type(theirs)) if isinstance(theirs, Exception) else mine == theirs
        ), (a, b)
