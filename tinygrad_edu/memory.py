"""Which memory was changed in place, and when.

The version belongs to the memory, not to the tensor: a view and a detached tensor share one owner,
and so one history. (What is written into the array that `numpy()` hands out, or into one that
`from_numpy` took in, passes unseen, as in PyTorch.) Time is one global clock that ticks at
every recorded node and at every edit; a saved value is stale exactly when its owner was edited
later than the node that saved it. Only edited memory has an entry here, so a program without
in-place edits pays nothing.

A history can grow old, too. After

    v = b[0]
    v *= w

the numbers of b depend on w, and b's own node knows nothing of it. So the entry also says which
node rewrote the memory (`recorded`) and which tensors carry the new history (`heirs`): another
tensor on this memory that is older is refused where it is used. A constant has no node to tell its
age; it notes when it was `taken`.
"""

from __future__ import annotations

import itertools
import weakref
from typing import Any

import numpy as np

tick = itertools.count(1).__next__


class Edits:
    """The last in-place edit of one piece of memory."""

    __slots__ = ("count", "heirs", "last", "owner", "recorded")

    def __init__(self, owner: weakref.ref[np.ndarray]) -> None:
        self.owner = owner  # keeps the callback alive that removes this entry
        self.count = 0  # how many edits: PyTorch's `_version`
        self.last = 0  # the time of the last one
        self.recorded = 0  # the number of the node that recorded the last one, if a graph did …
        self.heirs: list[weakref.ref[Any]] = []  # … and the tensors that carry the new history


edits: dict[int, Edits] = {}
last_edit = 0  # the time of the last edit of anything: one look at it spares most of the others
rewritten: set[int] = set()  # owners whose history changed; empty in almost every program


def owner_of(array: np.ndarray) -> np.ndarray:
    """The array that owns the memory which `array` looks at."""
    base = array.base
    while isinstance(base, np.ndarray):
        array, base = base, base.base
    return array


def edits_of(array: Any) -> Edits | None:
    """The edits of the memory under `array`, or None where it was never edited."""
    if not edits or not isinstance(array, np.ndarray):
        return None
    return edits.get(id(owner_of(array)))


def stamp(array: np.ndarray, *, by: Any = None) -> None:
    """Note that the memory under `array` was changed just now.

    `by` is the tensor that carries the memory's new history, where the change was recorded.
    """
    global last_edit
    owner = owner_of(array)
    key = id(owner)
    entry = edits.get(key)
    if entry is None:

        def forget(_: Any, key: int = key) -> None:
            edits.pop(key, None)
            rewritten.discard(key)

        entry = edits[key] = Edits(weakref.ref(owner, forget))
    entry.count += 1
    entry.last = last_edit = tick()
    if by is not None:
        entry.recorded = by.node.number  # so what is computed from that node is not older
        entry.heirs = [weakref.ref(by)]
        rewritten.add(key)


def edited_since(array: Any, time: int) -> bool:
    """Whether the memory under `array` was changed after `time`."""
    entry = edits_of(array)
    return entry is not None and entry.last > time


def rewritten_since(array: np.ndarray, time: int, *, by: Any) -> bool:
    """Whether this memory got a new history after `time`, by tensors other than `by`."""
    entry = edits_of(array)
    if entry is None or entry.recorded <= time:
        return False
    return not carries(by, array)


def carries(tensor: Any, array: np.ndarray) -> bool:
    """Whether `tensor` carries the new history of the memory under `array`."""
    entry = edits_of(array)
    return entry is not None and any(heir() is tensor for heir in entry.heirs)


def inherit(array: np.ndarray, heir: Any) -> None:
    """Let the tensor `heir` carry the new history of this memory too."""
    entry = edits_of(array)
    if entry is not None:
        entry.heirs.append(weakref.ref(heir))
