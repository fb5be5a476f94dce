"""What repeats itself is drawn once: loops, layers without names, blocks; and nothing else is."""

from __future__ import annotations

from graphlib import TopologicalSorter

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import nn, viz

pytest.importorskip("graphviz", reason="the graphviz package draws pictures")


class Block(nn.Module):
    """A transformer's block, small."""

    def __init__(self):
        super().__init__()
        self.norm, self.q, self.k, self.v = (
            nn.LayerNorm(4),
            *(nn.Linear(4, 4) for _ in range(3)),
        )
        self.up, self.down = nn.Linear(4, 8), nn.Linear(8, 4)

    def forward(self, x):
        y = self.norm(x)
        x = x + (self.q(y) @ self.k(y).T / 2).softmax(-1) @ self.v(y)
        return x + self.down(self.up(x).relu())


def loop(steps=8, odd=None):
    """h ← tanh(x_t U + h W + b), with an extra op in step `odd`."""
    torch.manual_seed(0)
    w, u, b = (torch.randn(*s, requires_grad=True) for s in ((3, 3), (3, 3), (3,)))
    h = torch.zeros(2, 3)
    for t in range(steps):
        h = torch.tanh(torch.randn(2, 3) @ u + h @ w + b)
        h = h.relu() if t == odd else h
    return (h * h).sum(), {"W": w, "U": u, "b": b, "h": h}


def chain(steps=40):
    """x ← r·x·(1 − x), the logistic map."""
    y = x = torch.tensor(0.5, requires_grad=True)
    for _ in range(steps):
        y = y * 3.1 * (1 - y)
    return y, {"x": x, "y": y}


def layers():
    model = nn.Sequential(*[m for _ in range(6) for m in (nn.Linear(4, 4), nn.ReLU())])
    return model(torch.ones(2, 4)).sum(), model


def blocks():
    model = nn.Sequential(*[Block() for _ in range(4)])
    return model(torch.randn(3, 4, requires_grad=True)).sum(), model


def watched():
    model = nn.Sequential(*[Block() for _ in range(4)])
    with viz.watch(model) as calls:
        return model(torch.randn(3, 4, requires_grad=True)).sum(), calls


def drawn(made, **options):
    output, names = made
    return viz.graph(output, names=names, lang="en", **options).outline


def boxes(outline, kind):
    return [item for item in outline.items.values() if item.kind == kind]


def test_a_loop_is_drawn_once_with_how_often_it_ran():
    """Its last turn in a frame, one box for the seven before it; the weights stay outside."""
    outline = drawn(loop())
    (box,) = boxes(outline, "module")
    assert box.lines[0] == "the same 7 times before"
    assert box.lines[1:3] == ("matmul · matmul · add · add · tanh", "35 ops")
    assert list(outline.modules.values()) == ["the last of 8 equal turns"]
    assert len(boxes(outline, "op")) == 5 + 2
    assert [leaf.lines[0] for leaf in boxes(outline, "leaf")] == ["U", "W", "b"]
    assert len(boxes(drawn(loop(), fold=False), "op")) == 8 * 5 + 2


def test_what_comes_back_from_the_hidden_turns_is_their_sum():
    """W's two arrows, one from seven turns and one from the last, add up to its gradient."""
    output, names = loop()
    outline = viz.graph(output, names=names, lang="en").outline
    keys = {item.lines[0]: key for key, item in outline.items.items() if item.kind == "leaf"}
    output.backward()
    for name in ("W", "U", "b"):
        arrows = [arrow for arrow in outline.arrows if arrow.source == keys[name]]
        assert [arrow.label.startswith("×7") for arrow in arrows].count(True) == 1
        total = sum(arrow.share for arrow in arrows)
        np.testing.assert_allclose(total, names[name].grad.numpy(), rtol=1e-5, atol=1e-7)


def test_the_beginning_of_a_loop_stays_in_sight_and_weights_of_hidden_layers_do_not():
    """x is drawn; of six layers with weights of their own only the last shows its two."""
    assert [leaf.lines[0] for leaf in boxes(drawn(chain()), "leaf")] == ["x"]
    output, _ = layers()
    outline = drawn((output, None))
    assert len(boxes(outline, "leaf")) == 2
    assert boxes(outline, "module")[0].lines[-1] == "10 ops, 100 parameters"


@pytest.mark.parametrize("made", [layers, blocks, watched])
def test_equal_layers_and_blocks_are_folded_with_and_without_a_watch(made):
    """Pairs of layers, blocks of a transformer: at most two of them are drawn in full."""
    outline = drawn(made())
    whole = len(boxes(drawn(made(), fold=False), "op"))
    assert len(boxes(outline, "module")) == 1
    assert len(boxes(outline, "op")) < 0.6 * whole


@pytest.mark.parametrize("made", [loop, chain, layers, blocks, watched])
def test_folding_closes_no_circle(made):
    """No box lies on both sides of another: every arrow still leads onward."""
    outline = drawn(made())
    assert all(arrow.source in outline.items for arrow in outline.arrows)
    before = {key: set() for key in outline.items}
    for arrow in outline.arrows:
        before[arrow.target].add(arrow.source)
    assert list(TopologicalSorter(before).static_order())


def test_turns_that_differ_are_not_called_equal():
    """An extra op behind the fifth turn: five turns, then three; nothing is lost."""
    output, names = loop(odd=4)
    outline = viz.graph(output, names=names, lang="en").outline
    folded = [box.lines[0] for box in boxes(outline, "module")]
    assert sorted(folded) == ["the same 2 times before", "the same 4 times before"]
    hidden = sum(int(box.lines[2].split()[0]) for box in boxes(outline, "module"))
    assert len(boxes(outline, "op")) + hidden == 8 * 5 + 1 + 2


def test_ops_that_are_alike_but_wired_in_another_way_are_drawn():
    """The same ops in the same order, each time on other values."""
    x = torch.tensor(0.5, requires_grad=True)
    made = [x * 1.5, x + 0.5]
    rng = np.random.default_rng(0)
    for _ in range(12):
        a, b = (made[-int(k)] for k in rng.integers(1, 1 + len(made), 2))
        made += [a * b, a + b]
    output = sum(made[1:], made[0])
    assert len(boxes(drawn((output, None), limit=500), "op")) >= 26


def test_what_is_marked_as_wrong_is_never_hidden():
    """A fold ends at a node that a checker marked, in a loop as in a row of equal modules."""
    for made in (chain, layers, lambda: (nn.Sequential(*[nn.Linear(4, 4)] * 6), None)):
        output, names = made()
        if names is None:
            output, names = output(torch.ones(2, 4)).sum(), output
        marked = viz.record(output).nodes[4]
        source = viz.graph(output, names=names, marks={marked: "off by a factor of 2"}).source
        assert "✗ off by a factor of 2" in source


def test_a_small_graph_is_drawn_whole():
    """Three turns of three ops hide too few to be worth it."""
    assert not boxes(drawn(chain(3)), "module")


def test_words_of_a_fold_in_russian():
    """Also the count of ops and parameters."""
    output, _ = layers()
    source = viz.graph(output, lang="ru").source
    assert "то же самое до этого: ×5" in source
    assert "операций: 10, параметров: 100" in source
    assert "последний из одинаковых шагов, всего 6" in source
