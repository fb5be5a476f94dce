"""What a network of the zoo is: its widths, functions, loss and the convention of its arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import ArgumentError, InputTypeError

__all__ = ["Architecture"]

HIDDEN = ("relu", "sigmoid", "tanh", "identity")
ENDS = {
    ("identity", "squared"),
    ("sigmoid", "squared"),
    ("tanh", "squared"),
    ("softmax", "squared"),
    ("softmax", "cross-entropy"),
    ("sigmoid", "binary cross-entropy"),
}
SCALES = {
    "squared": ("half sum", "sum", "half mean", "mean", "mean of all"),
    "cross-entropy": ("sum", "mean"),
    "binary cross-entropy": ("sum", "mean", "mean of all"),
}


@dataclass(frozen=True)
class Architecture:
    """A hand-written network as students write it; raises `ArgumentError` for what there is not.

    `scale` says what stands in front of the loss: "sum", "half sum" (½Σ), "mean" and "half mean"
    over the batch, "mean of all" numbers. In the convention "rows" X is (batch, features) and a
    bias (H,) or, with `bias="wide"`, (1, H); in "columns" X is (features, batch), a bias (H, 1).
    """

    widths: tuple[int, ...] = (3, 4, 2)
    hidden: str = "relu"
    output: str = "softmax"
    loss: str = "cross-entropy"
    scale: str = "mean"
    convention: str = "rows"  # or "columns"
    bias: str = "flat"  # "wide", or "" for none
    fused: bool = True  # δ = ŷ − y at once, where that is right
    late: bool = False  # the division by N stands at dW and db, not at δ
    shared: bool = False  # the square hidden layers use one W and one b
    residual: bool = False  # square hidden layers add their input
    form: str = "inputs"  # backward's arguments: the inputs, or "cache": forward's values as well
    answer: str = "dict"  # or "tuple"

    def __post_init__(self) -> None:
        for name in ("hidden", "output", "loss", "scale", "convention"):
            if not isinstance(getattr(self, name), str):
                raise InputTypeError(
                    f"zoo: {name} is {getattr(self, name)!r}, but a name was expected. Write it in "
                    "quotes."
                )
        widths: Any = self.widths
        several = isinstance(widths, tuple | list) and len(widths) > 1
        wrong = [
            not (several and all(isinstance(n, int) and n > 1 for n in widths)) and "widths",
            self.hidden not in HIDDEN and "hidden",
            (self.output, self.loss) not in ENDS and "output and loss",
            self.scale not in SCALES.get(self.loss, ()) and "scale",
            self.convention not in ("rows", "columns") and "convention",
        ]
        if any(wrong):
            names = ", ".join(str(w) for w in wrong if w)
            raise ArgumentError(
                f"zoo: there is no such network ({names}): {self}. Widths are from 2, hidden is "
                f"one of {HIDDEN}, and the losses and their scales are {SCALES}."
            )

    @property
    def depth(self) -> int:
        """The number of layers."""
        return len(self.widths) - 1

    @property
    def rows(self) -> bool:
        """Whether examples are rows."""
        return self.convention == "rows"

    @property
    def fuses(self) -> bool:
        """Whether δ of the output is ŷ − y."""
        ends = ("identity", "squared"), ("softmax", "cross-entropy")
        pair = (self.output, self.loss)
        fusing = pair in ends or pair == ("sigmoid", "binary cross-entropy")
        return fusing and (self.fused or self.output == "identity")

    def square(self, layer: int) -> bool:
        """Whether a layer (counted from 1) is hidden and as wide as what comes in."""
        return layer < self.depth and self.widths[layer - 1] == self.widths[layer]

    def number(self, layer: int) -> int:
        """Which W and b a layer uses: its own, or those of the first square layer of its width."""
        if self.shared and self.square(layer):
            pair = self.widths[layer - 1 : layer + 1]
            return next(k for k in range(1, layer + 1) if self.widths[k - 1 : k + 1] == pair)
        return layer

    def function(self, layer: int) -> str:
        """The activation of a layer."""
        return self.output if layer == self.depth else self.hidden

    @property
    def params(self) -> tuple[str, ...]:
        """The names of the parameters, layer by layer."""
        numbers = dict.fromkeys(self.number(layer) for layer in range(1, self.depth + 1))
        letters = "Wb" if self.bias else "W"
        return tuple(f"{letter}{k}" for k in numbers for letter in letters)

    def inputs(self, batch: int = 5, seed: int = 0) -> dict[str, Any]:
        """Random data, targets and parameters."""
        rng = np.random.default_rng(seed)
        shapes = {0: (batch, self.widths[0]), -1: (batch, self.widths[-1])}
        X, Y = rng.normal(0, 1, shapes[0]), rng.normal(0, 1, shapes[-1])
        if self.output == "softmax":
            Y = np.eye(self.widths[-1])[rng.integers(0, self.widths[-1], batch)]
        elif self.output == "sigmoid":
            Y = rng.integers(0, 2, shapes[-1]).astype(float)
        found = {"X": X, "Y": Y}
        for name in self.params:
            layer = int(name[1:])
            into, out = self.widths[layer - 1 : layer + 1]
            if name[0] == "W":
                found[name] = rng.normal(0, 1, (into, out)) / into**0.5
            else:
                flat = (out,) if self.rows and self.bias == "flat" else (1, out)
                found[name] = 0.1 * rng.normal(0, 1, flat)
        if self.rows:
            return found
        return {k: v.T.copy() if v.ndim == 2 else v for k, v in found.items()}
