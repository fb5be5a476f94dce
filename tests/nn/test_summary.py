"""The summary shows every layer's output, and where the layers do not fit, how far it got."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import nn


class LeNet(nn.Module):
    """A small network for pictures of 8 × 8; `width` is what its head expects."""

    def __init__(self, width: int = 64) -> None:
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
        self.norm = nn.BatchNorm2d(4)
        self.head = nn.Linear(width, 10)
        self.spare = nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(torch.flatten(self.norm(self.features(x)), 1))


def test_a_table_of_layers_outputs_and_parameters() -> None:
    """Each module under its owner, with its own parameters, and the sums below."""
    model = LeNet()
    model.norm.requires_grad_(False)
    table = nn.summary(model, torch.zeros(2, 1, 8, 8))
    assert table.error is None
    assert [(r.path, r.kind, r.output, r.parameters) for r in table.rows] == [
        ("", "LeNet", "(2, 10)", 0),
        ("features", "Sequential", "(2, 4, 4, 4)", 0),
        ("features.0", "Conv2d", "(2, 4, 8, 8)", 40),
        ("features.1", "ReLU", "(2, 4, 8, 8)", 0),
        ("features.2", "MaxPool2d", "(2, 4, 4, 4)", 0),
        ("norm", "BatchNorm2d", "(2, 4, 4, 4)", 8),
        ("head", "Linear", "(2, 10)", 650),
        ("spare", "Identity", "not called", 0),
    ]
    assert (table.parameters, table.learned) == (698, 690)


def test_an_error_in_the_middle_is_shown_in_its_place() -> None:
    """The layers before it have their outputs; it is named with what it received and why."""
    table = nn.summary(LeNet(width=60), (2, 1, 8, 8))
    outputs = {r.path: r.output for r in table.rows}
    assert outputs["norm"] == "(2, 4, 4, 4)"
    assert (outputs["head"], outputs[""], outputs["spare"]) == (
        "✗ stopped",
        "unfinished",
        "not reached",
    )
    stopped, reason = str(table).splitlines()[-2:]
    assert stopped == "Stopped in head (Linear), which received (2, 64):"
    assert reason.startswith("ShapeError: linear: x (2, 64)")
    assert isinstance(table.error, RuntimeError)


def test_the_text_is_a_table() -> None:
    """Names are moved to the right under their owners; columns are straight."""
    table = nn.summary(nn.Sequential(nn.Flatten(), nn.Linear(2000, 3)), torch.zeros(1, 40, 50))
    assert str(table).splitlines() == [
        "layer         output     parameters",
        "───────────────────────────────────",
        "Sequential    (1, 3)",
        "  0: Flatten  (1, 2000)",
        "  1: Linear   (1, 3)          6,003",
        "───────────────────────────────────",
        "6,003 parameters, 6,003 of them learned",
    ]
    assert repr(table) == str(table)


def test_the_model_and_the_random_numbers_are_left_as_they_were() -> None:
    """No hooks stay, no statistics move, training goes on, random numbers are the same."""
    model = nn.Sequential(nn.BatchNorm1d(3), nn.Dropout(0.5), nn.Linear(4, 1))
    model[1].eval()
    torch.manual_seed(0)
    expected = torch.rand(3).tolist()
    torch.manual_seed(0)
    before = {k: v.clone() for k, v in model.state_dict().items()}
    assert nn.summary(model, torch.randn(5, 3, generator=torch.Generator())).error is not None
    assert torch.rand(3).tolist() == expected
    assert [m.training for m in model.modules()] == [True, True, False, True]
    for name, x in model.state_dict().items():
        np.testing.assert_array_equal(x.numpy(), before[name].numpy())
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())


def test_shared_parts_are_counted_once_and_calls_are_told() -> None:
    """A layer used twice has one row; a weight used twice is counted in the first place."""

    class Tied(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = nn.Embedding(5, 3)
            self.out = nn.Linear(3, 5, bias=False)
            self.out.weight = self.table.weight
            self.act = nn.Tanh()

        def forward(self, x: torch.Tensor, scale: torch.Tensor) -> tuple:
            h = self.act(self.act(self.table(x)) * scale)
            return self.out(h), {"hidden": h}

    table = nn.summary(Tied(), (torch.tensor([1, 2]), torch.ones(1)))
    rows = {r.path: r for r in table.rows}
    assert [r.parameters for r in table.rows] == [0, 15, 0, 0]
    assert table.parameters == 15
    assert rows["act"].output == "(2, 3), called 2 times"
    assert rows[""].output == "(2, 5), hidden: (2, 3)"


def test_what_is_no_model_is_refused() -> None:
    """The model comes first; an input that does not fit the model's arguments is shown."""
    with pytest.raises(TypeError, match="a Module was expected first"):
        nn.summary(torch.zeros(1), nn.Linear(1, 1))
    table = nn.summary(nn.Linear(1, 1), (torch.zeros(1), torch.zeros(1)))
    assert isinstance(table.error, TypeError)
    assert "Stopped in the model" in str(table)
