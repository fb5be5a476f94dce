"""Replay parity: the same script here and in PyTorch, compared number by number.

    result = check.compare("train.py")
    print(result)               # the first step and tensor at which the numbers part

The script runs twice, in processes of its own (`replay`): under this library and under
PyTorch, with the same random numbers and the same initial parameters. Module outputs, losses,
gradients and the parameters after every step are noted in their order, and compared under their
labels. Two numbers are the same up to rounding where

    |a − b| ≤ rtol · max|tensor|,   rtol = 1e-4 for float32, 1e-9 for float64,

and a tensor counts as no smaller than a thousandth of its step's largest: the gradient of a bias in
front of a batch norm is 0 up to rounding, and rounding is not compared with rounding.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import BadZipFile

import numpy as np

from ..errors import ArgumentError, DataError, DataMissing
from . import compare_words

__all__ = ["Comparison", "Parting", "compare"]

RTOL = {4: 1e-4, 8: 1e-9}


@dataclass(frozen=True, slots=True)
class Parting:
    """Where two runs part: `place` is the element, flat, that differs most."""

    label: str
    place: int
    here: float
    there: float
    difference: float
    allowed: float
    shapes: str = ""


@dataclass
class Comparison:
    """The result; true where the numbers are the same up to rounding.

    status    "same", "parted", "failed" (a script did not finish) or "no PyTorch"
    compared  how many arrays;  agreeing: how many before the first that differs
    largest   the largest difference, relative to what is allowed
    only_here, only_there   labels that one run alone has
    """

    status: str
    script: str
    compared: int = 0
    agreeing: int = 0
    largest: float = 0.0
    partings: list[Parting] = field(default_factory=list)
    only_here: list[str] = field(default_factory=list)
    only_there: list[str] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)
    trace: str = ""
    lang: str = "en"

    def __bool__(self) -> bool:
        return self.status == "same"

    def __str__(self) -> str:
        return compare_words.report(self, self.lang)

    @property
    def first(self) -> Parting | None:
        """The first difference, in the order of this library's run."""
        return self.partings[0] if self.partings else None

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers and strings, for JSON."""
        told = asdict(self)
        told["partings"] = [
            {k: str(v) if isinstance(v, float) and not np.isfinite(v) else v for k, v in p.items()}
            for p in told["partings"][:100]
        ]
        return told


@dataclass(frozen=True, slots=True)
class _Run:
    """A trace, read back."""

    arrays: dict[str, np.ndarray]
    failed: str


def compare(
    script: str | Path,
    arguments: Sequence[str] = (),
    *,
    timeout: float = 300.0,
    rtol: float | None = None,
    trace: str | Path | None = None,
    against: str | Path | None = None,
    lang: str = "en",
) -> Comparison:
    """Run `script` here and with PyTorch, and say where the numbers part.

    `trace` keeps the first run's file; `against` is such a file, made elsewhere: then PyTorch runs
    here from its start, and the script does not run under this library. Each run may take `timeout`
    seconds. Raises `DataMissing` where there is no script, `ArgumentError` for a language that is
    not spoken here.
    """
    script = Path(script)
    _check_asked([script] if against is None else [script, Path(against)], timeout, lang)
    result = Comparison("no PyTorch", str(script), lang=lang)
    with TemporaryDirectory(prefix="replay-") as folder:
        here, there = Path(folder, "edu.npz"), Path(folder, "torch.npz")
        if against is not None:
            shutil.copyfile(against, here)
            _read(here)
        else:
            _run("edu", script, arguments, here, None, timeout, result)
        if trace is not None and here.exists():
            shutil.copyfile(here, trace)
            result.trace = str(trace)
        installed = importlib.util.find_spec("torch") is not None
        if installed and here.exists():
            _run("torch", script, arguments, there, here, timeout, result)
        if there.exists():
            _compare(_read(here), _read(there), rtol, result)
    result.status = _status(result, installed)
    return result


def _check_asked(files: Sequence[Path], timeout: float, lang: str) -> None:
    compare_words.check(lang)
    for path in files:
        if not path.is_file():
            raise DataMissing(f"compare: there is no file {path}. Give the path of one.")
    if timeout <= 0:
        raise ArgumentError(f"compare: timeout={timeout} leaves no time. Use seconds above 0.")


def _status(result: Comparison, installed: bool) -> str:
    if result.partings:
        return "parted"
    if result.failures or (installed and not result.compared):
        return "failed"
    return "same" if installed else "no PyTorch"


def _run(
    side: str,
    script: Path,
    arguments: Sequence[str],
    out: Path,
    tape: Path | None,
    timeout: float,
    result: Comparison,
) -> None:
    """One run in a process of its own; why it failed goes into `result.failures`."""
    root = str(Path(__file__).parents[2])
    path = os.pathsep.join(p for p in (root, os.environ.get("PYTHONPATH")) if p)
    command = [sys.executable, "-m", "tinygrad_edu.check.replay", side, str(out)]
    command += [*([str(tape)] if tape else []), "--"]
    try:
        done = subprocess.run(
            [*command, str(script), *arguments],
            env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        result.failures[side] = compare_words.late(timeout, result.lang)
        return
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        result.failures[side] = lines[-1] if lines else f"exit code {done.returncode}"


def _read(path: Path) -> _Run:
    try:
        with np.load(path, allow_pickle=False) as file:
            index = json.loads(str(file["index"]))
            arrays = {label: file[f"a{k}"] for k, label in enumerate(index["labels"])}
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise DataError(
            f"compare: {path.name} is no trace ({error}). Make one with --trace."
        ) from None
    return _Run(arrays, index["failed"])


def _compare(here: _Run, there: _Run, rtol: float | None, result: Comparison) -> None:
    largest: dict[str, float] = {}  # of the outputs, gradients, parameters of one step
    for label, x in here.arrays.items():
        kind = _kind(label)
        largest[kind] = max(largest.get(kind, 0.0), _size(x))
    for label, x in here.arrays.items():
        y = there.arrays.get(label)
        if y is None:
            result.only_here.append(label)
            continue
        result.compared += 1
        parting = _parting(label, x, y, rtol, 1e-3 * largest[_kind(label)], result)
        if parting is not None:
            result.partings.append(parting)
        result.agreeing += not result.partings
    result.only_there = [label for label in there.arrays if label not in here.arrays]


def _kind(label: str) -> str:
    return " ".join(label.split(" ")[:3])


def _size(x: np.ndarray) -> float:
    values = np.abs(x[np.isfinite(x)].astype(np.float64))
    return float(values.max(initial=0.0))


def _parting(
    label: str, x: np.ndarray, y: np.ndarray, rtol: float | None, least: float, result: Comparison
) -> Parting | None:
    if x.shape != y.shape:
        told = f"{x.size} ≠ {y.size}"
        return Parting(label, 0, float("nan"), float("nan"), float("nan"), 0.0, told)
    relative = rtol or RTOL.get(min(x.dtype.itemsize, y.dtype.itemsize), 0.0)
    relative = relative if x.dtype.kind == "f" else 0.0
    allowed = relative * max(_size(x), _size(y), least)
    a, b = x.astype(np.float64), y.astype(np.float64)
    with np.errstate(invalid="ignore"):
        off = np.where((a == b) | (np.isnan(a) & np.isnan(b)), 0.0, np.abs(a - b))
    off = np.where(np.isnan(off), np.inf, off)
    worst = int(off.argmax()) if off.size else 0
    difference = float(off.max(initial=0.0))
    if allowed:
        result.largest = max(result.largest, difference / allowed)
    if difference <= allowed:
        return None
    return Parting(label, worst, float(a[worst]), float(b[worst]), difference, allowed)
