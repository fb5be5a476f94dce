"""What a picture of a graph shows: boxes, arrows and modules, before anybody draws them.

A large graph is cut: the ops nearest to the output stay, one box says how many do not. Modules may
be collapsed, and equal neighbours of one parent (the twelve blocks of a transformer) are folded
into one box.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from ..engine import Node
from .folding import equal_neighbours, outward
from .formula import explained
from .labels import Labels, clean
from .modules import regions
from .notation import number, numbers
from .record import Backward
from .shapes import Arrow, Item, Outline
from .words import family_name, words_in

__all__ = ["outlined"]

_FEW = 6  # numbers that a box shows one by one


def outlined(
    passed: Backward,
    lang: str,
    *,
    marks: Mapping[Node, str],
    collapse: bool | Collection[str],
    fold: bool,
    limit: int,
) -> Outline:
    """What a picture of `passed` shows; the arguments are those of `graph`."""
    return _Draft(passed, lang, marks, collapse, fold, limit).outline


class _Draft:
    """The outline while it is made."""

    def __init__(
        self,
        passed: Backward,
        lang: str,
        marks: Mapping[Node, str],
        collapse: bool | Collection[str],
        fold: bool,
        limit: int,
    ) -> None:
        self.passed, self.lang, self.marks = passed, lang, marks
        self.words, self.labels = words_in(lang), Labels(passed)
        self.paths = regions(passed)
        self.outline = Outline()
        self.closed: dict[str, str] = {}  # the path of a module → the key of the box it is in
        self._close(collapse, fold)
        self.shown = self._cut(limit)
        for node in passed.nodes:
            if node in self.shown:
                self._op(node)
        for node in passed.nodes:
            if node in self.shown:
                self._arrows(node)
        if passed.failure is not None:
            self._failure()
        self._frames()

    # -- what is left out

    def _cut(self, limit: int) -> set[Node]:
        """The nodes nearest to the output, `limit` of them (a closed module counts once)."""
        shown: set[Node] = set()
        seen: set[str] = set()
        for node in reversed(self.passed.nodes):
            seen.add(self._key(node))
            if len(seen) > limit:
                break
            shown.add(node)
        left = len(self.passed.nodes) - len(shown)
        if left:
            text = self.words["hidden"].format(n=left)
            self.outline.items["hidden"] = Item("hidden", "hidden", (text,))
        return shown

    def _close(self, collapse: bool | Collection[str], fold: bool) -> None:
        inside: dict[str, list[Node]] = {}
        for node, path in self.paths.items():
            for outer in outward(path):
                inside.setdefault(outer, []).append(node)
        if collapse is True:
            collapse = [path for path in inside if "." not in path]
        groups = [[path] for path in (collapse or ()) if path in inside]
        if fold:
            groups += equal_neighbours(inside, self.passed.names.kinds)
        for group in sorted(groups, key=lambda g: g[0].count(".")):
            if any(outer in self.closed for outer in outward(group[0])):
                continue
            key = "module_" + "_".join(group[0].split("."))
            for path in group:
                self.closed[path] = key
            nodes = [node for path in group for node in inside[path]]
            self.outline.items[key] = self._module(key, group, nodes)

    def _module(self, key: str, group: list[str], nodes: list[Node]) -> Item:
        kind = self.passed.names.kinds.get(group[0], "")
        name = group[0] if len(group) == 1 else f"{group[0]} … {group[-1]}"
        owners = self.passed.names.owners
        parameters = [p for p, owner in owners.items() if set(outward(owner)) & set(group)]
        lines = [clean(name), f"{kind} ×{len(group)}" if len(group) > 1 else kind]
        lines.append(f"{len(nodes)} ops, {sum(p.array.size for p in parameters)} parameters")
        sizes = [g for p in parameters if (g := self.passed.gradient_of(p)) is not None]
        if sizes:
            norm = float(np.sqrt(sum(float(np.sum(np.square(g, dtype=np.float64))) for g in sizes)))
            lines.append(f"‖{self.words['grad']}‖ = {number(norm)}")
        outer = group[0].rpartition(".")[0]
        return Item(key, "module", tuple(filter(None, lines)), "#333333", outer)

    # -- the boxes

    def _key(self, edge: Any) -> str:
        if edge.__class__ is Node:
            for outer in outward(self.paths[edge]):
                if outer in self.closed:
                    return self.closed[outer]
            number = self.passed.number_of(edge)
            return f"op{number}" if number else f"made{self.labels.made(edge)}"
        owner = self.passed.names.owners.get(edge, "")
        for outer in outward(owner):
            if outer in self.closed:
                return self.closed[outer]
        return self.labels.leaf_key(edge)

    def _op(self, node: Node) -> None:
        key = self._key(node)
        if key in self.outline.items:
            return
        number, family = self.passed.number_of(node), node.op.family
        given = self.passed.names.of(node)
        title = f"{clean(given)} = {node.op.name}" if given else node.op.name
        lines = [
            f"{number}. {title}" if number else title,
            f"«{family_name(family, self.lang)}»",
            self.words["freed"] if node.z is None else _brief(node.z),
            self._gradient(node, reached=number is not None),
        ]
        saved = _saved(node)
        if saved:
            lines.append(f"{self.words['saved']}: {', '.join(saved)}")
        mark = self.marks.get(node)
        if mark:
            lines += ["✗ " + part for part in _wrapped(mark)]
        self.outline.items[key] = Item(
            key, "op", tuple(lines), family.colour, self.paths[node], node.where, bool(mark)
        )

    def _gradient(self, edge: Any, reached: bool = True) -> str:
        g = self.passed.gradient_of(edge)
        if g is not None:
            alike = g.size > _FEW  # then the shape stands on the line above
            return f"{self.words['grad']}: {_range(g) if alike else _brief(g)}"
        stopped = self.passed.failure is not None or (reached and not self.passed.complete)
        return f"{self.words['grad']}: " + self.words["not computed" if stopped else "no gradient"]

    def _leaf(self, edge: Any) -> str:
        key = self._key(edge)
        if key not in self.outline.items:
            given = self.passed.names.of(edge)
            lines = [clean(given)] if given else []
            lines += [_brief(edge.array), self._gradient(edge)]
            owner = self.passed.names.owners.get(edge, "")
            self.outline.items[key] = Item(key, "leaf", tuple(lines), "#222222", owner)
        return key

    def _constant(self, node: Node, i: int) -> str | None:
        value = None if node.values is None else node.values[i]
        if node.values is not None and value is None:
            return None  # an argument that was left out
        key = f"{self._key(node)}_{clean(node.op.input_name(i))}"
        given = self.passed.names.of_constant(value)
        if given:
            key = f"constant_{given}"
        if key not in self.outline.items:
            told = self.words["freed"] if value is None else _brief(value)
            lines = [clean(given)] if given else []
            lines += [told, self.words["constant"]]
            self.outline.items[key] = Item(key, "constant", tuple(lines), "#777777")
        return key

    def _named_constant(self, node: Node, i: int) -> bool:
        values = node.values
        return values is not None and self.passed.names.of_constant(values[i]) is not None

    # -- the arrows

    def _arrows(self, node: Node) -> None:
        target = self._key(node)
        step = self.passed.step_of(node)
        for i, edge in enumerate(node.inputs):
            if edge is None:
                inside = (
                    node.values is None or self.passed.names.of_constant(node.values[i]) is None
                )
                if target.startswith("module_") and inside:
                    continue
                source = self._constant(node, i)
                if source is not None:
                    self.outline.arrows.append(Arrow(source, target, _letter(node, i), flows=False))
                continue
            if edge.__class__ is Node:
                source = self._key(edge) if edge in self.shown else "hidden"
            else:
                source = self._leaf(edge)
            if source == target:
                continue
            share = None if step is None else step.contributions[i]
            label = _letter(node, i)
            if step is not None and share is not None:
                label = "\n".join(filter(None, [label, _arithmetic(step, i)]))
            self.outline.arrows.append(Arrow(source, target, label, share))

    def _failure(self) -> None:
        failure = self.passed.failure
        assert failure is not None
        lines = (f"✗ {failure.op.name}", *_wrapped(str(failure.error)))
        item = Item("failed", "failed", lines, "#D00000", tip=failure.where, wrong=True)
        self.outline.items["failed"] = item
        for i, x in enumerate(failure.inputs):
            edge = getattr(x, "edge", None)
            if edge is None:
                key, told = f"failed_{i}", np.asarray(getattr(x, "array", x), dtype=object)
                given = self.passed.names.of_constant(getattr(x, "array", x))
                text = _brief(x.array) if hasattr(x, "array") else str(told)
                lines = tuple(filter(None, [clean(given or ""), text])) if given else (text,)
                self.outline.items[key] = Item(key, "constant", lines, "#777777")
            elif edge.__class__ is Node:
                key = self._key(edge) if edge in self.shown else "hidden"
            else:
                key = self._leaf(edge)
            self.outline.arrows.append(Arrow(key, "failed", "", flows=edge is not None))

    # -- the modules around them

    def _frames(self) -> None:
        kinds = self.passed.names.kinds
        for item in self.outline.items.values():
            for path in outward(item.module):
                title = f"{clean(path)}: {kinds[path]}" if kinds.get(path) else clean(path)
                self.outline.modules.setdefault(path, title)


def _letter(node: Node, i: int) -> str:
    """The op's letter for an input, where it has several."""
    return clean(node.op.input_name(i)) if len(node.inputs) > 1 else ""


def _saved(node: Node) -> list[str]:
    """What the node keeps for its rules."""
    rules = [node.op.rule(i) for i, edge in enumerate(node.inputs) if edge is not None]
    reads = {k for r in rules if r is not None for k in r.reads}
    if -1 in reads:
        reads = set(range(len(node.inputs)))
    names = [node.op.input_name(k) for k in sorted(reads)]
    return names + ["z"] * any(r.reads_output for r in rules if r is not None)


def _arithmetic(step: Any, i: int) -> str:
    """Upstream × local derivative = contribution: in numbers for single ones, else by formula."""
    c = explained(step, i)
    if c.slope is not None and c.array.ndim == 0 and c.upstream.ndim == 0:
        parts = [number(x) for x in (c.upstream, c.slope)]
        parts = [f"({p})" if p.startswith("−") else p for p in parts]
        return f"{parts[0]} · {parts[1]} = {number(c.array)}"
    text = c.rule_text()
    return text if len(text) <= 32 else "‖·‖ = " + number(np.linalg.norm(c.array.ravel()))


def _brief(value: Any) -> str:
    """A value in a few characters: numbers where there are few, else shape and range."""
    array = np.asarray(value)
    if array.size <= _FEW:
        return numbers(array)
    shape = "×".join(map(str, array.shape))
    if array.dtype.kind not in "fiu":
        return f"{shape} {array.dtype}"
    return f"{shape}: {_range(array)}"


def _range(array: np.ndarray) -> str:
    return f"{number(array.min(), 3)} … {number(array.max(), 3)}"


def _wrapped(text: str, width: int = 44) -> list[str]:
    import textwrap

    return textwrap.wrap("".join(c if c.isprintable() else " " for c in text), width)[:6]
