"""Long and wide graphs: no recursion anywhere, and every node visited once, every edge walked once.

The work is counted in the stream of backward events, not timed: a count does not depend on who else
uses the machine.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import tinygrad_edu as tg
from tinygrad_edu.engine import BackwardEvent, Node, listen

MILLION = 1_000_000


def scalar(value: float) -> tg.Tensor:
    return tg.tensor(value, dtype=tg.float64, requires_grad=True)


def chain(x: tg.Tensor, length: int) -> tg.Tensor:
    """x + 1 − 1 + 1 … : every node has one input."""
    for _ in range(length // 2):
        x = (x + 1.0) - 1.0
    return x


def doublings(x: tg.Tensor, n: int) -> tg.Tensor:
    """2ⁿ·x, each node the sum of the one before and itself: 2ⁿ paths lead through n nodes."""
    for _ in range(n):
        x = x + x
    return x


def diamonds(x: tg.Tensor, n: int) -> tg.Tensor:
    """Each step goes two ways, through two nodes, and joins again."""
    for _ in range(n):
        x = x * 0.5 + x * 1.5
    return x


def fan(x: tg.Tensor, n: int) -> tg.Tensor:
    """One value is used by n nodes, and one node uses them all."""
    return tg.stack([x * float(i) for i in range(n)]).sum()


def visits(root: tg.Tensor) -> tuple[Counter[Node], int]:
    """How often a backward pass visits each node, and how many contributions it sends."""
    nodes: Counter[Node] = Counter()
    edges = 0

    def count(event: BackwardEvent) -> None:
        nonlocal edges
        nodes[event.node] += 1
        edges += sum(share is not None for share in event.contributions)

    with listen(count):
        root.backward()
    return nodes, edges


@pytest.mark.slow
def test_a_chain_of_a_million_nodes() -> None:
    """A gradient comes back through a million nodes."""
    x = scalar(3.0)
    chain(x, MILLION).backward()
    assert x.grad.item() == 1.0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("length", "then"),
    [
        (MILLION, "del y"),
        (MILLION // 10, "y.backward(); del y"),
        (MILLION // 10, "y.backward(create_graph=True); x.grad = None; del y"),
    ],
)
def test_a_long_graph_is_freed_without_recursion(length: int, then: str) -> None:
    """Letting go of a graph, walked or not, does not overflow the interpreter's stack."""
    script = (
        "import tinygrad_edu as tg\n"
        "x = y = tg.ones((), requires_grad=True)\n"
        f"for _ in range({length}): y = y * 1.0\n"
        f"{then}\n"
        "print('alive')\n"
    )
    home = str(Path(tg.__file__).parents[1])  # the package under test, wherever it is
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": home},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "alive\n", "")


def test_a_thousand_doublings() -> None:
    """2¹⁰⁰⁰ paths are not walked one by one: their gradients meet at every node."""
    x = scalar(1.0)
    nodes, edges = visits(doublings(x, 1000))
    assert x.grad.item() == 2.0**1000
    assert (len(nodes), edges) == (1000, 2000)


def test_a_thousand_diamonds() -> None:
    """Where two ways join and part again a thousand times, every node still waits for both."""
    x = scalar(1.0)
    nodes, edges = visits(diamonds(x, 1000))
    assert math.isclose(x.grad.item(), 2.0**1000)
    assert (len(nodes), edges) == (3000, 4000)


def test_ten_thousand_ways_out_and_in() -> None:
    """A value used ten thousand times collects ten thousand gradients."""
    n = 10_000
    x = scalar(1.0)
    nodes, edges = visits(fan(x, n))
    assert x.grad.item() == n * (n - 1) / 2
    assert (len(nodes), edges) == (n + 2, 2 * n + 1)


def test_a_tensor_used_twice_by_one_op() -> None:
    """x · x sends two contributions, and their sum is 2x."""
    x = scalar(3.0)
    nodes, edges = visits(x * x)
    assert x.grad.item() == 6.0
    assert (len(nodes), edges) == (1, 2)


@pytest.mark.parametrize("graph", [chain, doublings, diamonds, fan])
def test_work_grows_linearly(graph: object) -> None:
    """Twice the graph, twice the nodes and the edges; no node is visited twice."""
    counts = []
    for n in (200, 400, 800):
        nodes, edges = visits(graph(scalar(0.5), n))
        assert set(nodes.values()) == {1}
        counts.append((len(nodes), edges))
    for i in (0, 1):
        first, second, third = (count[i] for count in counts)
        assert third - second == 2 * (second - first)


@pytest.mark.parametrize("graph", [chain, doublings, diamonds, fan])
def test_a_node_comes_after_all_that_use_it(graph: object) -> None:
    """The pass goes from newer nodes to older ones, so a node knows its whole gradient."""
    seen: list[int] = []
    with listen(lambda event: seen.append(event.node.number)):
        graph(scalar(0.5), 100).backward()
    assert seen == sorted(seen, reverse=True)


def test_short_cuts_and_long_ways_meet() -> None:
    """A gradient that comes by the short way waits for the one that comes by the long one.

    y = x², z = chain(y) · y = x⁴: a walk depth first, or breadth first, would leave y too early.
    """
    for length in (2, 10, 100):
        x = scalar(1.5)
        y = x * x
        z = y * chain(y, length) if length % 4 else chain(y, length) * y
        nodes, _ = visits(z)
        assert set(nodes.values()) == {1}
        assert math.isclose(x.grad.item(), 4 * 1.5**3)
