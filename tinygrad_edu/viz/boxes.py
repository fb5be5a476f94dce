"""The lines of text in the boxes of a picture and on its edges: short, and of any value."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np

from ..engine import Node
from .formula import explained
from .labels import Labels, clean
from .notation import number, numbers
from .record import Step

__all__ = ["arithmetic", "range_line", "saved", "title", "value_lines", "wrapped"]

FEW = 9  # numbers that a box shows one by one
_WIDE = 34  # letters of a title or of a formula on an edge
_DIGITS = 3  # of an element of an array; a single number has four


def title(labels: Labels, node: Node) -> str:
    """The op as it would be written, "c = add(a, b)", or less where that is too long."""
    given = labels.passed.names.of(node)
    left = f"{clean(given)} = " if given else ""
    call = left + labels.call(node).partition(" = ")[2]
    return call if len(call) <= _WIDE else left + clean(node.op.name)


def value_lines(value: Any) -> list[str]:
    """A value in a few lines: numbers where there are few, a matrix row by row; else its range."""
    array = np.asarray(value)
    if not array.ndim and array.dtype.kind in "fiub":
        return [number(array)]
    if 0 < array.size <= FEW and array.dtype.kind in "fiub" and array.ndim <= 2:
        return [numbers(row, _DIGITS) for row in np.atleast_2d(array)]
    shape = "×".join(map(str, array.shape))
    if array.dtype.kind not in "fiu" or not array.size:
        return [f"{shape} {array.dtype}"]
    return [f"{shape}: {range_line(array)}"]


def range_line(array: np.ndarray) -> str:
    """The smallest and the largest element."""
    return f"{number(array.min(), _DIGITS)} … {number(array.max(), _DIGITS)}"


def saved(labels: Labels, node: Node) -> list[str]:
    """The names of what the node keeps for its rules."""
    rules = [node.op.rule(i) for i, edge in enumerate(node.inputs) if edge is not None]
    reads = {k for r in rules if r is not None for k in r.reads}
    if -1 in reads:
        reads = set(range(len(node.inputs)))
    present = [k for k in sorted(reads) if node.values is None or node.values[k] is not None]
    names = list(dict.fromkeys(labels.of_input(node, k) for k in present))
    if any(r.reads_output for r in rules if r is not None):
        names.append(labels.of(node))
    return names


def arithmetic(labels: Labels, step: Step, i: int) -> str:
    """Upstream · local derivative = contribution: in numbers for single ones, else by formula."""
    c = explained(step, i)
    if c.slope is not None and c.array.ndim == 0 and c.upstream.ndim == 0:
        parts = [number(x) for x in (c.upstream, c.slope)]
        parts = [f"({p})" if p.startswith("−") else p for p in parts]
        return f"{parts[0]} · {parts[1]} = {number(c.array)}"
    text = c.rule_text(letters=labels.letters(step.node))
    if text and len(text) <= _WIDE:
        return text
    return "‖·‖ = " + number(np.linalg.norm(np.asarray(c.array, np.float64).ravel()))


def wrapped(text: str, width: int = 44) -> list[str]:
    """A long text in at most six lines."""
    return textwrap.wrap("".join(c if c.isprintable() else " " for c in text), width)[:6]
