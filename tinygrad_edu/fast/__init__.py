"""`[fast]`: loops compiled by numba, where numba is installed. Everything works without it.

    tinygrad_edu.fast.mode             "auto", "on" or "off"
    tinygrad_edu.fast.use("off")       change it; TINYGRAD_EDU_FAST=off does for a whole process
    tinygrad_edu.fast.enabled()        whether the loops are in use now

numba takes half a second to import, which a small training does not earn back. So "auto" begins
without it, and turns to it when a compiled step has been replayed 2,000 times, or when optimizers
have done as much work as repays it; "on" takes it at once. The loops are compiled when each is
first needed, some seconds in all, and kept on disk, in `__pycache__` beside this file (or where
NUMBA_CACHE_DIR says): a later process loads them. They give the results of the NumPy code, bit for
bit, so nothing changes but the time.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..errors import ArgumentError
from ..extras import extra
from .loops import LOOPS

__all__ = ["available", "enabled", "loop", "mode", "takes", "use", "warm_up", "work"]

PATIENCE = 2_000
"""After how many replays of a step "auto" turns to the compiled loops."""

WORTH = 500_000_000
"""After how many numbers that optimizers remember (Adam two for each parameter) "auto" turns to the
loops. A loop saves 0.4 ns for each of them with momentum, 0.8 with Adam, 1.2 with RMSprop
(measured): so about as much time as it takes to import numba.
"""

_MODES = {"auto": "auto", "on": "on", "1": "on", "off": "off", "0": "off"}
mode = _MODES.get(os.environ.get("TINYGRAD_EDU_FAST", "auto"), "auto")
_active = False
_work = 0
_compiled: dict[str, Callable[..., Any]] = {}


def use(wanted: str) -> None:
    """Take the compiled loops "on", "off", or "auto", where it pays.

    Raises `ArgumentError` for another word, `NotInstalled` for "on" without numba.
    """
    global mode, _active
    if wanted not in _MODES:
        raise ArgumentError(f"fast.use: {wanted!r} is not known. Use 'auto', 'on' or 'off'.")
    mode = _MODES[wanted]
    if mode == "on":
        extra("numba", "fast.use('on')", "fast")
    _active = mode == "on"


def available() -> bool:
    """Whether numba is installed; it is not imported for that."""
    from importlib.util import find_spec

    return find_spec("numba") is not None


def enabled() -> bool:
    """Whether the compiled loops are in use now."""
    return _active


def warm_up() -> bool:
    """Turn to the compiled loops, unless they are off or numba is not installed."""
    global _active
    _active = _active or (mode != "off" and available())
    return _active


def work(numbers: int) -> None:
    """Count what an optimizer has done without the loops, and turn to them when it is enough."""
    global _work
    before, _work = _work, _work + numbers
    if before < WORTH <= _work and mode == "auto":
        warm_up()


def loop(name: str) -> Callable[..., Any]:
    """The compiled loop of this name."""
    found = _compiled.get(name)
    if found is None:
        numba = extra("numba", "the compiled loops", "fast")
        # No fastmath: it would change results, and what counts here is memory, not arithmetic.
        jit = numba.njit(cache=True, error_model="numpy", nogil=True)
        found = _compiled[name] = jit(LOOPS[name])
    return found


def takes(arrays: Sequence[np.ndarray]) -> bool:
    """Whether a loop can run over these arrays as flat ones of one floating point type."""
    dtype = arrays[0].dtype
    for a in arrays:
        if a.dtype is not dtype or not a.flags.c_contiguous:
            return False
    return dtype.char in "fd"


if mode == "on":
    _active = available()
