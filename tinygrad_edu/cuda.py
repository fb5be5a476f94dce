"""What scripts ask to choose a device: `"cuda" if torch.cuda.is_available() else "cpu"`."""

from __future__ import annotations

from typing import Any

__all__ = [
    "device_count",
    "empty_cache",
    "is_available",
    "manual_seed",
    "manual_seed_all",
    "synchronize",
]


def is_available() -> bool:
    """False: everything here is computed on the CPU, by NumPy."""
    return False


def device_count() -> int:
    """0: there is no other device."""
    return 0


def manual_seed(seed: int) -> None:
    """Nothing, as in PyTorch without a graphics card: `torch.manual_seed` is what counts."""


manual_seed_all = manual_seed


def empty_cache() -> None:
    """Nothing, as in PyTorch without a graphics card, whose memory it would free."""


def synchronize(device: Any = None) -> None:
    """Nothing: whatever was computed is finished when the call returns."""
