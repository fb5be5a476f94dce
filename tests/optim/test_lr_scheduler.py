"""Schedulers follow their formulas, stay within their arguments, and can be stopped and resumed."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

import pytest

import tinygrad_edu as torch
from tinygrad_edu import optim
from tinygrad_edu.errors import TinygradEduError
from tinygrad_edu.optim import lr_scheduler


def sgd(lr: float = 1.0, **options: Any) -> optim.SGD:
    return optim.SGD([torch.tensor([1.0], requires_grad=True)], lr=lr, **options)


def rates(scheduler: Any, steps: int) -> list[float]:
    """The rate of every epoch from the first, which is set by building the scheduler."""
    seen = [scheduler.get_last_lr()[0]]
    for _ in range(steps):
        scheduler.optimizer.step()
        scheduler.step()
        (last,) = scheduler.get_last_lr()
        assert last == scheduler.optimizer.param_groups[0]["lr"]
        seen.append(last)
    return seen


def linear(t: int) -> float:
    return 0.25 + 0.75 * min(t, 8) / 8


FORMULAS: dict[str, tuple[Callable[[Any], Any], Callable[[int], float]]] = {
    "LambdaLR": (lambda o: lr_scheduler.LambdaLR(o, lambda t: 1 / (1 + t)), lambda t: 1 / (1 + t)),
    "StepLR": (lambda o: lr_scheduler.StepLR(o, 4, 0.5), lambda t: 0.5 ** (t // 4)),
    "MultiStepLR": (
        lambda o: lr_scheduler.MultiStepLR(o, [9, 3, 9], 0.5),
        lambda t: 0.5 ** ((t >= 3) + 2 * (t >= 9)),
    ),
    "ExponentialLR": (lambda o: lr_scheduler.ExponentialLR(o, 0.9), lambda t: 0.9**t),
    "ConstantLR": (lambda o: lr_scheduler.ConstantLR(o, 0.3, 6), lambda t: 0.3 if t < 6 else 1),
    "ConstantLR from 0": (lambda o: lr_scheduler.ConstantLR(o, 0, 6), lambda t: float(t >= 6)),
    "LinearLR": (lambda o: lr_scheduler.LinearLR(o, 0.25, total_iters=8), linear),
    "CosineAnnealingLR": (
        lambda o: lr_scheduler.CosineAnnealingLR(o, 7, 0.1),
        lambda t: 0.1 + 0.45 * (1 + math.cos(math.pi * t / 7)),
    ),
    "MultiplicativeLR": (
        lambda o: lr_scheduler.MultiplicativeLR(o, lambda t: 1 + 1 / t),
        lambda t: 1 + t,
    ),
    "PolynomialLR": (
        lambda o: lr_scheduler.PolynomialLR(o, 8, 2),
        lambda t: (1 - min(t, 8) / 8) ** 2,
    ),
    "CosineAnnealingWarmRestarts": (
        lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 7, 2, 0.1),
        lambda t: 0.1 + 0.45 * (1 + math.cos(math.pi * (t / 7 if t < 7 else (t - 7) / 14))),
    ),
    "SequentialLR": (
        lambda o: lr_scheduler.SequentialLR(
            o,
            [lr_scheduler.LinearLR(o, 0.25, total_iters=8), lr_scheduler.ExponentialLR(o, 0.9)],
            [10],
        ),
        lambda t: linear(t) if t < 10 else 0.9 ** (t - 10),
    ),
    "OneCycleLR": (
        lambda o: lr_scheduler.OneCycleLR(
            o, 2, 21, pct_start=0.5, anneal_strategy="linear", cycle_momentum=False, div_factor=2
        ),
        lambda t: 1 + t / 9.5 if t <= 9.5 else 2 + (1e-4 - 2) * (t - 9.5) / 10.5,
    ),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_rates_follow_the_formula(name: str) -> None:
    """What is computed from the rate before is the formula of the docstring at every epoch."""
    make, formula = FORMULAS[name]
    assert rates(make(sgd()), 20) == pytest.approx([formula(t) for t in range(21)], rel=1e-12)


@pytest.mark.parametrize("name", FORMULAS)
def test_resuming_is_bit_for_bit(name: str) -> None:
    """A scheduler that takes over a state goes on as the one that was never stopped."""
    make, _ = FORMULAS[name]
    whole = make(sgd())
    rates(whole, 7)
    resumed = make(sgd())
    resumed.optimizer.load_state_dict(copy.deepcopy(whole.optimizer.state_dict()))
    resumed.load_state_dict(copy.deepcopy(whole.state_dict()))
    assert rates(resumed, 13) == rates(whole, 13)
    assert resumed.last_epoch == whole.last_epoch == 20


def test_momentum_moves_against_the_rate() -> None:
    """OneCycleLR: the momentum is lowest where the rate is highest; Adam's is β₁."""
    for optimizer, momentum in (
        (sgd(momentum=0.5), lambda g: g["momentum"]),
        (optim.Adam([torch.tensor([1.0], requires_grad=True)]), lambda g: g["betas"][0]),
    ):
        scheduler = lr_scheduler.OneCycleLR(optimizer, 0.5, total_steps=20, pct_start=0.5)
        seen = []
        for _ in range(20):
            (group,) = optimizer.param_groups
            seen.append((group["lr"], momentum(group)))
            optimizer.step()
            scheduler.step()
        assert seen[0] == pytest.approx((0.02, 0.95))
        assert max(seen) == seen[9] == pytest.approx((0.5, 0.85))
        assert seen[19] == pytest.approx((0.02 / 1e4, 0.95))


def test_a_plateau_lowers_the_rate() -> None:
    """The rate falls after more than `patience` epochs without progress; NaN is no progress."""
    scheduler = lr_scheduler.ReduceLROnPlateau(sgd(), patience=2, min_lr=0.05)
    seen = []
    for loss in (3, 2, 2, 2, 2, 1, math.nan, math.nan, math.nan, 0, 0, 0, torch.tensor(0.0)):
        scheduler.step(loss)
        seen += scheduler.get_last_lr()
    assert seen == pytest.approx([1] * 4 + [0.1] * 4 + [0.05] * 5)
    assert scheduler.last_epoch == 13


def test_two_schedulers_multiply() -> None:
    """Rates are computed from the present ones, so that schedulers on one optimizer combine."""
    optimizer = sgd()
    both = lr_scheduler.ExponentialLR(optimizer, 0.9), lr_scheduler.StepLR(optimizer, 2, 0.5)
    for _ in range(5):
        optimizer.step()
        for scheduler in both:
            scheduler.step()
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.9**5 * 0.5**2)


def test_a_rate_in_a_tensor_stays_there() -> None:
    """A tensor as the rate is changed in place, and is not handed out."""
    optimizer = sgd(lr=torch.tensor(1.0, dtype=torch.float64))
    rate = optimizer.param_groups[0]["lr"]
    assert rates(lr_scheduler.ExponentialLR(optimizer, 0.5), 2) == [1, 0.5, 0.25]
    assert optimizer.param_groups[0]["lr"] is rate and rate.item() == 0.25


def test_attributes_of_callable_objects_are_saved() -> None:
    """LambdaLR saves an object's attributes, and nothing of a function."""

    class Decay:
        def __init__(self, rate: float) -> None:
            self.rate = rate

        def __call__(self, epoch: int) -> float:
            return self.rate**epoch

    saved = lr_scheduler.LambdaLR(sgd(), Decay(0.5)).state_dict()
    other = lr_scheduler.LambdaLR(sgd(), Decay(0.9))
    other.load_state_dict(saved)
    assert saved["lr_lambdas"] == [{"rate": 0.5}]
    assert rates(other, 2)[2] == 0.25


def test_warnings_are_pytorchs() -> None:
    """The first step before the optimizer's, `get_lr` from outside, `step(epoch)`."""
    early = lr_scheduler.StepLR(sgd(), 3)
    with pytest.warns(UserWarning, match=r"before `optimizer.step\(\)`"):
        early.step()
    with pytest.warns(UserWarning, match="get_last_lr"):
        early.get_lr()
    with pytest.warns(UserWarning, match="epoch parameter"):
        early.step(7)
    assert early.get_last_lr() == [pytest.approx(0.01)]


def test_an_own_scheduler_is_one_method() -> None:
    """A subclass that writes `get_lr` is a scheduler."""

    class Halving(optim.lr_scheduler.LRScheduler):
        def get_lr(self) -> list[float]:
            return [lr / 2**self.last_epoch for lr in self.base_lrs]

    assert rates(Halving(sgd()), 3) == [1, 0.5, 0.25, 0.125]
    with pytest.raises(NotImplementedError, match="get_lr"):
        lr_scheduler.LRScheduler(sgd())


O = sgd(momentum=0.9)
STEP = lr_scheduler.StepLR(O, 3)


@pytest.mark.parametrize(
    ("call", "kind", "says"),
    [
        (lambda: lr_scheduler.StepLR([1.0], 3), TypeError, "list as the optimizer"),
        (lambda: lr_scheduler.LambdaLR(None, abs), TypeError, "not an Optimizer"),
        (lambda: lr_scheduler.ReduceLROnPlateau(None), TypeError, "not an Optimizer"),
        (lambda: lr_scheduler.StepLR(O, 0), ValueError, "step_size=0"),
        (lambda: lr_scheduler.StepLR(O, -3), ValueError, "step_size=-3"),
        (lambda: lr_scheduler.StepLR(O, "3"), TypeError, "step_size is str"),
        (lambda: lr_scheduler.StepLR(O, 3, -0.1), ValueError, "gamma=-0.1"),
        (lambda: lr_scheduler.ExponentialLR(O, math.nan), ValueError, "gamma=nan"),
        (lambda: lr_scheduler.MultiStepLR(O, [3, -1]), ValueError, "milestones=-1"),
        (lambda: lr_scheduler.LinearLR(O, total_iters=-1), ValueError, "total_iters=-1"),
        (lambda: lr_scheduler.CosineAnnealingLR(O, 0), ValueError, "T_max=0"),
        (lambda: lr_scheduler.CosineAnnealingWarmRestarts(O, 0), ValueError, "T_0=0"),
        (lambda: lr_scheduler.CosineAnnealingWarmRestarts(O, 2.5), ValueError, "T_0=2.5"),
        (lambda: lr_scheduler.CosineAnnealingWarmRestarts(O, 3).step(-1), ValueError, "epoch=-1"),
        (lambda: lr_scheduler.PolynomialLR(O, -1), ValueError, "total_iters=-1"),
        (lambda: lr_scheduler.MultiplicativeLR(O, 0.9), TypeError, "MultiplicativeLR: lr_lambda"),
        (lambda: lr_scheduler.LambdaLR(O, lambda t: -1.0), ValueError, "cannot be negative"),
        (lambda: lr_scheduler.ReduceLROnPlateau(O, "least"), ValueError, "mode is unknown"),
        (lambda: lr_scheduler.ReduceLROnPlateau(O, patience=-1), ValueError, "patience=-1"),
        (lambda: lr_scheduler.OneCycleLR(O, -0.1, 10), ValueError, "max_lr=-0.1"),
        (lambda: lr_scheduler.OneCycleLR(O, 0.1, epochs=3), ValueError, "steps_per_epoch=None"),
        (
            lambda: rates(lr_scheduler.OneCycleLR(sgd(momentum=0.9), 0.1, 3), 4),
            ValueError,
            "total_steps=3, but this would be step 4",
        ),
        (lambda: lr_scheduler.SequentialLR(O, [STEP] * 3, [9, 4]), ValueError, "must ascend"),
        (lambda: lr_scheduler.SequentialLR(O, [STEP], [9]), ValueError, "one milestone fewer"),
        (lambda: lr_scheduler.SequentialLR(sgd(), [STEP], []), ValueError, "another optimizer"),
        (lambda: lr_scheduler.StepLR(sgd(), 3, last_epoch=2), KeyError, "no 'initial_lr'"),
    ],
)
def test_refusals(call: Callable[[], Any], kind: type[Exception], says: str) -> None:
    """What cannot be scheduled, or not like that, is refused by an error of PyTorch's type."""
    with pytest.raises(kind, match=says) as caught:
        call()
    assert isinstance(caught.value, TinygradEduError)


def cycle() -> Any:
    return lr_scheduler.OneCycleLR(sgd(momentum=0.9), 0.1, 30)


@pytest.mark.parametrize(
    ("make", "forged"),
    [
        (lambda: lr_scheduler.StepLR(sgd(), 3), []),
        (lambda: lr_scheduler.StepLR(sgd(), 3), {"step": 5}),
        (lambda: lr_scheduler.StepLR(sgd(), 3), {"last_epoch": "x"}),
        (lambda: lr_scheduler.StepLR(sgd(), 3), {"base_lrs": [0.1, 0.2]}),
        (lambda: lr_scheduler.MultiStepLR(sgd(), [3]), {"milestones": {3: "x"}}),
        (lambda: lr_scheduler.ReduceLROnPlateau(sgd()), {"mode": "least"}),
        (cycle, {"_anneal_func_type": "sine"}),
        (cycle, {"_schedule_phases": [{}, {}]}),
        (FORMULAS["SequentialLR"][0], {"_schedulers": [{}, {}]}),
    ],
)
def test_a_made_up_state_is_refused(make: Callable[..., Any], forged: Any) -> None:
    """A state that no such scheduler had is refused at load, and nothing is changed."""
    scheduler = make(sgd()) if make is FORMULAS["SequentialLR"][0] else make()
    before = copy.deepcopy(scheduler.state_dict())
    with pytest.raises((TypeError, RuntimeError)) as caught:
        scheduler.load_state_dict({**before, **forged} if forged else forged)
    assert isinstance(caught.value, TinygradEduError)
    assert scheduler.state_dict() == before
