"""One scheduler after another."""

from __future__ import annotations

import copy
from bisect import bisect_right
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from ...errors import ArgumentError, InputTypeError
from ..optimizer import Optimizer
from .base import LRScheduler, number, refused, set_rate
from .plateau import ReduceLROnPlateau


class SequentialLR(LRScheduler):
    """The first scheduler until the first milestone, then the second, each from its own epoch 0.

    η_t is the rate of scheduler k at epoch t − m_k, with m_k the last milestone ≤ t: a warm-up and
    what follows it. Reference: PyTorch, `SequentialLR`.

    Raises `ArgumentError` (a ValueError) for schedulers of several optimizers, and for milestones
    that do not ascend or are not one fewer than the schedulers.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        schedulers: list[LRScheduler],
        milestones: list[int],
        last_epoch: int = -1,
    ) -> None:
        self._check(optimizer, schedulers, milestones)
        self._schedulers, self._milestones = schedulers, milestones
        self.last_epoch = last_epoch + 1
        self.optimizer = optimizer
        # Each scheduler took its first step when it was built. Now only the one whose turn it is
        # takes it, from the initial rates.
        for group in optimizer.param_groups:
            set_rate(group, group["initial_lr"])
        self.recursive_undo()
        first = schedulers[bisect_right(milestones, 0)]
        first._initial_step()
        self._last_lr = first.get_last_lr()

    def recursive_undo(self, sched: LRScheduler | None = None) -> None:
        """Take one epoch back in every scheduler, and in those within it."""
        sched = sched or self
        if hasattr(sched, "_schedulers"):
            for inner in sched._schedulers:
                self.recursive_undo(inner)
        else:
            sched.last_epoch -= 1

    def step(self) -> None:  # type: ignore[override]
        """Go on to the next epoch, with the scheduler whose turn it is."""
        self.last_epoch += 1
        k = bisect_right(self._milestones, self.last_epoch)
        scheduler = self._schedulers[k]
        if k > 0 and self._milestones[k - 1] == self.last_epoch:
            scheduler._update_lr(0)
        else:
            scheduler.step()
        self._last_lr = scheduler.get_last_lr()

    def state_dict(self) -> dict[str, Any]:
        """Everything but the optimizer; the schedulers' states in a list."""
        inner = [scheduler.state_dict() for scheduler in self._schedulers]
        return {**super().state_dict(), "_schedulers": inner}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over what `state_dict` returned."""
        self._check_state(state_dict)
        state = copy.deepcopy(dict(state_dict))
        for scheduler, saved in zip(self._schedulers, state.pop("_schedulers"), strict=True):
            scheduler.load_state_dict(saved)
        vars(self).update(state)

    def _check_state(self, state: Any) -> None:
        super()._check_state(state)
        for scheduler, saved in zip(self._schedulers, state["_schedulers"], strict=True):
            scheduler._check_state(saved)

    def _check(self, optimizer: Any, schedulers: Any, milestones: Any) -> None:
        if not schedulers:
            raise ArgumentError("SequentialLR: the list of schedulers is empty. Pass at least one.")
        for i, scheduler in enumerate(schedulers):
            self._check_part(optimizer, i, scheduler)
        for milestone in milestones:
            number(self, "milestones", milestone)
        if len(milestones) != len(schedulers) - 1:
            why = (
                f"there are {len(schedulers)} schedulers. Pass one milestone fewer: the epochs at "
                "which the next one begins"
            )
            raise refused(self, "milestones", milestones, why)
        if any(a > b for a, b in pairwise(milestones)):
            raise refused(self, "milestones", milestones, "they must ascend. Sort them")

    def _check_part(self, optimizer: Any, i: int, scheduler: Any) -> None:
        if not isinstance(scheduler, LRScheduler):
            raise InputTypeError(
                f"SequentialLR: schedulers[{i}] is {type(scheduler).__name__}, which is not a "
                "scheduler."
            )
        if isinstance(scheduler, ReduceLROnPlateau):
            raise ArgumentError(
                f"SequentialLR: schedulers[{i}] is ReduceLROnPlateau, whose step needs a loss. "
                "Call its step(loss) yourself."
            )
        if scheduler.optimizer is not optimizer:
            raise ArgumentError(
                f"SequentialLR: schedulers[{i}], {scheduler._name}, belongs to another optimizer "
                f"than the {type(optimizer).__name__} given. Build all on the same one."
            )
