"""A rate that falls when the loss no longer does."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ...errors import InputTypeError, StateError
from ..optimizer import Optimizer
from .base import LRScheduler, needs_optimizer, number, per_group, refused, set_rate, warn_epoch


class ReduceLROnPlateau(LRScheduler):
    """After more than `patience` epochs without a better loss the rate falls: η ← max(η f, η_min).

    f is `factor`. With `mode="min"` a loss L is better than the best so far, B, if L < B (1 − τ)
    ("rel") or L < B − τ ("abs"), τ being the `threshold`; with "max" (an accuracy) if L > B (1 + τ)
    or L > B + τ. NaN is never better. For `cooldown` epochs after a fall nothing is counted; a fall
    of less than `eps` is not made. Call `step(loss)`. Reference: PyTorch, `ReduceLROnPlateau`.
    """

    default_min_lr: float | None

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: list[float] | float = 0,
        eps: float = 1e-8,
    ) -> None:
        if not number(self, "factor", factor) < 1:
            raise refused(self, "factor", factor, "the rate is to fall: it must be below 1")
        self.factor = factor
        self.optimizer = needs_optimizer(self, optimizer)
        self.min_lrs = [number(self, "min_lr", lr) for lr in per_group(self, "min_lr", min_lr)]
        self.default_min_lr = None if isinstance(min_lr, list | tuple) else min_lr
        self.patience = number(self, "patience", patience)
        self.cooldown = number(self, "cooldown", cooldown)
        self.eps = number(self, "eps", eps)
        self.last_epoch = 0
        self._last_lr = self._rates()
        if mode not in ("min", "max"):
            raise refused(self, "mode", mode, "mode is unknown: it is 'min' or 'max'")
        if threshold_mode not in ("rel", "abs"):
            raise refused(self, "threshold_mode", threshold_mode, "it is 'rel' or 'abs'")
        self.mode, self.threshold_mode = mode, threshold_mode
        self.threshold = number(self, "threshold", threshold)
        self.mode_worse = math.inf if mode == "min" else -math.inf
        self._reset()

    def _reset(self) -> None:
        """Forget the losses so far."""
        self.best = self.mode_worse
        self.cooldown_counter = 0
        self.num_bad_epochs = 0

    def step(self, metrics: Any, epoch: int | None = None) -> None:  # type: ignore[override]
        """Take in the loss of one more epoch, and lower the rates if it has not fallen for long."""
        try:
            current = float(metrics)
        except (TypeError, ValueError, RuntimeError) as error:
            raise InputTypeError(
                f"ReduceLROnPlateau.step: metrics is {type(metrics).__name__}, but the epoch's "
                "loss, one number, was expected."
            ) from error
        if epoch is not None:
            warn_epoch()
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        if self._is_better(current, self.best):
            self.best = current
            self.num_bad_epochs = 0
        else:
            self.num_bad_epochs += 1
        if self.in_cooldown:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce_lr()
            self.cooldown_counter = self.cooldown
            self.num_bad_epochs = 0
        self._last_lr = self._rates()

    @property
    def in_cooldown(self) -> bool:
        """Whether the rate has fallen so lately that bad epochs are not counted."""
        return self.cooldown_counter > 0

    def _is_better(self, a: float, best: float) -> bool:
        sign = 1 if self.mode == "max" else -1
        if self.threshold_mode == "rel":
            bound = best * (1 + sign * self.threshold)
        else:
            bound = best + sign * self.threshold
        better: bool = a > bound if self.mode == "max" else a < bound
        return better

    def _reduce_lr(self) -> None:
        groups = self.optimizer.param_groups
        if len(groups) != len(self.min_lrs):
            if self.default_min_lr is None:
                raise StateError(
                    f"ReduceLROnPlateau: min_lr has {len(self.min_lrs)} values, but the optimizer "
                    f"now has {len(groups)} parameter groups. Set scheduler.min_lrs to as many."
                )
            self.min_lrs = [self.default_min_lr] * len(groups)
        for group, old, low in zip(groups, self._rates(), self.min_lrs, strict=True):
            new = max(old * self.factor, low)
            if old - new > self.eps:
                set_rate(group, new)

    def _check_state(self, state: Any) -> None:
        super()._check_state(state)
        if state["mode"] not in ("min", "max") or state["threshold_mode"] not in ("rel", "abs"):
            raise StateError(
                f"ReduceLROnPlateau.load_state_dict: mode {state['mode']!r} with threshold_mode "
                f"{state['threshold_mode']!r} is unknown: 'min' or 'max', 'rel' or 'abs'."
            )

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over what `state_dict` returned."""
        super().load_state_dict(state_dict)
        self.mode_worse = math.inf if self.mode == "min" else -math.inf
