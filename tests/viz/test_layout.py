"""Places for boxes: by Graphviz and without it, nothing overlaps, nothing goes backward."""

from __future__ import annotations

import shutil
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygrad_edu.errors import ArgumentError, NotInstalled
from tinygrad_edu.viz.layout import engine, layout
from tinygrad_edu.viz.svg import Box, Line, draw

pytest.importorskip("fast_sugiyama", reason="fast-sugiyama draws where Graphviz is absent")

WAYS = [
    pytest.param("sugiyama"),
    pytest.param("dot", marks=pytest.mark.skipif(not shutil.which("dot"), reason="no dot here")),
]
HOSTILE = ["<script>\"'", "\\N\\", "строка\nдругая", "]]>", "&amp;", "\0", "a -> b", "-->"]


@st.composite
def acyclic(draw_: st.DrawFn) -> tuple[dict[int, tuple[float, float]], list[tuple[int, int]]]:
    """Boxes of all sizes, and edges from earlier ones to later ones, some of them twice."""
    count = draw_(st.integers(1, 12))
    side = st.integers(10, 150).map(float)
    sizes = {v: (draw_(side), draw_(side)) for v in range(count)}
    pair = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    drawn = draw_(st.lists(pair, max_size=20))
    return sizes, [(min(p), max(p)) for p in drawn if p[0] != p[1]]


@pytest.mark.parametrize("by", WAYS)
@given(graph=acyclic())
def test_boxes_do_not_overlap_and_edges_go_rightward_from_border_to_border(by, graph):
    """Whatever the graph: a place for every box, a curve for every edge, all in the frame."""
    sizes, edges = graph
    drawing = layout(sizes, edges, by)
    assert drawing.places.keys() == sizes.keys()
    for a, b in combinations(sizes, 2):
        dx, dy = (abs(p - q) for p, q in zip(drawing.places[a], drawing.places[b], strict=True))
        clear = dx + 1 > (sizes[a][0] + sizes[b][0]) / 2 or dy + 1 > (sizes[a][1] + sizes[b][1]) / 2
        assert clear, f"{a} at {drawing.places[a]} lies on {b} at {drawing.places[b]}"
    for (a, b), route in zip(edges, drawing.routes, strict=True):
        assert len(route) % 3 == 1
        assert drawing.places[a][0] < drawing.places[b][0]
        for end, (x, y) in ((a, route[0]), (b, route[-1])):
            assert abs(x - drawing.places[end][0]) <= sizes[end][0] / 2 + 2
            assert abs(y - drawing.places[end][1]) <= sizes[end][1] / 2 + 2
    points = [*drawing.places.values(), *(point for route in drawing.routes for point in route)]
    assert all(0 <= x <= drawing.width and 0 <= y <= drawing.height for x, y in points)


@pytest.mark.parametrize("by", WAYS)
def test_no_crossing_where_none_is_needed(by):
    """A tree, a diamond, a skip connection and a doubled edge are drawn without one."""
    graphs = {
        "tree": [(0, 4), (1, 4), (2, 5), (3, 5), (4, 6), (5, 6)],
        "diamond": [(0, 1), (0, 2), (1, 3), (2, 3)],
        "skip": [(0, 1), (1, 2), (2, 3), (3, 4), (0, 4), (1, 4)],
        "twice": [(0, 1), (0, 1), (1, 2), (0, 2)],
    }
    for name, edges in graphs.items():
        sizes = dict.fromkeys(range(1 + max(b for _, b in edges)), (80.0, 40.0))
        routes = layout(sizes, edges, by).routes
        crossings = sum(cross(p, q) for p, q in combinations(routes, 2))
        assert not crossings, f"{name}: {crossings}"


def cross(p, q):
    """Whether two curves cross, as the polygons through 24 points of each of their parts."""
    return any(
        turn(a, b, c) * turn(a, b, d) < -1e-9 and turn(c, d, a) * turn(c, d, b) < -1e-9
        for a, b in pairwise(points(p))
        for c, d in pairwise(points(q))
    )


def points(route):
    yield route[0]
    for k in range(0, len(route) - 1, 3):
        p = route[k : k + 4]
        for t in (i / 24 for i in range(1, 25)):
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            yield tuple(sum(w * c[j] for w, c in zip(weights, p, strict=True)) for j in (0, 1))


def turn(a, b, c):
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


@pytest.mark.parametrize("by", WAYS)
def test_an_edge_given_twice_is_seen_twice(by):
    """a + a: two curves, not one over the other."""
    first, second = layout({0: (60, 40), 1: (60, 40)}, [(0, 1), (0, 1)], by).routes
    assert first != second


def test_without_graphviz_the_package_draws_and_without_both_the_error_names_both(monkeypatch):
    """engine() says who draws; where nobody can, what to install."""
    monkeypatch.setenv("PATH", "")
    assert engine() == "sugiyama"
    monkeypatch.setitem(__import__("sys").modules, "fast_sugiyama", None)
    with pytest.raises(NotInstalled, match=r"tinygrad-edu\[see\].*graphviz\.org"):
        engine()


def test_an_edge_to_nowhere_is_refused():
    """Every end of an edge is a box with a size."""
    with pytest.raises(ArgumentError, match="no size"):
        layout({0: (10, 10)}, [(0, 1)], "sugiyama")


@pytest.mark.parametrize("by", WAYS)
def test_hostile_labels_leave_the_picture_whole(by):
    """Quotes, markup, line breaks and control characters are text, nothing else."""
    boxes = [Box(name, [name], title=name) for name in HOSTILE]
    lines = [Line(a, b, label=a) for a, b in pairwise(HOSTILE)]
    picture = ElementTree.fromstring(draw(boxes, lines, by))
    said = "".join(picture.itertext())
    for name in HOSTILE:
        assert name.replace("\0", "\ufffd") in said
    assert not picture.findall(".//{*}script")
