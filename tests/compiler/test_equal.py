"""A compiled step computes what the step computes, bit for bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given

import tinygrad_edu as te
from tinygrad_edu import fast
from tinygrad_edu.nn import functional as F

from .programs import OPTIMIZERS, batches, build, recipes

FAST = [
    "off",
    pytest.param("on", marks=pytest.mark.skipif(not fast.available(), reason="no numba")),
]


def assert_same(a: Any, b: Any, what: str) -> None:
    np.testing.assert_array_equal(a.numpy(force=True), b.numpy(force=True), err_msg=what)


def train_both(recipe: dict[str, Any], steps: int) -> Any:
    """The eager and the compiled training of a recipe, compared after every step."""
    data = batches(recipe, steps)
    trained = []
    for compiled in (False, True):
        model, optimizer, step = build(recipe)
        if compiled:
            step = te.compile(step)
        te.manual_seed(recipe["seed"] + 1)
        losses = [step(x, t).detach().clone() for x, t in data]
        trained.append((model, optimizer, losses, te.get_rng_state(), step))
    (eager, o1, losses1, rng1, _), (twin, o2, losses2, rng2, step) = trained
    for k, (a, b) in enumerate(zip(losses1, losses2, strict=True)):
        assert_same(a, b, f"loss {k}")
    for name, value in eager.state_dict().items():
        assert_same(value, twin.state_dict()[name], name)
    for (name, p), q in zip(eager.named_parameters(), twin.parameters(), strict=True):
        assert_same(p.grad, q.grad, f"{name}.grad")
        for key, kept in o1.state[p].items():
            assert_same(kept, o2.state[q][key], f"state of {name}: {key}")
    assert rng1 == rng2
    return step


@pytest.mark.parametrize("how", FAST)
@given(recipe=recipes())
def test_any_training_is_the_same(how: str, recipe: dict[str, Any]) -> None:
    """Losses, parameters, gradients, buffers, optimizer state and the random stream agree."""
    fast.use(how)
    step = train_both(recipe, 4)
    assert step.recordings == 1


@pytest.mark.parametrize("how", FAST)
@pytest.mark.parametrize(("name", "options"), OPTIMIZERS)
def test_fifty_steps_are_the_same(how: str, name: str, options: dict[str, Any]) -> None:
    """After fifty steps of dropout, batch norm and clipping, no bit differs."""
    recipe = {
        "sizes": [7, 9, 5], "activation": "ReLU", "norm": "BatchNorm1d", "dropout": 0.2,
        "loss": "cross_entropy", "optimizer": (name, options), "batch": 16, "double": False,
        "clip": True, "seed": 3,
    }  # fmt: skip
    fast.use(how)
    train_both(recipe, 50)


@pytest.mark.parametrize("how", FAST)
@pytest.mark.parametrize("classes", [2, 7, 8, 9, 10, 17, 64])
def test_a_batch_of_one_is_the_same(how: str, classes: int) -> None:
    """NumPy adds up a single column in another order than several: so does the plan."""
    fast.use(how)
    rng = np.random.default_rng(classes)
    scores = rng.standard_normal((1, classes)).astype(np.float32)
    x, y = (te.tensor(scores.copy(), requires_grad=True) for _ in range(2))
    t = te.tensor([classes - 1])

    def step(a: Any, t: Any) -> Any:
        a.grad = None
        loss = F.cross_entropy(a, t)
        loss.backward()
        return loss

    compiled = te.compile(step)
    compiled(y, t)
    assert_same(step(x, t), compiled(y, t), "loss")
    assert_same(x.grad, y.grad, "gradient")
