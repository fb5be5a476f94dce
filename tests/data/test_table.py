"""CSV files: the numbers that stand in them, or the line and the column that cannot be used."""

from __future__ import annotations

import csv as stdlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tinygrad_edu as te
from tinygrad_edu.data import DataLoader, csv
from tinygrad_edu.errors import ArgumentError, DataError, DataMissing


@pytest.fixture
def write(tmp_path: Path) -> Any:
    """A file with this text."""

    def written(text: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / "table.csv"
        path.write_text(text, encoding=encoding)
        return path

    return written


def test_names_in_the_last_column_become_classes(write: Any) -> None:
    """Numbered in the order of the alphabet, with the names kept; blank lines and spaces pass."""
    table = csv(write("length, width,kind\n1,2.5,dog\n\n 3 ,4e1, cat\n-5,6,dog\n"))
    x, y = table
    assert x.tolist() == [[1, 2.5], [3, 40], [-5, 6]]
    assert x.dtype == np.float32
    assert y.tolist() == [1, 0, 1]
    assert y.dtype == np.int64
    assert table.class_names == ("cat", "dog")
    assert (table.feature_names, table.target_name) == (("length", "width"), "kind")
    assert repr(table) == "<Table: 3 examples, 2 features, to predict kind (2 classes)>"
    (batch,) = DataLoader(table.dataset, 3)
    assert batch[0].shape == (3, 2)


@pytest.mark.parametrize("target", ["a", 0, -3])
def test_the_target_is_named_or_counted(write: Any, target: Any) -> None:
    """A column by its name, from the front or from the back."""
    x, y = csv(write("a,b,c\n1,2,3\n0,5,6\n"), target)
    assert x.tolist() == [[2, 3], [5, 6]]
    assert y.tolist() == [1, 0]


def test_what_the_target_is(write: Any) -> None:
    """Whole numbers stand as they are, others are values (N, 1); `classes` decides otherwise."""
    whole, parts = "1,7\n2,10\n3,7\n", "1,0.5\n2,1\n"
    assert csv(write(whole)).y.tolist() == [7, 10, 7]
    made = csv(write(whole), classes=True)
    assert made.y.tolist() == [0, 1, 0]
    assert made.class_names == ("7", "10")  # as numbers go, not as letters do
    values = csv(write(whole), classes=False).y
    assert (values.tolist(), values.dtype) == ([[7], [10], [7]], te.float32)
    assert csv(write(parts)).y.tolist() == [[0.5], [1]]
    assert csv(write(parts), classes=True).class_names == ("0.5", "1")
    nothing = csv(write(parts), target=None)
    assert nothing.x.tolist() == [[1, 0.5], [2, 1]]
    assert nothing.y is None
    assert len(nothing.dataset.tensors) == 1


def test_with_and_without_a_header(write: Any) -> None:
    """A first row without numbers is a header, unless it is said otherwise."""
    assert csv(write("1,2,a\n3,4,b\n")).feature_names == ("0", "1")
    assert csv(write("1,2,y\n3,4,0\n"), header=True).feature_names == ("1", "2")
    with pytest.raises(DataError, match=r"line 1, column 1 \('0'\).*'a' is not a number"):
        csv(write("a,b\n1,2\n"), header=False)


def test_other_delimiters_quotes_and_encodings(write: Any) -> None:
    """Semicolons, tabs, quoted cells with a delimiter or a line end within, a byte order mark."""
    assert csv(write("1;2\n3;4\n"), delimiter=";").x.tolist() == [[1], [3]]
    assert csv(write("1\t2\n"), delimiter="\t").x.tolist() == [[1]]
    table = csv(write('"a,\nb",c\n"1","x, y"\n'))
    assert (table.feature_names, table.class_names) == (("a,\nb",), ("x, y",))
    assert csv(write("a,b\n1,2\n", "utf-8-sig")).feature_names == ("a",)
    assert csv(write("а,ж\n1,ы\n", "cp1251"), encoding="cp1251").class_names == ("ы",)


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("a,b\n1,2\n,4\n", {}, r"line 3, column 1 \('a'\) of .*the value is missing \(''\)"),
        ("a,b,c\n1, NA ,2\n", {}, r"line 2, column 2 \('b'\) of .*missing"),
        ("a,b,c\n1,nan,2\n", {}, r"line 2, column 2 \('b'\) of .*missing"),
        ("a,b\n1,\n", {}, r"line 2, column 2 \('b'\) of .*missing"),
        ("a,b\n1,x\n2,?\n", {}, r"line 3, column 2 \('b'\) of .*missing"),
        ("a,b,c\n1,2,3\n1,x,3\n", {}, r"line 3, column 2 \('b'\) of .*'x' is not a number"),
        ('"a\nb",c\n1,2\nx,2\n', {}, r"line 4, column 1"),
        ("a,b\n1_000,2\n", {}, "'1_000' is not a number"),
        ("a,b\ninf,2\n", {}, "'inf' is not a number"),
        ("a,b\n1e39,2\n", {}, "'1e39' is not a number"),
        ("a;b\n1,5;2\n", {"delimiter": ";"}, "'1,5' is not a number.*point, not a comma"),
        ("a,b\n1,2\n1,x\n", {}, "column 2 .*'x' is not a number.*classes=True"),
        ("a,b\n1,2,3\n", {}, r"line 2 of .* has 3 cell\(s\), but 2 were expected"),
        ("a,b\n1\n", {}, r"line 2 of .* has 1 cell\(s\)"),
        ("a,a\n1,2\n", {}, "names 'a' twice"),
        ("", {}, "is empty"),
        ("\n \n", {}, "is empty"),
        ("a,b\n", {}, "0 rows of data"),
        ("1\n2\n", {}, "0 columns beside the target"),
        ('a,b\n"1,2\n', {}, "cannot be read"),
        ("a,b\n1,2\n", {"encoding": "no such"}, "cannot be read"),
        ("a,b\n1,\u0416\n", {"encoding": "ascii"}, "cannot be read"),
        ("a,b\n1,2\n", {"target": "c"}, "target='c' is no column of .*: a, b"),
        ("a,b\n1,2\n", {"target": 2}, "target=2 is no column"),
        ("a,b\n1,2\n", {"target": True}, "target=True is no column"),
        ("a,b\n1,2\n", {"delimiter": ";;"}, "delimiter=';;'"),
    ],
)
def test_what_cannot_be_used_is_named(
    write: Any, text: str, options: dict[str, Any], message: str
) -> None:
    """The line and the column, as an editor counts them, and what was found there."""
    with pytest.raises((DataError, ArgumentError), match=message):
        csv(write(text), **options)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """The path is in the message, and a folder is no file."""
    with pytest.raises(DataMissing, match=r"no file .*nowhere\.csv"):
        csv(tmp_path / "nowhere.csv")
    with pytest.raises(DataError, match="cannot be read"):
        csv(tmp_path)


NUMBERS = st.floats(width=32, allow_nan=False, allow_infinity=False)


@given(st.lists(st.tuples(NUMBERS, NUMBERS, st.sampled_from("ab")), min_size=1, max_size=5))
def test_what_was_written_is_read(tmp_path_factory: Any, rows: list[Any]) -> None:
    """Numbers of float32 come back bit for bit, through Python's own writer."""
    path = tmp_path_factory.mktemp("csv") / "table.csv"
    with path.open("w", newline="") as file:
        stdlib.writer(file).writerows([("p", "q", "r"), *rows])
    table = csv(path)
    np.testing.assert_array_equal(table.x.array, np.float32([row[:2] for row in rows]))
    assert [table.class_names[i] for i in table.y.tolist()] == [row[2] for row in rows]
