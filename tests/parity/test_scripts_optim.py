"""The course's network, trained by a PyTorch script with each optimizer, here and there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tinygrad_edu

from .test_scripts_nn import batches, digits_raw, starting

pytorch = pytest.importorskip("torch", reason="PyTorch is absent: pip install torch==2.13.0")
pytestmark = pytest.mark.parity

OPTIMIZERS: dict[str, Callable[[Any, Any], Any]] = {
    "SGD": lambda optim, ps: optim.SGD(ps, lr=0.1),
    "Momentum": lambda optim, ps: optim.SGD(ps, lr=0.05, momentum=0.9),
    "Nesterov": lambda optim, ps: optim.SGD(ps, lr=0.05, momentum=0.9, nesterov=True),
    "RMSprop": lambda optim, ps: optim.RMSprop(ps, lr=0.001),
    "Adam": lambda optim, ps: optim.Adam(ps, lr=0.001),
    "AdamW": lambda optim, ps: optim.AdamW(ps, lr=0.001, weight_decay=0.1),
    "Adagrad": lambda optim, ps: optim.Adagrad(ps, lr=0.05),
}


def script(torch: Any, make: Callable[[Any, Any], Any]) -> list[float]:
    """64-32-16-10 on the digits, a step of the schedule every twenty batches; its losses."""
    nn = torch.nn
    model = nn.Sequential(
        nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 10)
    )
    model = starting(torch, model).double()
    criterion = nn.CrossEntropyLoss()
    optimizer = make(torch.optim, model.parameters())
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=20, gamma=0.5)
    images, labels = digits_raw()
    x, y = torch.tensor(images.reshape(-1, 64) / 16.0), torch.tensor(labels.astype(np.int64))
    losses = []
    for rows in batches(len(images), 32, 60):
        loss = criterion(model(x[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    return losses


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_mlp_learns_the_same_with_every_optimizer(name):
    """Sixty losses agree to 1e-8 in float64, and the network has learned something."""
    ours, theirs = (script(lib, OPTIMIZERS[name]) for lib in (tinygrad_edu, pytorch))
    np.testing.assert_allclose(ours, theirs, rtol=1e-8)
    assert ours[-1] < ours[0]
