"""What a graph does again and again: the steps of a loop, the layers of a network without names.

Nodes stand in the order of their making, so a loop that ran eight times is a stretch of eight equal
pieces. Pieces are equal that have the same ops on the same shapes, wired to each other and to the
piece before in the same way; the first one may get from elsewhere what the others get from there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ..engine import Node

__all__ = ["own_leaves", "repeats"]

_TIMES = 3  # fewer equal pieces are not worth folding
_HIDDEN = 10  # nor is a stretch that hides fewer ops than these
_LONGEST = 400  # ops of one piece


def repeats(nodes: Sequence[Node]) -> list[list[Sequence[Node]]]:
    """The stretches of `nodes` that repeat themselves, each as its equal pieces in order."""
    kinds: dict[Any, int] = {}
    ids = np.array([kinds.setdefault(_kind(node), len(kinds)) for node in nodes])
    place = {node: i for i, node in enumerate(nodes)}
    found = []
    todo = [(0, len(nodes))]
    while todo:
        low, high = todo.pop()
        for start, period, times, rest in _stretches(ids[low:high]):
            starts = range(low + start, low + start + rest + 1)
            start = min(starts, key=lambda i: (_carried(nodes, place, i + period, period), -i))
            if _equally_wired(nodes, place, start, period, times):
                end = start + period * times
                cuts = range(start, end, period)
                found.append([nodes[i : i + period] for i in cuts])
                todo += [(low, start), (end, high)]
                break
    return found


def own_leaves(pieces: Sequence[Sequence[Node]]) -> Iterator[Any]:
    """The leaves of which every piece has its own, as layers have their weights; the last's not."""
    for alike in zip(*pieces, strict=True):
        for edges in zip(*(node.inputs for node in alike), strict=True):
            leaves = {e for e in edges if e is not None and e.__class__ is not Node}
            if len(leaves) == len(pieces):
                yield from edges[:-1]


def _kind(node: Node) -> Any:
    known = node.values is not None or not node.op.saves
    return node.op.name, tuple(node.shapes()) if known else ()


def _carried(nodes: Sequence[Node], place: Mapping[Node, int], i: int, period: int) -> int:
    """How many values a piece that begins at node i gets from the nodes before it.

    A loop may be cut anywhere; it is cut as it was written where the fewest are handed on.
    """
    edges = {e for node in nodes[i : i + period] for e in node.inputs if e.__class__ is Node}
    return sum(place.get(edge, i) < i for edge in edges)


def _stretches(ids: np.ndarray) -> Iterator[tuple[int, int, int, int]]:
    """(start, period, times, rest) of what repeats in `ids`, those first that hide the most.

    It may begin up to `rest` nodes later.
    """
    found = []
    for period in range(1, min(len(ids) // _TIMES, _LONGEST) + 1):
        same = np.concatenate([[False], ids[period:] == ids[:-period], [False]])
        (edges,) = np.nonzero(same[1:] != same[:-1])
        if not edges.size:
            continue
        lengths = edges[1::2] - edges[::2]
        k = int(lengths.argmax())
        times, rest = divmod(int(lengths[k]) + period, period)
        if times >= _TIMES and (times - 1) * period >= _HIDDEN:
            found.append((int(edges[2 * k]), period, times, rest))
    yield from sorted(found, key=lambda s: (-s[1] * (s[2] - 1), s[1]))


def _equally_wired(
    nodes: Sequence[Node], place: Mapping[Node, int], start: int, period: int, times: int
) -> bool:
    def wires(piece: int, within: int) -> list[Any]:
        """Where each input of a node comes from: so many nodes back, or what else it is."""
        i = start + piece * period + within
        found: list[Any] = []
        for edge in nodes[i].inputs:
            back = i - place[edge] if edge.__class__ is Node and edge in place else 2 * period
            found.append(back if back < 2 * period else edge is not None)
        return found

    for within in range(period):
        usual = wires(1, within)
        if any(wires(piece, within) != usual for piece in range(2, times)):
            return False
        first = zip(wires(0, within), usual, strict=True)
        inside = [(a, b) for a, b in first if b.__class__ is int and b <= within]
        if any(a != b for a, b in inside):
            return False
    return True
