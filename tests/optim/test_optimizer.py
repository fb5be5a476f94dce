"""Optimizers follow their formulas, change parameters in place, and can be stopped and resumed."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import nn, optim
from tinygrad_edu.errors import ArgumentError, TinygradEduError
from tinygrad_edu.optim import optimizer as base

RULES: list[Callable[..., optim.Optimizer]] = [
    optim.SGD,
    lambda p, **o: optim.SGD(p, momentum=0.9, nesterov=True, **o),
    optim.Adam,
    lambda p, **o: optim.Adam(p, amsgrad=True, **o),
    optim.AdamW,
    optim.RMSprop,
    lambda p, **o: optim.RMSprop(p, momentum=0.9, centered=True, **o),
    optim.Adagrad,
]


def parameter(values: Any = (1.0, -2.0), dtype: Any = torch.float64) -> torch.Tensor:
    return torch.tensor(values, dtype=dtype, requires_grad=True)


def descend(optimizer: optim.Optimizer, p: torch.Tensor, steps: int = 1) -> torch.Tensor:
    """Steps down Σ p², whose gradient is 2p."""
    for _ in range(steps):
        optimizer.zero_grad()
        (p**2).sum().backward()
        optimizer.step()
    return p


def test_first_steps_by_hand() -> None:
    """SGD moves by η g; Adam, RMSprop and Adagrad move by η times a known number at first."""
    sgd = parameter([3.0])
    assert descend(optim.SGD([sgd], lr=0.1), sgd).item() == pytest.approx(3 - 0.1 * 6)
    for rule, size in (
        (optim.Adam, 1.0),
        (lambda p, **o: optim.RMSprop(p, alpha=0.99, **o), 10.0),  # 1/√(1 − α)
        (optim.Adagrad, 1.0),
    ):
        p = parameter([3.0])
        assert descend(rule([p], lr=0.1), p).item() == pytest.approx(3 - 0.1 * size)


def test_the_course_prints_momentum_in_the_same_way() -> None:
    """v ← γ v + η ∇L, θ ← θ − v gives the trajectory of SGD(momentum=γ)."""
    p, theta, v = parameter([3.0]), 3.0, 0.0
    optimizer = optim.SGD([p], lr=0.1, momentum=0.9)
    for _ in range(10):
        descend(optimizer, p)
        v = 0.9 * v + 0.1 * 2 * theta
        theta -= v
        assert p.item() == pytest.approx(theta, rel=1e-12)


def test_adam_without_bias_correction_starts_too_long() -> None:
    """The course's Adam, without correction, starts (1 − β₁)/√(1 − β₂) ≈ 3.2 times as far."""
    p, lr, g = parameter([3.0]), 0.01, 6.0
    m, v = (1 - 0.9) * g, (1 - 0.999) * g**2
    printed = lr * m / math.sqrt(v)
    moved = 3 - descend(optim.Adam([p], lr=lr), p).item()
    assert printed / moved == pytest.approx(0.1 / math.sqrt(0.001), rel=1e-6)


@pytest.mark.parametrize("rule", RULES)
def test_steps_go_downhill_in_place(rule: Callable[..., optim.Optimizer]) -> None:
    """The loss falls, the array stays where it is, and its number type too."""
    p = parameter(dtype=torch.float32)
    array = p.array
    descend(rule([p], lr=0.01), p, 20)
    assert p.array is array
    assert p.dtype == torch.float32
    assert (p.detach() ** 2).sum().item() < 5


@pytest.mark.parametrize("rule", RULES)
def test_blocks_change_nothing(
    rule: Callable[..., optim.Optimizer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A parameter that is worked on in pieces takes the path that it takes as a whole."""
    values = np.random.default_rng(0).normal(size=(7, 5))
    whole, pieces = parameter(values), parameter(values)
    descend(rule([whole], lr=0.01, weight_decay=0.1), whole, 3)
    monkeypatch.setattr(base, "BLOCK", 4)
    descend(rule([pieces], lr=0.01, weight_decay=0.1), pieces, 3)
    assert np.array_equal(whole.array, pieces.array)


@pytest.mark.parametrize("rule", RULES)
def test_any_layout_and_shape(rule: Callable[..., optim.Optimizer]) -> None:
    """A 0-d, an empty and a transposed parameter are changed like any other."""
    values = np.random.default_rng(0).normal(size=(3, 4))
    turned = torch.Tensor(values.T.copy().T).requires_grad_()
    straight = parameter(values)
    for p in (turned, straight):
        descend(rule([p], lr=0.01), p, 3)
    np.testing.assert_array_equal(turned.array, straight.array)
    scalar, empty = parameter(2.0), parameter(np.zeros((0, 3)))
    optimizer = rule([scalar, empty], lr=0.01)
    (scalar**2 + empty.sum()).backward()
    optimizer.step()
    assert scalar.item() < 2


@pytest.mark.parametrize("rule", RULES)
def test_resuming_is_bit_for_bit(rule: Callable[..., optim.Optimizer]) -> None:
    """A state saved, loaded into a new optimizer and continued ends where the unbroken run ends."""
    p = parameter()
    optimizer = rule([p], lr=0.01)
    descend(optimizer, p, 3)
    saved, twin = copy.deepcopy(optimizer.state_dict()), parameter(p.tolist())
    resumed = rule([twin], lr=99.0)
    resumed.load_state_dict(saved)
    descend(optimizer, p, 3)
    descend(resumed, twin, 3)
    assert np.array_equal(p.array, twin.array)
    assert resumed.param_groups[0]["lr"] == 0.01


def test_groups_have_settings_of_their_own() -> None:
    """Each group overrides the defaults; one added later is stepped too; frozen ones rest."""
    a, b, c, frozen = (parameter([1.0]) for _ in range(4))
    optimizer = optim.SGD([{"params": [a]}, {"params": b, "lr": 0.25}], lr=0.5)
    optimizer.add_param_group({"params": [c, frozen.requires_grad_(False)], "lr": 0.0})
    for p in (a, b, c):
        p.sum().backward()
    optimizer.step()
    assert [p.item() for p in (a, b, c, frozen)] == [0.5, 0.75, 1.0, 1.0]
    assert optimizer.param_groups[0]["momentum"] == 0
    assert "lr: 0.25" in repr(optimizer)
    assert repr(optimizer).startswith("SGD (\nParameter Group 0\n    dampening: 0\n")


def test_named_parameters_keep_their_names() -> None:
    """Pairs (name, parameter) are taken as well, and the names stay with the group."""
    optimizer = optim.Adam(nn.Linear(2, 1).named_parameters())
    assert optimizer.param_groups[0]["param_names"] == ["weight", "bias"]


def test_gradients_are_left_alone() -> None:
    """A step reads gradients; only zero_grad changes them: to None, or to zeros."""
    p = parameter()
    optimizer = optim.SGD([p], lr=0.1, momentum=0.9, weight_decay=0.1, maximize=True)
    (p**2).sum().backward()
    before = p.grad.numpy().copy()
    optimizer.step()
    optimizer.step()
    assert np.array_equal(p.grad.numpy(), before)
    optimizer.zero_grad(set_to_none=False)
    assert not p.grad.numpy().any()
    optimizer.zero_grad()
    assert p.grad is None


def test_a_closure_is_run_with_recording() -> None:
    """`step(closure)` computes the loss anew, also inside no_grad, and returns it."""
    p = parameter([3.0])
    optimizer = optim.SGD([p], lr=0.1)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = (p**2).sum()
        loss.backward()
        return loss

    with torch.no_grad():
        assert optimizer.step(closure).item() == 9
    assert p.item() == pytest.approx(2.4)


def test_a_step_between_forward_and_backward_is_refused() -> None:
    """A step changes values that an older graph still needs: its backward raises."""
    p = parameter()
    optimizer = optim.SGD([p], lr=0.1)
    old = (p**2).sum()
    descend(optimizer, p)
    with pytest.raises(RuntimeError, match="changed in place"):
        old.backward()


def test_memory_stays_flat() -> None:
    """Steps reuse their buffers: after the first one no array is made."""
    p = parameter(np.ones((50, 50)))
    optimizer = optim.Adam([p])
    descend(optimizer, p, 2)
    buffers = {id(a) for a in optimizer._scratch.values()}
    state = {id(v.array) for v in optimizer.state[p].values()}
    descend(optimizer, p, 5)
    assert buffers == {id(a) for a in optimizer._scratch.values()}
    assert state == {id(v.array) for v in optimizer.state[p].values()}


P = parameter()


@pytest.mark.parametrize(
    ("call", "kind", "says"),
    [
        (lambda: optim.SGD([], lr=0.1), ValueError, "empty"),
        (lambda: optim.SGD(P, lr=0.1), TypeError, "iterable"),
        (lambda: optim.SGD(nn.Linear(2, 1), lr=0.1), TypeError, r"Linear.*model\.parameters"),
        (lambda: optim.SGD([1.0], lr=0.1), TypeError, "tensors only"),
        (lambda: optim.SGD([P, P], lr=0.1), ValueError, "twice"),
        (lambda: optim.SGD([{"params": P}, {"params": [P]}]), ValueError, "twice"),
        (lambda: optim.SGD([P * 2]), ValueError, "leaf"),
        (lambda: optim.SGD([P], lr=-1), ValueError, "lr=-1"),
        (lambda: optim.SGD([P], lr=math.nan), ValueError, "lr=nan"),
        (lambda: optim.SGD([P], momentum=-1), ValueError, "momentum"),
        (lambda: optim.SGD([P], nesterov=True), ValueError, "nesterov"),
        (lambda: optim.SGD([P], speed=1), TypeError, "speed"),
        (lambda: optim.SGD([P], differentiable=True), ValueError, "not recorded"),
        (lambda: optim.SGD([{"params": {P}}]), TypeError, "set"),
        (lambda: optim.SGD([P]).add_param_group([P]), TypeError, "dict"),
        (lambda: optim.SGD([P]).add_param_group({"params": [P]}), ValueError, "twice"),
        (lambda: optim.Adam([P], betas=(1.0, 0.9)), ValueError, r"betas\[0\]"),
        (lambda: optim.Adam([P], eps=-1), ValueError, "eps"),
        (lambda: optim.AdamW([P], weight_decay=-1), ValueError, "weight_decay"),
        (lambda: optim.RMSprop([P], alpha=-1), ValueError, "alpha"),
        (lambda: optim.Adagrad([P], lr_decay=-1), ValueError, "lr_decay"),
        (
            lambda: optim.SGD([P]).load_state_dict(optim.SGD([parameter(), P]).state_dict()),
            ValueError,
            "same parameters",
        ),
    ],
)
def test_refusals(call: Callable[[], Any], kind: type[Exception], says: str) -> None:
    """What cannot be optimized, or not like that, is refused by an error of PyTorch's type."""
    with pytest.raises(kind, match=says) as caught:
        call()
    assert isinstance(caught.value, TinygradEduError)


@pytest.mark.parametrize("rule", RULES[1:])
@pytest.mark.parametrize("forged", [torch.zeros(3), torch.zeros(()), torch.zeros(2, 1), 5.0, "x"])
def test_forged_buffers_are_refused_at_load(
    rule: Callable[..., optim.Optimizer], forged: Any
) -> None:
    """A buffer whose shape is not its parameter's is refused, and the state stays as it was."""
    p = parameter()
    optimizer = rule([p], lr=0.1)
    descend(optimizer, p)
    before = optimizer.state_dict()
    for name in before["state"][0].keys() - ({"step"} if np.shape(forged) == () else set()):
        state = copy.deepcopy(before)
        state["state"][0][name] = forged
        state["param_groups"][0]["lr"] = 7
        with pytest.raises(ArgumentError, match=f"{name} of parameter 0"):
            optimizer.load_state_dict(state)
    after = optimizer.state_dict()
    assert after["param_groups"] == before["param_groups"]
    assert all(after["state"][0][k] is v for k, v in before["state"][0].items())


def test_a_buffer_that_pytorch_left_empty_is_none() -> None:
    """PyTorch's SGD saves momentum_buffer=None where there is no momentum."""
    p = parameter()
    state = optim.SGD([p]).state_dict()
    optimizer = optim.SGD([p], momentum=0.9)
    state["state"] = {0: {"momentum_buffer": None}}
    state["param_groups"][0]["momentum"] = 0.9
    optimizer.load_state_dict(state)
    descend(optimizer, p, 2)


def test_pytorchs_implementation_choices_are_accepted() -> None:
    """`foreach`, `fused` and `capturable` choose between implementations; here there is one."""
    optim.Adam([P], foreach=True, fused=False, capturable=False)


def test_an_own_rule_is_one_method() -> None:
    """A subclass that writes `update` is an optimizer: here, steps by the sign of the slope."""

    class SignSGD(optim.Optimizer):
        def __init__(self, params: Any, lr: float = 0.1) -> None:
            super().__init__(params, {"lr": lr})

        def update(self, p: Any, g: Any, state: Any, group: Any) -> None:
            p -= group["lr"] * np.sign(g)

    p = parameter([1.0, -2.0])
    assert descend(SignSGD([p]), p).tolist() == pytest.approx([0.9, -1.9])
