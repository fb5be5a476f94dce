"""Grids and experiments: what they hold, and what they refuse before any work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tinygrad_edu.errors import ArgumentError, DataError, DataMissing
from tinygrad_edu.lab.study import Experiment, Grid, preset, read_toml
from tinygrad_edu.lab.study.presets import command_of, experiment_from

pytestmark = pytest.mark.long


def test_the_sheets_grid_is_the_preset() -> None:
    """Practical work 2 is 4 optimizers × 3 rates × 3 batch sizes on 784-128-64-10, ten epochs."""
    experiment = preset("practical-2")
    assert len(experiment.grid) == len(experiment.tickets()) == 36
    assert experiment.data == "mnist"
    assert experiment.epochs == 10
    assert experiment.grid.hidden == ((128, 64),)
    settings = experiment.grid.settings()
    assert {s["optimizer"] for s in settings} == {"sgd", "momentum", "rmsprop", "adam"}
    assert {s["lr"] for s in settings} == {0.1, 0.01, 0.001}
    assert {s["batch_size"] for s in settings} == {16, 32, 64}


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"optimizer": ["adamm"]}, "'adamm' is not known. Use one of sgd"),
        ({"lr": []}, "lr has no value, so the grid is empty"),
        ({"lr": [0.0]}, "finite number above 0"),
        ({"lr": [float("nan")]}, "finite number above 0"),
        ({"batch_size": [0]}, "at least 1"),
        ({"batch_size": [2.5]}, "batch_size=2.5 is a float"),
        ({"hidden": [[8, "x"]]}, "lists of widths"),
        ({"optimizer": "sgd"}, "an axis is a list of values"),
        ({"dropout": [1.0]}, "share of units"),
        ({"epochs": 0}, "epochs=0 is a whole number"),
        ({"sampler": "best"}, "sampler='best' is not known"),
        ({"learning_rate": [0.1]}, "learning_rate is not known here"),
        ({"seed": list(range(20_000))}, "more than 100000"),
    ],
)
def test_what_cannot_be_is_refused(parts: dict[str, Any], says: str) -> None:
    """An experiment with a slip in it is refused when it is described, with the likely fix."""
    with pytest.raises(ArgumentError, match=says.replace("(", r"\(")):
        experiment_from(parts)


def test_an_experiment_survives_json() -> None:
    """What is stored as text is read as an equal experiment."""
    experiment = Experiment(Grid(("adamw",), (1e-4,), hidden=((), (3, 2))), "mnist", 3, search=7)
    assert Experiment.from_json(experiment.to_json()) == experiment


def test_toml(tmp_path: Path) -> None:
    """A TOML file describes the same experiment; a broken or missing one is refused by name."""
    file = tmp_path / "grid.toml"
    file.write_text('epochs = 2\n[grid]\noptimizer = ["sgd"]\nhidden = [[8, 4]]\n')
    assert experiment_from(read_toml(file)) == experiment_from(
        {"epochs": 2, "optimizer": ["sgd"], "hidden": [[8, 4]]}
    )
    with pytest.raises(DataMissing, match="there is no file"):
        read_toml(tmp_path / "none.toml")
    file.write_text("epochs = ")
    with pytest.raises(DataError, match="cannot be read as TOML"):
        read_toml(file)


def test_the_command_repeats_the_experiment() -> None:
    """The command in the report names every axis, and the shared settings that are not usual."""
    command = command_of(preset("quick", dropout=[0.0, 0.5]))
    assert "--lr 0.1,0.01" in command
    assert "--hidden 32,16" in command
    assert "--dropout 0.0,0.5" in command
    assert "--epochs 5" in command
