"""Packages that only some people need: imported at their first use, or clearly missed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from .errors import NotInstalled

__all__ = ["extra"]


def extra(module: str, what: str, extra: str) -> Any:
    """Import `module`, which `what` needs and the extra named `extra` installs.

    Raises `NotInstalled` (an `ImportError`) where the package is not there.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise NotInstalled(
            f"{what} needs {module.partition('.')[0]}, which cannot be imported ({error}). Install "
            f"it: pip install 'tinygrad-edu[{extra}]'."
        ) from error
