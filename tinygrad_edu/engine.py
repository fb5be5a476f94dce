"""The graph and the reverse pass.

A `Node` is a recipe, `z = op(*values, **params)`, together with where each value came from. Nodes
are numbered as they are made, so a node's number is larger than those of all the nodes it uses:
going through them from the largest number down is a topological order, and no node is visited
before every consumer of its output has sent its share of the gradient.

The engine knows tensors only by a small protocol. An *edge* is where a value came from:

    Node   the op that made it
    leaf   a tensor that requires a gradient; `leaf.accumulate(g, ours)` adds to its `.grad`
    None   a constant: nothing flows there

A leaf also has `array`, for its type of number, and `hooked(g)`, which runs its hooks alone.
"""

from __future__ import annotations

import linecache
import os
from _thread import _local  # `threading.local`; threading itself costs 1 % of NumPy's import
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from heapq import heappop, heappush
from itertools import islice
from sys import getrefcount
from types import CodeType
from typing import Any, NamedTuple

import numpy as np

from . import memory
from .errors import GradientError, InPlaceError, RuleError
from .op import Array, Op, Rule
from .ops.cast import cast
from .ops.shape import sum_to

# Frames in here are not the user's.
LIBRARY = tuple(os.path.dirname(os.path.abspath(f)) + os.sep for f in (__file__, np.__file__))


class _InLibrary(dict[str, bool]):
    """File name → whether it is the library's. Remembered: asked at every frame of every node, a
    look into a dict takes half the time of comparing names, 24 ns for 50 (measured).
    """

    def __missing__(self, file: str) -> bool:
        self[file] = file.startswith(LIBRARY)
        return self[file]


in_library = _InLibrary()


class _Modes(_local):
    """Whether operations are recorded; each thread has its own answer."""

    grad = True
    inference = False
    compiling = False  # whether a step is being recorded as a plan
    passes = 0  # how many backward passes there were: what a rule keeps is of one pass
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

    op: Op
    inputs: Sequence[Any]
    values: Any
    params: Mapping[str, Any]
    z: Any
    number: int
    hooks: dict[int, Callable[[Any], Any]] | None
    _code: CodeType  # the user's line: its code …
    _instruction: int  # … and where in it
    _shapes: Sequence[tuple[int, ...]]

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
            if len(self.values) == 2:  # half the time of a comprehension (measured)
                x, y = self.values
                self._shapes = getattr(x, "shape", ()), getattr(y, "shape", ())
            else:
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

    def shapes(self) -> list[tuple[int, ...]]:
        return self.node.shapes()


def _references_of_a_new_array() -> int:
    """What `getrefcount` says of an array that one variable holds: Pythons count differently."""
    array = np.empty(0)
    return getrefcount(array)


_ALONE = _references_of_a_new_array()


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
    modes.passes += 1
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
    totals, results = _visit_nodes(roots, wanted, needed, retain_graph, lift)
    # It has returned, so its variables hold none of the arrays any more: who else does, counts.
    for leaf in list(totals):
        g = totals.pop(leaf)
        ours = lift is None and g.base is None and getrefcount(g) == _ALONE
        if g.dtype is not leaf.array.dtype:  # a rule computed in another type than its input's
            g, ours = cast(g, leaf.array.dtype, g.dtype), False
        if targets is None:
            leaf.accumulate(g, ours)
        else:
            results[leaf] = leaf.hooked(g)
    return results


def _visit_nodes(
    roots: list[tuple[Any, Array]],
    wanted: set[Any],
    needed: set[Any] | None,
    retain_graph: bool,
    lift: Callable[[Any, Any], Any] | None,
) -> tuple[dict[Any, Array], dict[Any, Array]]:
    """Send gradients from node to node, those made last first. Returns what the leaves received,
    the one that was complete first first, as PyTorch does; and what the nodes in `wanted` did.

    Where paths meet, gradients add up: in place, if the array is ours alone, for that saves making
    another. `add` hands on g itself, `reshape` a view of it, and a rule, a hook or a listener may
    keep what it saw. So an array is ours if it owns its memory and nobody else holds it right now.
    """
    totals: dict[Any, Array] = {}  # edge → its gradient so far
    # A heap of (-number, node): the node made last comes first. Where a graph is one node wide, as
    # a chain of layers is, the heap stays empty and the only node is at hand in `following`, with
    # its gradient in `g_following`, or in `totals` once a second path has met the first: that saves
    # a twentieth of the time per node (measured).
    frontier: list[tuple[int, Node]] = []
    following: Node | None = None
    g_following: Array = None
    results: dict[Any, Array] = {}
    listeners = modes.listeners
    ndarray = np.ndarray

    for edge, g in roots:
        if needed is None or edge in needed:
            if edge.__class__ is Node and edge not in totals:
                heappush(frontier, (-edge.number, edge))
            totals[edge] = totals[edge] + g if edge in totals else g

    while frontier or following is not None:
        if following is None:
            node = heappop(frontier)[1]
            g = totals.pop(node)
        else:
            node = following
            g = totals.pop(node) if g_following is None else g_following
            following = g_following = None
        if node.hooks:
            for hook in list(node.hooks.values()):
                g = hook(g)
        if wanted and node in wanted:
            results[node] = g
            if needed is not None and not needed.intersection(node.inputs):
                continue  # nothing beyond it is asked for, so its values are not used up either
        op, values = node.op, node.values
        if values is None and op.saves:
            raise GradientError(_spent(node))
        recipe: Any = node if lift is None else _Lifted(node, lift)
        if listeners:
            sent: list[Array | None] = [None] * len(node.inputs)
        i = -1
        for edge in node.inputs:
            i += 1
            if edge is None or (needed is not None and edge not in needed):
                continue
            rule = op.rule(i) if op.variadic else op.rules[i]
            if rule is None:
                continue
            if memory.last_edit > node.number:  # a rule before this one may have edited, too
                _refuse_edited(node, rule)
            share = rule.pull(g, recipe)
            shape = node.shape_of(i) if values is None else values[i].shape
            if share.__class__ is not ndarray or share.shape != shape:
                share = _over_copies(share, shape, node, i, lift is None)
            if edge is following and g_following is not None:  # a second path to it
                totals[edge], g_following = g_following, None
            if edge.__class__ is Node and following is None and not frontier:  # no other waits
                following, g_following = edge, share
            elif edge in totals:
                total = totals.pop(edge)
                if (
                    lift is None
                    and total.base is None
                    and getrefcount(total) == _ALONE
                    and total.dtype is share.dtype
                ):
                    total += share
                    totals[edge] = total
                else:
                    totals[edge] = total + share
            elif edge.__class__ is not Node:
                totals[edge] = share
            else:
                totals[edge] = share
                heappush(frontier, (-edge.number, edge))
                if following is not None:
                    heappush(frontier, (-following.number, following))
                    if g_following is not None:
                        totals[following] = g_following
                    following = g_following = None
            if listeners:
                sent[i] = share
        if listeners:
            event = BackwardEvent(node, g, tuple(sent))
            for listener in listeners:
                listener(event)
        if not retain_graph:
            if op.saves:
                node.values = node.z = None
            else:
                node.free()
    return totals, results


def _over_copies(share: Any, shape: tuple[int, ...], node: Node, i: int, raw: bool) -> Array:
    """The gradient of input `i`: where it was broadcast, those of its copies add up.

    Raises `RuleError` where its shape does not fit, or where it is a tensor in a `raw` pass.
    """
    if not hasattr(share, "shape"):
        raise _wrong(node, i, repr(share), _misfit(shape))
    if raw and hasattr(share, "edge"):
        raise _wrong(
            node, i, "a tensor",
            "this pass runs on arrays. Compute the gradient from what the rule reads, by operators "
            "and NumPy's functions: they take tensors too.",
        )  # fmt: skip
    found = share.shape
    if found == shape:  # a tensor, or a number of NumPy's
        return share
    lead = len(found) - len(shape)
    if lead < 0 or any(n != m and n != 1 for n, m in zip(shape, found[lead:], strict=True)):
        raise _wrong(node, i, f"shape {found}", _misfit(shape))
    return sum_to(share, shape)


def _misfit(shape: tuple[int, ...]) -> str:
    return (
        f"the gradient of an input of shape {shape} has that shape. Check the rule: is an order or "
        "a transpose wrong?"
    )


def _wrong(node: Node, i: int, what: str, but: str) -> RuleError:
    name = node.op.input_name(i)
    return RuleError(
        f"backward of {node.op.name} ({node.where}): the rule of {name} returned {what}, but {but}"
    )


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
