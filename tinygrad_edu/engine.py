"""The graph and the reverse pass.

A `Node` is a recipe, `z = op(*values, **params)`, together with where each value came from. Nodes
are numbered as they are made, so a node's number is larger than those of all the nodes it uses:
going through them from the largest number down is a topological order, and no node is visited
before every consumer of its output has sent its share of the gradient.

The engine knows tensors only by a small protocol. An *edge* is where a value came from:

    Node   the op that made it
    leaf   a tensor that requires a gradient; `leaf.accumulate(g, owned)` adds to its `.grad`
    None   a constant: nothing flows there
"""

from __future__ import annotations

import linecache
import os
from _thread import _local  # `threading.local`; threading itself costs 1 % of NumPy's import
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from heapq import heappop, heappush
from itertools import islice
from sys import _getframe
from types import CodeType
from typing import Any, NamedTuple

import numpy as np

from . import memory
from .errors import GradientError, InPlaceError
from .op import Array, Op, Rule
from .ops.shape import sum_to

# Frames in here are not the user's.
LIBRARY = tuple(os.path.dirname(os.path.abspath(f)) + os.sep for f in (__file__, np.__file__))


class _Ours(dict[str, bool]):
    """File name → whether it is the library's. Remembered: asked at every frame of every node, a
    look into a dict takes half the time of comparing names, 24 ns for 50 (measured).
    """

    def __missing__(self, file: str) -> bool:
        self[file] = file.startswith(LIBRARY)
        return self[file]


_ours = _Ours()


class _Modes(_local):
    """Whether operations are recorded; each thread has its own answer."""

    grad = True
    inference = False
    compiling = False  # whether a step is being recorded as a plan
    listeners: tuple[Callable[[BackwardEvent], None], ...] = ()


modes = _Modes()


class Node:
    """One application of an op: a recipe that a picture, a checker and the reverse pass all read.

    `inputs[i]` is the edge of input `i` (a Node, a leaf tensor, or None), `values[i]` the array or
    number it had. `number` is the time at which the node was made. After a backward pass that does
    not retain the graph, `values` and `z` are None; op, inputs and params stay.
    """

    __slots__ = (
        "__weakref__",
        "_code",
        "_instruction",
        "_shapes",
        "hooks",
        "inputs",
        "number",
        "op",
        "params",
        "values",
        "z",
    )

    def __init__(
        self,
        op: Op,
        inputs: Sequence[Any],
        values: Sequence[Any],
        params: Mapping[str, Any],
        z: np.ndarray,
    ) -> None:
        self.op = op
        self.inputs = inputs
        self.values: Any = values
        self.params = params
        self.z: Any = z
        self.number = memory.tick()
        self.hooks: dict[int, Callable[[Any], Any]] | None = None
        # The user's line: the first frame outside the library (the nearest two are `apply` and its
        # caller). Only the code object and the instruction are kept, for a frame would keep the
        # user's variables alive; `where` works the line out when somebody asks.
        frame = _getframe(3)
        while _ours[frame.f_code.co_filename] and frame.f_back is not None:
            frame = frame.f_back
        self._code: CodeType = frame.f_code
        self._instruction = frame.f_lasti

    def __repr__(self) -> str:
        return f"<{self.op.name} {self.op.family.name} · {self.where}>"

    def shape_of(self, i: int) -> tuple[int, ...]:
        """The shape of input `i`; it outlives the values."""
        return np.shape(self.values[i]) if self.values is not None else self._shapes[i]

    def shapes(self) -> list[tuple[int, ...]]:
        """The shapes of all inputs."""
        return [self.shape_of(i) for i in range(len(self.inputs))]

    def free(self) -> None:
        """Let go of the saved arrays. The recipe stays, so the graph's structure can still be
        read.
        """
        if not self.op.saves and self.values is not None:  # may be walked again: only shapes matter
            self._shapes = [getattr(v, "shape", ()) for v in self.values]
        self.values = self.z = None

    @property
    def line(self) -> int:
        """The number of the user's line that made this node."""
        (line, *_) = next(islice(self._code.co_positions(), self._instruction // 2, None))
        return line or self._code.co_firstlineno

    @property
    def file(self) -> str:
        """The file of the user's line that made this node."""
        return self._code.co_filename

    @property
    def where(self) -> str:
        """The user's line that made this node: `script.py:12: y = a * b`."""
        return spell_place(self.file, self.line)


def spell_place(file: str, line: int) -> str:
    """A line of a file, with its text where it can be read: `script.py:12: y = a * b`."""
    text = linecache.getline(file, line).strip()
    return f"{os.path.basename(file)}:{line}" + (f": {text}" if text else "")


class BackwardEvent(NamedTuple):
    """One step of the reverse pass: `node` received `g` and sent `contributions[i]` to `inputs[i]`.

    Contributions are None where nothing flows. Gradients are arrays, or tensors under
    `create_graph`.
    """

    node: Node
    g: Array
    contributions: tuple[Array | None, ...]


@contextmanager
def listen(callback: Callable[[BackwardEvent], None], alone: bool = False) -> Iterator[None]:
    """Call `callback` with every `BackwardEvent` of the passes inside the block, in their order.

    With `alone`, those who listened before hear nothing of these passes.
    """
    before = modes.listeners
    modes.listeners = (callback,) if alone else (*before, callback)
    try:
        yield
    finally:
        modes.listeners = before


class _Lifted:
    """A node as its rules see it under `create_graph`: tensors in place of arrays."""

    __slots__ = ("node", "params", "values", "z")

    def __init__(self, node: Node, lift: Callable[[Any, Any], Any]) -> None:
        self.node = node
        self.params = node.params
        self.z = lift(node, node.z)
        pairs = zip(node.inputs, node.values or (), strict=False)
        self.values = [lift(edge, value) for edge, value in pairs]

    def shape_of(self, i: int) -> tuple[int, ...]:
        return self.node.shape_of(i)


@np.errstate(all="ignore")  # a slope that is infinite is a result; anomaly mode speaks of it
def run(
    roots: Iterable[tuple[Any, Array]],
    *,
    targets: Iterable[Any] | None = None,
    retain_graph: bool = False,
    lift: Callable[[Any, Any], Any] | None = None,
) -> dict[Any, Array]:
    """Send the gradients of `roots`, pairs (edge, gradient), down the graph; visit each node once.

    Returns the gradients of the edges in `targets`; with `targets=None`, adds them to every leaf's
    `.grad` instead. `lift(edge, value)` makes a tensor of a value: where it is given, the rules run
    on tensors and are themselves recorded. Linear in the number of edges: the frontier is a heap,
    but in ordinary graphs only a few nodes wide.

    Raises `GradientError` at a node whose values were freed, `InPlaceError` at one whose were
    edited.
    """
    # What the rules and the hooks compute is recorded if and only if the pass itself is.
    before, modes.grad = modes.grad, lift is not None
    try:
        return _walk(list(roots), targets, retain_graph, lift)
    finally:
        modes.grad = before


def _walk(
    roots: list[tuple[Any, Array]],
    targets: Iterable[Any] | None,
    retain_graph: bool,
    lift: Callable[[Any, Any], Any] | None,
) -> dict[Any, Array]:
    # By identity: in a list, `in` would ask the tensors whether they are equal.
    wanted = set(targets or ())
    needed = None if targets is None else _leading_to(wanted, [edge for edge, _ in roots])
    # Edge → its gradient so far, and whether that array is ours alone.
    totals: dict[Any, tuple[Array, bool]] = {}
    # A heap of (-number, node): the node made last comes first.
    frontier: list[tuple[int, Node]] = []
    results: dict[Any, Array] = {}
    listeners = modes.listeners

    for edge, g in roots:
        if needed is None or edge in needed:
            if edge.__class__ is Node and edge not in totals:
                heappush(frontier, (-edge.number, edge))
            totals[edge] = _sum(totals[edge], g, lift) if edge in totals else (g, False)

    while frontier:
        node = heappop(frontier)[1]
        g, _ = totals.pop(node)
        if node.hooks:
            for hook in list(node.hooks.values()):
                g = hook(g)
        if node in wanted:
            results[node] = g
            if needed is not None and not any(
                edge in needed for edge in node.inputs if edge is not None
            ):
                continue  # nothing beyond it is asked for, so its values are not used up either
        op, values = node.op, node.values
        if values is None and op.saves:
            raise GradientError(_spent(node))
        recipe: Any = node if lift is None else _Lifted(node, lift)
        if listeners:
            sent: list[Array | None] = [None] * len(node.inputs)
        for i, edge in enumerate(node.inputs):
            if edge is None or (needed is not None and edge not in needed):
                continue
            rule = op.rule(i) if op.variadic else op.rules[i]
            if rule is None:
                continue
            if memory.last_edit > node.number:
                _refuse_edited(node, rule)
            share = rule.pull(g, recipe)
            shape = node.shape_of(i) if values is None else values[i].shape
            if share.shape != shape:  # the input was broadcast: the gradients of its copies add up
                share = sum_to(share, shape)
            if edge in totals:
                totals[edge] = _sum(totals[edge], share, lift)
            else:
                # `add` hands on g itself, `reshape` a view of it: such a share is not ours to write
                # into, nor is one that a listener has seen.
                ours = lift is None and not (share is g or share.base is not None or listeners)
                totals[edge] = (share, ours)
                if edge.__class__ is Node:
                    heappush(frontier, (-edge.number, edge))
            if listeners:
                sent[i] = share
        if listeners:
            event = BackwardEvent(node, g, tuple(sent))
            for listener in listeners:
                listener(event)
        if not retain_graph:
            node.free()

    for leaf, (g, ours) in totals.items():
        if targets is None:
            leaf.accumulate(g, ours)
        else:
            results[leaf] = leaf.hooked(g)
    return results


def _sum(
    total: tuple[Array, bool], share: Array, lift: Callable[[Any, Any], Any] | None
) -> tuple[Array, bool]:
    """Where paths meet, gradients add up: in place, if nobody else has seen the array."""
    so_far, ours = total
    if ours and lift is None:
        so_far += share
        return so_far, True
    return so_far + share, True


def ancestors(edges: Iterable[Any]) -> list[Node]:
    """Every node that `edges` were computed from, in the order in which they were made."""
    seen = {edge for edge in edges if edge.__class__ is Node}
    stack = list(seen)
    while stack:
        for edge in stack.pop().inputs:
            if edge.__class__ is Node and edge not in seen:
                seen.add(edge)
                stack.append(edge)
    return sorted(seen, key=lambda node: node.number)


def _leading_to(targets: set[Any], roots: list[Any]) -> set[Any]:
    """The edges between `roots` and `targets`: those whose gradient has to be known."""
    needed = set(targets)
    for node in ancestors(roots):  # inputs come before the nodes that use them
        if any(edge in needed for edge in node.inputs if edge is not None):
            needed.add(node)
    return needed


def _spent(node: Node) -> str:
    return (
        f"backward reached {node.op.name} ({node.where}) a second time, but its saved values were "
        "freed by the first pass. Call backward(retain_graph=True) the first time, or compute the "
        "output again before the second pass."
    )


def _refuse_edited(node: Node, rule: Rule) -> None:
    """Raise `InPlaceError` where a value that `rule` reads was changed after `node` was made."""
    reads = range(len(node.values)) if rule.reads == (-1,) else rule.reads
    saved = [(f"input {i} ({node.op.input_name(i)})", node.values[i]) for i in reads]
    if rule.reads_output:
        saved.append(("the output", node.z))
    for name, value in saved:
        if memory.edited_since(value, node.number):
            raise InPlaceError(
                f"backward of {node.op.name} ({node.where}) needs {name}, of shape "
                f"{np.shape(value)}, but it was changed in place after it was used. Write "
                "`x = x + y` for `x += y`, or edit a clone()."
            )
