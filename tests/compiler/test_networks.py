"""Networks of every kind train alike, compiled and not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tinygrad_edu as te
import tinygrad_edu.nn.functional as F
from tinygrad_edu import nn, optim

from .test_equal import FAST

RNG = np.random.default_rng(0)


def numbers(*shape: int) -> Any:
    return te.tensor(RNG.normal(size=shape).astype("f4"))


def words(*shape: int) -> Any:
    return te.tensor(RNG.integers(0, 11, shape))


class Convolutional(nn.Module):
    """Convolutions, batch norm, an activation in place, both kinds of pooling."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(inplace=True),
            nn.MaxPool2d(2), nn.Conv2d(4, 6, 3), nn.ReLU(), nn.AvgPool2d(2), nn.Flatten(),
            nn.Dropout(), nn.Linear(6, 10),
        )  # fmt: skip

    def forward(self, x: Any) -> Any:
        return self.layers(x)


class Words(nn.Module):
    """The mean of embeddings, one of which stands for nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(11, 8, padding_idx=0, max_norm=1.0)
        self.out = nn.Linear(8, 10)

    def forward(self, x: Any) -> Any:
        return self.out(self.table(x).mean(1))


class Attention(nn.Module):
    """One head of causal attention, a residual, a layer norm; the last place answers."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(8, 8) for _ in range(3))
        self.norm, self.out = nn.LayerNorm(8), nn.Linear(8, 10)

    def forward(self, x: Any) -> Any:
        y = F.scaled_dot_product_attention(
            self.query(x), self.key(x), self.value(x), is_causal=True
        )
        return self.out(self.norm(x + y)[:, -1])


class Recurrent(nn.Module):
    """A loop over time, unrolled by the recording."""

    def __init__(self) -> None:
        super().__init__()
        self.inner, self.again, self.out = nn.Linear(8, 8), nn.Linear(8, 8), nn.Linear(8, 10)

    def forward(self, x: Any) -> Any:
        h = te.zeros(x.shape[0], 8)
        for k in range(x.shape[1]):
            h = te.tanh(self.inner(x[:, k]) + self.again(h))
        return self.out(h)


class Edits(nn.Module):
    """Changes in place, recorded."""

    def __init__(self) -> None:
        super().__init__()
        self.inner, self.out = nn.Linear(8, 8), nn.Linear(8, 10)

    def forward(self, x: Any) -> Any:
        h = self.inner(x)
        h *= 2
        h[:, 0] = 0
        h += 1
        return self.out(h)


CASES: list[tuple[Callable[[], Any], Callable[[], Any]]] = [
    (Convolutional, lambda: numbers(6, 1, 8, 8)),
    (Words, lambda: words(6, 5)),
    (Attention, lambda: numbers(6, 5, 8)),
    (Recurrent, lambda: numbers(6, 5, 8)),
    (Edits, lambda: numbers(6, 8)),
]


@pytest.mark.parametrize("how", FAST)
@pytest.mark.parametrize(("network", "inputs"), CASES)
def test_trains_alike(how: str, network: Any, inputs: Any) -> None:
    """After five steps every loss, parameter and buffer is the same to the bit."""
    data = [(inputs(), te.tensor(RNG.integers(0, 10, 6))) for _ in range(5)]
    te.fast.use(how)
    (a, eager), (b, compiled) = (train(network, data, c) for c in (False, True))
    assert a == b
    for name, value in eager.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), compiled.state_dict()[name].numpy(), name)


def train(network: Any, data: Any, compiled: bool) -> tuple[list[float], Any]:
    te.manual_seed(0)
    model = network()
    optimizer = optim.AdamW(model.parameters(), lr=0.01)

    def step(x: Any, t: Any) -> Any:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), t)
        loss.backward()
        optimizer.step()
        return loss

    run = te.compile(step) if compiled else step
    te.manual_seed(1)
    return [run(x, t).item() for x, t in data], model
