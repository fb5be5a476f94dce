"""Checks that say what is wrong, and where.

check.blame(loss)                          which rule of this graph is wrong
check.diagnose(backward, forward, inputs)  what is wrong with a backward written by hand
check.watch(model)                         what goes wrong in this training
check.compare("script.py")                 where a script parts from PyTorch
check.zoo                                  the classic mistakes, beside the right pass
"""

from . import zoo
from .blame import blame
from .compare import compare
from .diagnosis import diagnose
from .watch import watch

__all__ = ["blame", "compare", "diagnose", "watch", "zoo"]
