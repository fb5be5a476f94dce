"""The report: every number from the runs, nothing from outside, in both languages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tinygrad_edu.errors import ArgumentError
from tinygrad_edu.lab.report import report, write_report
from tinygrad_edu.lab.report.pictures import optimizers_together
from tinygrad_edu.lab.report.render import svg
from tinygrad_edu.lab.report.sentences import SENTENCES
from tinygrad_edu.lab.report.texts import Texts
from tinygrad_edu.lab.study import Experiment, Grid, Results, Run
from tinygrad_edu.lab.study.training import train

pytestmark = pytest.mark.long

pytest.importorskip("matplotlib", reason="matplotlib is not installed")
pytest.importorskip("latex2mathml", reason="latex2mathml is not installed")

EXPERIMENT = Experiment(Grid(("sgd", "adam"), (0.1, 1e25), (64,), ((8,),), seed=(0, 1)), epochs=2)


@pytest.fixture(scope="module")
def results() -> Results:
    """A study of eight tiny trainings, some of which diverge."""
    runs = []
    for setting in EXPERIMENT.grid.settings():
        found = train(EXPERIMENT, setting)
        runs.append(Run(setting, **found))
    return Results(EXPERIMENT, tuple(runs))


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_the_page_needs_nothing_else(results: Results, lang: str, tmp_path: Path) -> None:
    """The HTML has all sections, a picture in it for each figure, formulas, and no address."""
    page, text = (
        path.read_text(encoding="utf-8") for path in write_report(results, tmp_path, lang)
    )
    assert not re.search(r"""(?:src|href)=["'](?!data:)""", page)
    assert "url(" not in page
    for section in ("introduction", "hand", "optimizers", "experiments", "conclusion", "repeat"):
        assert SENTENCES[f"h {section}"][lang == "ru"] in page
    assert page.count("<img ") == text.count("](pictures/") == 6
    assert page.count("<math") == text.count("$$") // 2 == 7
    for name in re.findall(r"\]\((pictures/[^)]+)\)", text):
        assert (tmp_path / name).read_bytes().startswith(b"<?xml")
    assert "tinygrad-edu lab --optimizer sgd,adam --lr 0.1,1e+25" in page


def test_the_numbers_are_the_runs(results: Results, tmp_path: Path) -> None:
    """The mean final accuracy of the best setting stands in the conclusion, as it was measured."""
    _, path = write_report(results, tmp_path)
    best = max(
        sum(run.final or 0 for run in results.where(optimizer=name, lr=0.1)) / 2
        for name in ("sgd", "adam")
    )
    assert f"The best final accuracy, {100 * best:.2f} %" in path.read_text()
    assert "Diverged: Adam, η\u00a0=\u00a01e+25" in path.read_text()


def test_equal_pictures_are_equal_files(results: Results) -> None:
    """Drawn twice, a picture of the same runs is the same file, byte for byte."""
    first, second = (svg(optimizers_together(results, Texts("en"))) for _ in range(2))
    assert first == second


def test_no_report_of_nothing() -> None:
    """Where no training is finished there is nothing to report on."""
    with pytest.raises(ArgumentError, match="no training is finished"):
        report(Results(EXPERIMENT, ()))


def test_every_sentence_is_in_both_languages() -> None:
    """Both versions of a sentence ask for the same values."""
    for key, (english, russian) in SENTENCES.items():
        asked = [set(re.findall(r"\{(\w+)\}", text)) for text in (english, russian)]
        assert asked[0] == asked[1], key


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["en", "ru"])
def test_in_a_browser(results: Results, lang: str, tmp_path: Path, chromium: Any) -> None:
    """Chromium asks for nothing but the file, shows every picture, complains of nothing, and prints
    A4 pages.
    """
    page_file, _ = write_report(results, tmp_path, lang)
    with chromium.new_page() as page:
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.goto(page_file.as_uri())
        assert [url for url in asked if not url.startswith("data:")] == [page_file.as_uri()]
        whole = "[...document.images].every(i => i.complete && i.naturalWidth > 0)"
        assert page.evaluate(whole)
        assert page.evaluate("document.querySelector('math').getBoundingClientRect().height > 10")
        page.set_viewport_size({"width": 390, "height": 800})  # a phone
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert said == []
        pdf = page.pdf(prefer_css_page_size=True)
    assert pdf.startswith(b"%PDF")
    assert re.search(rb"/MediaBox \[0 0 59[45][.\d]* 84[12]", pdf)
