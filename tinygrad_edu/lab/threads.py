"""How many processors a matrix product may use."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Any

__all__ = ["one_thread", "threads_for"]

SMALL = 512
"""Up to this width of a layer one thread is as fast as two, and leaves the other core free."""

_CHOSEN = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def threads_for(model: Any) -> AbstractContextManager[Any]:
    """Inside, one thread computes each matrix product of a small network.

    Such products take microseconds, and two threads spend more than that waiting for each other: on
    two busy cores an MNIST training took 72 s of processor time with two threads and 10 s with one.
    Where a layer is wide, where the user set a number in the environment, or where threadpoolctl is
    not installed, everything stays as it is.
    """
    widest = max((min(p.shape) for p in model.parameters() if p.ndim > 1), default=0)
    return nullcontext() if widest > SMALL else one_thread()


def one_thread() -> AbstractContextManager[Any]:
    """Inside, one thread computes each matrix product, unless the user set a number.

    A server needs it whatever the width, for its products have one row: on two busy cores a drawing
    took 27 ms of processor time with two threads and 3.4 ms with one.
    """
    pools = _pools()
    if pools is None or any(name in os.environ for name in _CHOSEN):
        return nullcontext()
    limited: AbstractContextManager[Any] = pools.limit(limits=1, user_api="blas")
    return limited


@cache
def _pools() -> Any:
    """The libraries with threads of their own; looking for them takes a while."""
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return None
    return ThreadpoolController()
