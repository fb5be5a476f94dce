"""Adagrad: steps that grow shorter, parameter by parameter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from .optimizer import Group, Optimizer, State, blocks, count_step, memory_of, without_effect


class Adagrad(Optimizer):
    """θ ← θ − η g/(√G + ε), with G the sum of all squared slopes so far: rare features learn
    longer.

    `lr_decay` γ also shrinks η itself, to η/(1 + (t − 1) γ) in step t. Reference: Duchi, Hazan,
    Singer, "Adaptive subgradient methods for online learning and stochastic optimization", JMLR 12
    (2011).
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        *,
        maximize: bool = False,
        **unused: Any,
    ) -> None:
        without_effect("Adagrad", unused)
        defaults = {
            "lr": lr,
            "lr_decay": lr_decay,
            "eps": eps,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def check_options(self, group: Group) -> None:
        """Neither the decay nor the first sum can be negative."""
        super().check_options(group)
        for name in ("lr_decay", "initial_accumulator_value"):
            if not group[name] >= 0:
                raise self.refused(name, group[name], "it cannot be negative")

    def update(self, p: np.ndarray, g: np.ndarray, state: State, group: Group) -> None:
        """θ ← θ − η g/(√G + ε)."""
        step = count_step(state)
        rate = float(group["lr"]) / (1 + (step - 1) * float(group["lr_decay"]))
        total = memory_of(state, "sum", p, group["initial_accumulator_value"])
        for w, slope, squares in blocks(p, g, total):
            d = self.direction(w, slope, group)
            s = np.multiply(d, d, self.scratch(w))
            np.add(squares, s, squares)
            np.add(np.sqrt(squares, s), float(group["eps"]), s)
            np.multiply(np.divide(d, s, s), rate, s)
            np.subtract(w, s, w)
