"""Rates that are a formula of the epoch."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from ...errors import InputTypeError, StateError
from ..optimizer import Optimizer
from .base import LRScheduler, is_number, number, refused


class _Factor(LRScheduler):
    """A rate that is multiplied, epoch by epoch: `change` says by what, `total` by what in all."""

    def change(self) -> float:
        """What the rate of the epoch before is multiplied by."""
        raise NotImplementedError

    def total(self) -> float:
        """What η₀ has been multiplied by until now: the product of all changes."""
        raise NotImplementedError

    def get_lr(self) -> list[float]:
        """The rates of the epoch before, changed."""
        self._warn_outside_step()
        change = self.change()
        return [lr * change for lr in self._rates()]

    def _get_closed_form_lr(self) -> list[float]:
        total = self.total()
        return [lr * total for lr in self.base_lrs]


class StepLR(_Factor):
    """Every `step_size` epochs the rate falls to γ of it: η_t = η₀ γ^⌊t / step_size⌋.

    Reference: He, Zhang, Ren, Sun, "Deep residual learning", arXiv:1512.03385.
    """

    def __init__(
        self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self.step_size = number(self, "step_size", step_size, above=0)
        self.gamma = number(self, "gamma", gamma)
        super().__init__(optimizer, last_epoch)

    def change(self) -> float:
        """γ at the end of each stretch."""
        return self.gamma if self.last_epoch and self.last_epoch % self.step_size == 0 else 1

    def total(self) -> float:
        """γ for each stretch that is over."""
        return float(self.gamma ** (self.last_epoch // self.step_size))


class MultiStepLR(_Factor):
    """At each milestone the rate falls to γ of it: η_t = η₀ γ^(number of milestones ≤ t).

    A milestone that is listed twice counts twice. Reference: Krizhevsky, Sutskever, Hinton,
    "ImageNet classification with deep convolutional neural networks", NeurIPS 2012.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        milestones: Iterable[int],
        gamma: float = 0.1,
        last_epoch: int = -1,
    ) -> None:
        if not isinstance(milestones, Iterable):
            raise InputTypeError(
                f"MultiStepLR: milestones is {type(milestones).__name__}, but a list of epochs was "
                "expected: [30, 80]."
            )
        self.milestones = Counter(number(self, "milestones", m) for m in milestones)
        self.gamma = number(self, "gamma", gamma)
        super().__init__(optimizer, last_epoch)

    def change(self) -> float:
        """γ at a milestone."""
        return float(self.gamma ** self.milestones[self.last_epoch])

    def total(self) -> float:
        """γ for each milestone that is reached."""
        return float(
            self.gamma ** bisect_right(sorted(self.milestones.elements()), self.last_epoch)
        )

    def _check_state(self, state: Any) -> None:
        super()._check_state(state)
        for milestone, times in state["milestones"].items():
            if not is_number(milestone) or not isinstance(times, int) or times < 0:
                raise StateError(
                    f"MultiStepLR.load_state_dict: milestones has {milestone!r}: {times!r}, but "
                    "epochs and how often each counts were expected."
                )

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over what `state_dict` returned; a file may have made a dict of the milestones."""
        super().load_state_dict(state_dict)
        self.milestones = Counter(self.milestones)


class ExponentialLR(_Factor):
    """Every epoch the rate falls to γ of it: η_t = η₀ γᵗ.

    Reference: Goodfellow, Bengio, Courville, "Deep learning", 2016, section 8.3.1.
    """

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = number(self, "gamma", gamma)
        super().__init__(optimizer, last_epoch)

    def change(self) -> float:
        """γ, but for the first epoch."""
        return 1 if self._is_initial else self.gamma

    def total(self) -> float:
        """γᵗ."""
        return float(self.gamma**self.last_epoch)


class ConstantLR(_Factor):
    """A smaller rate to warm up with: η_t = η₀ `factor` while t < `total_iters`, then η₀.

    Reference: He, Zhang, Ren, Sun, "Deep residual learning", arXiv:1512.03385, section 4.2.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        factor: float = 1 / 3,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if not number(self, "factor", factor) <= 1:
            raise refused(self, "factor", factor, "it is a part of the rate: between 0 and 1")
        self.factor = factor
        self.total_iters = number(self, "total_iters", total_iters)
        super().__init__(optimizer, last_epoch)

    def change(self) -> float:
        """The factor at first, its inverse at the end."""
        if self.last_epoch == 0:
            return self.factor
        return 1 / self.factor if self.last_epoch == self.total_iters else 1

    def get_lr(self) -> list[float]:
        """The rates of the epoch before, changed; a rate of 0 has no way back but η₀ itself."""
        if self.factor == 0 and self.last_epoch == self.total_iters:
            return list(self.base_lrs)
        return super().get_lr()

    def total(self) -> float:
        """The factor, until its time is over."""
        return 1 if self.last_epoch >= self.total_iters else self.factor


class LinearLR(_Factor):
    """The rate moves on a straight line: η_t = η₀ (a + (b − a) min(t, T) / T).

    a is `start_factor`, b `end_factor`, T `total_iters`. Reference: Goyal and others, "Accurate,
    large minibatch SGD", arXiv:1706.02677, section 2.2.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if not number(self, "start_factor", start_factor, above=0) <= 1:
            raise refused(self, "start_factor", start_factor, "it is above 0 and at most 1")
        if not number(self, "end_factor", end_factor) <= 1:
            raise refused(self, "end_factor", end_factor, "it is between 0 and 1")
        self.start_factor, self.end_factor = start_factor, end_factor
        self.total_iters = number(self, "total_iters", total_iters)
        super().__init__(optimizer, last_epoch)

    def change(self) -> float:
        """One point of the line over the point before."""
        if self.last_epoch == 0:
            return self.start_factor
        if self._is_initial or self.last_epoch > self.total_iters:
            return 1
        rise: float = self.end_factor - self.start_factor
        before = self.total_iters * self.start_factor + (self.last_epoch - 1) * rise
        return float(1 + rise / before)

    def total(self) -> float:
        """The point of the line."""
        share = min(self.last_epoch, self.total_iters) / self.total_iters if self.total_iters else 0
        return float(self.start_factor + (self.end_factor - self.start_factor) * share)


class PolynomialLR(_Factor):
    """The rate falls to 0 along a power: η_t = η₀ (1 − min(t, T) / T)ᵖ.

    T is `total_iters`, p `power`; 1 is a straight line. Reference: Chen and others, "DeepLab",
    arXiv:1606.00915, section 4.1.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        total_iters: int = 5,
        power: float = 1.0,
        last_epoch: int = -1,
    ) -> None:
        self.total_iters = number(self, "total_iters", total_iters)
        self.power = number(self, "power", power)
        super().__init__(optimizer, last_epoch)

    def change(self) -> float:
        """One point of the curve over the point before."""
        if self._is_initial or self.last_epoch > self.total_iters:
            return 1
        left = self.total_iters - self.last_epoch
        return float((left / (left + 1)) ** self.power)

    def total(self) -> float:
        """The point of the curve."""
        share = min(self.last_epoch, self.total_iters) / self.total_iters if self.total_iters else 0
        return float((1 - share) ** self.power)
