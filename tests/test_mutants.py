"""The mutants: that each still fits the source is known at once, without running the tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from .mutants import Mutant
from .mutants.__main__ import EVERYTHING, ROOT, mutated


@pytest.mark.parametrize("mutant", EVERYTHING, ids=lambda m: m.mistake)
def test_a_mutant_fits_the_source(mutant: Mutant) -> None:
    """Its text is there exactly once, and the mistake is still Python."""
    compile(mutated(ROOT, mutant), mutant.file, "exec")
    assert all((ROOT / test).exists() for test in mutant.tests)


def test_mistakes_differ() -> None:
    """No mistake is counted twice."""
    assert len({(m.file, m.old, m.new) for m in EVERYTHING}) == len(EVERYTHING)
    assert len({m.mistake for m in EVERYTHING}) == len(EVERYTHING)


def test_a_mutant_that_does_not_fit_is_loud(tmp_path: Path) -> None:
    """A text that is absent, or there twice, stops the run: nothing would have been tested."""
    (tmp_path / "rule.py").write_text("g * x\ng * x\n", "utf-8")
    for old, times in (("g * y", 0), ("g * x", 2)):
        with pytest.raises(SystemExit, match=rf"{times} times in rule\.py, not once"):
            mutated(tmp_path, Mutant("a factor", "rule.py", old, "g"))
