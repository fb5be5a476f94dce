"""Marking a stranger's file: `tinygrad-edu check homework.py`.

The file runs in a process of its own, with limits of time and memory, an empty home, none of the
marker's environment, and a guard against what no homework does. Only numbers cross, as data.

Reading order: `wire` (the numbers), `guard` and `server` (the child), `child` (its keeper), `tasks`
(what is asked), `verdict` (what is answered), `marking`.
"""

from .child import Limits
from .marking import mark
from .verdict import Verdict

__all__ = ["Limits", "Verdict", "mark"]
