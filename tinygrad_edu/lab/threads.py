"""How many processors a matrix product may use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["one_blas_thread"]

_CHOSEN = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Inside, one thread computes each matrix product, and afterwards as many as before.

    The products of a small network take microseconds, and two threads spend more than that waiting
    for each other: on two busy cores an MNIST training took 72 s of processor time with two threads
    and 10 s with one. Where the user set a number in the environment, or where threadpoolctl is not
    installed, everything stays as it is.
    """
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        threadpool_limits = None
    if threadpool_limits is None or any(name in os.environ for name in _CHOSEN):
        yield
        return
    with threadpool_limits(1, user_api="blas"):
        yield
