"""Layers, places and routes from the package fast-sugiyama, for machines without Graphviz.

It was chosen by look and by count on real graphs: an attention block that Graphviz draws with 3
crossings has 3 here, 4 by grandalf, 8 by pyelk and 12 by igraph. It knows vertices of one size; the
widths of boxes and the ends of curves are added here. An edge across several layers comes back as
a chain of *bends*, dummy vertices that lead it around the boxes between.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from itertools import pairwise
from typing import Any

from ..extras import extra

__all__ = ["BETWEEN_LAYERS", "WITHIN_LAYER", "Drawn", "Point", "package", "place"]

Point = tuple[float, float]
Drawn = tuple[list[Point], list[list[Point]]]  # centres of the boxes, curves of the edges

BETWEEN_LAYERS, WITHIN_LAYER = 56.0, 22.0  # pixels


def package() -> Any:
    """The package, or `NotInstalled`."""
    return extra("fast_sugiyama", "a picture of a graph without the Graphviz program", "see")


def place(boxes: Sequence[Point], edges: Sequence[tuple[int, int]]) -> Drawn:
    """Centres for `boxes` of (width, height), and a curve for every edge (source, target)."""
    apart = max(height for _, height in boxes) + WITHIN_LAYER
    layer: dict[Hashable, int] = {}
    height: dict[Hashable, float] = {}
    bends: dict[tuple[int, int], list[Hashable]] = {}
    bottom = 0.0
    for spots, steps in _parts(len(boxes), list(dict.fromkeys(edges)), apart):
        levels = sorted({round(-y) for _, y in spots.values()})
        top = min(x for x, _ in spots.values())
        for vertex, (x, y) in spots.items():
            layer[vertex] = levels.index(round(-y))
            height[vertex] = bottom + x - top
        bottom = max(height.values()) + apart
        bends |= _chains(steps)
    bands = _bands(boxes, layer)
    centres = {v: (sum(bands[layer[v]]) / 2, height[v]) for v in layer}
    paths = []
    for a, b in edges:
        path = [(centres[a][0] + boxes[a][0] / 2, centres[a][1])]
        for bend in bends[a, b]:  # level through the whole layer, clear of its boxes
            path += [(side, height[bend]) for side in bands[layer[bend]]]
        paths.append(path)
    _arrive(boxes, edges, paths, centres)
    return [centres[i] for i in range(len(boxes))], [_smooth(path) for path in paths]


def _parts(count: int, edges: list[tuple[int, int]], apart: float) -> list[Any]:
    """Every connected part as ({vertex: (x, y)}, steps); its layers are levels of equal y."""
    linked = sorted({end for edge in edges for end in edge})
    rank = {v: i for i, v in enumerate(linked)}
    alone: list[Any] = [({v: (0.0, 0.0)}, []) for v in range(count) if v not in rank]
    if not edges:
        return alone
    found = package().from_edges(
        [(rank[a], rank[b]) for a, b in edges], vertex_spacing=apart, dummy_vertices=True
    )
    parts: list[Any] = []
    for k, (spots, _, _, steps) in enumerate(found):
        # Bends are numbered behind the vertices, in every part anew.
        known = {v: linked[v] if v < len(linked) else ("bend", k, v) for v, _ in spots}
        places = {known[v]: point for v, point in spots}
        parts.append((places, [(known[a], known[b]) for a, b in steps]))
    return parts + alone


def _chains(steps: list[tuple[Any, Any]]) -> dict[tuple[int, int], list[Hashable]]:
    """For every edge the bends that it passes, in order."""
    onward = {a: b for a, b in steps if isinstance(a, tuple)}  # a bend has one way out
    chains = {}
    for a, b in steps:
        if isinstance(a, int):
            passed: list[Hashable] = []
            while isinstance(b, tuple):
                passed.append(b)
                b = onward[b]
            chains[a, b] = passed
    return chains


def _bands(boxes: Sequence[Point], layer: dict[Hashable, int]) -> dict[int, Point]:
    """Where each layer begins and ends: as wide as its widest box."""
    widest: dict[int, float] = defaultdict(float)
    for v, k in layer.items():
        widest[k] = max(widest[k], boxes[v][0] if isinstance(v, int) else 0.0)
    bands, left = {}, 0.0
    for k in sorted(widest):
        bands[k] = left, left + widest[k]
        left += widest[k] + BETWEEN_LAYERS
    return bands


def _arrive(
    boxes: Sequence[Point],
    edges: Sequence[tuple[int, int]],
    paths: list[list[Point]],
    centres: dict[Hashable, Point],
) -> None:
    """Let the edges of one box end on its left side one below the other, in the order they come."""
    arriving: dict[int, list[int]] = defaultdict(list)
    for i, (_, target) in enumerate(edges):
        arriving[target].append(i)
    for target, those in arriving.items():
        (x, y), (width, height) = centres[target], boxes[target]
        those.sort(key=lambda i: (paths[i][-1][1], i))
        for k, i in enumerate(those, 1):
            paths[i].append((x - width / 2, y + height * (k / (len(those) + 1) - 0.5)))


def _smooth(points: list[Point]) -> list[Point]:
    """A chain of cubic Béziers through `points`, level at each of them."""
    curve = points[:1]
    for (x0, y0), (x1, y1) in pairwise(points):
        middle = (x0 + x1) / 2
        curve += [(middle, y0), (middle, y1), (x1, y1)]
    return curve
