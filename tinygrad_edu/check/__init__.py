"""Checks that say what is wrong, and where."""

from .blame import Report, Wrong, blame
from .watch import Forensics, watch

__all__ = ["Forensics", "Report", "Wrong", "blame", "watch"]
