"""Tables of numbers from a CSV file, with a column to be predicted.

x, y = data.csv("iris.csv", target="species")
"""

from __future__ import annotations

import csv as reading
import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import numpy as np

from ..errors import ArgumentError, DataError, DataMissing
from ..tensor import Tensor
from .dataset import TensorDataset

__all__ = ["Table", "csv"]

_LARGEST = float(np.finfo(np.float32).max)
_MISSING = frozenset(("", "?", "na", "n/a", "nan", "null", "none"))


@dataclass(frozen=True, slots=True, repr=False)
class Table:
    """What a CSV file gives: `x, y = csv(path)` or `csv(path).x`.

    x (N, D)         float32, the features
    y                int64 (N,), class numbers; float32 (N, 1), values; None without a target
    feature_names    what the columns of x are called
    target_name      what the column of y is called
    class_names      what the classes are called: y counts from 0 in this list
    """

    x: Tensor
    y: Tensor | None
    feature_names: tuple[str, ...]
    target_name: str | None
    class_names: tuple[str, ...]

    def __iter__(self) -> Iterator[Tensor | None]:
        return iter((self.x, self.y))

    @property
    def dataset(self) -> TensorDataset:
        """The table as a loader takes it, and as `random_split` cuts it."""
        return TensorDataset(self.x) if self.y is None else TensorDataset(self.x, self.y)

    def __repr__(self) -> str:
        n, d = self.x.shape
        aim = "" if self.y is None else f", to predict {self.target_name}"
        classes = f" ({len(self.class_names)} classes)" if self.class_names else ""
        return f"<Table: {n} examples, {d} features{aim}{classes}>"


def csv(
    path: str | os.PathLike[str],
    target: str | int | None = -1,
    *,
    header: bool | None = None,
    delimiter: str = ",",
    classes: bool | None = None,
    encoding: str = "utf-8-sig",
) -> Table:
    """The table in a CSV file: every column is a feature, but the `target`.

    target      the column to be predicted, by name or number (−1 is the last); None: there is none
    header      whether the first row holds names; None: it does where no cell of it is a number
    delimiter   what stands between the cells: ";" or a tab in many places
    classes     True: the target's distinct cells are classes, numbered in their order; False: they
                are values; None: texts are classes, whole numbers are class numbers as they stand,
                other numbers are values

    A header without numbers, and columns without names, are called "0", "1", … Raises `DataMissing`
    where there is no file and `DataError` with line and column for a cell that is missing or no
    number, and for a row of another length.
    """
    path = Path(path).expanduser()
    rows = _rows(path, delimiter, encoding)
    names, rows = _names(path, rows, header)
    place = _place(path, target, names, delimiter)
    features = [i for i in range(len(names)) if i != place]
    if not rows or not features:
        raise DataError(
            f"csv: {path} has {len(rows)} rows of data and {len(features)} columns beside the "
            "target, so there is nothing to learn from. Check delimiter= and header=."
        )
    x, cells = _cut(path, rows, names, features, place)
    feature_names = tuple(names[i] for i in features)
    if place is None:
        return Table(Tensor(x), None, feature_names, None, ())
    lines = [line for line, _ in rows]
    y, class_names = _targets(path, lines, cells, (place, names[place]), classes)
    return Table(Tensor(x), Tensor(y), feature_names, names[place], class_names)


Row = tuple[int, list[str]]


def _cut(
    path: Path, rows: list[Row], names: list[str], features: list[int], place: int | None
) -> tuple[np.ndarray, list[str]]:
    """The features as numbers (N, D), and the cells of the column `place`, out of the rows."""
    x, cells = np.empty((len(rows), len(features)), np.float32), []
    for n, (line, row) in enumerate(rows):
        if len(row) != len(names):
            raise DataError(
                f"csv: line {line} of {path} has {len(row)} cell(s), but {len(names)} were "
                "expected. Is there a delimiter inside of a cell without quotes?"
            )
        if place is not None:
            cells.append(row.pop(place))
        x[n] = _numbers(path, line, row, features, names)
    return x, cells


def _rows(path: Path, delimiter: str, encoding: str) -> list[Row]:
    """The rows that are not blank, each with the number of its line."""
    if len(delimiter) != 1 or delimiter in '\r\n"':
        raise ArgumentError(
            f"csv: delimiter={delimiter!r}, but one character was expected, such as ';' or '\\t'."
        )
    try:
        with path.open(newline="", encoding=encoding) as file:
            reader = reading.reader(file, delimiter=delimiter, strict=True)
            return [(reader.line_num, row) for row in reader if any(map(str.strip, row))]
    except FileNotFoundError:
        raise DataMissing(f"csv: there is no file {path}. Check the path.") from None
    except (OSError, LookupError, ValueError, reading.Error) as error:
        raise DataError(
            f"csv: {path} cannot be read: {error}. It should be a text file of cells in "
            f"{encoding}; name another one with encoding=."
        ) from error


def _names(path: Path, rows: list[Row], header: bool | None) -> tuple[list[str], list[Row]]:
    """What the columns are called, and the rows of data."""
    if not rows:
        raise DataError(f"csv: {path} is empty. Is it the right file?")
    first = [cell.strip() for cell in rows[0][1]]
    if header is None:
        header = not any(_number(cell) is not None for cell in first)
    if not header:
        return [str(i) for i in range(len(first))], rows
    names = [cell or str(i) for i, cell in enumerate(first)]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise DataError(
            f"csv: the header of {path} names {', '.join(map(repr, sorted(twice)))} twice. If the "
            "first row holds data, pass header=False."
        )
    return names, rows[1:]


def _place(
    path: Path, target: str | int | None, names: Sequence[str], delimiter: str
) -> int | None:
    """Which column is the target."""
    if target is None:
        return None
    if isinstance(target, str) and target in names:
        return names.index(target)
    if type(target) is int and -len(names) <= target < len(names):
        return target % len(names)
    raise ArgumentError(
        f"csv: target={target!r} is no column of {path}, which has {len(names)}: "
        f"{', '.join(names[:8])}{', …' if len(names) > 8 else ''}. Give a name or a number from "
        f"{-len(names)} to {len(names) - 1}; check delimiter={delimiter!r} and header=."
    )


def _numbers(
    path: Path, line: int, row: list[str], columns: Sequence[int], names: Sequence[str]
) -> list[float]:
    """A row of cells as numbers, or the place of the one that is none."""
    try:
        numbers = [float(cell) for cell in row]  # the fast way; Python also reads 1_000 and nan
    except ValueError:
        numbers = [math.nan]
    if "_" in "".join(row) or not all(abs(n) <= _LARGEST for n in numbers):
        for column, cell in zip(columns, row, strict=True):
            if _number(cell) is None:
                _refuse(path, line, (column, names[column]), cell)
    return numbers


def _number(cell: str) -> float | None:
    """The number that a cell holds; None where it holds none that float32 can."""
    try:
        number = float(cell)
    except ValueError:
        return None
    return number if abs(number) <= _LARGEST and "_" not in cell else None


def _targets(
    path: Path,
    lines: Sequence[int],
    cells: Sequence[str],
    column: tuple[int, str],
    classes: bool | None,
) -> tuple[np.ndarray, tuple[str, ...]]:
    """The column to be predicted, and what its classes are called."""
    cells = [cell.strip() for cell in cells]
    for line, cell in zip(lines, cells, strict=True):
        if cell.lower() in _MISSING:
            _refuse(path, line, column, cell)
    numbers = [_number(cell) for cell in cells]
    if classes is None and all(number is None for number in numbers):
        classes = True
    if classes:
        names = sorted(set(cells), key=lambda c: (_number(c) is None, _number(c) or 0.0, c))
        order = {name: i for i, name in enumerate(names)}
        return np.array([order[cell] for cell in cells], np.int64), tuple(names)
    for line, cell, number in zip(lines, cells, numbers, strict=True):
        if number is None:
            _refuse(path, line, column, cell, " For classes of any name, pass classes=True.")
    whole = all(cell.lstrip("+-").isdecimal() for cell in cells)
    if classes is None and whole and all(abs(n or 0) < 2**53 for n in numbers):
        return np.array([int(cell) for cell in cells], np.int64), ()
    return np.array(numbers, np.float32)[:, None], ()


def _refuse(path: Path, line: int, column: tuple[int, str], cell: str, hint: str = "") -> NoReturn:
    """Name the cell that cannot be used."""
    where = f"csv: line {line}, column {column[0] + 1} ({column[1]!r}) of {path}"
    if cell.strip().lower() in _MISSING:
        raise DataError(
            f"{where}: the value is missing ({cell!r}). Fill it in or leave the row out: a network "
            "cannot tell what was not measured."
        )
    raise DataError(
        f"{where}: {cell[:40]!r} is not a number (of float32).{hint} Numbers have a point, not a "
        "comma; text can only be the target."
    )
