"""Adam, and AdamW, which keeps weight decay out of the averages."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from ..errors import ArgumentError
from .optimizer import Group, Loop, Optimizer, State, blocks, count_step, memory_of, without_effect


class Adam(Optimizer):
    """Each parameter goes by the mean of its slopes over their typical size, so all move about η a
    step.

        m ← β₁ m + (1 − β₁) g          the mean slope
        v ← β₂ v + (1 − β₂) g²         the mean square
        θ ← θ − η · m̂ / (√v̂ + ε),     m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ)

    m and v start at 0 and are too small at first; m̂ and v̂ make up for it. (The course prints the
    rule without this correction. With the usual β's its first step is (1 − β₁)/√(1 − β₂) ≈ 3.2
    times as long.) `amsgrad` divides by the largest v so far. Reference: Kingma and Ba, "Adam: a
    method for stochastic optimization", arXiv:1412.6980.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        decoupled_weight_decay: bool = False,
        **unused: Any,
    ) -> None:
        without_effect(self._name, unused)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
            "decoupled_weight_decay": decoupled_weight_decay,
        }
        super().__init__(params, defaults)

    def check_options(self, group: Group) -> None:
        """The betas are parts of what is kept, below 1."""
        super().check_options(group)
        for i, beta in enumerate(group["betas"]):
            if not 0 <= beta < 1:
                raise ArgumentError(
                    f"{self._name}: betas[{i}]={beta}, but it is the part of the old mean that is "
                    "kept: at least 0 and below 1. The default is (0.9, 0.999)."
                )

    def as_loop(self, group: Group) -> Loop | None:
        """The same as a compiled loop, without AMSGrad; the rate and ε depend on the step."""
        if group["amsgrad"]:
            return None
        decay, apart = float(group["weight_decay"]), group["decoupled_weight_decay"]
        shrink = 1 - float(group["lr"]) * decay if apart else 1
        sign, (beta1, beta2) = -1 if group["maximize"] else 1, group["betas"]
        settings = [0, 0 if apart else decay, sign, shrink, 1 - beta1, beta2, 1 - beta2, 0]
        return "adam", ("exp_avg", "exp_avg_sq"), settings

    def before_loop(self, state: State, group: Group, settings: np.ndarray) -> None:
        """Count the step, and correct for it."""
        settings[0], settings[7] = self._corrected(count_step(state), group)

    def _corrected(self, step: float, group: Group) -> tuple[float, float]:
        """η m̂/(√v̂ + ε) = (η r/(1 − β₁ᵗ)) · m/(√v + r ε), with r = √(1 − β₂ᵗ): rate and ε."""
        beta1, beta2 = map(float, group["betas"])
        r = math.sqrt(1 - beta2**step)
        return float(group["lr"]) * r / (1 - beta1**step), r * float(group["eps"])

    def update(self, p: np.ndarray, g: np.ndarray, state: State, group: Group) -> None:
        """θ ← θ − η · m̂ / (√v̂ + ε)."""
        step = count_step(state)
        lr, (beta1, beta2) = float(group["lr"]), map(float, group["betas"])
        rate, eps = self._corrected(step, group)
        arrays = [p, g, memory_of(state, "exp_avg", p), memory_of(state, "exp_avg_sq", p)]
        if group["amsgrad"]:
            arrays.append(memory_of(state, "max_exp_avg_sq", p))
        for w, slope, m, v, *largest in blocks(*arrays):
            d = self._decayed(w, slope, group, lr)
            s = np.subtract(d, m, self.scratch(w))
            np.add(m, np.multiply(s, 1 - beta1, s), m)  # m ← m + (1 − β₁)(g − m)
            np.multiply(d, d, s)
            np.multiply(v, beta2, v)
            np.add(v, np.multiply(s, 1 - beta2, s), v)
            if largest:
                v = np.maximum(largest[0], v, out=largest[0])
            np.add(np.sqrt(v, s), eps, s)
            np.multiply(np.divide(m, s, s), rate, s)
            np.subtract(w, s, w)

    def _decayed(self, w: np.ndarray, g: np.ndarray, group: Group, lr: float) -> np.ndarray:
        if not group["decoupled_weight_decay"]:
            return self.direction(w, g, group)
        if group["weight_decay"]:
            np.multiply(w, 1 - lr * float(group["weight_decay"]), w)
        return np.negative(g, self.scratch(g, 1)) if group["maximize"] else g


class AdamW(Adam):
    """Adam whose weight decay shrinks the parameters themselves: θ ← θ − η λ θ, then Adam's step.

    In Adam the decay is part of the gradient, so it is divided by √v and weakest where slopes are
    large. Reference: Loshchilov and Hutter, "Decoupled weight decay regularization",
    arXiv:1711.05101.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        **unused: Any,
    ) -> None:
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            maximize=maximize,
            decoupled_weight_decay=True,
            **unused,
        )
