"""Rates that a function of the user's own says."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any

from ...errors import InputTypeError
from ..optimizer import Optimizer
from .base import LRScheduler, per_group, refused


class LambdaLR(LRScheduler):
    """A function of yours says which part of η₀ the rate is: η_t = η₀ f(t).

    `lr_lambda` is one function, or a list of one for each group. Functions are not saved; objects
    that can be called are, by their attributes. Reference: PyTorch, `LambdaLR`.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        lr_lambda: Callable[[int], float] | list[Callable[[int], float]],
        last_epoch: int = -1,
    ) -> None:
        if isinstance(optimizer, Optimizer):
            self.optimizer = optimizer
            self.lr_lambdas = per_group(self, "lr_lambda", lr_lambda)
            for f in self.lr_lambdas:
                if not callable(f):
                    raise InputTypeError(
                        f"{self._name}: lr_lambda is {type(f).__name__}, but a function of the "
                        "epoch was expected: lambda epoch: 0.95**epoch."
                    )
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """η₀ f(t)."""
        self._warn_outside_step()
        return [lr * part for lr, part in zip(self.base_lrs, self._parts(), strict=True)]

    def _parts(self) -> list[float]:
        """What the functions say about this epoch."""
        parts = [f(self.last_epoch) for f in self.lr_lambdas]
        for part in parts:
            if not part >= 0:
                why = "a learning rate cannot be negative"
                raise refused(self, f"lr_lambda({self.last_epoch})", part, why)
        return parts

    def state_dict(self) -> dict[str, Any]:
        """Everything but the optimizer and the functions; None stands for each function."""
        saved = [
            None if isinstance(f, FunctionType) else dict(getattr(f, "__dict__", {}))
            for f in self.lr_lambdas
        ]
        return {**super().state_dict(), "lr_lambdas": saved}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over what `state_dict` returned; functions stay as they are."""
        self._check_state(state_dict)
        state = copy.deepcopy(dict(state_dict))
        for f, saved in zip(self.lr_lambdas, state.pop("lr_lambdas"), strict=True):
            if saved:
                vars(f).update(saved)
        vars(self).update(state)


class MultiplicativeLR(LambdaLR):
    """A function of yours says what the rate before is multiplied by: η_t = η_{t−1} f(t).

    Arguments and saving are `LambdaLR`'s. Reference: PyTorch, `MultiplicativeLR`.
    """

    def get_lr(self) -> list[float]:
        """η_{t−1} f(t), and η₀ at first."""
        self._warn_outside_step()
        if self._is_initial:
            return self._rates()
        return [lr * part for lr, part in zip(self._rates(), self._parts(), strict=True)]
