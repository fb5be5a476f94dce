"""RMSprop: steps divided by the recent size of the slopes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from .optimizer import Group, Loop, Optimizer, State, blocks, count_step, memory_of, without_effect


class RMSprop(Optimizer):
    """θ ← θ − η g/(√E + ε), with E ← α E + (1 − α) g² the running mean square of the slopes.

    `centered` subtracts the square of the mean slope from E, which leaves the variance; `momentum`
    μ remembers the divided slopes: b ← μ b + g/(√E + ε), θ ← θ − η b. (The course puts ε under the
    root: √(E + ε). PyTorch, and this class, add it outside.) Reference: Tieleman and Hinton,
    "Lecture 6.5", Neural Networks for Machine Learning, 2012.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        *,
        maximize: bool = False,
        **unused: Any,
    ) -> None:
        without_effect("RMSprop", unused)
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
            "weight_decay": weight_decay,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def check_options(self, group: Group) -> None:
        """`alpha` is a share."""
        super().check_options(group)
        if not group["alpha"] >= 0:
            raise self.refused("alpha", group["alpha"], "it cannot be negative")

    def as_loop(self, group: Group) -> Loop | None:
        """The same as a compiled loop, without the two extras."""
        if group["centered"] or group["momentum"]:
            return None
        sign, alpha = -1 if group["maximize"] else 1, group["alpha"]
        settings = [group["lr"], group["weight_decay"], sign, alpha, 1 - alpha, group["eps"]]
        return "rmsprop", ("square_avg",), settings

    def before_loop(self, state: State, group: Group, settings: np.ndarray) -> None:
        """Count the step."""
        count_step(state)

    def update(self, p: np.ndarray, g: np.ndarray, state: State, group: Group) -> None:
        """θ ← θ − η g/(√E + ε)."""
        count_step(state)
        alpha, momentum = float(group["alpha"]), float(group["momentum"])
        names = ["square_avg"]
        names += ["grad_avg"] if group["centered"] else []
        names += ["momentum_buffer"] if momentum else []
        kept = [memory_of(state, name, p) for name in names]
        for w, slope, e, *rest in blocks(p, g, *kept):
            d = self.direction(w, slope, group)
            s = np.multiply(d, d, self.scratch(w))
            np.multiply(e, alpha, e)
            np.add(e, np.multiply(s, 1 - alpha, s), e)
            if group["centered"]:
                mean = rest[0]
                np.subtract(d, mean, s)
                np.add(mean, np.multiply(s, 1 - alpha, s), mean)
                e = np.subtract(e, np.multiply(mean, mean, s), s)
            np.add(np.sqrt(e, s), float(group["eps"]), s)
            np.divide(d, s, s)
            if momentum:
                b = np.multiply(rest[-1], momentum, rest[-1])
                np.copyto(s, np.add(b, s, b))
            np.subtract(w, np.multiply(s, float(group["lr"]), s), w)
