"""Which module made which node: noted while the network runs, or told from its parameters.

    with viz.watch(model) as calls:
        loss = loss_of(model(x), target)
    viz.graph(loss, names=calls)

Nodes are numbered as they are made, so the call of a module is an interval of numbers, and noting
where it begins and ends is enough. Without a watch the parameters tell most of it: an op that reads
`encoder.0.weight` belongs to `encoder.0`, and what lies between two ops of a module to that module.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from .. import memory
from ..engine import Node
from ..nn import Module
from .record import Backward

__all__ = ["Calls", "common", "regions", "watch"]


class Calls:
    """The calls of a model's modules, noted by hooks; a context manager that removes the hooks."""

    def __init__(self, model: Module, name: str = "") -> None:
        self.model, self.name = model, name
        self.intervals: list[tuple[int, int, str]] = []
        self._inside: list[tuple[int, Module]] = []
        self._paths = {module: path for path, module in model.named_modules(prefix=name)}
        self._handles: list[Any] = []

    def __enter__(self) -> Self:
        for module in self._paths:
            self._handles += [
                module.register_forward_pre_hook(self._enter, prepend=True),
                module.register_forward_hook(self._leave),
            ]
        return self

    def __exit__(self, *_: Any) -> None:
        while self._inside:  # an error in the middle: they end here
            self._close(*self._inside.pop())
        for handle in self._handles:
            handle.remove()
        self._handles.clear()

    def _enter(self, module: Module, args: Any) -> None:
        self._inside.append((memory.tick(), module))

    def _leave(self, module: Module, args: Any, output: Any) -> None:
        while self._inside:
            start, entered = self._inside.pop()
            self._close(start, entered)
            if entered is module:
                break

    def _close(self, start: int, module: Module) -> None:
        self.intervals.append((start, memory.tick(), self._paths[module]))


def watch(model: Module, name: str = "") -> Calls:
    """Note which of the model's modules makes which node, inside a `with` block.

    Give the result as `names=`: it names the parameters, too. `name` stands before every path.
    """
    return Calls(model, name)


def regions(passed: Backward) -> dict[Node, str]:
    """Every node → the path of the innermost module that made it, "" for none."""
    calls = passed.names.calls
    found = _by_time(passed.nodes, [i for c in calls for i in c.intervals])
    if not calls and passed.names.owners:
        found = _by_parameters(passed)
    return {node: found.get(node, "") for node in passed.nodes}


def _by_time(nodes: Iterable[Node], intervals: list[tuple[int, int, str]]) -> dict[Node, str]:
    """A sweep over time: the innermost interval that is open when a node is made."""
    waiting, inside = sorted(intervals, reverse=True), []  # of two that begin together the longer
    found = {}
    for node in nodes:
        while waiting and waiting[-1][0] < node.number:
            inside.append(waiting.pop())
            inside = [i for i in inside if i[1] > inside[-1][0]]
        inside = [i for i in inside if i[1] > node.number]
        if inside:
            found[node] = inside[-1][2]
    return found


def _by_parameters(passed: Backward) -> dict[Node, str]:
    """The module whose parameters an op reads; for the others, what lies before and after them."""
    owners = passed.names.owners
    own: dict[Node, str] = {}
    for node in passed.nodes:
        paths = [owners[e] for e in node.inputs if e is not None and e in owners]
        if paths:
            own[node] = paths[0]
    before: dict[Node, str | None] = {}
    for node in passed.nodes:
        above = [before[e] for e in node.inputs if e.__class__ is Node]
        before[node] = own.get(node) or common(above)
    after: dict[Node, str | None] = {}
    for node in reversed(passed.nodes):
        below = [after[n] for n, _ in passed.uses_of(node)]
        after[node] = own.get(node) or common(below)
    return {
        node: own.get(node) or common([before[node] or "", after[node] or ""]) or ""
        for node in passed.nodes
    }


def common(paths: Iterable[str | None]) -> str | None:
    """The innermost module that all of these lie in; those that are not known do not count."""
    known = [p.split(".") if p else [] for p in paths if p is not None]
    if not known:
        return None
    shared = known[0]
    for parts in known[1:]:
        length = 0
        for a, b in zip(shared, parts, strict=False):
            if a != b:
                break
            length += 1
        shared = shared[:length]
    return ".".join(shared)
