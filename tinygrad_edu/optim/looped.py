"""An optimizer's step in a compiled loop, where `[fast]` is in use and the rule has one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np

from .. import fast

if TYPE_CHECKING:
    from .optimizer import Group, Loop, Optimizer, State

__all__ = ["Looped", "looped"]


class Looped:
    """One group's loop with its settings; calling it takes one parameter's step.

    `optimizer.as_loop(group)` names the loop, the arrays of the state that it works on, and its
    settings; `before_loop` changes those that depend on the step.
    """

    def __init__(self, group: Group, found: Loop) -> None:
        self.group, self.found = group, found
        self.name, self.kept, self.settings = found
        self.loop: Any = fast.loop(self.name)
        self.arrays: dict[Any, np.ndarray] = {}  # the settings in each number type
        # What was found out about a parameter's arrays at the step before, by its state's id.
        self.ready: dict[int, tuple[Any, ...]] = {}

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self  # a copied optimizer has other groups, and makes loops for them

    def __call__(self, optimizer: Optimizer, p: np.ndarray, g: np.ndarray, state: State) -> bool:
        """Take the step, or say that NumPy has to, as it does where the state is still empty."""
        ready = self.ready.get(id(state))
        if ready is None or ready[0] is not p or not _still(ready[1], state):
            ready = self._prepare(p, state)
        if ready is None or g.dtype is not p.dtype or not g.flags.c_contiguous:
            return False
        _, _, flat, rest, settings = ready
        optimizer.before_loop(state, self.group, settings)
        self.loop(flat, g.reshape(-1), *rest)
        return True

    def _prepare(self, p: np.ndarray, state: State) -> tuple[Any, ...] | None:
        if any(name not in state for name in self.kept):
            return None
        kept = [state[name].array for name in self.kept]
        if not fast.takes([p, *kept]):
            return None
        settings = self.arrays.setdefault(p.dtype, np.array(self.settings, p.dtype))
        rest = [*[a.reshape(-1) for a in kept], settings]
        names = tuple(zip(self.kept, kept, strict=True))
        if len(self.ready) > len(self.group["params"]):  # of states that were replaced
            self.ready.clear()
        ready = self.ready[id(state)] = p, names, p.reshape(-1), rest, settings
        return ready


def _still(kept: tuple[tuple[str, np.ndarray], ...], state: State) -> bool:
    """Whether the state holds the same arrays as before."""
    for name, array in kept:  # noqa: SIM110  `all` takes twice as long
        if name not in state or state[name].array is not array:
            return False
    return True


def looped(optimizer: Optimizer, group: Group, before: Looped | None) -> Looped | None:
    """The group's loop, or None where there is none or `[fast]` is not in use.

    `before` is that of the last step; it serves again while the settings are the same.
    """
    found = optimizer.as_loop(group)
    if found is None:
        return None
    if not fast.enabled():
        if found[1]:  # plain SGD remembers nothing, and a loop saves it little
            fast.work(len(found[1]) * sum([p.array.size for p in group["params"]]))
        return None
    if before is not None and before.group is group and before.found == found:
        return before
    return Looped(group, found)
