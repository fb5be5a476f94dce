"""Fifty steps of every optimizer, here and in PyTorch, end at the same parameters and state."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tinygrad_edu
from tinygrad_edu import nn, optim

torch = pytest.importorskip("torch", reason="PyTorch is absent: pip install torch==2.13.0")
pytestmark = pytest.mark.parity

OPTIONS: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True}),
    ("SGD", {"lr": 0.01, "maximize": True, "weight_decay": 0.2}),
    ("Adam", {}),
    ("Adam", {"lr": 0.1, "betas": (0.8, 0.95), "eps": 1e-3}),
    ("Adam", {"amsgrad": True, "weight_decay": 0.1, "lr": 0.05}),
    ("Adam", {"maximize": True, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    ("AdamW", {}),
    ("AdamW", {"lr": 0.1, "weight_decay": 0.3, "amsgrad": True, "maximize": True}),
    ("RMSprop", {}),
    ("RMSprop", {"lr": 0.05, "alpha": 0.9, "centered": True, "weight_decay": 0.1}),
    ("RMSprop", {"momentum": 0.9, "centered": True, "maximize": True}),
    ("RMSprop", {"momentum": 0.5}),
    ("Adagrad", {}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.1, "initial_accumulator_value": 0.5}),
    ("Adagrad", {"weight_decay": 0.1, "maximize": True}),
]
SHAPES = ((3, 4), (4,), ())
PYTORCH_ONLY = {"foreach", "fused", "capturable", "differentiable"}


def _gradients(kind: type) -> list[list[np.ndarray]]:
    rng = np.random.default_rng(0)
    return [[np.asarray(rng.normal(size=s), dtype=kind) for s in SHAPES] for _ in range(50)]


def _run(library: Any, name: str, options: dict[str, Any], kind: type) -> tuple[Any, Any]:
    rng = np.random.default_rng(1)
    start = [np.asarray(rng.normal(size=s), dtype=kind) for s in SHAPES]
    params = [library.tensor(w, requires_grad=True) for w in start]
    optimizer = getattr(library.optim, name)(params, **options)
    for i, gradients in enumerate(_gradients(kind)):
        for j, (p, g) in enumerate(zip(params, gradients, strict=True)):
            # The gradient depends on where the parameter is, and now and then there is none.
            p.grad = None if (i + j) % 7 == 3 else (library.tensor(g) * 0.1 + p.detach())
        optimizer.step()
    return params, optimizer


@pytest.mark.parametrize(("name", "options"), OPTIONS)
@pytest.mark.parametrize(("kind", "tolerance"), [(np.float64, 1e-12), (np.float32, 2e-4)])
def test_trajectories_agree(
    name: str, options: dict[str, Any], kind: type, tolerance: float
) -> None:
    """After 50 steps parameters, state and settings are PyTorch's, to rounding."""
    ours, here = _run(tinygrad_edu, name, options, kind)
    theirs, there = _run(torch, name, options, kind)
    for a, b in zip(ours, theirs, strict=True):
        assert a.array.dtype == kind
        np.testing.assert_allclose(a.array, b.detach().numpy(), rtol=tolerance, atol=tolerance)
    a, b = here.state_dict(), there.state_dict()
    for i, state in b["state"].items():
        expected = {k: v for k, v in state.items() if v is not None}
        assert a["state"][i].keys() == expected.keys()
        for k, v in expected.items():
            np.testing.assert_allclose(a["state"][i][k].array, v.numpy(), tolerance, tolerance)
    assert a["param_groups"] == [
        {k: v for k, v in group.items() if k not in PYTORCH_ONLY} for group in b["param_groups"]
    ]


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW", "RMSprop", "Adagrad"])
def test_a_network_learns_alike(name: str) -> None:
    """The same script trains the same network to the same losses under both libraries."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(20, 4)), rng.integers(0, 3, 20)
    weights = [rng.normal(size=s) * 0.5 for s in ((8, 4), (8,), (3, 8), (3,))]

    def losses(library: Any) -> list[float]:
        net = library.nn.Sequential(
            library.nn.Linear(4, 8), library.nn.Tanh(), library.nn.Linear(8, 3)
        ).double()
        net.load_state_dict(dict(zip(net.state_dict(), map(library.tensor, weights), strict=True)))
        optimizer = getattr(library.optim, name)(net.parameters(), lr=0.05)
        criterion = library.nn.CrossEntropyLoss()
        history = []
        for _ in range(50):
            optimizer.zero_grad()
            loss = criterion(net(library.tensor(x)), library.tensor(y))
            loss.backward()
            optimizer.step()
            history.append(loss.item())
        return history

    assert nn is tinygrad_edu.nn
    assert optim is tinygrad_edu.optim
    np.testing.assert_allclose(losses(tinygrad_edu), losses(torch), rtol=1e-9)
