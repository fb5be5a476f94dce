"""What has faded away in an optimizer's state, before it costs time."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..tensor import Tensor

__all__ = ["settle"]

FADED = 1e8
"""So many times the smallest normal number are as good as 0."""


def settle(optimizer: Any) -> None:
    """Let the numbers of the state that have faded away be 0.

    A running mean of slopes that stay 0 (of a dead unit, of a pixel that is seldom lit) gets
    smaller with every step, until it is a subnormal number; there rounding keeps it for ever, and
    processors take many times as long for such numbers as for others: a third of Adam's means were
    subnormal after one epoch of MNIST at η = 0.01, and its step took three times as long. So what
    is below 10⁸ times the smallest normal number, 10⁻³⁰ in float32, becomes 0; no parameter
    notices.
    """
    for state in optimizer.state.values():
        for kept in state.values():
            a = kept.array if isinstance(kept, Tensor) else np.empty(())
            if a.ndim and a.dtype.kind == "f":
                a[np.abs(a) < FADED * np.finfo(a.dtype).tiny] = 0
