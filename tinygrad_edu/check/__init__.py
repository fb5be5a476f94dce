"""Checks that say what is wrong, and where."""

from .blame import Report, Wrong, blame

__all__ = ["Report", "Wrong", "blame"]
