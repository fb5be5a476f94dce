"""Stochastic gradient descent, with or without momentum."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..errors import ArgumentError
from .optimizer import Group, Loop, Optimizer, State, blocks, memory_of, without_effect


class SGD(Optimizer):
    """One step down the slope: θ ← θ − η g.

    With momentum μ the steps are remembered, so that they grow where the slopes agree and cancel
    where they zigzag: v ← μ v + (1 − τ) g, θ ← θ − η v, with τ the `dampening`; the first v is g
    itself. `nesterov` goes by g + μ v, the slope a step ahead. `weight_decay` λ adds λ θ to g, the
    slope of ½ λ |θ|².

    (The course writes v ← γ v + η g, θ ← θ − v: the same as long as η does not change.) Reference:
    Sutskever, Martens, Dahl, Hinton, "On the importance of initialization and momentum in deep
    learning", ICML 2013.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        **unused: Any,
    ) -> None:
        without_effect("SGD", unused)
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def check_options(self, group: Group) -> None:
        """Nesterov's look ahead needs a momentum to look along."""
        super().check_options(group)
        if group["nesterov"] and (group["momentum"] <= 0 or group["dampening"] != 0):
            raise ArgumentError(
                f"SGD: nesterov=True with momentum={group['momentum']} and "
                f"dampening={group['dampening']}. It needs a momentum above 0, usually 0.9, and no "
                "dampening."
            )

    def as_loop(self, group: Group) -> Loop | None:
        """The same as a compiled loop; the first step of momentum is left to NumPy."""
        sign = -1 if group["maximize"] else 1
        settings = [group["lr"], group["weight_decay"], sign]
        if not group["momentum"]:
            return "sgd", (), settings
        settings += [group["momentum"], 1 - group["dampening"], group["nesterov"]]
        return "momentum", ("momentum_buffer",), settings

    def update(self, p: np.ndarray, g: np.ndarray, state: State, group: Group) -> None:
        """θ ← θ − η g, or η v with momentum."""
        lr, momentum = float(group["lr"]), float(group["momentum"])
        if not momentum:
            for w, slope in blocks(p, g):
                s = np.multiply(self.direction(w, slope, group), lr, self.scratch(w))
                np.subtract(w, s, w)
            return
        first = "momentum_buffer" not in state
        for w, slope, v in blocks(p, g, memory_of(state, "momentum_buffer", p)):
            d = self.direction(w, slope, group)
            if first:
                np.copyto(v, d)
            else:
                np.multiply(v, momentum, v)
                np.add(v, self._damped(d, group), v)
            s = self.scratch(w)
            if group["nesterov"]:
                v = np.add(d, np.multiply(v, momentum, s), s)
            np.subtract(w, np.multiply(v, lr, s), w)

    def _damped(self, d: np.ndarray, group: Group) -> np.ndarray:
        keep = 1 - float(group["dampening"])
        return d if keep == 1 else np.multiply(d, keep, self.scratch(d))
