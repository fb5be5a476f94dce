r"""Writes a network's forward and backward as a student's NumPy file, line by line.

    Z1 = X @ W1 + b1                           δ = dZ, one line a step, each under a key:
    A1 = relu(Z1)                              "Z2", "W2", "b2", "A1", "Z1", "W1", "b1"

A specimen changes one line, and the text says which: `# ← here`. What is shown is what runs.
"""

from __future__ import annotations

from .architecture import Architecture

__all__ = ["Writer"]

HELPERS = """import numpy as np


def relu(z):
    return np.maximum(z, 0)


def relu_slope(z):
    return (z > 0) * 1.0


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sigmoid_slope(z):
    return sigmoid(z) * (1 - sigmoid(z))


def tanh(z):
    return np.tanh(z)


def tanh_slope(z):
    return 1 - np.tanh(z) ** 2


def identity(z):
    return z


def identity_slope(z):
    return np.ones_like(z)


def softmax(z, axis):
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)
"""


class Writer:
    """The lines of one network; `lines` maps a key to the right-hand side that computes it."""

    def __init__(self, arch: Architecture) -> None:
        self.arch = arch
        self.classes = 1 if arch.rows else 0  # the axis of the units
        self.batch = 1 - self.classes
        self.lines: dict[str, str] = {}
        self.signs: dict[str, str] = {}  # "=" or "+=", where it is not "="
        self.last: list[str] = []  # statements before the return
        self.first: list[str] = []  # and before everything
        self.changed: set[str] = set()
        self._output()
        for layer in range(arch.depth, 0, -1):
            self._layer(layer)

    def below(self, layer: int) -> str:
        """The name of what a layer receives."""
        return f"A{layer - 1}" if layer > 1 else "X"

    def count(self) -> str:
        """The batch size, as an expression."""
        return f"X.shape[{self.batch}]"

    def divided(self, text: str, late: bool) -> str:
        """An expression with the loss's division, if this is its place."""
        by = {"half mean": self.count(), "mean": self.count(), "mean of all": "Y.size"}
        divisor = by.get(self.arch.scale)
        if divisor is None or late != self.arch.late:
            return text
        return f"({text}) / {divisor}" if " - " in text or " + " in text else f"{text} / {divisor}"

    def times(self) -> str:
        """The 2 of the square's derivative, where no ½ cancels it."""
        two = self.arch.loss == "squared" and not self.arch.scale.startswith("half")
        return "2 * " if two else ""

    def _output(self) -> None:
        arch, last = self.arch, self.arch.depth
        out = f"A{last}"
        if arch.fuses:
            error = f"{out} - Y"
            text = f"2 * ({error})" if self.times() else error
            self.lines[f"Z{last}"] = self.divided(text, late=False)
            return
        right = {
            "squared": f"{self.times()}({out} - Y)",
            "cross-entropy": f"-Y / {out}",
            "binary cross-entropy": f"({out} - Y) / ({out} * (1 - {out}))",
        }[arch.loss]
        self.lines[f"A{last}"] = self.divided(right, late=False)
        self.lines[f"Z{last}"] = self.through(last)

    def through(self, layer: int) -> str:
        """∂L/∂Z of a layer from its ∂L/∂A."""
        name, d = self.arch.function(layer), f"dA{layer}"
        if name == "softmax":
            s = f"A{layer}"
            return f"{s} * ({d} - ({d} * {s}).sum(axis={self.classes}, keepdims=True))"
        return d if name == "identity" else f"{d} * {name}_slope(Z{layer})"

    def _layer(self, layer: int) -> None:
        arch, d, below = self.arch, f"dZ{layer}", self.below(layer)
        k = arch.number(layer)
        if layer < arch.depth:
            self.lines[f"Z{layer}"] = self.through(layer)
        weight = f"{below}.T @ {d}" if arch.rows else f"{d} @ {below}.T"
        self.lines[f"W{layer}"] = self.divided(weight, late=True)
        if arch.bias:
            self.lines[f"b{layer}"] = self.divided(self.summed(d), late=True)
        for letter in "Wb":
            if any(arch.number(m) == k for m in range(layer + 1, arch.depth + 1)):
                self.signs[f"{letter}{layer}"] = "+="
        if layer > 1:
            down = f"{d} @ W{k}.T" if arch.rows else f"W{k}.T @ {d}"
            skip = f" + dA{layer}" if self.skips(layer) else ""
            self.lines[f"A{layer - 1}"] = down + skip

    def summed(self, d: str) -> str:
        """A bias gradient: the sum over the batch."""
        keep = ", keepdims=True" if not self.arch.rows or self.arch.bias == "wide" else ""
        return f"{d}.sum(axis={self.batch}{keep})"

    def skips(self, layer: int) -> bool:
        """Whether a layer adds its input."""
        return self.arch.residual and self.arch.square(layer)

    def change(self, key: str, text: str) -> None:
        """Put a mistake into a line."""
        self.lines[key] = text
        self.changed.add(key)

    def source(self) -> str:
        """The whole file."""
        arguments = ", ".join(["X", "Y", *self.arch.params])
        return "\n".join(
            [
                HELPERS,
                *self._kept(),
                f"\ndef forward({arguments}):",
                *self._forward(),
                "    return loss, {" + ", ".join(f'"{n}": {n}' for n in self._names()) + "}",
                "",
                "",
                f"def backward({self._arguments(arguments)}):",
                *(f"    {line}" for line in self.first),
                *(self._forward()[:-1] if self.arch.form == "inputs" else []),
                *self._backward(),
                *(f"    {line}" for line in self.last),
                self._return(),
                "",
            ]
        )

    def _kept(self) -> list[str]:
        return ["\nkept = {}\n"] if any("kept" in line for line in self.first) else []

    def _names(self) -> list[str]:
        return [f"{letter}{layer}" for layer in range(1, self.arch.depth + 1) for letter in "ZA"]

    def _arguments(self, inputs: str) -> str:
        if self.arch.form == "inputs":
            return inputs
        return inputs + ", " + ", ".join(self._names())

    def _forward(self) -> list[str]:
        arch, lines = self.arch, []
        for layer in range(1, arch.depth + 1):
            k, below, name = arch.number(layer), self.below(layer), arch.function(layer)
            product = f"{below} @ W{k}" if arch.rows else f"W{k} @ {below}"
            lines.append(f"Z{layer} = {product}" + (f" + b{k}" if arch.bias else ""))
            axis = f", axis={self.classes}" if name == "softmax" else ""
            skip = f" + {below}" if self.skips(layer) else ""
            lines.append(f"A{layer} = {name}(Z{layer}{axis}){skip}")
        return [f"    {line}" for line in [*lines, self._loss()]]

    def _loss(self) -> str:
        out, scale = f"A{self.arch.depth}", self.arch.scale
        total = {
            "squared": f"np.sum(({out} - Y) ** 2)",
            "cross-entropy": f"-np.sum(Y * np.log({out}))",
            "binary cross-entropy": (f"-np.sum(Y * np.log({out}) + (1 - Y) * np.log(1 - {out}))"),
        }[self.arch.loss]
        half = "0.5 * " if scale.startswith("half") else ""
        by = {"mean": self.count(), "half mean": self.count(), "mean of all": "Y.size"}.get(scale)
        return f"loss = {half}{total}" + (f" / {by}" if by else "")

    def _backward(self) -> list[str]:
        lines = []
        for key, text in self.lines.items():
            letter, layer = key[0], int(key[1:])
            number = self.arch.number(layer) if letter in "Wb" else layer
            sign = self.signs.get(key, "=")
            if sign == "+=":
                sign, text = "=", f"d{letter}{number} + {text}"
            mark = "  # ← here" if key in self.changed else ""
            lines.append(f"    d{letter}{number} {sign} {text}{mark}")
        return lines

    def _return(self) -> str:
        names = self.arch.params
        if self.arch.answer == "tuple":
            return "    return " + ", ".join(f"d{name}" for name in names)
        return "    return {" + ", ".join(f'"d{name}": d{name}' for name in names) + "}"
