"""The samples of every registered op, put together. An op that is not here fails the suite."""

from __future__ import annotations

from . import samples_arithmetic, samples_linalg, samples_shape
from .drawing import Samples

SAMPLES: dict[str, Samples] = {
    **samples_arithmetic.SAMPLES,
    **samples_shape.SAMPLES,
    **samples_linalg.SAMPLES,
}
