"""Rates that fall along half a cosine: once, or again and again from the top."""

from __future__ import annotations

import math

from ..optimizer import Optimizer
from .base import LRScheduler, number, refused


class CosineAnnealingLR(LRScheduler):
    """The rate falls to η_min along half a cosine: η_t = η_min + (η₀ − η_min)(1 + cos(πt/T))/2.

    T is `T_max`; after it the rate rises again, the other half. Reference: Loshchilov and Hutter,
    "SGDR: stochastic gradient descent with warm restarts", arXiv:1608.03983 (without restarts).
    """

    def __init__(
        self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1
    ) -> None:
        self.T_max = number(self, "T_max", T_max, above=0)
        self.eta_min = number(self, "eta_min", eta_min)
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """(η_{t−1} − η_min) · (1 + cos(πt/T)) / (1 + cos(π(t−1)/T)) + η_min."""
        self._warn_outside_step()
        t, T, low = self.last_epoch, self.T_max, self.eta_min
        if self._is_initial:
            return self._rates()
        if self._step_count == 1 and t > 0:
            return self._get_closed_form_lr()
        if (t - 1 - T) % (2 * T) == 0:  # up from the lowest point, where the quotient is 0 / 0
            rise = (1 - math.cos(math.pi / T)) / 2
            return [
                lr + (base - low) * rise
                for lr, base in zip(self._rates(), self.base_lrs, strict=True)
            ]
        change = (1 + math.cos(math.pi * t / T)) / (1 + math.cos(math.pi * (t - 1) / T))
        return [change * (lr - low) + low for lr in self._rates()]

    def _get_closed_form_lr(self) -> list[float]:
        height = 1 + math.cos(math.pi * self.last_epoch / self.T_max)
        return [self.eta_min + (lr - self.eta_min) * height / 2 for lr in self.base_lrs]


class CosineAnnealingWarmRestarts(LRScheduler):
    """Half a cosine, again and again: η_t = η_min + (η₀ − η_min)(1 + cos(π T_cur/T_i))/2.

    T_cur is the time since the last restart, T_i the length of the present fall: `T_0` at first,
    `T_mult` times as long after each restart. Reference: Loshchilov and Hutter, "SGDR: stochastic
    gradient descent with warm restarts", arXiv:1608.03983.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        T_0: int,
        T_mult: int = 1,
        eta_min: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        self.T_0 = self.T_i = _whole(self, "T_0", T_0)
        self.T_mult = _whole(self, "T_mult", T_mult)
        self.eta_min = number(self, "eta_min", eta_min)
        self.T_cur: float = last_epoch
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """η_min + (η₀ − η_min)(1 + cos(π T_cur/T_i))/2."""
        self._warn_outside_step()
        height = (1 + math.cos(math.pi * self.T_cur / self.T_i)) / 2
        return [self.eta_min + (lr - self.eta_min) * height for lr in self.base_lrs]

    def step(self, epoch: float | None = None) -> None:
        """Go on to the next epoch, or jump to `epoch`, also into one: epoch + i / batches.

        Raises `ArgumentError` for an epoch below 0.
        """
        if epoch is None and self.last_epoch >= 0:
            epoch, self.T_cur = self.last_epoch + 1, self.T_cur + 1
            if self.T_cur >= self.T_i:
                self.T_cur, self.T_i = self.T_cur - self.T_i, self.T_i * self.T_mult
        else:
            self.T_cur, self.T_i = number(self, "epoch", 0 if epoch is None else epoch), self.T_0
            epoch = self.T_cur
            while self.T_cur >= self.T_i:
                self.T_cur, self.T_i = self.T_cur - self.T_i, self.T_i * self.T_mult
        self._update_lr(math.floor(epoch))


def _whole(scheduler: LRScheduler, name: str, value: int) -> int:
    """The value, if it is a whole number of at least 1."""
    if not isinstance(number(scheduler, name, value, above=0), int):
        raise refused(scheduler, name, value, "a whole number of epochs was expected")
    return value
