"""Fifty steps under every scheduler, here and in PyTorch: the same rates, the same weights."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest

import tinygrad_edu

torch = pytest.importorskip("torch", reason="PyTorch is absent: pip install torch==2.13.0")
pytestmark = pytest.mark.parity

TOLERANCE = 1e-12
Make = Callable[[Any, Any], Any]


def _chain(s: Any, o: Any) -> Any:
    first = s.LinearLR(o, 0.1, total_iters=10)
    return s.SequentialLR(
        o, [first, s.CosineAnnealingLR(o, 30, 0.001), s.LambdaLR(o, _part)], [10, 35]
    )


def _nested(s: Any, o: Any) -> Any:
    inner = s.SequentialLR(o, [s.ConstantLR(o, 0.5, 3), s.ExponentialLR(o, 0.9)], [6])
    with warnings.catch_warnings():  # the inner one is stepped anew, before the optimizer is
        warnings.simplefilter("ignore")
        return s.SequentialLR(o, [inner, s.StepLR(o, 4)], [20])


def _part(epoch: int) -> float:
    return 1 / (1 + epoch)


SCHEDULERS: dict[str, Make] = {
    "LambdaLR": lambda s, o: s.LambdaLR(o, _part),
    "LambdaLR by group": lambda s, o: s.LambdaLR(o, [_part, lambda t: 0.95**t]),
    "StepLR": lambda s, o: s.StepLR(o, 7),
    "StepLR gamma": lambda s, o: s.StepLR(o, step_size=3, gamma=0.7),
    "MultiStepLR": lambda s, o: s.MultiStepLR(o, [5, 20, 20, 31], gamma=0.3),
    "ExponentialLR": lambda s, o: s.ExponentialLR(o, 0.93),
    "ConstantLR": lambda s, o: s.ConstantLR(o),
    "ConstantLR long": lambda s, o: s.ConstantLR(o, factor=0.7, total_iters=30),
    "LinearLR": lambda s, o: s.LinearLR(o),
    "LinearLR down": lambda s, o: s.LinearLR(o, 1.0, 0.0, total_iters=40),
    "CosineAnnealingLR": lambda s, o: s.CosineAnnealingLR(o, 50),
    "CosineAnnealingLR twice": lambda s, o: s.CosineAnnealingLR(o, T_max=11, eta_min=0.003),
    "MultiplicativeLR": lambda s, o: s.MultiplicativeLR(
        o, [lambda t: 0.9, lambda t: 1 - 0.1 / (1 + t)]
    ),
    "PolynomialLR": lambda s, o: s.PolynomialLR(o),
    "PolynomialLR long": lambda s, o: s.PolynomialLR(o, total_iters=40, power=2.5),
    "CosineAnnealingWarmRestarts": lambda s, o: s.CosineAnnealingWarmRestarts(o, 7),
    "CosineAnnealingWarmRestarts longer": lambda s, o: s.CosineAnnealingWarmRestarts(
        o, T_0=3, T_mult=2, eta_min=0.003
    ),
    "OneCycleLR": lambda s, o: s.OneCycleLR(o, 0.1, total_steps=50),
    "OneCycleLR linear": lambda s, o: s.OneCycleLR(
        o, [0.1, 0.2], epochs=5, steps_per_epoch=12, anneal_strategy="linear", pct_start=0.4
    ),
    "OneCycleLR three phases": lambda s, o: s.OneCycleLR(
        o, 0.1, 50, three_phase=True, base_momentum=[0.8, 0.7], max_momentum=0.9, div_factor=10
    ),
    "OneCycleLR rate alone": lambda s, o: s.OneCycleLR(o, 0.1, 60, cycle_momentum=False),
    "SequentialLR": _chain,
    "SequentialLR nested": _nested,
    "SequentialLR from 0": lambda s, o: s.SequentialLR(
        o, [s.StepLR(o, 2), s.ExponentialLR(o, 0.9)], [0]
    ),
    "ReduceLROnPlateau": lambda s, o: s.ReduceLROnPlateau(o, patience=2, cooldown=1),
    "ReduceLROnPlateau max": lambda s, o: s.ReduceLROnPlateau(
        o, "max", 0.5, 3, 0.01, "abs", min_lr=[0.001, 0.004]
    ),
    "ReduceLROnPlateau abs": lambda s, o: s.ReduceLROnPlateau(
        o, factor=0.5, patience=0, threshold_mode="abs", eps=0.01
    ),
    "ReduceLROnPlateau max rel": lambda s, o: s.ReduceLROnPlateau(o, "max", patience=1),
}
OPTIMIZERS: dict[str, dict[str, Any]] = {
    "SGD": {"momentum": 0.9, "nesterov": True},
    "Adam": {"amsgrad": True},
    "RMSprop": {"momentum": 0.5},
    "AdamW": {},
}
# Most schedulers change only the rate, for any optimizer; a cycle changes the momentum, too.
PAIRS = [
    (name, optimizer)
    for name in SCHEDULERS
    for optimizer in (OPTIMIZERS if "OneCycle" in name else ("SGD", "Adam"))
]


class Run:
    """A parabola in two groups, descended under a scheduler."""

    def __init__(self, library: Any, optimizer: str, make: Make) -> None:
        rng = np.random.default_rng(1)
        self.package = library
        self.w = [library.tensor(rng.normal(size=(3, 2)), requires_grad=True) for _ in range(2)]
        groups = [{"params": [self.w[0]], "lr": 0.05}, {"params": [self.w[1]]}]
        self.optimizer = getattr(library.optim, optimizer)(groups, 0.02, **OPTIMIZERS[optimizer])
        self.scheduler = make(library.optim.lr_scheduler, self.optimizer)
        self.history: list[list[Any]] = []

    def run(self, steps: range) -> Run:
        for t in steps:
            self.optimizer.zero_grad()
            loss = sum(((w - 0.5) ** 2).sum() * (i + 1) for i, w in enumerate(self.w))
            loss.backward()
            self.optimizer.step()
            if isinstance(self.scheduler, self.package.optim.lr_scheduler.ReduceLROnPlateau):
                self.scheduler.step(1 / (1 + t) + 0.3 * math.sin(t) if t % 5 else loss.detach())
            else:
                self.scheduler.step()
            now: list[Any] = [*self.scheduler.get_last_lr()]
            for group in self.optimizer.param_groups:
                now += [group["lr"], group.get("momentum", 0), group.get("betas", (0,))[0]]
            now += [x for w in self.w for x in w.detach().numpy().ravel().tolist()]
            self.history.append(now)
        return self


@pytest.mark.parametrize(("name", "optimizer"), PAIRS)
def test_trajectories_agree(name: str, optimizer: str) -> None:
    """Rates, momenta and weights of both groups are PyTorch's for 50 steps, and so is the state."""
    ours = Run(tinygrad_edu, optimizer, SCHEDULERS[name]).run(range(50))
    theirs = Run(torch, optimizer, SCHEDULERS[name]).run(range(50))
    np.testing.assert_allclose(ours.history, theirs.history, rtol=TOLERANCE, atol=TOLERANCE)
    mine, yours = ours.scheduler.state_dict(), theirs.scheduler.state_dict()
    assert mine.keys() == yours.keys()
    for key in (
        "last_epoch",
        "_step_count",
        "num_bad_epochs",
        "cooldown_counter",
        "milestones",
        "T_cur",
        "T_i",
    ):
        assert mine.get(key) == yours.get(key)


@pytest.mark.parametrize("name", SCHEDULERS)
def test_pytorchs_state_goes_on_here(name: str) -> None:
    """A state of PyTorch's scheduler after 20 steps is loaded here, and 30 more agree."""
    theirs = Run(torch, "SGD", SCHEDULERS[name]).run(range(20))
    ours = Run(tinygrad_edu, "SGD", SCHEDULERS[name]).run(range(20))
    resumed = Run(tinygrad_edu, "SGD", SCHEDULERS[name])
    resumed.optimizer.load_state_dict(ours.optimizer.state_dict())
    resumed.scheduler.load_state_dict(_plain(theirs.scheduler.state_dict()))
    for new, old in zip(resumed.w, ours.w, strict=True):
        new.array[...] = old.array
    resumed.run(range(20, 50))
    theirs.run(range(20, 50))
    expected = theirs.history[20:]
    np.testing.assert_allclose(resumed.history, expected, rtol=TOLERANCE, atol=TOLERANCE)


def _plain(state: Any) -> Any:
    """A state without tensors (the loss that ReduceLROnPlateau keeps is a float already)."""
    assert not any(isinstance(v, torch.Tensor) for v in state.values())
    return state


def _deprecated() -> Any:
    return pytest.warns(UserWarning, match="epoch parameter")


@pytest.mark.parametrize("name", [n for n in SCHEDULERS if "Lambda" not in n])
def test_a_jump_to_an_epoch_agrees(name: str) -> None:
    """`step(epoch)`, which PyTorch deprecates where nothing restarts, sets the same rates."""
    rates = []
    for library in (tinygrad_edu, torch):
        run = Run(library, "SGD", SCHEDULERS[name])
        if isinstance(run.scheduler, library.optim.lr_scheduler.SequentialLR):
            with pytest.raises(TypeError):
                run.scheduler.step(3)
            return
        run.optimizer.step()
        seen = []
        for epoch in (3, 17, 8, 0):
            plateau = isinstance(run.scheduler, library.optim.lr_scheduler.ReduceLROnPlateau)
            with _deprecated() if "Restarts" not in name else nullcontext():
                run.scheduler.step(*([1.0] if plateau else []), epoch=epoch)
            seen.append([run.scheduler.last_epoch, *run.scheduler.get_last_lr()])
        rates.append(seen)
    np.testing.assert_allclose(rates[0], rates[1], rtol=TOLERANCE, atol=TOLERANCE)


@pytest.mark.parametrize("last_epoch", [0, 3, 9])
@pytest.mark.parametrize("name", ["StepLR", "ExponentialLR", "LinearLR", "CosineAnnealingLR"])
def test_built_in_the_middle_of_a_training(name: str, last_epoch: int) -> None:
    """`last_epoch=` goes on from the groups' "initial_lr" as in PyTorch."""
    arguments = {
        "StepLR": (2,),
        "ExponentialLR": (0.9,),
        "LinearLR": (),
        "CosineAnnealingLR": (20,),
    }
    rates = []
    for library in (tinygrad_edu, torch):
        p = library.tensor([1.0], requires_grad=True)
        optimizer = library.optim.SGD([{"params": p, "initial_lr": 0.4}], lr=0.3)
        kind = getattr(library.optim.lr_scheduler, name)
        scheduler = kind(optimizer, *arguments[name], last_epoch=last_epoch)
        seen = [scheduler.get_last_lr()]
        for _ in range(12):
            optimizer.step()
            scheduler.step()
            seen.append(scheduler.get_last_lr())
        rates.append(seen)
    np.testing.assert_allclose(rates[0], rates[1], rtol=TOLERANCE, atol=TOLERANCE)


def _sgd(library: Any, **options: Any) -> Any:
    return library.optim.SGD([library.tensor([1.0], requires_grad=True)], lr=0.1, **options)


def _steps(scheduler: Any, count: int) -> None:
    for _ in range(count):
        scheduler.optimizer.step()
        scheduler.step()


WRONG: dict[str, Callable[[Any, Any], Any]] = {
    "no optimizer": lambda s, t: s.StepLR(None, 3),
    "no optimizer for a plateau": lambda s, t: s.ReduceLROnPlateau(t.tensor(1.0)),
    "no optimizer for a cycle": lambda s, t: s.OneCycleLR("SGD", 0.1, 10),
    "no initial rate": lambda s, t: s.StepLR(_sgd(t), 3, last_epoch=4),
    "lambdas": lambda s, t: s.LambdaLR(_sgd(t), [_part, _part]),
    "a number for a lambda": lambda s, t: s.LambdaLR(_sgd(t), 0.5),
    "constant": lambda s, t: s.ConstantLR(_sgd(t), factor=1.5),
    "start": lambda s, t: s.LinearLR(_sgd(t), start_factor=0),
    "end": lambda s, t: s.LinearLR(_sgd(t), end_factor=-0.1),
    "milestones for steps": lambda s, t: s.MultiStepLR(_sgd(t), 5),
    "factor": lambda s, t: s.ReduceLROnPlateau(_sgd(t), factor=1.0),
    "mode": lambda s, t: s.ReduceLROnPlateau(_sgd(t), mode="least"),
    "threshold mode": lambda s, t: s.ReduceLROnPlateau(_sgd(t), threshold_mode="some"),
    "rates": lambda s, t: s.ReduceLROnPlateau(_sgd(t), min_lr=[0.1, 0.1]),
    "no metrics": lambda s, t: s.ReduceLROnPlateau(_sgd(t)).step(),
    "metrics": lambda s, t: s.ReduceLROnPlateau(_sgd(t)).step([0.5]),
    "no steps": lambda s, t: s.OneCycleLR(_sgd(t, momentum=0.9), 0.1),
    "steps": lambda s, t: s.OneCycleLR(_sgd(t, momentum=0.9), 0.1, total_steps=-3),
    "epochs": lambda s, t: s.OneCycleLR(_sgd(t), 0.1, epochs=0, steps_per_epoch=5),
    "share": lambda s, t: s.OneCycleLR(_sgd(t), 0.1, 10, pct_start=1.5),
    "whole share": lambda s, t: s.OneCycleLR(_sgd(t), 0.1, 10, pct_start=1),
    "strategy": lambda s, t: s.OneCycleLR(_sgd(t), 0.1, 10, anneal_strategy="sine"),
    "largest rates": lambda s, t: s.OneCycleLR(_sgd(t), [0.1, 0.2], 10),
    "no momentum": lambda s, t: s.OneCycleLR(
        t.optim.Adagrad([t.tensor([1.0], requires_grad=True)]), 0.1, 10
    ),
    "steps exceeded": lambda s, t: _steps(s.OneCycleLR(_sgd(t), 0.1, 5), 6),
    "no schedulers": lambda s, t: s.SequentialLR(_sgd(t), [], []),
    "no scheduler": lambda s, t: s.SequentialLR(_sgd(t), [5], []),
    "two optimizers": lambda s, t: s.SequentialLR(_sgd(t), [s.StepLR(_sgd(t), 3)], []),
    "too few milestones": lambda s, t: s.SequentialLR(o := _sgd(t), [s.StepLR(o, 3)], [4]),
    "a plateau": lambda s, t: s.SequentialLR(o := _sgd(t), [s.ReduceLROnPlateau(o)], []),
}


@pytest.mark.parametrize("name", WRONG)
def test_errors_are_of_pytorchs_type(name: str) -> None:
    """Whoever catches PyTorch's error for a wrong argument catches this one."""
    try:
        WRONG[name](torch.optim.lr_scheduler, torch)
    except Exception as error:
        theirs = type(error)
    with pytest.raises(theirs):
        WRONG[name](tinygrad_edu.optim.lr_scheduler, tinygrad_edu)
