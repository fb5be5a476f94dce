"""Every lesson runs, and every number that it prints is the number it should be.

Long trainings are shortened by TINYGRAD_EDU_QUICK, which changes epochs and sizes only; what stands
here about them holds for the short form. `python -m tests.examples` runs the full lessons.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.examples.numbers import BETWEEN, FULL, SAYS

ROOT = Path(__file__).parents[2]
LESSONS = sorted((ROOT / "examples").glob("[0-9][0-9]_*.py"))
ON_MNIST = ("09_mlp_on_mnist", "11_school_project")  # elsewhere they fall back on the digits


NUMBER = r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?"
# What differs from machine to machine, or with every line that is added above.
PASSING = (
    rf"(?<=faster ){NUMBER}|{NUMBER}(?= (?:× the time|µs |s here|s by))|\w+\.py:\d+|^picture: .*"
)


def after(text: str) -> re.Pattern[str]:
    """The number behind `text`, in which # stands for any other number."""
    words = re.sub(r"(?:\\ )+", r"\\s+", re.escape(text)).replace(r"\#", NUMBER)
    return re.compile(rf"{words}\s*({NUMBER})")


def assert_numbers(output: str, bounds: list[tuple[str, float, float]]) -> None:
    for text, least, most in bounds:
        found = after(text).findall(output)
        assert found, f"{text!r} is not printed:\n{output}"
        assert all(least <= float(number) <= most for number in found), f"{text}\n{output}"


def unasserted(lesson: str, output: str) -> list[str]:
    """The lines with a number of which nothing is said above."""
    output = re.sub(PASSING, "", output, flags=re.MULTILINE)
    for text, *_ in sorted(BETWEEN.get(lesson, []), key=lambda bound: -len(bound[0])):
        output = after(text).sub("", output)
    for text in sorted(SAYS[lesson], key=len, reverse=True):
        output = output.replace(text, "")
    return [line for line in output.splitlines() if re.search(r"\d", line)]


def run_lesson(lesson: Path, pictures: Path, quick: bool = True, lang: str = "C") -> str:
    """What a lesson prints, in a process of its own; its warnings are errors."""
    done = subprocess.run(
        [sys.executable, "-W", "error", lesson.name],
        cwd=lesson.parent,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PYTHONUTF8": "1",
            "MPLBACKEND": "agg",
            "LANG": lang,
            "TINYGRAD_EDU_PICTURES": str(pictures),
            "TINYGRAD_EDU_QUICK": "1" if quick else "",
        },
        capture_output=True,
        encoding="utf-8",
        timeout=600 if quick else 3600,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.long
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_a_lesson_prints_its_numbers_and_draws_its_pictures(lesson: Path, tmp_path: Path) -> None:
    """From top to bottom, with every promised number, and every picture it speaks of."""
    output = run_lesson(lesson, tmp_path)
    if lesson.stem in ON_MNIST and "MNIST is not here" in output:
        pytest.skip("the numbers are MNIST's, and it is not here")
    for text in SAYS[lesson.stem]:
        assert text in output, f"{text!r} is not printed:\n{output}"
    assert_numbers(output, BETWEEN.get(lesson.stem, []))
    assert not unasserted(lesson.stem, output)
    assert "ABOVE" not in output
    assert "False" not in re.sub(r"\[[^]]*\]", "", output)
    spoken = re.findall(r"^picture: (.+)$", output, re.MULTILINE)
    assert all((tmp_path / name).stat().st_size > 5000 for name in spoken)


@pytest.mark.long
def test_lesson_6_speaks_russian_where_the_machine_does(tmp_path: Path) -> None:
    """Its families, its ledger and its picture are in the language of LANG."""
    output = run_lesson(ROOT / "examples/06_backprop_rules.py", tmp_path, lang="ru_RU.UTF-8")
    assert "градиент передаётся каждому входу без изменений" in output
    assert "Откуда берётся градиент w" in output
    assert "масштабатор" in (tmp_path / "06_worked_example.svg").read_text(encoding="utf-8")


@pytest.mark.long
def test_what_the_page_for_teachers_shows_runs(tmp_path: Path) -> None:
    """Its three scripts, one after another."""
    page = (ROOT / "examples/teachers.md").read_text(encoding="utf-8")
    scripts = re.findall(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    (tmp_path / "scripts.py").write_text("\n".join(scripts), encoding="utf-8")
    output = run_lesson(tmp_path / "scripts.py", tmp_path)
    for text in ("5. dL/dw = −0.04487", "db1 = dZ1\n", "32 из 32 нейронов"):
        assert text in output, f"{text!r} is not printed:\n{output}"


def test_every_lesson_is_held_to_its_numbers() -> None:
    """A lesson that nobody checks would be a lesson that may be wrong."""
    assert {lesson.stem for lesson in LESSONS} == SAYS.keys()
    assert {*BETWEEN, *FULL} <= SAYS.keys()


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_a_lesson_is_short_and_speaks_both_languages(lesson: Path) -> None:
    """At most 150 lines; English and Russian in the cells of text."""
    text = lesson.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 150
    prose = "".join(re.findall(r"^# %% \[markdown\]\n((?:#.*\n)+)", text, re.MULTILINE))
    assert len(re.findall("[а-яё]", prose)) > 100
    assert len(re.findall("[a-z]", prose)) > 100
