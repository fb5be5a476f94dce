"""Numbers that fade away in an optimizer's state."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tinygrad_edu import Tensor, nn, optim
from tinygrad_edu.optim.fading import settle

TINY = np.finfo(np.float32).tiny


def run(kind: Any, often: int) -> tuple[np.ndarray, int]:
    """One slope, then 2000 steps without any; the parameter, and the subnormal numbers left."""
    p = nn.Parameter(Tensor(np.ones(8, np.float32)))
    optimizer = kind([p])
    for step in range(2000):
        p.grad = Tensor(np.full(8, float(step == 0), np.float32))
        optimizer.step()
        if often and step % often == 0:
            settle(optimizer)
    kept = [a.array for a in optimizer.state[p].values()]
    return p.array, sum(int(((a != 0) & (np.abs(a) < TINY)).sum()) for a in kept)


@pytest.mark.parametrize(
    "kind", [optim.Adam, lambda p: optim.SGD(p, lr=0.1, momentum=0.9)], ids=["adam", "momentum"]
)
def test_what_fades_becomes_zero(kind: Any) -> None:
    """Left alone, a mean of zeros stays subnormal; settled, none is, and the parameter is the
    same to the last bit.
    """
    alone, subnormal = run(kind, often=0)
    settled, none = run(kind, often=100)
    assert subnormal == 8
    assert none == 0
    np.testing.assert_array_equal(settled, alone)
