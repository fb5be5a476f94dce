"""LRScheduler: the base of all, which counts the epochs and sets the rates it is told.

A subclass is one method, `get_lr`: the rates of all groups at `last_epoch`. Most of PyTorch's, and
so most of these, compute the new rate from the present one, not from the epoch alone: two of them
on one optimizer then multiply, and a rate that is changed by hand in between stays changed.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Mapping
from numbers import Real
from typing import Any

import numpy as np

from ...errors import ArgumentError, InputTypeError, SettingError, StateError
from ...tensor import Tensor
from ..optimizer import Group, Optimizer


class LRScheduler:
    """Sets the learning rate of every group after each `step()`; the subclass says to what.

    Building one takes the groups' present rates as η₀ ("initial_lr") and sets the rate of epoch 0.
    With `last_epoch` other than −1 a training goes on: the groups must have their "initial_lr".

    Raises `InputTypeError` without an optimizer, `SettingError` (a KeyError) without initial rates.
    """

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        self.optimizer = needs_optimizer(self, optimizer)
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", plain(group["lr"]))
            elif "initial_lr" not in group:
                raise SettingError(
                    f"{self._name}: last_epoch={last_epoch} goes on with an earlier training, but "
                    f"param_groups[{i}] has no 'initial_lr'. Load the optimizer's state first, or "
                    "leave last_epoch out."
                )
        self.base_lrs = [plain(group["initial_lr"]) for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self._initial_step()

    @property
    def _name(self) -> str:
        return type(self).__name__

    # -- the step

    def step(self, epoch: int | None = None) -> None:
        """Go on to the next epoch and set its rates; call it after `optimizer.step()`.

        `epoch` jumps to that epoch; PyTorch deprecates it, and warns.
        """
        if self._step_count == 1 and _never_stepped(self.optimizer):
            warnings.warn(
                "Detected call of `lr_scheduler.step()` before `optimizer.step()`: the first rate "
                "of the schedule is skipped. Call `optimizer.step()` first.",
                UserWarning,
                stacklevel=2,
            )
        self._step_count += 1
        if epoch is not None:
            warn_epoch()
        self._update_lr(epoch)

    def get_lr(self) -> list[float]:
        """The rates of all groups at `last_epoch`. Each scheduler writes its own."""
        raise NotImplementedError(
            f"{self._name} has no `get_lr` method. Write one: it returns a rate for every group, "
            "at epoch self.last_epoch."
        )

    def get_last_lr(self) -> list[float]:
        """The rates that were set last, one for each group."""
        return self._last_lr

    def _initial_step(self) -> None:
        """Set the rates of the first epoch."""
        self._step_count, self._is_initial = 0, True
        try:
            self.step()
        finally:
            self._is_initial = False

    def _update_lr(self, epoch: int | None = None) -> None:
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        jump = getattr(self, "_get_closed_form_lr", self.get_lr)
        self._get_lr_called_within_step = True
        try:
            rates = self.get_lr() if epoch is None else jump()
        finally:
            self._get_lr_called_within_step = False
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            set_rate(group, rate)
        self._last_lr = self._rates()

    def _rates(self) -> list[float]:
        """The present rates of all groups."""
        return [plain(group["lr"]) for group in self.optimizer.param_groups]

    def _warn_outside_step(self) -> None:
        """A rate is computed from the one before, so asking again would compute the next one."""
        if not self._get_lr_called_within_step:
            warnings.warn(
                "To get the last learning rate computed by the scheduler, please use "
                "`get_last_lr()`.",
                UserWarning,
                stacklevel=3,
            )

    # -- saving

    def state_dict(self) -> dict[str, Any]:
        """Everything the scheduler knows, but for the optimizer."""
        return {key: value for key, value in vars(self).items() if key != "optimizer"}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over what `state_dict` returned; the rates themselves are in the optimizer's state.

        Raises `InputTypeError` or `StateError` for what no such scheduler has returned; then
        nothing is loaded.
        """
        self._check_state(state_dict)
        vars(self).update(copy.deepcopy(dict(state_dict)))

    def _check_state(self, state: Any) -> None:
        if not isinstance(state, Mapping):
            raise InputTypeError(
                f"{self._name}.load_state_dict: received {type(state).__name__}, but a dict was "
                "expected. Pass what state_dict() returned."
            )
        mine = self.state_dict()
        missing, unexpected = mine.keys() - state.keys(), state.keys() - mine.keys()
        if missing or unexpected:
            raise StateError(
                f"{self._name}.load_state_dict: missing {sorted(missing)}, unexpected "
                f"{sorted(map(str, unexpected))}. Was it saved from another kind of scheduler?"
            )
        for key, value in state.items():
            if not _alike(mine[key], value):
                raise StateError(
                    f"{self._name}.load_state_dict: {key} is {value!r}, here it is {mine[key]!r}. "
                    "Build the scheduler as the saved one, on as many parameter groups."
                )


# -- what schedulers are made of


def plain(rate: Any) -> float:
    """A rate as a number of its own, where the optimizer may keep it in a tensor."""
    number: float = rate.item() if isinstance(rate, Tensor) else rate
    return number


def set_rate(group: Group, rate: float) -> None:
    """Set a group's rate; one in a tensor stays in its tensor."""
    if isinstance(group["lr"], Tensor):
        group["lr"].array[...] = rate
    else:
        group["lr"] = rate


def per_group(scheduler: LRScheduler, name: str, value: Any) -> list[Any]:
    """One value for each parameter group: a list of as many, or one for all."""
    count = len(scheduler.optimizer.param_groups)
    if not isinstance(value, list | tuple):
        return [value] * count
    if len(value) != count:
        raise refused(
            scheduler, name, value, f"the optimizer has {count} parameter group(s). Pass as many"
        )
    return list(value)


def needs_optimizer(scheduler: LRScheduler, optimizer: Any) -> Optimizer:
    """The optimizer, if it is one."""
    if not isinstance(optimizer, Optimizer):
        raise InputTypeError(
            f"{scheduler._name}: received {type(optimizer).__name__} as the optimizer, which is "
            "not an Optimizer. Build one first: optimizer = optim.SGD(model.parameters(), lr=0.1)."
        )
    return optimizer


def number(scheduler: LRScheduler, name: str, value: Any, above: float | None = None) -> Any:
    """The value, if it is a number of at least 0, or above `above`."""
    if not is_number(value):
        raise InputTypeError(
            f"{scheduler._name}: {name} is {type(value).__name__}, but a number was expected."
        )
    if above is not None and not value > above:
        raise refused(scheduler, name, value, f"it must be above {above}")
    if not value >= 0:
        raise refused(scheduler, name, value, "it cannot be negative")
    return value


def is_number(value: Any) -> bool:
    """Whether the value is a real number; True is none."""
    return isinstance(value, Real) and not isinstance(value, bool | np.bool)


def refused(scheduler: LRScheduler, name: str, value: Any, why: str) -> ArgumentError:
    """The error for an argument out of its range."""
    return ArgumentError(f"{scheduler._name}: {name}={value!r}, but {why}.")


def warn_epoch() -> None:
    """PyTorch's deprecation of `step(epoch)`."""
    warnings.warn(
        "The epoch parameter in `scheduler.step()` is deprecated. Use `scheduler.step()`.",
        UserWarning,
        stacklevel=3,
    )


def _never_stepped(optimizer: Optimizer) -> bool:
    """Whether no step was taken yet; a step of the user's own is not counted."""
    ours = getattr(optimizer.step, "__func__", None) is Optimizer.step
    return ours and not optimizer._opt_called


def _alike(mine: Any, saved: Any) -> bool:
    """Whether a saved value can stand where mine does: the kind is the same, and the length."""
    if isinstance(mine, bool):
        return isinstance(saved, bool)
    if is_number(mine):
        return is_number(saved)
    if isinstance(mine, list):
        same = isinstance(saved, list) and len(mine) == len(saved)
        return same and all(map(_alike, mine, saved))
    if type(mine) is dict:
        same = isinstance(saved, Mapping) and mine.keys() == saved.keys()
        return same and all(_alike(mine[key], saved[key]) for key in mine)
    return isinstance(saved, Mapping) if isinstance(mine, Mapping) else type(mine) is type(saved)
