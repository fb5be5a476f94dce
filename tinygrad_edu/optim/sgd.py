"""Stochastic gradient descent, with or without momentum."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..errors import ArgumentError
from ..tensor import Tensor
from .optimizer import Group, Optimizer, State, blocks, without_effect


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

    def update(self, p: np.ndarray, g: np.ndarray, state: State, group: Group) -> None:
        """θ ← θ − η g, or η v with momentum."""
        momentum, keep = float(group["momentum"]), 1 - float(group["dampening"])
        arrays = [p, g]
        first = bool(momentum) and "momentum_buffer" not in state
        if first:
            state["momentum_buffer"] = Tensor(np.empty(p.shape, p.dtype))
        if momentum:
            arrays.append(state["momentum_buffer"].array)
        for w, slope, *v in blocks(*arrays):
            d = self.direction(w, slope, group)
            if v:
                self._remember(d, v[0], momentum, keep, first)
                d = self._ahead(d, v[0], momentum) if group["nesterov"] else v[0]
            s = np.multiply(d, float(group["lr"]), out=self.scratch(w))
            np.subtract(w, s, out=w)

    def _remember(
        self, d: np.ndarray, v: np.ndarray, momentum: float, keep: float, first: bool
    ) -> None:
        if first:
            np.copyto(v, d)
            return
        np.multiply(v, momentum, out=v)
        np.add(v, d if keep == 1 else np.multiply(d, keep, out=self.scratch(d)), out=v)

    def _ahead(self, d: np.ndarray, v: np.ndarray, momentum: float) -> np.ndarray:
        s = np.multiply(v, momentum, out=self.scratch(d))
        return np.add(s, d, out=s)
