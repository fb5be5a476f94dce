"""Part 1 of practical work 2: a network with one hidden layer and two outputs, by hand, in NumPy.

Nothing here uses the engine; `check` then asks the engine for the same gradients.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..tensor import Tensor

__all__ = ["HandMade", "Step", "check", "learn", "sigmoid", "worked_example"]

Arrays = dict[str, np.ndarray]


def sigmoid(z: Any) -> Any:
    """σ(z) = 1/(1 + e⁻ᶻ)."""
    return 1 / (1 + np.exp(-z))


@dataclass
class HandMade:
    """h = σ(x·W + b), o = σ(h·V + c): x (N, n), W (n, m), V (m, 2), o (N, 2), all in float64."""

    W: np.ndarray
    b: np.ndarray
    V: np.ndarray
    c: np.ndarray

    @classmethod
    def random(cls, inputs: int, hidden: int, outputs: int = 2, seed: int = 0) -> HandMade:
        """First weights from N(0, 1), biases 0."""
        rng = np.random.default_rng(seed)
        return cls(
            rng.normal(size=(inputs, hidden)),
            np.zeros(hidden),
            rng.normal(size=(hidden, outputs)),
            np.zeros(outputs),
        )

    def forward(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The hidden layer h and the outputs o."""
        h = sigmoid(x @ self.W + self.b)
        return h, sigmoid(h @ self.V + self.c)

    def loss(self, x: np.ndarray, y: np.ndarray) -> float:
        """L = ½ Σ (y − o)², over outputs and examples."""
        return float(0.5 * ((y - self.forward(x)[1]) ** 2).sum())

    def backward(self, x: np.ndarray, y: np.ndarray) -> Arrays:
        """The gradients, by the chain rule, from the output back.

        δₒ = (o − y) ⊙ o(1 − o),   ∂L/∂V = hᵀ·δₒ
        δₕ = (δₒ·Vᵀ) ⊙ h(1 − h),   ∂L/∂W = xᵀ·δₕ
        """
        h, o = self.forward(x)
        delta_o = (o - y) * o * (1 - o)  # (N, 2)
        delta_h = (delta_o @ self.V.T) * h * (1 - h)  # (N, m)
        return {
            "W": x.T @ delta_h,
            "b": delta_h.sum(axis=0),
            "V": h.T @ delta_o,
            "c": delta_o.sum(axis=0),
        }

    def update(self, gradients: Mapping[str, np.ndarray], lr: float) -> None:
        """θ ← θ − η ∂L/∂θ."""
        for name, gradient in gradients.items():
            setattr(self, name, getattr(self, name) - lr * gradient)


XOR = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
ANSWERS = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
"""Two outputs for two bits: XOR and AND, which is the sum of both with its carry."""


def learn(iterations: int = 3000, lr: float = 1.0, seed: int = 0) -> tuple[HandMade, list[float]]:
    """Teach a hand-made 2-4-2 network to add two bits; the error at every iteration."""
    network, errors = HandMade.random(2, 4, seed=seed), []
    for _ in range(iterations):
        errors.append(network.loss(XOR, ANSWERS))
        network.update(network.backward(XOR, ANSWERS), lr)
    return network, errors


def check(network: HandMade, x: np.ndarray, y: np.ndarray) -> float:
    """The largest difference between the gradients by hand and the engine's."""
    weights = {
        name: Tensor(getattr(network, name), requires_grad=True) for name in ("W", "b", "V", "c")
    }
    W, b, V, c = weights.values()
    o = ((Tensor(x) @ W + b).sigmoid() @ V + c).sigmoid()
    (0.5 * ((Tensor(y) - o) ** 2).sum()).backward()
    by_hand = network.backward(x, y)
    return max(float(abs(_grad(w) - by_hand[name]).max()) for name, w in weights.items())


def _grad(tensor: Tensor) -> np.ndarray:
    assert tensor.grad is not None
    return tensor.grad.array


@dataclass(frozen=True)
class Step:
    """The numbers of one step of the worked example."""

    h: float
    o: float
    loss: float
    dv: float
    dw: float
    v: float
    w: float
    loss_after: float


def worked_example(
    x: float = 0.5, y: float = 1.0, w: float = 0.4, v: float = 0.5, lr: float = 0.1
) -> Step:
    """The sheet's example: h = σ(w·x), o = h·v, L = ½ (o − y)², and one step of both weights.

    The sheet leaves v open; 0.5 is this program's choice. Its formula (21) multiplies by f′(o), but
    o = h·v passes through no function, so that slope is 1; its formula (23) forgets the factor v:

        ∂L/∂v = (o − y)·h,   ∂L/∂w = (o − y)·v·h(1 − h)·x
    """
    h = float(sigmoid(w * x))
    o = h * v
    dv, dw = (o - y) * h, (o - y) * v * h * (1 - h) * x
    new_v, new_w = v - lr * dv, w - lr * dw
    after = float(sigmoid(new_w * x)) * new_v
    loss, loss_after = 0.5 * (o - y) ** 2, 0.5 * (after - y) ** 2
    return Step(h, o, loss, dv, dw, new_v, new_w, loss_after)
