"""An optimizer's step in a compiled loop, where `[fast]` is in use and the rule has one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import fast

if TYPE_CHECKING:
    from .optimizer import Group, Optimizer, State

__all__ = ["Looped", "looped"]


class Looped:
    """One group's loop with its settings; calling it takes one parameter's step.

    `optimizer.as_loop(group)` names the loop, the arrays of the state that it works on, and its
    settings; `settings_at(step)` those that depend on the step.
    """

    def __init__(self, optimizer: Optimizer, group: Group, found: Any) -> None:
        self.name, self.kept, self.settings = found
        self.optimizer, self.group = optimizer, group
        self.loop: Any = fast.loop(self.name)
        self.arrays: dict[Any, np.ndarray] = {}  # the settings in each number type

    def __call__(self, p: np.ndarray, g: np.ndarray, state: State) -> bool:
        """Take the step, or say that NumPy has to, as it does where the state is still empty."""
        arrays = [p, g]
        for name in self.kept:
            if name not in state:
                return False
            arrays.append(state[name].array)
        if not fast.takes(arrays):
            return False
        settings = self.arrays.get(p.dtype)
        if settings is None:
            settings = self.arrays[p.dtype] = np.array(self.settings, p.dtype)
        self.optimizer.before_loop(state, self.group, settings)
        self.loop(*[a.reshape(-1) for a in arrays], settings)
        return True


def looped(optimizer: Optimizer, group: Group) -> Looped | None:
    """The group's loop, or None where there is none or `[fast]` is not in use."""
    found = optimizer.as_loop(group)
    if found is None:
        return None
    if not fast.enabled():
        if found[1]:  # plain SGD remembers nothing, and a loop saves it little
            fast.work(len(found[1]) * sum([p.array.size for p in group["params"]]))
        return None
    return Looped(optimizer, group, found)
