"""What scripts set before they begin: the threads of matrix products, and what needs no setting."""

from __future__ import annotations

import os
import warnings
from typing import Any

from .errors import ArgumentError, InputTypeError
from .layout import check_device

__all__ = [
    "get_num_threads",
    "set_default_device",
    "set_float32_matmul_precision",
    "set_num_threads",
    "use_deterministic_algorithms",
]


def set_num_threads(num: int) -> None:
    """Let matrix products use `num` threads. It takes `threadpoolctl`; without it only a warning.

    Raises `ArgumentError` for a number below 1. Layers as small as a course's are fastest with 1.
    """
    if not isinstance(num, int):
        raise InputTypeError(
            f"set_num_threads: received {type(num).__name__}, but a whole number was expected."
        )
    if num < 1:
        raise ArgumentError(f"set_num_threads: {num} threads compute nothing. Use 1 or more.")
    pools = _pools()
    if pools is None:
        warnings.warn(
            "set_num_threads: threadpoolctl is not installed, so the number of threads stays as it "
            "is. `pip install threadpoolctl`, or set OPENBLAS_NUM_THREADS before the start.",
            UserWarning,
            stacklevel=2,
        )
    else:
        pools.limit(limits=num, user_api="blas")


def get_num_threads() -> int:
    """How many threads matrix products may use."""
    pools = _pools()
    blas = [] if pools is None else pools.select(user_api="blas").info()
    return max((library["num_threads"] for library in blas), default=os.cpu_count() or 1)


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Nothing: every computation here gives the same numbers every time."""


def set_float32_matmul_precision(precision: str) -> None:
    """Nothing: on the CPU products of float32 are computed in float32, "highest", as in PyTorch."""


def set_default_device(device: Any) -> None:
    """Nothing for "cpu", where every tensor is; another device is refused by `ArgumentError`."""
    check_device(device or "cpu")


def _pools() -> Any:
    """The thread pools of this process, where threadpoolctl is installed to find them."""
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return None
    return ThreadpoolController()
