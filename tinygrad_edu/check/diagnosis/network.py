r"""The network that a forward was recognised as, and its right backward pass, step by step.

Inside, everything is in the row convention; `Layout` turns a student's arrays round at the door:

    Z_l = A_{l−1} W_l + b_l,   A_l = f_l(Z_l)  (+ A_{l−1}, residual),   L = scale · loss(A_last, Y)
    δ_l = ∂L/∂A_l ⊙ f′(Z_l),   ∂L/∂W_l = A_{l−1}ᵀ δ_l,   ∂L/∂b_l = Σ_n δ_l,   ∂L/∂A_{l−1} = δ_l W_lᵀ

Each step asks the mistakes that are switched on what becomes of its result, so a hypothesis is a
class that overrides one step. Without mistakes it is the right pass, and the library's engine,
which sees `forward` alone, agrees with it (`engine_gradients`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .work import Inputs

__all__ = ["ACTIVATIONS", "LOSSES", "Network", "Pass", "engine_gradients", "softmax"]

Array = Any  # an ndarray, or a Tensor where the engine looks


def softmax(z: Array, axis: int = -1) -> Array:
    """exp z / Σ exp z along an axis; shifted, for arrays, by the largest."""
    top = z.max(axis, keepdims=True) if isinstance(z, np.ndarray) else 0.0
    e = np.exp(z - top)
    return e / e.sum(axis, keepdims=True)


ACTIVATIONS: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "relu": (lambda z: np.maximum(z, 0.0), lambda z: (z > 0) * 1.0),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z: 1 / (2 + np.exp(-z) + np.exp(z))),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "identity": (lambda z: z, np.ones_like),
    "leaky_relu": (
        lambda z: np.maximum(z, 0.01 * z),
        lambda z: np.where(z > 0, 1.0, 0.01),
    ),
}
"""Name → f and f′, both of z."""

LOSSES: dict[str, tuple[Callable[[Array, Array], Array], Callable[[Array, Array], Array]]] = {
    "squared": (lambda a, y: ((a - y) ** 2).sum(), lambda a, y: 2 * (a - y)),
    "cross-entropy": (lambda a, y: -(y * np.log(a)).sum(), lambda a, y: -y / a),
    "binary cross-entropy": (
        lambda a, y: -(y * np.log(a) + (1 - y) * np.log(1 - a)).sum(),
        lambda a, y: (a - y) / (a * (1 - a)),
    ),
}
"""Name → loss summed over everything, and its gradient in the prediction a."""


@dataclass(frozen=True)
class Network:
    """What forward computes: which weights in which order, with which functions between them."""

    data: str
    target: str
    weights: tuple[str, ...]  # one per layer; a name that comes twice is a shared weight
    biases: tuple[str | None, ...]
    hidden: tuple[str, ...]  # the activation of every layer but the last
    output: str  # an activation, or "softmax"
    loss: str
    factor: float  # L = factor · summed loss / divisor
    divisor: str  # "", "N" or "NK"
    columns: bool = False  # X is (features, batch)
    flipped: bool = False  # W is (out, in) in the row convention, (in, out) in the column one
    residual: tuple[int, ...] = ()  # the layers that add their input
    labels: bool = False  # Y holds class numbers

    @property
    def depth(self) -> int:
        """The number of layers."""
        return len(self.weights)

    def matrix(self, value: Array) -> Array:
        """A weight as (in, out)."""
        value = value if value.ndim else value.reshape(1, 1)
        return value.T if self.columns != self.flipped else value

    def rows(self, value: Array) -> Array:
        """Data or targets as (batch, features)."""
        if value.ndim < 2:
            return value.reshape(-1, 1) if not self.columns else value.reshape(1, -1).T
        return value.T if self.columns else value

    def scale(self, y: Array) -> float:
        """What the summed loss is multiplied by."""
        n, k = y.shape
        divisor: int = {"": 1, "N": n, "NK": n * k}[self.divisor]
        return self.factor / divisor

    def target_rows(self, inputs: Inputs) -> Array:
        """The target as (batch, outputs), labels as one-hot rows."""
        y = inputs[self.target]
        if not self.labels:
            return self.rows(y)
        last = self.matrix(inputs[self.weights[-1]])
        return np.eye(last.shape[1])[np.ravel(y).astype(int)]

    def value(self, inputs: Inputs) -> Array:
        """The loss."""
        run = Pass(self, inputs)
        return LOSSES[self.loss][0](run.A[-1], run.Y) * self.scale(run.Y)

    def gradients(self, inputs: Inputs, mistakes: Sequence[Any] = ()) -> dict[str, np.ndarray]:
        """The hand-derived gradients, in the shapes of the parameters, with mistakes or without."""
        return Pass(self, inputs, mistakes).backward()

    def prediction(self, inputs: Inputs, mistakes: Sequence[Any]) -> dict[str, np.ndarray] | None:
        """What backward returns if it makes these mistakes; None where it could not be computed."""
        try:
            return self.gradients(inputs, mistakes)
        except (
            ValueError
        ):  # NumPy: shapes that do not fit, as they would not in the student's hands
            return None


class Pass:
    """One forward and backward pass; mistakes look at its Z, A, W and δ to say what they would
    do.
    """

    def __init__(self, net: Network, inputs: Inputs, mistakes: Sequence[Any] = ()) -> None:
        self.net, self.inputs, self.mistakes = net, inputs, mistakes
        self.W = [net.matrix(inputs[name]) for name in net.weights]
        self.Y = net.target_rows(inputs)
        self.A: list[Array] = [net.rows(inputs[net.data])]
        self.Z: list[Array] = []
        for layer, (W, b) in enumerate(zip(self.W, net.biases, strict=True)):
            z = self.A[-1] @ W
            self.Z.append(z if b is None else z + inputs[b].reshape(1, -1))
            self.A.append(self.activate(layer))
        self.upstream: dict[int, Array] = {}  # ∂L/∂A of each layer
        self.delta: dict[int, Array] = {}
        self.parts: dict[
            str, list[Array]
        ] = {}  # of each parameter, a gradient for every use so far

    def activate(self, layer: int) -> Array:
        """A of a layer from its Z (and, in a residual layer, from what came in)."""
        name = self.function(layer)
        a = softmax(self.Z[layer]) if name == "softmax" else ACTIVATIONS[name][0](self.Z[layer])
        return a + self.A[layer] if self.skips(layer) else a

    def function(self, layer: int) -> str:
        """The name of a layer's activation."""
        return self.net.output if layer == self.net.depth - 1 else self.net.hidden[layer]

    def skips(self, layer: int) -> bool:
        """Whether a layer adds its input to its output."""
        return layer in self.net.residual

    def ask(self, step: str, layer: int, right: Array) -> Array:
        """What becomes of a step's right result under the mistakes."""
        for mistake in self.mistakes:
            right = getattr(mistake, step)(self, layer, right)
        return right

    def backward(self) -> dict[str, np.ndarray]:
        """All gradients: from the loss, layer by layer, down to the first."""
        net = self.net
        parts = self.parts
        with np.errstate(all="ignore"):
            g = LOSSES[net.loss][1](self.A[-1], self.Y) * net.scale(self.Y)
            for layer in reversed(range(net.depth)):
                self.upstream[layer] = g
                delta = self.ask("delta", layer, self.through(layer, g))
                self.delta[layer] = delta
                gW = self.ask("weight", layer, self.A[layer].T @ delta)
                parts.setdefault(net.weights[layer], []).append(gW)
                if (b := net.biases[layer]) is not None:
                    parts.setdefault(b, []).append(self.ask("bias", layer, delta.sum(0)))
                if layer:
                    down = self.ask("propagate", layer, delta @ self.W[layer].T)
                    g = self.ask("skip", layer, down + g) if self.skips(layer) else down
        return {name: self.shaped(name, grads) for name, grads in parts.items()}

    def through(self, layer: int, g: Array) -> Array:
        """The gradient through an activation: δ from ∂L/∂A."""
        name = self.function(layer)
        if name == "softmax":
            s = self.A[-1]
            return s * (g - (g * s).sum(1, keepdims=True))
        return g * ACTIVATIONS[name][1](self.Z[layer])

    def shaped(self, name: str, grads: list[Array]) -> np.ndarray:
        """The sum over a parameter's uses, as the student's layout has it."""
        for mistake in self.mistakes:
            grads = mistake.uses(self, name, grads)
        total: Array = sum(grads[1:], start=grads[0])
        like = np.shape(self.inputs[name])
        if name in self.net.biases:
            return np.asarray(total.reshape(like)) if total.size == np.prod(like) else total
        return np.asarray(self.net.matrix(total).reshape(like))


def engine_gradients(net: Network, inputs: Inputs) -> dict[str, np.ndarray]:
    """The library's own gradients of the recognised network: only its forward is run on tensors."""
    from ...creation import tensor
    from ...dtypes import float64

    names = [name for name in dict.fromkeys((*net.weights, *net.biases)) if name]
    leaves = {k: tensor(inputs[k], dtype=float64, requires_grad=True) for k in names}
    net.value({**inputs, **leaves}).backward()
    return {k: leaf.grad.numpy() for k, leaf in leaves.items() if leaf.grad is not None}
