"""The list of cases: a file in `cases/` declares one, and that is all there is to adding it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from .results import Row


@dataclass(frozen=True, slots=True)
class Settings:
    """How carefully to measure, and on how many threads."""

    threads: int
    quick: bool = False
    clock: str = "wall"  # or "cpu", see `race.CLOCKS`

    @property
    def rounds(self) -> int:
        """Blocks per contender."""
        return 5 if self.quick else 11

    @property
    def block(self) -> float:
        """Seconds per block."""
        return 0.005 if self.quick else 0.01


@dataclass(frozen=True, slots=True)
class Case:
    """One question put to the libraries: `run` answers it row by row."""

    name: str
    title: str
    run: Callable[[Settings], Iterable[Row]]


_cases: dict[str, Case] = {}


def case(
    name: str, title: str
) -> Callable[[Callable[[Settings], Iterator[Row]]], Callable[[Settings], Iterator[Row]]]:
    """Enter the decorated generator of rows into the list of cases."""

    def declare(run: Callable[[Settings], Iterator[Row]]) -> Callable[[Settings], Iterator[Row]]:
        _cases[name] = Case(name, title, run)
        return run

    return declare


def select(names: Sequence[str] | None) -> list[Case]:
    """The cases of these names, or all; an unknown name ends the program with a word."""
    from . import cases

    for module in pkgutil.iter_modules(cases.__path__):
        importlib.import_module(f"{cases.__name__}.{module.name}")
    unknown = set(names or ()) - _cases.keys()
    if unknown:
        raise SystemExit(
            f"benchmarks: no case is named {', '.join(sorted(unknown))}. "
            f"There are {', '.join(_cases)}."
        )
    return [_cases[name] for name in names or _cases]
