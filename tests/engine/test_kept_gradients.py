"""Who keeps a gradient that passes by finds it as it was, however the engine adds up the others.

The random programs of `test_random_graphs` have neither hooks nor listeners, nor rules that keep
what they hand out. Here are graphs full of them: values are inputs of several others, most ops hand
on the gradient itself or a view of it, and everybody keeps what they saw.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import numpy as np
import pytest

import tinygrad_edu as tg
from tinygrad_edu.engine import BackwardEvent, ancestors, listen
from tinygrad_edu.op import SCALER, Op, op, registry
from tinygrad_edu.ops.shape import sum_to

SHAPE = (2, 3)


class Keeper:
    """What was seen of a pass, each array beside a copy of how it was then."""

    def __init__(self) -> None:
        self.seen: list[tuple[np.ndarray, np.ndarray]] = []

    def keep(self, array: np.ndarray) -> np.ndarray:
        self.seen.append((array, array.copy()))
        return array

    def unchanged(self) -> bool:
        return all(np.array_equal(array, then) for array, then in self.seen)


@pytest.fixture
def keeper() -> Keeper:
    return Keeper()


@pytest.fixture
def keeping(keeper: Keeper) -> Iterator[list[Op]]:
    """Two ops whose rules keep the array that they return, or one that it is a view of."""

    @op(family=SCALER, formula="z = 2x")
    def kept(x):
        """2x."""
        return 2 * x

    @op(family=SCALER, formula="z = 2x")
    def kept_behind(x):
        """2x."""
        return 2 * x

    kept.defvjp(x=lambda g: keeper.keep(2 * g))
    kept_behind.defvjp(x=lambda g: keeper.keep(2 * g)[:])
    yield [kept, kept_behind]
    del registry["kept"], registry["kept_behind"]


def hooks(keeper: Keeper) -> list[Callable[[tg.Tensor], Any]]:
    """What a user may do with a gradient on its way, short of writing into it."""

    def look(g: tg.Tensor) -> None:
        keeper.keep(g.array)

    def look_at_a_part(g: tg.Tensor) -> None:
        keeper.keep(g.array.reshape(-1)[1:])

    def halve(g: tg.Tensor) -> tg.Tensor:
        return tg.from_numpy(keeper.keep(g.array * 0.5))

    def hand_back(g: tg.Tensor) -> tg.Tensor:
        return g

    return [look, look_at_a_part, halve, hand_back]


def build(rng: np.random.Generator, keeping: list[Op], keeper: Keeper) -> list[tg.Tensor]:
    """Leaves, and a graph over them: the last value depends on most of the others."""
    made = [tg.tensor(rng.uniform(-1, 1, SHAPE), requires_grad=True) for _ in range(3)]
    narrow = rng.random() < 0.5  # one node wide for long stretches, or a thicket
    for _ in range(rng.integers(2, 25)):
        x = made[-1]
        y = made[rng.integers(len(made))] if not narrow or rng.random() < 0.2 else x
        ways: list[Callable[[], tg.Tensor]] = [
            lambda x=x, y=y: x + y,
            lambda x=x: x + x.reshape(3, 2).view(SHAPE),
            lambda x=x: x.T.T * 0.5,
            lambda x=x, y=y: x.tanh() * y,
            lambda x=x, y=y: x - y[0],
            lambda x=x, y=y: tg.cat([x[:1], y[:1]]),
            *(lambda x=x, o=o: o(x) * 0.25 for o in keeping),
        ]
        z = ways[rng.integers(len(ways))]()
        if rng.random() < 0.3:
            z.register_hook(hooks(keeper)[rng.integers(4)])
        made.append(z)
    return made


def out_of_place(root: tg.Tensor, u: np.ndarray) -> dict[Any, np.ndarray]:
    """The gradients of all leaves, by an engine that writes into nothing and shares nothing."""
    totals: dict[Any, np.ndarray] = {root.edge: u}
    for node in reversed(ancestors([root.edge])):
        g = totals.pop(node)
        for hook in (node.hooks or {}).values():
            g = hook(g.copy())
        for i, edge in enumerate(node.inputs):
            if edge is not None:
                share = sum_to(np.array(node.op.rule(i).pull(g.copy(), node)), node.shape_of(i))
                totals[edge] = totals[edge] + share if edge in totals else share
    return totals


@pytest.mark.parametrize("heard", [False, True], ids=["", "with a listener"])
@pytest.mark.parametrize("seed", range(5))
def test_what_was_kept_stays_and_the_sums_are_right(
    seed: int, heard: bool, keeping: list[Op], keeper: Keeper
) -> None:
    """To the bit, for leaves with and without a gradient; and no two of them share memory."""
    rng = np.random.default_rng(seed)

    def listener(event: BackwardEvent) -> None:
        keeper.keep(event.g)

    for _ in range(40):
        made = build(rng, keeping, keeper)
        leaves, root = made[:3], made[-1]
        u = tg.tensor(rng.uniform(-1, 1, SHAPE))
        expected = out_of_place(root, keeper.keep(u.array))
        for times in (1, 2):
            with ExitStack() as stack:
                if heard:
                    stack.enter_context(listen(listener))
                root.backward(u, retain_graph=True)
            for leaf in leaves:
                if leaf in expected:
                    np.testing.assert_array_equal(leaf.grad.array, times * expected[leaf])
                else:
                    assert leaf.grad is None
        assert keeper.unchanged()
        grads = [leaf.grad.array for leaf in leaves if leaf.grad is not None]
        kept = [array for array, _ in keeper.seen]
        assert not any(np.shares_memory(g, other) for g in grads for other in kept)
        assert not any(np.shares_memory(g, h) for i, g in enumerate(grads) for h in grads[:i])
        keeper.seen.clear()
