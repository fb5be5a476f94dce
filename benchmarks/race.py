"""Contenders in turn, round after round: whatever the machine does, it does to all of them."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from time import perf_counter, process_time

from .registry import Settings
from .results import Spread


def race(contenders: Mapping[str, Callable[[], object]], settings: Settings) -> dict[str, Spread]:
    """Seconds per call of each contender.

    A round gives each contender one block of calls, the order turning by one place from round to
    round. Before a block the garbage is collected and one call is made untimed: caches and thread
    pools are then the contender's own. The collector stays on while the clock runs, as in a user's
    program.
    """
    calls = {name: _calls_per_block(run, settings.block) for name, run in contenders.items()}
    samples: dict[str, list[float]] = {name: [] for name in contenders}
    gc.collect()
    gc.freeze()  # what was imported and built before is nobody's garbage: not walked in a block
    names = list(contenders)
    for turn in range(settings.rounds):
        k = turn % len(names)
        for name in names[k:] + names[:k]:
            samples[name].append(_block(contenders[name], calls[name], settings.clock))
    gc.unfreeze()
    return {name: Spread(tuple(times)) for name, times in samples.items()}


CLOCKS = {"wall": perf_counter, "cpu": process_time}
"""Processor time is all that a busy machine can measure; it counts the work of every thread."""


def _block(run: Callable[[], object], calls: int, clock: str) -> float:
    gc.collect()
    run()
    now = CLOCKS[clock]
    start = now()
    for _ in range(calls):
        run()
    return (now() - start) / calls


def _calls_per_block(run: Callable[[], object], seconds: float) -> int:
    """How many calls fill a block; also the warm-up."""
    calls, spent = 0, 0.0
    start = perf_counter()
    while spent < 5 * seconds or calls < 3:
        run()
        calls += 1
        spent = perf_counter() - start
    return max(1, round(calls * seconds / spent))


def in_turn(contenders: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, Spread]:
    """Seconds per call of programs that take long: one call a round, after one to warm up."""
    samples: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(rounds + 1):
        for name, run in contenders.items():
            gc.collect()
            start = perf_counter()
            run()
            if turn:
                samples[name].append(perf_counter() - start)
    return {name: Spread(tuple(times)) for name, times in samples.items()}
