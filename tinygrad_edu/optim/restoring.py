"""What a saved state must be before an optimizer takes it over."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from ..errors import ArgumentError
from ..tensor import Tensor
from .placing import apart

LIKE_PARAMETER = frozenset(
    ["momentum_buffer", "exp_avg", "exp_avg_sq", "max_exp_avg_sq", "square_avg", "grad_avg", "sum"]
)
"""The buffers of the library's rules, each as large as its parameter. What a rule of the user's own
keeps under other names may have any shape.
"""


def restored(state: dict[str, Any], i: int, p: Tensor) -> dict[str, Any]:
    """A copy of the state of p, the i-th parameter, in p's number type.

    None, which PyTorch saves for a buffer that was not needed yet, is left out. Raises
    `ArgumentError` for a buffer that is not as large as p.
    """
    kept = {key: value for key, value in state.items() if value is not None}
    return {key: _piece(key, value, i, p, k + 1) for k, (key, value) in enumerate(kept.items())}


def _piece(key: str, value: Any, i: int, p: Tensor, k: int) -> Any:
    array = getattr(value, "array", value)
    if key == "step" and isinstance(array, int | float):
        array = np.asarray(array, np.float32)
    if key == "step" or key in LIKE_PARAMETER:
        expected = () if key == "step" else tuple(p.shape)
        shape = array.shape if isinstance(array, np.ndarray) else type(array).__name__
        if shape != expected:
            raise ArgumentError(
                f"load_state_dict: {key} of parameter {i} is {shape}, but {expected} was expected. "
                "Was the state saved from an optimizer of the same parameters?"
            )
    if not isinstance(array, np.ndarray):
        return copy.deepcopy(value)
    floating = array.dtype.kind == "f" and key != "step"
    copied = apart(array.shape, p.dtype if floating else array.dtype, k)
    np.copyto(copied, array)
    return Tensor(copied)
