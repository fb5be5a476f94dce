"""Checks that say what is wrong, and where: a hand-written backward is diagnosed, by name.

from tinygrad_edu import check

print(check.diagnose(backward, forward, {"X": X, "Y": Y, "W": W, "b": b}))
"""

from . import zoo
from .diagnosis import Report, diagnose

__all__ = ["Report", "diagnose", "zoo"]
