"""Where to put the boxes of a graph: layers from left to right, as few crossings as can be.

Positions come from Graphviz where its program `dot` is on the PATH, else from the package
fast-sugiyama, which pip installs. Both follow the method of K. Sugiyama, S. Tagawa, M. Toda,
"Methods for visual understanding of hierarchical system structures" (1981): layers first, then the
order within a layer, then the coordinates.
"""

from __future__ import annotations

import shutil
import subprocess
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import ArgumentError, NotInstalled
from . import sugiyama
from .sugiyama import BETWEEN_LAYERS, WITHIN_LAYER, Drawn, Point

__all__ = ["Layout", "engine", "layout"]

Key = Hashable
Edge = tuple[Any, Any]

MARGIN = 16.0  # pixels
_PATIENCE = 20  # seconds for dot, whose network simplex can take very long on a large graph


@dataclass(frozen=True)
class Layout:
    """A drawing's geometry in pixels, y downward.

    `places` are the centres of the boxes. `routes[i]` is the curve of edge i as the 1 + 3n points
    of a chain of cubic Béziers, from the border of its source to the border of its target.
    """

    places: dict[Key, Point]
    routes: list[list[Point]]
    width: float
    height: float


def engine() -> str:
    """The name of what will place the boxes: "dot", or "sugiyama" where Graphviz is absent.

    Raises `NotInstalled` where neither is there.
    """
    if shutil.which("dot"):
        return "dot"
    try:
        sugiyama.package()
    except NotInstalled as error:
        raise NotInstalled(f"{error} Or install Graphviz: https://graphviz.org/download/") from None
    return "sugiyama"


def layout(sizes: Mapping[Any, Point], edges: Sequence[Edge], by: str | None = None) -> Layout:
    """Place boxes of `sizes` (width, height) so that every edge (source, target) goes rightward.

    The graph must have no circles; an edge may be given twice and is then drawn twice. `by` is
    "dot" or "sugiyama", by default whichever `engine()` finds.

    Raises `ArgumentError` for an edge whose end has no size, `NotInstalled` as `engine` does.
    """
    strange = [end for edge in edges for end in edge if end not in sizes]
    if strange:
        raise ArgumentError(
            f"layout: an edge ends at {strange[0]!r}, which has no size. Give one for every box."
        )
    keys = list(sizes)
    number = {key: i for i, key in enumerate(keys)}  # names may be hostile, numbers are not
    boxes = [sizes[key] for key in keys]
    pairs = [(number[a], number[b]) for a, b in edges]
    if not boxes:
        return Layout({}, [], 2 * MARGIN, 2 * MARGIN)
    drawn = _by_dot(boxes, pairs) if (by or engine()) == "dot" else None
    places, routes = drawn or sugiyama.place(boxes, pairs)
    return _framed(keys, boxes, places, routes)


def _framed(
    keys: list[Key], boxes: list[Point], places: list[Point], routes: list[list[Point]]
) -> Layout:
    """The drawing moved so that it begins at the margin, with its size."""
    corners = [(x + s * w / 2, y + s * h / 2) for (x, y), (w, h) in zip(places, boxes, strict=True)
               for s in (-1, 1)]  # fmt: skip
    corners += [point for route in routes for point in route]
    left, top = min(x for x, _ in corners) - MARGIN, min(y for _, y in corners) - MARGIN
    right, bottom = max(x for x, _ in corners) + MARGIN, max(y for _, y in corners) + MARGIN

    def move(point: Point) -> Point:
        return round(point[0] - left, 1), round(point[1] - top, 1)

    return Layout(
        {key: move(place) for key, place in zip(keys, places, strict=True)},
        [[move(point) for point in route] for route in routes],
        round(right - left, 1),
        round(bottom - top, 1),
    )


# -- by Graphviz


def _by_dot(boxes: list[Point], pairs: list[tuple[int, int]]) -> Drawn | None:
    """Places and routes from the program `dot`; None where it fails or takes too long."""
    inch = 72
    lines = [f"{i} [width={w / inch:.4f} height={h / inch:.4f}]" for i, (w, h) in enumerate(boxes)]
    lines += [f"{a} -> {b}" for a, b in pairs]
    gaps = f"ranksep={BETWEEN_LAYERS / inch:.3f} nodesep={WITHIN_LAYER / inch:.3f}"
    head = f'digraph {{ graph [rankdir=LR {gaps}] node [shape=box fixedsize=true label=""]'
    source = "\n".join([f"{head} edge [arrowsize=0]", *lines, "}"])
    try:
        done = subprocess.run(
            ["dot", "-Tplain"], input=source, capture_output=True, text=True, timeout=_PATIENCE
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return _read_plain(done.stdout, len(boxes), pairs) if done.returncode == 0 else None


def _read_plain(text: str, count: int, pairs: list[tuple[int, int]]) -> Drawn | None:
    """The plain format: `node NAME x y …`, `edge TAIL HEAD n x1 y1 … xn yn …`, in inches, y up."""
    places: dict[int, Point] = {}
    curves: dict[tuple[int, int], list[list[Point]]] = defaultdict(list)
    for line in text.splitlines():
        kind, *words = line.split()
        if kind == "node":
            places[int(words[0])] = 72 * float(words[1]), -72 * float(words[2])
        elif kind == "edge":
            numbers = [72 * float(word) for word in words[3 : 3 + 2 * int(words[2])]]
            curve = [(x, -y) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
            curves[int(words[0]), int(words[1])].append(curve)
    if len(places) != count or any(not curves[pair] for pair in pairs):
        return None
    return [places[i] for i in range(count)], [curves[pair].pop(0) for pair in pairs]
