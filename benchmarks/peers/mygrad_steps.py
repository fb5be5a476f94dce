"""MyGrad: tensors on NumPy; it has no optimizers, so SGD only."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from ..problem import OPTIMIZERS, Problem

NAME = "MyGrad"


def steps(problem: Problem) -> dict[str, Callable[[], Any]]:
    """With its memory guard off, as its documentation advises for speed."""
    if problem.optimizer != "SGD":
        return {}
    mg: Any = import_module("mygrad")
    loss_of: Any = import_module("mygrad.nnet.losses").softmax_crossentropy
    relu: Any = import_module("mygrad.nnet.activations").relu
    mg.turn_memory_guarding_off()
    x, t = problem.examples()
    lr = OPTIMIZERS["SGD"][1]["lr"]
    params = [mg.tensor(a) for layer in problem.layers() for a in layer]

    def step() -> Any:
        h = x
        for k in range(0, len(params) - 2, 2):
            h = relu(mg.matmul(h, params[k].T) + params[k + 1])
        loss = loss_of(mg.matmul(h, params[-2].T) + params[-1], t)
        loss.backward()
        for p in params:
            p.data -= lr * p.grad
            p.null_grad()
        return loss

    return {NAME: step}
