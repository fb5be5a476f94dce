"""Loops that numba compiles: the same numbers as NumPy's, only sooner."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import tinygrad_edu as te
from tinygrad_edu import fast, optim
from tinygrad_edu.errors import ArgumentError, NotInstalled

from .compiler.programs import OPTIMIZERS

needs_numba = pytest.mark.skipif(not fast.available(), reason="numba is not installed")


def steps(name: str, options: dict[str, Any], dtype: str, shape: tuple[int, ...]) -> Any:
    rng = np.random.default_rng(0)
    p = te.tensor(rng.normal(size=shape).astype(dtype), requires_grad=True)
    optimizer = getattr(optim, name)([p], lr=0.01, **options)
    for _ in range(4):
        p.grad = te.tensor(rng.normal(size=shape).astype(dtype))
        optimizer.step()
    return p.detach().numpy(), {k: v.numpy() for k, v in optimizer.state[p].items()}


@needs_numba
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("name", "options"), OPTIMIZERS)
def test_an_optimizers_steps_are_the_same_to_the_bit(
    name: str, options: dict[str, Any], dtype: str
) -> None:
    """Parameters and moments, whether in a loop or in NumPy, also for shapes that are no vector."""
    for shape in ((33, 7), (0,), (), (5, 2, 3)):
        fast.use("off")
        expected, kept = steps(name, options, dtype, shape)
        fast.use("on")
        found, moments = steps(name, options, dtype, shape)
        np.testing.assert_array_equal(found, expected)
        for key, value in kept.items():
            np.testing.assert_array_equal(moments[key], value, key)


@needs_numba
def test_not_a_number_stays_one() -> None:
    """No fastmath: NaN, infinities and numbers below the normal ones come out as in NumPy."""
    odd = np.array([np.nan, np.inf, -np.inf, 1e-40, 0.0, -0.0], "f4")
    results = []
    for how in ("off", "on"):
        fast.use(how)
        p = te.tensor(np.ones(6, "f4"), requires_grad=True)
        optimizer = optim.Adam([p], lr=0.1)
        with np.errstate(all="ignore"):
            for _ in range(3):
                p.grad = te.tensor(odd)
                optimizer.step()
        results.append(p.detach().numpy())
    np.testing.assert_array_equal(*results)


@needs_numba
def test_a_rule_of_ones_own_is_not_replaced() -> None:
    """A subclass that writes `update` anew keeps its rule."""

    class Halving(optim.SGD):
        def update(self, p: Any, g: Any, state: Any, group: Any) -> None:
            p *= 0.5

    fast.use("on")
    p = te.tensor([4.0], requires_grad=True)
    p.grad = te.tensor([1.0])
    Halving([p], lr=0.1).step()
    assert p.item() == 2


def test_modes() -> None:
    """The mode off is off, an unknown word is refused."""
    fast.use("off")
    assert not fast.enabled()
    assert not fast.warm_up()
    with pytest.raises(ArgumentError, match="'auto', 'on' or 'off'"):
        fast.use("quick")


def test_without_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    """What numba would do is not done, and asking for it says what to install."""
    monkeypatch.setitem(sys.modules, "numba", None)
    with pytest.raises(NotInstalled, match=r"tinygrad-edu\[fast\]"):
        fast.use("on")


def test_nobody_waits_for_numba() -> None:
    """Importing the library, training and compiling a step leave numba where it is."""
    program = (
        "import sys, tinygrad_edu as te\n"
        "from tinygrad_edu import optim, fast\n"
        "w = te.ones(3, requires_grad=True)\n"
        "o = optim.SGD([w], lr=0.1)\n"
        "@te.compile\n"
        "def step(x):\n"
        "    o.zero_grad(); y = (w * x).sum(); y.backward(); o.step(); return y\n"
        "for _ in range(9): step(te.ones(3))\n"
        "assert 'numba' not in sys.modules and not fast.enabled()\n"
    )
    environment = {"TINYGRAD_EDU_FAST": "auto", "PYTHONPATH": ":".join(sys.path)}
    subprocess.run([sys.executable, "-c", program], check=True, env=environment, timeout=60)


@needs_numba
def test_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """After many replays a step goes on in compiled loops, at the same place, to the same bit."""
    monkeypatch.setattr(fast, "PATIENCE", 5)
    fast.use("auto")
    results = []
    for compiled in (False, True):
        te.manual_seed(0)
        w = te.randn(4, 3).requires_grad_()
        optimizer = optim.Adam([w], lr=0.1)

        def step(x: Any, w: Any = w, optimizer: Any = optimizer) -> Any:
            optimizer.zero_grad()
            y = (te.relu(w * x + 1) * 2 - 1).square().sum()
            y.backward()
            optimizer.step()
            return y

        run = te.compile(step) if compiled else step
        results.append([run(te.ones(3) * k).item() for k in range(9)])
    assert results[0] == results[1]
    assert fast.enabled()
    assert "loop[" in str(run.plan)


@needs_numba
def test_a_long_training_turns_to_the_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a compiled step, too: when it repays numba's import, and to the same bit."""
    results = []
    for worth in (50, 1 << 60):
        fast.use("off")
        fast.use("auto")
        monkeypatch.setattr(fast, "_work", 0)
        monkeypatch.setattr(fast, "WORTH", worth)
        p = te.tensor([4.0, -1.0, 0.5], requires_grad=True)
        optimizer = optim.Adam([p], lr=0.1)
        in_loops = []
        for k in range(12):
            p.grad = te.tensor([1.0, 0.25, -3.0]) * (k - 5)
            optimizer.step()
            in_loops.append(fast.enabled())
        results.append(p.detach().numpy())
        assert in_loops == [worth == 50 and k >= 8 for k in range(12)]  # 2 · 3 numbers a step
    np.testing.assert_array_equal(*results)
