"""What the network says of a prepared digit, and why: its own numbers, read off a forward and a
backward pass of the library.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .. import nn
from ..autograd import grad, no_grad
from ..errors import DataError
from ..lab import load_model
from ..tensor import Tensor

__all__ = ["SHIPPED", "Reader", "Reading", "Unit"]

SHIPPED = Path(__file__).parent / "model" / "digits.safetensors"
"""The network that comes with the package; how it was made stands beside it."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One hidden unit: its layer (from 1), its number, how active it is, what it looks for.

    `pattern` (28, 28) holds its weights, and only in the first layer, where they are a picture.
    """

    layer: int
    number: int
    activity: float
    pattern: np.ndarray | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A digit and the probabilities of all ten, which add up to 1."""

    digit: int
    probabilities: np.ndarray

    @property
    def probability(self) -> float:
        """How sure the network is."""
        return float(self.probabilities[self.digit])


class Reader:
    """A trained network that reads pictures (28, 28) and explains itself.

    `path` names a file that `tinygrad-edu train` wrote; without it, the package's own network
    reads. Raises `DataMissing` and `DataError` for the file, and `DataError` where its network does
    not read 28×28 pixels into ten classes.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        self.model = _checked(load_model(path or SHIPPED), path or SHIPPED)

    @classmethod
    def of(cls, model: Any) -> Reader:
        """A reader with a network that is at hand."""
        reader = cls.__new__(cls)
        reader.model = model
        return reader

    def read(self, x: np.ndarray) -> Reading:
        """The digit in the picture x (28, 28)."""
        with no_grad():
            scores = self.model(_row(x))
            chances = nn.functional.softmax(scores, dim=1)
        probabilities = chances.numpy()[0]
        return Reading(int(probabilities.argmax()), probabilities)

    def units(self, x: np.ndarray, most: int = 6) -> list[Unit]:
        """The most active units of each hidden layer, the strongest first."""
        found = []
        with no_grad():
            h, layer = _row(x), 0
            weights: Any = None
            for step in list(self.model)[:-1]:
                h = step(h)
                if isinstance(step, nn.Linear):
                    weights = step.weight.detach().numpy()
                    layer += 1
                    continue
                activity = h.numpy()[0]
                for i in np.argsort(-activity, kind="stable")[:most].tolist():
                    pattern = weights[i].reshape(28, 28) if layer == 1 else None
                    found.append(Unit(layer, i, float(activity[i]), pattern))
        return found

    def matters(self, x: np.ndarray, digit: int | None = None) -> np.ndarray:
        """The gradient of a class's score with respect to the pixels, (28, 28).

        Without `digit`, that of the winning class. Where it is positive, more light speaks for the
        class; where it is negative, against it. Reference: K. Simonyan, A. Vedaldi, A. Zisserman,
        "Deep Inside Convolutional Networks: Visualising Image Classification Models and Saliency
        Maps" (2013).
        """
        pixels = _row(x).requires_grad_()
        scores = self.model(pixels)
        winner = int(scores.detach().numpy()[0].argmax()) if digit is None else digit
        gradient: Any = grad(scores[0, winner], pixels)[0]
        slopes: np.ndarray = gradient.numpy().reshape(28, 28)
        return slopes

    def stepper_page(self, x: np.ndarray, lang: str) -> str:
        """The last layer for the picture x (28, 28), forward and backward, as an HTML page.

        What the layer receives is the leaf of that graph, and the loss is the cross-entropy of the
        answer that was given. Raises `NotInstalled` where nothing can lay out a graph.
        """
        from ..viz import stepper

        steps = list(self.model)
        with no_grad():
            h = nn.Sequential(*steps[:-1])(_row(x))
        h = h.detach().requires_grad_()
        last = steps[-1]
        scores = last(h)
        answer = scores.detach().argmax(dim=1)
        loss = nn.functional.cross_entropy(scores, answer)
        names = {"h": h, "W": last.weight, "b": last.bias, "scores": scores, "loss": loss}
        page: str = stepper(loss, lang=lang, names=names).to_html()
        return page


def _checked(model: Any, path: Any) -> Any:
    """The network, if it takes 28×28 pixels to ten classes."""
    layers = [layer for layer in model if isinstance(layer, nn.Linear)]
    if (layers[0].in_features, layers[-1].out_features) != (784, 10):
        raise DataError(
            f"{path} holds a network of {layers[0].in_features} inputs and "
            f"{layers[-1].out_features} outputs, but one that reads 28×28 pixels into ten digits "
            "was expected. Train it with: tinygrad-edu train --data mnist --augment"
        )
    return model


def _row(x: np.ndarray) -> Any:
    return Tensor(np.asarray(x, np.float32).reshape(1, -1))
