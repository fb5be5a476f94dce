"""What a training leaves behind: curves that can be looked at, a model that can be used."""

from __future__ import annotations

import csv
import json
import math
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from tinygrad_edu.data import digits
from tinygrad_edu.errors import ArgumentError, DataError, DataMissing, NotInstalled
from tinygrad_edu.lab import History, load_model, mlp, save_curves, save_model
from tinygrad_edu.lab.words import WORDS
from tinygrad_edu.random import manual_seed
from tinygrad_edu.serialization.files import encode


def history(n: int = 5) -> History:
    """A made-up training that gets better."""
    return History(
        [
            {
                "epoch": i,
                "loss": 1.1 / i,
                "train_loss": 1 / i,
                "train_accuracy": 1 - 0.5 / i,
                "test_loss": 1.2 / i,
                "test_accuracy": 1 - 0.6 / i,
            }
            for i in range(1, n + 1)
        ]
    )


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("epochs", [1, 5, 100])
def test_curves_become_a_picture(tmp_path: Path, lang: str, epochs: int) -> None:
    """In both languages, for one epoch and for many, a PNG of a readable size is written."""
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    import matplotlib.image

    save_curves(history(epochs), tmp_path / "curves.png", "digits, 64-10", lang)
    picture = matplotlib.image.imread(tmp_path / "curves.png")
    assert picture.shape[0] > 400
    assert picture.shape[1] > 1000
    assert picture[..., :3].std() > 0.05  # not an empty page
    assert os.listdir(tmp_path) == ["curves.png"]


def test_curves_speak_the_language(tmp_path: Path) -> None:
    """The words of an SVG are those of the chosen language."""
    matplotlib = pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        save_curves(history(), tmp_path / "curves.svg", "Заголовок", "ru")
    text = (tmp_path / "curves.svg").read_text(encoding="utf-8")
    for word in ("потери", "точность, %", "эпоха", "обучение", "тест", "Заголовок"):
        assert word in text


def test_curves_leave_the_users_figures_alone(tmp_path: Path) -> None:
    """No global figure is opened, so nothing pops up and nothing is drawn over."""
    plt = pytest.importorskip("matplotlib.pyplot", reason="matplotlib is not installed")
    before = plt.get_fignums()
    save_curves(history(), tmp_path / "curves.png")
    assert plt.get_fignums() == before


def test_without_matplotlib_the_word_is_clear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where matplotlib cannot be imported, the error names the extra to install."""
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(NotInstalled, match=r"pip install 'tinygrad-edu\[plot\]'"):
        save_curves(history(), tmp_path / "curves.png")
    with pytest.raises(ImportError):
        save_curves(history(), tmp_path / "curves.png")
    assert not list(tmp_path.iterdir())


def test_curves_of_nothing_and_in_no_language_are_refused(tmp_path: Path) -> None:
    """An empty history has no curves, and an unknown language has no words."""
    with pytest.raises(ArgumentError, match="history is empty"):
        save_curves(History(), tmp_path / "curves.png")
    with pytest.raises(ArgumentError, match="lang='de'"):
        save_curves(history(), tmp_path / "curves.png", lang="de")


def test_both_languages_say_the_same_things() -> None:
    """No word is missing in either language."""
    assert WORDS["en"].keys() == WORDS["ru"].keys()


def test_a_saved_model_predicts_the_same(tmp_path: Path) -> None:
    """Saved and loaded, a network gives the same scores, bit for bit."""
    pytest.importorskip("safetensors", reason="safetensors is not installed")
    manual_seed(0)
    x = digits().x_test
    model = mlp([64, 20, 12, 10], "tanh")
    save_model(model, tmp_path / "m.safetensors", {"activation": "tanh", "data": "digits"})
    loaded = load_model(tmp_path / "m.safetensors")
    assert np.array_equal(loaded(x).detach().numpy(), model(x).detach().numpy())
    assert not loaded.training


def test_others_read_the_saved_model(tmp_path: Path) -> None:
    """The safetensors library finds PyTorch's names and shapes, and the notes."""
    numpy_reader = pytest.importorskip("safetensors.numpy", reason="safetensors is not installed")
    save_model(mlp([64, 20, 10]), tmp_path / "m.safetensors", {"activation": "relu"})
    arrays = numpy_reader.load_file(tmp_path / "m.safetensors")
    assert {k: v.shape for k, v in arrays.items()} == {
        "0.weight": (20, 64),
        "0.bias": (20,),
        "2.weight": (10, 20),
        "2.bias": (10,),
    }
    assert all(v.dtype == np.float32 for v in arrays.values())


def test_a_damaged_model_is_refused(tmp_path: Path) -> None:
    """Missing, truncated, foreign and unexplained files are each one clear error."""
    numpy_writer = pytest.importorskip("safetensors.numpy", reason="safetensors is not installed")
    path = tmp_path / "m.safetensors"
    with pytest.raises(DataMissing, match="there is no file"):
        load_model(path)
    save_model(mlp([64, 10]), path, {"activation": "relu"})
    content = path.read_bytes()
    for damaged in (content[:-1], content[:20], b"", b"\x80\x04 a pickle perhaps", content + b"x"):
        path.write_bytes(damaged)
        with pytest.raises(DataError, match="cannot be used"):
            load_model(path)
    for arrays, notes in (
        ({"0.weight": np.zeros((2, 3), np.float32)}, {"activation": "relu"}),  # no bias
        ({"0.weight": np.zeros(3, np.float32)}, {"activation": "relu"}),  # not a matrix
        ({"w.weight": np.zeros((2, 3), np.float32)}, {"activation": "relu"}),  # not our names
        ({}, {"activation": "relu"}),
        ({"0.weight": np.zeros((2, 3), np.float32)}, {"activation": "system"}),
        ({"0.weight": np.zeros((2, 3), np.float32)}, None),
    ):
        path.write_bytes(encode(arrays, notes) if notes else numpy_writer.save(arrays))
        with pytest.raises(DataError, match="cannot be used"):
            load_model(path)


def test_a_failed_save_keeps_the_old_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk refuses at the last moment, the former file is whole."""
    pytest.importorskip("safetensors", reason="safetensors is not installed")
    path = tmp_path / "m.safetensors"
    save_model(mlp([64, 10]), path)
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        save_model(mlp([64, 10]), path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["m.safetensors"]


def test_the_history_is_json(tmp_path: Path) -> None:
    """Settings and rows come back from the file as they were; JSON's null stands for NaN."""
    record = history(2)
    record.rows[0]["val_r2"] = math.nan
    record.to_json(tmp_path / "h.json", {"data": "digits", "hidden": (128, 64)})
    read = json.loads((tmp_path / "h.json").read_text(encoding="utf-8"))
    assert read["settings"] == {"data": "digits", "hidden": [128, 64]}
    assert read["epochs"][1] == record[1]
    assert read["epochs"][0]["val_r2"] is None


def test_the_history_is_a_table(tmp_path: Path) -> None:
    """A line for each epoch, a column for each quantity; a list of numbers is one cell."""
    record = history(2)
    record.rows[1]["f1"] = [0.5, 1.0]
    record.to_csv(tmp_path / "h.csv")
    with open(tmp_path / "h.csv", newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert [float(line["test_loss"]) for line in lines] == record["test_loss"]
    assert [line["f1"] for line in lines] == ["", "[0.5, 1.0]"]


def test_a_column_that_is_not_there() -> None:
    """The columns that are there are named."""
    with pytest.raises(ArgumentError, match=r"no column 'val_loss'\. Use one of epoch"):
        history()["val_loss"]


def test_curves_of_a_loss_alone(tmp_path: Path) -> None:
    """Without an accuracy there is one panel; the epoch's own average is its training line."""
    matplotlib = pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    rows = [{"epoch": i, "loss": 1 / i, "val_loss": 2 / i} for i in (1, 2, 3)]
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        save_curves(History(rows), tmp_path / "c.svg")
    text = (tmp_path / "c.svg").read_text(encoding="utf-8")
    assert "validation" in text
    assert "train" in text
    assert "accuracy" not in text
