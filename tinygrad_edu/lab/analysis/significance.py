"""Whether a difference over a few seeds could be chance."""

from __future__ import annotations

from itertools import product

import numpy as np

from ...errors import ArgumentError

__all__ = ["paired_permutation_test"]

EXACT = 16
"""Up to so many pairs all 2ⁿ signs are tried."""


def paired_permutation_test(a: list[float], b: list[float]) -> float:
    """The two-sided p-value for "a and b are equally good", from pairs with the same seed.

    If it were so, every difference aᵢ − bᵢ could as well have the other sign. The p-value is the
    share of all 2ⁿ choices of signs whose sum is as far from 0 as the one that was found, or
    farther. With n pairs it cannot be below 2/2ⁿ: five seeds reach 0.0625. No normal distribution
    is assumed. Beyond 16 pairs 100,000 choices are drawn, always the same ones. Reference: R. A.
    Fisher, "The Design of Experiments" (1935), section 21.

    Raises `ArgumentError` for lists of different lengths, and for empty ones.
    """
    if len(a) != len(b) or not a:
        raise ArgumentError(
            f"paired_permutation_test: {len(a)} and {len(b)} numbers are no pairs. Compare runs "
            "with the same seeds."
        )
    differences = np.subtract(a, b)
    n = len(differences)
    if n <= EXACT:
        signs = np.array(list(product((-1.0, 1.0), repeat=n)))
    else:
        signs = np.random.default_rng(0).choice((-1.0, 1.0), (100_000, n))
        signs[0] = 1.0  # the one that was found is one of them
    sums = np.abs(signs @ differences)
    return float((sums >= abs(differences.sum()) * (1 - 1e-12)).mean())
