"""The other contenders, a file each: the same training step in each library's own words.

Every file has `steps(problem)`, which returns programs by their names in the tables; a program runs
one step and returns its loss. A library that is not installed is left out, with a word.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from ..problem import Problem

Program = Callable[[], Any]

PEERS = {  # file → what it needs
    "numpy_by_hand": "numpy",
    "jax_jit": "jax",
    "hips": "autograd",
    "mygrad_steps": "mygrad",
    "sklearn_mlp": "sklearn",
}


def installed(module: str) -> bool:
    """Whether a library is there; what it prints or warns while it loads is its own affair."""
    try:
        importlib.import_module(module)
    except ImportError:
        return False
    return True


def missing() -> list[str]:
    """The libraries that are left out."""
    wanted = ("torch", "micrograd", *PEERS.values())
    return [name for name in wanted if not installed(name)]


def steps(problem: Problem) -> dict[str, Program]:
    """One training step in every library that is here and has the problem's optimizer."""
    found: dict[str, Program] = {}
    for name, needs in PEERS.items():
        if installed(needs):
            found |= importlib.import_module(f".{name}", __name__).steps(problem)
    return found
