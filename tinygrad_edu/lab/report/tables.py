"""The report's tables of measured numbers."""

from __future__ import annotations

from typing import Any

from ..analysis import groups
from ..analysis.groups import Group
from ..analysis.tables import axis_table, optimizer_table
from ..study.results import Results
from .blocks import Table
from .texts import Texts

__all__ = ["every_setting", "table_1", "table_2", "tables_of_axes"]

_REST = ("hidden", "activation", "init", "weight_decay", "dropout")


def table_1(results: Results, texts: Texts) -> Table:
    """Table 1 of the sheet: the batch sizes."""
    head = "Batch size" if texts.lang == "en" else "Batch Size"
    return _of_axis(results, texts, "batch_size", head, texts("c table 1"))


def tables_of_axes(results: Results, texts: Texts) -> list[Table]:
    """The same for every other axis that has several values, but for optimizers and rates."""
    return [
        _of_axis(results, texts, axis, texts(axis), texts("c axis", axis=texts(axis)))
        for axis in _REST
        if len(results.values(axis)) > 1
    ]


def _of_axis(results: Results, texts: Texts, axis: str, name: str, caption: str) -> Table:
    keys = ("time", "median", "best setting", "spread", "runs", "diverged runs")
    head = [name, *map(texts, keys)]
    rows = [
        [
            texts.value(row[axis]),
            texts.number(row["seconds"]),
            texts.percent(row["accuracy"]),
            texts.percent(row["best"]),
            _spread(row["spread"], texts),
            str(row["runs"]),
            str(row["diverged"]),
        ]
        for row in axis_table(results, axis)
    ]
    return _table(caption, head, rows, [name], results, texts)


def table_2(results: Results, texts: Texts, usual: dict[str, Any], target: float) -> Table:
    """Table 2 of the sheet: the optimizers."""
    words = [texts(key) for key in ("optimizer", "setting", "time", "stability")]
    head = [texts(key) for key in ("optimizer", "setting", "time", "final", "best", "spread")]
    head += [texts("to goal", goal=texts.percent(target, 0)), words[-1], texts("roughness")]
    several = len(results.values("seed")) > 1
    rows = []
    for row in optimizer_table(results, target):
        word = "smoothest" if row["stability"] == "best" else row["stability"]
        name, _, setting = texts.setting(row["setting"], usual).partition(", ")
        rows.append(
            [
                name,
                setting,
                f"{texts.number(row['seconds'])} ({texts(row['speed'])})",
                texts.percent(row["accuracy"]),
                texts.percent(row["best"]),
                _spread(row["spread"], texts),
                texts.number(row["epochs"], 1 if several else 0),
                texts(word),
                texts.number(row["roughness"]),
            ]
        )
    return _table(texts("c table 2"), head, rows, words, results, texts)


def every_setting(results: Results, texts: Texts, usual: dict[str, Any]) -> Table:
    """The appendix: a row for each setting."""
    head = [texts(key) for key in ("options", "time", "final", "best", "spread")]

    def row(group: Group) -> list[str]:
        diverged = any(run.diverged for run in group.runs)
        return [
            texts.setting(group.setting, usual),
            texts.number(group.seconds),
            texts("diverged") if diverged else texts.percent(group.final),
            "—" if diverged else texts.percent(group.best),
            _spread(group.spread, texts),
        ]

    rows = [row(group) for group in groups(results)]
    return _table(texts("c all"), head, rows, head[:1], results, texts)


def _spread(value: float | None, texts: Texts) -> str:
    return "—" if value is None else "± " + texts.percent(value)


def _table(
    caption: str,
    head: list[str],
    rows: list[list[str]],
    words: list[str],
    results: Results,
    texts: Texts,
) -> Table:
    """A table whose columns of `words` stand to the left; one seed has no spread to be shown."""
    if len(results.values("seed")) == 1:
        column = head.index(texts("spread"))
        head, *rows = ([*cells[:column], *cells[column + 1 :]] for cells in (head, *rows))
    return Table(caption, head, rows, frozenset(head.index(word) for word in words))
