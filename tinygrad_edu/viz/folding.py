"""Which modules of a network may be drawn as one: neighbours that are built alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from ..engine import Node

__all__ = ["equal_neighbours", "outward"]

Runs = list[list[str]]


def outward(path: str) -> list[str]:
    """A module and all that it lies in, from the inside out: "a.b" → ["a.b", "a"]."""
    parts = path.split(".") if path else []
    return [".".join(parts[:k]) for k in range(len(parts), 0, -1)]


def equal_neighbours(
    nodes: Sequence[Node], inside: Mapping[str, list[Node]], kinds: Mapping[str, str]
) -> Runs:
    """Runs of three or more modules of one parent that follow each other and are built alike.

    Only of those whose ops follow each other, too: where modules are told from their parameters,
    the ops between two layers may be nobody's, and one box would lie on both sides of them.
    """
    siblings: dict[str, list[str]] = {}
    for path in inside:
        parent, _, name = path.rpartition(".")
        if name.isdigit():
            siblings.setdefault(parent, []).append(path)
    found = []
    for paths in siblings.values():
        paths.sort(key=lambda p: int(p.rpartition(".")[2]))
        runs = [[paths[0]]]
        for a, b in pairwise(paths):
            if _signature(inside[a], kinds.get(a)) == _signature(inside[b], kinds.get(b)):
                runs[-1].append(b)
            else:
                runs.append([b])
        found += [run for run in runs if len(run) >= 3]
    place = {node: i for i, node in enumerate(nodes)}

    def together(run: list[str]) -> bool:
        places = [place[node] for path in run for node in inside[path]]
        return max(places) - min(places) < len(places)

    return [run for run in found if together(run)]


def _signature(nodes: list[Node], kind: str | None) -> Any:
    ops = [(n.op.name, n.shapes() if n.values is not None or not n.op.saves else ()) for n in nodes]
    return kind, len(nodes), [(name, tuple(shapes)) for name, shapes in ops]
