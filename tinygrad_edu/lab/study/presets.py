"""Experiments that are written down: the course's own, and those in TOML files."""

from __future__ import annotations

import os
import shlex
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from ...errors import ArgumentError, DataError, DataMissing
from .grid import AXES, Experiment, Grid

__all__ = ["PRESETS", "command_of", "experiment_from", "preset", "read_toml"]

PRESETS: dict[str, dict[str, Any]] = {
    # Practical work 2, part 2: four optimizers × three rates × three batch sizes, 784-128-64-10.
    "practical-2": {"data": "mnist", "epochs": 10},
    # The smallest study that has something to compare; half a minute on the embedded digits.
    "quick": {"lr": [0.1, 0.01], "batch_size": [32], "hidden": [[32, 16]], "epochs": 5},
}

_SHARED = tuple(field.name for field in fields(Experiment) if field.name != "grid")


def experiment_from(parts: Mapping[str, Any], where: str = "Experiment") -> Experiment:
    """An experiment from flat names: {"lr": [0.1, 0.01], "data": "digits", "epochs": 5}.

    Raises `ArgumentError` for a name that it does not have.
    """
    unknown = [name for name in parts if name not in (*AXES, *_SHARED)]
    if unknown:
        raise ArgumentError(
            f"{where}: {', '.join(unknown)} is not known here. The axes are {', '.join(AXES)}; all "
            f"trainings share {', '.join(_SHARED)}."
        )
    grid = Grid(**{name: value for name, value in parts.items() if name in AXES})
    return Experiment(grid, **{name: value for name, value in parts.items() if name in _SHARED})


def preset(name: str, **changed: Any) -> Experiment:
    """The experiment of that name, with some axes or shared settings changed."""
    if name not in PRESETS:
        raise ArgumentError(
            f"preset: {name!r} is not known. Use one of {', '.join(PRESETS)}, or a TOML file."
        )
    return experiment_from(PRESETS[name] | changed, f"preset {name}")


def read_toml(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The names and values of an experiment in a TOML file.

        data = "digits"
        epochs = 10
        [grid]
        optimizer = ["sgd", "adam"]
        hidden = [[128, 64], [32]]

    Raises `DataMissing` where there is no such file and `DataError` where it is not TOML.
    """
    try:
        parts = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataMissing(f"lab: there is no file {path}. Check the path.") from None
    except (OSError, ValueError) as error:
        raise DataError(
            f"lab: {path} cannot be read as TOML: {error}. See tinygrad-edu lab --help."
        ) from error
    grid = parts.pop("grid", {})
    if not isinstance(grid, dict):
        raise DataError(f"lab: {path}: grid is a table, [grid], with a line for each axis.")
    return {**parts, **grid}


def command_of(experiment: Experiment) -> str:
    """The command that runs this experiment: presets change, and this says all."""
    words = ["tinygrad-edu", "lab"]
    for axis in AXES:
        values = getattr(experiment.grid, axis)
        flag = "--" + axis.replace("_", "-")
        if axis == "hidden":
            for widths in values:
                words += [flag, ",".join(map(str, widths)) or "none"]
        elif values != (None,):
            words += [flag, ",".join(str(v) for v in values if v is not None)]
    default = Experiment()
    for name in _SHARED:
        value = getattr(experiment, name)
        if value != getattr(default, name) or name in ("data", "epochs"):
            words += ["--" + name.replace("_", "-"), str(value)]
    return shlex.join(words)
