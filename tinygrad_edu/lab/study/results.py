"""What a study has measured: runs, as Python objects, as CSV, as a pandas data frame."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ...errors import DataError, DataMissing
from ...extras import extra
from ...serialization.files import write_file
from ..history import History
from .grid import AXES, Experiment, key_of
from .queue import Queue
from .storage import open_storage, open_study, refusing, sqlite_url

__all__ = ["DATABASE", "NAME", "RESULTS", "Results", "Run", "load_results"]

DATABASE, RESULTS, NAME = "study.db", "results.json", "lab"


@dataclass(frozen=True)
class Run:
    """One training: its setting, its curves, how it ended."""

    setting: dict[str, Any]
    outcome: str
    epochs: list[dict[str, Any]]
    reason: str = ""
    parameters: int = 0
    test_examples: int = 0
    machine: dict[str, str] = field(default_factory=dict)

    @property
    def history(self) -> History:
        """The curves, as `save_curves` draws them."""
        return History(self.epochs)

    @property
    def diverged(self) -> bool:
        """Whether its loss stopped being a number, or ended far above that of guessing."""
        return self.outcome == "diverged"

    @property
    def seconds(self) -> float:
        """The time that the learning took; evaluation is not in it."""
        return float(sum(row["seconds"] for row in self.epochs))

    def column(self, name: str) -> list[float]:
        """One curve by its name, such as "test_accuracy"."""
        return [row[name] for row in self.epochs]

    @property
    def final(self) -> float | None:
        """The test accuracy after the last epoch; None where it diverged."""
        return None if self.diverged or not self.epochs else self.epochs[-1]["test_accuracy"]

    @property
    def best(self) -> float | None:
        """The best test accuracy of any epoch: chosen by looking at the test, so it flatters."""
        return max(self.column("test_accuracy"), default=None)


@dataclass(frozen=True)
class Results:
    """All finished runs of an experiment, in the order of its grid."""

    experiment: Experiment
    runs: tuple[Run, ...]

    def __iter__(self) -> Iterator[Run]:
        return iter(self.runs)

    def __len__(self) -> int:
        return len(self.runs)

    @property
    def complete(self) -> bool:
        """Whether every trial of the experiment is there."""
        return len(self.runs) == len(self.experiment.tickets())

    def where(self, **chosen: Any) -> list[Run]:
        """The runs with these values, such as optimizer="adam", lr=0.01."""
        return [r for r in self.runs if all(r.setting[axis] == v for axis, v in chosen.items())]

    def values(self, axis: str) -> list[Any]:
        """The values of an axis that occur."""
        found = {json.dumps(run.setting[axis]): run.setting[axis] for run in self.runs}
        return list(found.values())

    def rows(self) -> list[dict[str, Any]]:
        """A row for each run: its setting, how it ended, its figures."""
        return [
            {
                **{axis: _flat(run.setting[axis]) for axis in AXES},
                "outcome": run.outcome,
                "epochs": len(run.epochs),
                "seconds": run.seconds,
                "final_accuracy": run.final,
                "best_accuracy": run.best,
                "final_loss": run.epochs[-1]["test_loss"] if run.epochs else None,
            }
            for run in self.runs
        ]

    def curves(self) -> list[dict[str, Any]]:
        """A row for each epoch of each run; `run` counts as the rows of `rows` do."""
        return [{"run": i, **row} for i, run in enumerate(self.runs) for row in run.epochs]

    def frame(self, curves: bool = False) -> Any:
        """The rows as a pandas DataFrame; with `curves`, a row for each epoch."""
        pandas = extra("pandas", "a data frame of the runs", "lab")
        return pandas.DataFrame(self.curves() if curves else self.rows())

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write results.json, runs.csv and curves.csv into a folder, each whole or not at all."""
        folder = Path(folder)
        runs = [asdict(run) for run in self.runs]
        record = {"experiment": self.experiment.to_json(), "runs": runs}
        write_file(folder / RESULTS, (json.dumps(record, indent=1) + "\n").encode(), "lab")
        for name, rows in (("runs.csv", self.rows()), ("curves.csv", self.curves())):
            write_file(folder / name, _csv(rows).encode(), "lab")


def _flat(value: Any) -> Any:
    return "-".join(map(str, value)) if isinstance(value, list | tuple) else value


def _csv(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    table = csv.DictWriter(text, list(rows[0]) if rows else [], lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue()


def load_results(
    folder: str | os.PathLike[str], storage: str | None = None, name: str | None = None
) -> Results:
    """The runs of the study in a folder, or of the one called `name` in any storage.

    An unfinished study gives what there is. Raises `DataMissing` and `DataError` where there is no
    study to read.
    """
    folder = Path(folder)
    if storage is None and not (folder / DATABASE).exists():
        return _from_file(folder / RESULTS)
    url = storage or sqlite_url(folder / DATABASE)
    opened = open_storage(url)
    with refusing(url):
        return from_storage(opened, name or (folder.name if storage else NAME))


def from_storage(storage: Any, name: str) -> Results:
    """The runs of a study in an open storage."""
    try:
        attrs = storage.get_study_user_attrs(storage.get_study_id_from_name(name))
        experiment = Experiment.from_json(attrs["experiment"])
    except KeyError:
        raise DataError(
            f"lab: the storage holds no study of the lab called {name!r}. Run it first: "
            "tinygrad-edu lab."
        ) from None
    trials = Queue(storage, open_study(storage, name, experiment)).finished()
    order = {key_of(ticket): i for i, ticket in enumerate(experiment.tickets()) if ticket}
    runs = [_run(trial.user_attrs["result"]) for trial in trials]
    runs.sort(key=lambda run: order.get(key_of(run.setting), 0))
    return Results(experiment, tuple(runs))


def _run(result: dict[str, Any]) -> Run:
    return Run(**{name: result[name] for name in Run.__dataclass_fields__ if name in result})


def _from_file(path: Path) -> Results:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        runs = tuple(_run(run) for run in record["runs"])
        return Results(Experiment.from_json(record["experiment"]), runs)
    except FileNotFoundError:
        raise DataMissing(
            f"lab: {path.parent} holds no study: neither {DATABASE} nor {RESULTS}. Run one first: "
            "tinygrad-edu lab."
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"lab: {path} cannot be used: {error}. It is damaged.") from error
