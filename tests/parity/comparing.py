"""One question to two libraries: their answers in a form that can be compared."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import tinygrad_edu as ours

torch = pytest.importorskip("torch", reason="PyTorch is absent: pip install torch==2.13.0")


def plain(x: Any) -> Any:
    """A result of either library in a form that can be compared: types, shapes, numbers."""
    if isinstance(x, torch.Tensor | ours.Tensor):
        dtype = str(x.dtype).removeprefix("torch.")
        return dtype, tuple(x.shape), x.requires_grad, plain(x.detach().tolist())
    if isinstance(x, np.ndarray):
        return str(x.dtype), x.shape, plain(x.tolist())
    if isinstance(x, tuple | list):
        return [plain(e) for e in x]
    if isinstance(x, float):
        return pytest.approx(x, rel=1e-5, abs=1e-7, nan_ok=True)
    return str(x).removeprefix("torch.") if isinstance(x, torch.dtype | np.dtype) else x


def answer(t: Any, ask: Any) -> Any:
    """What a library answers, or the error that it raises."""
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return plain(ask(t))
    except Exception as error:  # which one is the question
        return error
