"""The lessons in full, each in a process of its own: `python -m tests.examples [LESSON …]`.

For each it tells the seconds (wall and processor) and whether the figures that it must reach are
reached. MNIST must be at hand. The exit code counts the lessons that fall short.
"""

from __future__ import annotations

import resource
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from tests.examples.numbers import FULL
from tests.examples.test_lessons import LESSONS, after, assert_numbers, run_lesson


def seconds() -> float:
    """Processor time of all the children that have ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def tell(lesson: Path, folder: Path) -> bool:
    """Run a lesson and print a line about it; whether it reached its figures."""
    start, before = perf_counter(), seconds()
    output = run_lesson(lesson, folder, quick=False)
    bounds = FULL.get(lesson.stem, [])
    figures = ", ".join(
        " ".join(t.split()) + " " + "/".join(after(t).findall(output)) for t, *_ in bounds
    )
    wall, processor = perf_counter() - start, seconds() - before
    try:
        assert_numbers(output, bounds)
        reached = True
    except AssertionError:
        reached = False
    print(f"{lesson.stem:28} {wall:6.1f} s, processor {processor:6.1f} s", end="  ")
    print("reached" if reached else "SHORT", figures, flush=True)
    return reached


if __name__ == "__main__":
    names = sys.argv[1:]
    chosen = [x for x in LESSONS if not names or any(x.stem.startswith(name) for name in names)]
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(sum(not tell(lesson, Path(folder)) for lesson in chosen))
