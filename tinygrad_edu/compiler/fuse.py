"""Passes that make one instruction of several."""

from __future__ import annotations

from collections.abc import Callable

from .plan import Plan

BEFORE: tuple[Callable[[Plan], str], ...] = ()
AFTER: tuple[Callable[[Plan], str], ...] = ()
