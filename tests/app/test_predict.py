"""`tinygrad-edu predict`: one line for each file, whatever the others are."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("click", reason="the command line's extra is not installed")
pytest.importorskip("tqdm", reason="the command line's extra is not installed")
pytest.importorskip("PIL", reason="needs the extra [app]")
pytest.importorskip("safetensors", reason="the command line's extra is not installed")

from tinygrad_edu.cli import main

from .files import bomb, file_of, seven

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test runs in a folder with two pictures of a seven."""
    monkeypatch.chdir(tmp_path)
    Path("seven.png").write_bytes(file_of(seven()))
    Path("семь 7.jpg").write_bytes(file_of(255 - seven(), "JPEG"))


def test_one_line_for_each_file(capsys: Captured) -> None:
    """Name, digit, probability, with tabs between them; the exit code is 0."""
    assert main(["predict", "seven.png", "семь 7.jpg"]) == 0
    out, err = capsys.readouterr()
    lines = [line.split("\t") for line in out.splitlines()]
    assert [line[:2] for line in lines] == [["seven.png", "7"], ["семь 7.jpg", "7"]]
    assert all(0.5 < float(line[2]) <= 1 for line in lines) and not err


def test_json_has_all_ten(capsys: Captured) -> None:
    """One object a line; the ten add up to 1, and the digit is the likeliest."""
    assert main(["predict", "--json", "seven.png", "семь 7.jpg"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["file"], one["digit"]) for one in told] == [("seven.png", 7), ("семь 7.jpg", 7)]
    for one in told:
        chances = one["probabilities"]
        assert len(chances) == 10 and sum(chances) == pytest.approx(1, abs=1e-4)
        assert int(np.argmax(chances)) == one["digit"]


BAD = {
    "text.png": (b"a seven", "cannot be read as a picture"),
    "drawn.svg": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "cannot be read as a picture"),
    "page.png": (b"<!doctype html><script>alert(1)</script>", "cannot be read as a picture"),
    "cut.png": (file_of(seven())[:200], "cannot be read as a picture"),
    "nothing.png": (b"", "cannot be read as a picture"),
    "white.png": (file_of(np.full((200, 200), 255, np.uint8)), "nothing stands out"),
    "black.png": (file_of(np.zeros((200, 200), np.uint8)), "nothing stands out"),
    "bomb.png": (bomb(2**31 - 1, 2**31 - 1), "too many pixels"),
    "wide.png": (bomb(20_000, 20_000), "too many pixels"),
    "large.png": (bytes(16_000_001), "more than 16 MB"),
}


@pytest.mark.parametrize(("name", "content", "said"), [(n, *case) for n, case in BAD.items()])
def test_what_cannot_be_read_gets_its_line(
    name: str, content: bytes, said: str, capsys: Captured
) -> None:
    """On stderr, named once, what is wrong; the files around it are read; the exit code is 1."""
    Path(name).write_bytes(content)
    assert main(["predict", "seven.png", name, "семь 7.jpg"]) == 1
    out, err = capsys.readouterr()
    assert [line.split("\t")[1] for line in out.splitlines()] == ["7", "7"]
    assert err.startswith(f"{name}: ") and said in err and err.count("\n") == 1
    assert err.count(name) == 1 and "Traceback" not in err


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("absent.png", "there is no such file"),
        ("folder", "is a folder"),
        ("/dev/zero", "or a device"),
        ("seven.png/x", "cannot be opened"),
        ("x" * 300, "cannot be opened"),
    ],
)
def test_names_of_no_file_get_their_line(name: str, said: str, capsys: Captured) -> None:
    """A missing file, a folder, a device that never ends, an impossible name."""
    Path("folder").mkdir()
    assert main(["predict", name, "seven.png"]) == 1
    out, err = capsys.readouterr()
    assert out.startswith("seven.png\t7\t") and said in err and err.count("\n") == 1


def test_a_name_with_a_line_break_stays_in_its_line(capsys: Captured) -> None:
    """One line for each file is a promise to the program that reads them."""
    Path("a\n\tb.png").write_bytes(file_of(seven()))
    assert main(["predict", "a\n\tb.png"]) == 0
    assert capsys.readouterr().out.split("\t")[:2] == ["a\\n\\tb.png", "7"]


def test_another_network_is_refused_where_it_cannot_read(capsys: Captured) -> None:
    """A model that is missing or is none ends the command with 2, before any picture is read."""
    for model in ("absent.safetensors", "seven.png"):
        assert main(["predict", "--model", model, "seven.png"]) == 2
        out, err = capsys.readouterr()
        assert not out and model in err and err.count("\n") == 1


def test_without_a_picture_the_command_says_so(capsys: Captured) -> None:
    """Exit code 2, one line."""
    assert main(["predict"]) == 2
    assert "IMAGE" in capsys.readouterr().err
