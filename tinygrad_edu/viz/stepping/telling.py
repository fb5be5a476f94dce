"""A node in symbols and in numbers: what it computes, and what it sends back."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine import Node
from ..formula import explained
from ..labels import Labels
from ..notation import TEXT, written
from ..record import Step
from ..trace import Call, Expression, Symbol

__all__ = ["computed", "sent"]

_LONGEST = 120  # letters of a formula with numbers; matrices are shown as pictures anyway


def computed(node: Node, labels: Labels) -> dict[str, str]:
    """The forward formula, `σ(x)` and `σ(0.2)`; without numbers where they were freed."""
    freed = [0.0] * len(node.inputs)  # their letters are told, not their numbers
    values = freed if node.values is None else node.values
    args = [Symbol(_letter(node, i, labels), v) for i, v in enumerate(values) if _is_number(v)]
    call = Call(node.op, tuple(args) or (Symbol("x", 0.0),), node.params, node.z)
    return _both(call, labels.letters(node), node.values is not None)


def sent(step: Step, i: int, labels: Labels) -> dict[str, str]:
    """How input `i` came by its contribution, `g · y` and `−0.45 · 0.5`; empty where no formula
    can be read.
    """
    formula = explained(step, i).formula
    return {} if formula is None else _both(formula, labels.letters(step.node), True)


def _both(formula: Expression, letters: dict[str, str], filled: bool) -> dict[str, str]:
    told = {"symbols": written(formula, TEXT, letters)}
    if filled:
        numbers = written(formula, TEXT, numbers=True)
        if len(numbers) <= _LONGEST and "‖" not in numbers:
            told["numbers"] = numbers
    return told


def _letter(node: Node, i: int, labels: Labels) -> str:
    """The letter of input `i`; a number of the script that has no name stands for itself."""
    value = None if node.values is None else node.values[i]
    alone = node.inputs[i] is None and value is not None and np.ndim(value) == 0
    nameless = alone and labels.passed.names.of_constant(value) is None
    return "" if nameless else node.op.input_name(i)


def _is_number(value: Any) -> bool:
    return value is not None and np.asarray(value).dtype.kind in "fiub"
