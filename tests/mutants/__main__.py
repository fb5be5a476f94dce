"""Run the tests against every mutant; exit with 1 where one survives."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from . import Mutant, engine, lab, layers, rules, saving

ROOT = Path(__file__).parents[2]
EVERYTHING = [
    *engine.MUTANTS,
    *lab.MUTANTS,
    *layers.MUTANTS,
    *rules.MUTANTS,
    *saving.MUTANTS,
]
COPIED = ("tinygrad_edu", "tests", "pyproject.toml")
SECONDS = 120  # the tests that should notice one mutant take less than a fifth of this
WORKERS = 2

PASSED, FAILED = 0, 1  # pytest's exit codes; the others say that it could not do its work


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant."""

    noticed: bool
    how: str  # the first test that failed, or why none did
    seconds: float


def copy_to(place: Path, source: Path = ROOT) -> Path:
    """The package and its tests, to be changed and thrown away."""
    for name in COPIED:
        if (source / name).is_dir():
            shutil.copytree(source / name, place / name)
        else:
            shutil.copy2(source / name, place / name)
    return place


def mutated(place: Path, mutant: Mutant) -> str:
    """The source with the mistake. Raises `SystemExit` where its place is not there just once."""
    text = (place / mutant.file).read_text("utf-8")
    if text.count(mutant.old) != 1:
        raise SystemExit(
            f"mutants: {mutant.mistake!r} changes a text that is {text.count(mutant.old)} times in "
            f"{mutant.file}, not once:\n\n{mutant.old}\n"
            "The source has moved on: bring tests/mutants up to date."
        )
    return text.replace(mutant.old, mutant.new)


def run(place: Path, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    """Run Python on the package in `place`, whatever is installed."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(place), "HYPOTHESIS_PROFILE": "unshrunk"},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def pytest(place: Path, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    """Run pytest on the copy, up to the first failure."""
    options = ["-x", "-q", "--tb=no", "-p", "no:cacheprovider"]
    return run(place, ["-m", "pytest", *options, *arguments])


def judge(pristine: Path, mutant: Mutant) -> Verdict:
    """Make the mistake in a copy and see whether a test fails."""
    start = time.perf_counter()
    with TemporaryDirectory(prefix="mutant-") as folder:
        place = copy_to(Path(folder), pristine)
        (place / mutant.file).write_text(mutated(place, mutant), "utf-8")
        try:
            done = pytest(place, mutant.arguments)
            noticed, how = done.returncode == FAILED, _first_failure(done)
        except subprocess.TimeoutExpired:
            noticed, how = mutant.hangs, f"no answer within {SECONDS} s"
    return Verdict(noticed, how, time.perf_counter() - start)


def _first_failure(done: subprocess.CompletedProcess[str]) -> str:
    if done.returncode == PASSED:
        return "all tests pass"
    found = re.search(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
    if done.returncode == FAILED and found:
        return found[1].removeprefix("tests/")
    return (
        f"pytest could not run (exit {done.returncode}): {done.stdout[-300:]}{done.stderr[-300:]}"
    )


def check_unmutated(pristine: Path, mutants: list[Mutant]) -> None:
    """The same tests pass where there is no mistake, and they test the copy."""
    script = "import tinygrad_edu; print(tinygrad_edu.__file__)"
    done = run(pristine, ["-c", script])
    if not done.stdout.startswith(str(pristine)):
        raise SystemExit(f"mutants: {done.stdout.strip()} is tested, not the copy in {pristine}.")
    together: dict[tuple[tuple[str, ...], bool], Mutant] = {}  # each file once, for all its ops
    for m in mutants:
        key = m.tests, bool(m.ops)
        before = together.setdefault(key, m)
        together[key] = replace(before, ops=tuple(dict.fromkeys(before.ops + m.ops)))
    with ThreadPoolExecutor(WORKERS) as pool:
        try:
            for done in pool.map(lambda m: pytest(pristine, m.arguments), together.values()):
                if done.returncode != PASSED:
                    raise SystemExit(
                        "mutants: tests fail where there is no mistake, so nothing can be learned."
                        f"\n{done.stdout[-2000:]}{done.stderr[-1000:]}"
                    )
        except subprocess.TimeoutExpired as slow:
            raise SystemExit(
                f"mutants: without any mistake {' '.join(slow.cmd[-6:])} took over {SECONDS} s, so "
                "a mutant that hangs would not stand out. Run it on a machine that does less."
            ) from None


def main(words: list[str]) -> int:
    """Judge the mutants whose descriptions have all `words`."""
    mutants = [m for m in EVERYTHING if all(w in f"{m.mistake} {m.file} {m.ops}" for w in words)]
    start = time.perf_counter()
    survived = 0
    with TemporaryDirectory(prefix="unmutated-") as folder, ThreadPoolExecutor(WORKERS) as pool:
        pristine = copy_to(Path(folder))
        for mutant in EVERYTHING:  # before any work: does each still fit the source?
            mutated(pristine, mutant)
        check_unmutated(pristine, mutants)
        print(f"no mistake: all tests pass ({time.perf_counter() - start:.0f} s)", flush=True)
        verdicts = pool.map(lambda m: judge(pristine, m), mutants)
        for mutant, verdict in zip(mutants, verdicts, strict=True):
            survived += not verdict.noticed
            word = "noticed" if verdict.noticed else "SURVIVED"
            print(f"{word:8} {verdict.seconds:5.1f} s  {mutant.mistake}")
            print(
                f"{'':18}by {verdict.how}" if verdict.noticed else f"{'':18}{verdict.how}",
                flush=True,
            )
    print(f"in {time.perf_counter() - start:.0f} s")
    print(f"{len(mutants) - survived} passed, {survived} failed")
    return 1 if survived or not mutants else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
