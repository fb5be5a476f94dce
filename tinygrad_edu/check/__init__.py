"""Checks that say what is wrong, and where."""

from .blame import Report, Wrong, blame
from .compare import Comparison, compare
from .watch import Forensics, watch

__all__ = ["Comparison", "Forensics", "Report", "Wrong", "blame", "compare", "watch"]
