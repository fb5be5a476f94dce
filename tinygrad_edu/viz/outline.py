"""What a picture of a graph shows: boxes, arrows and modules, before anybody draws them.

A large graph is cut: the ops nearest to the output stay, one box says how many do not. Modules may
be collapsed, and equal neighbours of one parent (the twelve blocks of a transformer) are folded
into one box. Of what repeats itself without being a module, as the steps of a loop, the last time
is drawn, and a box before it stands for the others.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np

from ..engine import Node
from .boxes import FEW, arithmetic, range_line, saved, title, value_lines, wrapped
from .folding import equal_neighbours, outward
from .labels import Labels, clean
from .modules import common, regions
from .notation import number
from .record import Backward
from .repeats import own_leaves, repeats
from .shapes import Arrow, Item, Outline, joined
from .words import family_name, words_in

__all__ = ["outlined"]


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
        self.constants: dict[int, str] = {}  # the ids of arrays with a name → their keys
        self.closed: dict[str, str] = {}  # the path of a module → the key of the box it is in
        self.folded: dict[Any, str] = {}  # a node or leaf of what repeats → the key of its box
        self.turns: dict[str, int] = {}  # the frame around the last time → how many there are
        self._close(collapse, fold)
        if fold:
            self._fold()
        self.shown = self._cut(limit)
        for node in passed.nodes:
            if node in self.shown:
                self._op(node)
        for node in passed.nodes:
            if node in self.shown:
                self._arrows(node)
        if passed.failure is not None:
            self._failure()
        self.outline.arrows = joined(self.outline)
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
            runs = equal_neighbours(self.passed.nodes, inside, self.passed.names.kinds)
            wrong = {outer for node in self.marks for outer in outward(self.paths.get(node, ""))}
            groups += [run for run in runs if not wrong & set(run)]
        for group in sorted(groups, key=lambda g: g[0].count(".")):
            if any(outer in self.closed for outer in outward(group[0])):
                continue
            key = f"module{1 + len(set(self.closed.values()))}"
            for path in group:
                self.closed[path] = key
            nodes = [node for path in group for node in inside[path]]
            self.outline.items[key] = self._module(key, group, nodes)

    def _fold(self) -> None:
        """Close all but the last of the equal pieces of every stretch that repeats itself."""

        def free(node: Node) -> bool:  # what is wrong must be seen
            return node not in self.marks and not set(outward(self.paths[node])) & set(self.closed)

        for is_free, stretch in groupby(self.passed.nodes, free):
            for pieces in repeats(list(stretch)) if is_free else ():
                self._fold_pieces(pieces)

    def _fold_pieces(self, pieces: list[Sequence[Node]]) -> None:
        count, last = len(pieces), pieces[-1]
        key = f"repeat{1 + len(self.outline.items)}"
        hidden = [node for piece in pieces[:-1] for node in piece]
        self.folded |= dict.fromkeys(hidden, key)
        for leaf in own_leaves(pieces):
            if all(self.folded.get(node) == key for node, _ in self.passed.uses_of(leaf)):
                self.folded[leaf] = key
        within = common(self.paths[node] for node in [*hidden, *last]) or ""
        if {self.paths[node] for node in last} == {within}:  # else modules are its frames
            frame = f"{within}.{key}".lstrip(".")
            self.paths |= dict.fromkeys(last, frame)
            self.turns[frame] = count
        ops = " · ".join(clean(node.op.name) for node in last)
        title = self.words["repeated"].format(n=count - 1)
        own = [e for e, k in self.folded.items() if k == key and e.__class__ is not Node]
        lines = [title, *wrapped(ops, 34)[:3], self._contents(hidden, own)]
        self.outline.items[key] = Item(key, "module", tuple(lines), "#333333", within)

    def _contents(self, nodes: list[Node], parameters: list[Any]) -> str:
        told = [self.words["ops"].format(n=len(nodes))]
        numbers = sum(p.array.size for p in parameters)
        told += [self.words["parameters"].format(n=numbers)] if numbers else []
        return ", ".join(told)

    def _module(self, key: str, group: list[str], nodes: list[Node]) -> Item:
        kind = self.passed.names.kinds.get(group[0], "")
        name = group[0] if len(group) == 1 else f"{group[0]} … {group[-1]}"
        owners = self.passed.names.owners
        parameters = [p for p, owner in owners.items() if set(outward(owner)) & set(group)]
        lines = [clean(name), f"{kind} ×{len(group)}" if len(group) > 1 else kind]
        lines.append(self._contents(nodes, parameters))
        sizes = [g for p in parameters if (g := self.passed.gradient_of(p)) is not None]
        if sizes:
            norm = float(np.sqrt(sum(float(np.sum(np.square(g, dtype=np.float64))) for g in sizes)))
            lines.append(f"‖{self.words['grad']}‖ = {number(norm)}")
        outer = group[0].rpartition(".")[0]
        return Item(key, "module", tuple(filter(None, lines)), "#333333", outer)

    # -- the boxes

    def _key(self, edge: Any) -> str:
        if edge in self.folded:
            return self.folded[edge]
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
        called = title(self.labels, node)
        lines = [f"{number}. {called}" if number else called]
        lines.append(f"«{family_name(family, self.lang)}»")
        lines += [self.words["freed"]] if node.z is None else value_lines(node.z)
        lines += self._gradient(node, reached=number is not None)
        kept = saved(self.labels, node)
        if kept:
            lines.append(f"{self.words['saved']}: {', '.join(kept)}")
        mark = self.marks.get(node)
        if mark:
            lines += ["✗ " + part for part in wrapped(mark)]
        self.outline.items[key] = Item(
            key, "op", tuple(lines), family.colour, self.paths[node], node.where, bool(mark)
        )

    def _gradient(self, edge: Any, reached: bool = True) -> list[str]:
        word, g = self.words["grad"], self.passed.gradient_of(edge)
        if g is None:
            stopped = self.passed.failure is not None or (reached and not self.passed.complete)
            return [f"{word}: {self.words['not computed' if stopped else 'no gradient']}"]
        lines = value_lines(g) if g.size <= FEW else [range_line(g)]  # its shape stands above
        return [f"{word}: {lines[0]}"] if len(lines) == 1 else [f"{word}:", *lines]

    def _leaf(self, edge: Any) -> str:
        key = self._key(edge)
        if key not in self.outline.items:
            given = self.passed.names.of(edge)
            lines = [clean(given)] if given else []
            lines += [*value_lines(edge.array), *self._gradient(edge)]
            owner = self.passed.names.owners.get(edge, "")
            self.outline.items[key] = Item(key, "leaf", tuple(lines), "#222222", owner)
        return key

    def _constant(self, node: Node, i: int) -> str | None:
        value = None if node.values is None else node.values[i]
        if node.values is not None and value is None:
            return None  # an argument that was left out
        given = self.passed.names.of_constant(value)
        key = f"{self._key(node)}_{i}"
        if given is not None:  # one box, wherever it is used
            key = self.constants.setdefault(id(value), f"constant{len(self.constants) + 1}")
        if key not in self.outline.items:
            lines = [clean(given)] if given else []
            lines += [self.words["freed"]] if value is None else value_lines(value)
            lines.append(self.words["constant"])
            self.outline.items[key] = Item(key, "constant", tuple(lines), "#777777")
        return key

    def _named_constant(self, node: Node, i: int) -> bool:
        values = node.values
        return values is not None and self.passed.names.of_constant(values[i]) is not None

    # -- the arrows

    def _arrows(self, node: Node) -> None:
        target = self._key(node)
        step = self.passed.step_of(node)
        told = "(" in title(self.labels, node) or len(node.inputs) == 1  # which input is which

        def letter(i: int) -> str:
            return "" if told else clean(node.op.input_name(i))

        for i, edge in enumerate(node.inputs):
            if edge is None:
                closed = self.outline.items[target].kind == "module"
                if closed and not self._named_constant(node, i):
                    continue
                source = self._constant(node, i)
                if source is not None:
                    self.outline.arrows.append(Arrow(source, target, letter(i), flows=False))
                continue
            if edge.__class__ is Node:
                source = self._key(edge) if edge in self.shown else "hidden"
            else:
                source = self._leaf(edge)
            if source == target:
                continue
            share = None if step is None else step.contributions[i]
            label = letter(i)
            if step is not None and share is not None:
                label = "\n".join(filter(None, [label, arithmetic(self.labels, step, i)]))
            self.outline.arrows.append(Arrow(source, target, label, share))

    def _failure(self) -> None:
        failure = self.passed.failure
        assert failure is not None
        lines = (f"✗ {failure.op.name}", *wrapped(str(failure.error)))
        item = Item("failed", "failed", lines, "#D00000", tip=failure.where, wrong=True)
        self.outline.items["failed"] = item
        for i, x in enumerate(failure.inputs):
            edge = getattr(x, "edge", None)
            if edge is None:
                key, value = f"failed_{i}", getattr(x, "array", x)
                given = self.passed.names.of_constant(value)
                lines = (*([clean(given)] if given else []), *value_lines(value))
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
                if path in self.turns:
                    title = self.words["turn"].format(n=self.turns[path])
                self.outline.modules.setdefault(path, title)
