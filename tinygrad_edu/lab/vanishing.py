"""Vanishing gradients, seen: how long the gradient of each layer is, from the last to the first."""

from __future__ import annotations

import numpy as np

from .. import nn
from ..data import TrainTest
from ..random import manual_seed
from .recipe import mlp

__all__ = ["gradient_norms"]


def gradient_norms(
    data: TrainTest,
    activation: str,
    depth: int = 6,
    width: int = 64,
    batch: int = 256,
    seed: int = 0,
) -> list[float]:
    """‖∂L/∂Wₗ‖ of every layer of an untrained MLP, the first layer first.

    Going back through a layer multiplies the gradient by the slopes of its activation. Those of the
    sigmoid are ¼ at most, so with each layer it shrinks about fourfold; those of ReLU are 0 or 1.
    Reference: X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward
    neural networks" (2010).
    """
    manual_seed(seed)
    model = mlp([data.features, *[width] * depth, data.classes], activation, init="xavier")
    x, target = data.train[:batch]
    nn.CrossEntropyLoss()(model(x), target).backward()
    return [float(np.linalg.norm(p.grad.array)) for p in model.parameters() if p.ndim > 1]
