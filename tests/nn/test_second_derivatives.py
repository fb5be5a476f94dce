"""Every layer and every loss can be differentiated twice, in its input and in its parameters."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import nn
from tinygrad_edu.autograd import gradgradcheck

Shape = tuple[int, ...]
LABELS = torch.tensor([0, 2])
PLACES = torch.tensor([[0, 2], [2, 1]])
SIGNS = torch.tensor([[1.0, -1.0, 1.0], [-1.0, 1.0, -1.0]], dtype=torch.float64)
PARTS = torch.tensor([[0.2, 0.3, 0.5], [0.6, 0.1, 0.3]], dtype=torch.float64)


class SelfAttention(nn.Module):
    """An attention that looks at one sequence, and gives its output alone."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = nn.MultiheadAttention(2, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x (L, N, E) → (L, N, E)."""
        return self.inside(x, x, x)[0]


class Remembering(nn.Module):
    """An LSTM cell that goes two steps with one input, and gives its output alone."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.LSTMCell(3, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x (N, 3) → (N, 2)."""
        return self.cell(x, self.cell(x))[0]


# What has to be said of a layer to call it; the others take a matrix and no options.
LAYERS: dict[str, tuple[Callable[[], nn.Module], Shape]] = {
    "AsymmetricMSELoss": (lambda: nn.AsymmetricMSELoss(2.0, 0.5), (2, 3)),
    "Linear": (lambda: nn.Linear(3, 2), (2, 3)),
    "Embedding": (lambda: nn.Embedding(3, 2, padding_idx=1), (2, 2)),
    "BatchNorm1d": (lambda: nn.BatchNorm1d(3), (3, 3)),
    "BatchNorm2d": (lambda: nn.BatchNorm2d(2), (2, 2, 2, 1)),
    "LayerNorm": (lambda: nn.LayerNorm(3), (2, 3)),
    "GroupNorm": (lambda: nn.GroupNorm(2, 4), (2, 4)),
    "RNNCell": (lambda: nn.RNNCell(3, 2), (2, 3)),
    "GRUCell": (lambda: nn.GRUCell(3, 2), (2, 3)),
    "LSTMCell": (Remembering, (2, 3)),
    "Conv2d": (lambda: nn.Conv2d(2, 2, 2, padding=1), (1, 2, 2, 2)),
    "Conv1d": (lambda: nn.Conv1d(2, 2, 2, padding=1), (1, 2, 3)),
    "MultiheadAttention": (SelfAttention, (2, 1, 2)),
    "MaxPool2d": (lambda: nn.MaxPool2d(2, 1), (1, 2, 3, 2)),
    "AvgPool2d": (lambda: nn.AvgPool2d(2, 1), (1, 2, 3, 2)),
    "MaxPool1d": (lambda: nn.MaxPool1d(2, 1), (1, 2, 3)),
    "AvgPool1d": (lambda: nn.AvgPool1d(2, 1), (1, 2, 3)),
    "AdaptiveAvgPool2d": (lambda: nn.AdaptiveAvgPool2d(2), (1, 1, 3, 2)),
    "Dropout2d": (lambda: nn.Dropout2d(0.5).eval(), (2, 1, 2, 1)),
    "Unfold": (lambda: nn.Unfold(2), (1, 2, 3, 2)),
    "Fold": (lambda: nn.Fold((2, 3), 2), (1, 4, 2)),
    "Dropout": (lambda: nn.Dropout(0.5).eval(), (2, 3)),
    "Softmax": (lambda: nn.Softmax(1), (2, 3)),
    "LogSoftmax": (lambda: nn.LogSoftmax(1), (2, 3)),
    "Unflatten": (lambda: nn.Unflatten(1, (3, 1)), (2, 3)),
    "Sequential": (lambda: nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1)), (2, 2)),
}
TARGETS = {"CrossEntropyLoss": LABELS, "NLLLoss": LABELS, "HingeLoss": SIGNS}
TARGETS |= {"HingeEmbeddingLoss": SIGNS}
PAIRED = {"CosineSimilarity", "PairwiseDistance"}
HOLDERS = {"Module", "ModuleList", "ModuleDict", "ParameterList", "ParameterDict"}
CONSTANT = {"Step"}  # its slope is zero everywhere

NAMES = [
    name
    for name in nn.__all__
    if isinstance(getattr(nn, name), type)
    and issubclass(getattr(nn, name), nn.Module)
    and name not in HOLDERS | CONSTANT
]


def drawn(shape: Shape, low: float = -2.0, high: float = 2.0) -> torch.Tensor:
    """Numbers in float64 that a gradient can be asked for."""
    numbers = np.random.default_rng(sum(shape)).uniform(low, high, shape)
    return torch.tensor(numbers, requires_grad=True)


def differentiate_twice(layer: nn.Module, x: torch.Tensor, *others: torch.Tensor) -> bool:
    """Compare the second derivatives of the layer, squared, with differences of its first ones."""
    layer.double()
    places = [
        (m, k) for m in layer.modules() for k in m._parameters if m._parameters[k] is not None
    ]
    parameters = [drawn(tuple(m._parameters[k].shape)) for m, k in places]
    inputs = (x, *parameters) if x.requires_grad else tuple(parameters)

    def call(*values: torch.Tensor) -> torch.Tensor:
        given, rest = (values[0], values[1:]) if x.requires_grad else (x, values)
        for (module, name), value in zip(places, rest, strict=True):
            module._parameters[name] = value  # a tensor with a history, in a parameter's place
        return layer(given, *others) ** 2

    return gradgradcheck(call, inputs)


@pytest.mark.parametrize("name", NAMES)
def test_second_derivatives(name: str) -> None:
    """Whatever is listed in `nn` is here: a layer that is added is asked, too."""
    make, shape = LAYERS.get(name, (getattr(nn, name), (2, 3)))
    if name.endswith("Loss") or name in PAIRED:
        probabilities = name == "BCELoss"
        x = drawn((2, 3), 0.1, 0.9) if probabilities else drawn((2, 3))
        assert differentiate_twice(make(), x, TARGETS.get(name, PARTS))
    else:
        assert differentiate_twice(make(), PLACES if name == "Embedding" else drawn(shape))
