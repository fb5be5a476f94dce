"""The smallest example that still shows a mistake: short axes first, then small whole numbers.

Shrinking is greedy, as in property-based testing: a smaller size, a 0 or a 1 in the place of a
number is kept when backward is still wrong there in the way that was found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .case import Case, Lengths
from .relations import Observation
from .report import Finding
from .work import Inputs

__all__ = ["TOGETHER", "differs", "simplified", "smallest", "test_for"]

DRAWS = 4  # samples of small integers that a size is tried with
TOGETHER = 12  # and all sizes at once, where the first tries are the smallest of all


def smallest(case: Case, start: Inputs, plan: Lengths, shows: Callable[[Inputs], bool]) -> Inputs:
    """Inputs as small as possible for which `shows` holds, as it does for `start`."""
    inputs, lengths = start, dict(plan)
    for length in (1, 2):  # some mistakes show only where two widths are equal
        smaller = {size: min(length, n) for size, n in plan.items()}
        found = next((x for x in samples(case, smaller, TOGETHER) if shows(x)), None)
        if found is not None:
            inputs, lengths = found, smaller
            break
    for size in list(plan):
        for length in range(1, min(lengths[size], 4)):
            smaller = {**lengths, size: length}
            found = next((x for x in samples(case, smaller) if shows(x)), None)
            if found is not None:
                inputs, lengths = found, smaller
                break
    if inputs is start:
        inputs = next((x for x in samples(case, lengths) if shows(x)), inputs)
    return simplified(case, inputs, shows)


def samples(case: Case, lengths: Lengths, draws: int = DRAWS) -> Iterator[Inputs]:
    """Whole numbers, then reals of one decimal, of given sizes."""
    axes = case.axes(lengths)
    for seed in range(draws):
        yield case.sampler.whole(axes, seed)
    for seed in range(2):
        drawn = case.sampler.real(axes, seed)
        yield {k: np.round(v, 1) if k in case.params else v for k, v in drawn.items()}


def test_for(case: Case, findings: list[Finding], exactly: bool) -> Callable[[Inputs], bool]:
    """The question whether inputs show these mistakes (and `exactly` these), away from kinks."""
    mistakes = [f.mistake for f in findings if f.mistake is not None]
    exactly = exactly and len(mistakes) == len(findings)
    names = {p for f in findings for p in f.params}

    def shows(inputs: Inputs) -> bool:
        try:
            if not np.isfinite(case.slopes.loss(inputs)) or case.at_kink(inputs):
                return False
        except Exception:  # a student's forward, at sizes it was not written for
            return False
        answer = case.answer(inputs)
        if answer.error or answer.problem:
            return False
        seen = case.observation(inputs, answer, case.quick_truth(inputs))
        if not any(differs(seen, p, findings) for p in names):
            return False
        net = case.net
        return not exactly or net is None or seen.agrees(net.prediction(inputs, mistakes))

    return shows


def differs(seen: Observation, name: str, findings: list[Finding]) -> bool:
    """Whether the numbers are visibly wrong (of a wrong shape alone only where that is meant)."""
    got, truth = seen.got[name], seen.truth[name]
    if got is None:
        return True
    if got.size != truth.size:  # of an earlier call's shape: that would show only the shapes
        return bool(truth.any()) and not any(f.name == "stale-weights" for f in findings)
    if any(f.name == "shape" for f in findings):
        return got.shape != truth.shape and bool(truth.any())
    room = 1e-3 * max(1.0, float(np.abs(truth).max(initial=0)))
    return bool(np.abs(got.ravel() - truth.ravel()).max(initial=0) > room)


def simplified(case: Case, inputs: Inputs, shows: Callable[[Inputs], Any]) -> Inputs:
    """Single numbers replaced by 0 or 1 as long as the mistake shows; at most 40 are tried."""
    tries = 0
    for name, value in inputs.items():
        if case.sampler.kinds[name] not in ("weight", "real"):
            continue
        for at in np.ndindex(value.shape):
            for number in (0.0, 1.0):
                now = inputs[name][at]
                if tries >= 40 or now == number or (now == 0 and number == 1):
                    continue
                tries += 1
                trial = {**inputs, name: inputs[name].copy()}
                trial[name][at] = number
                if shows(trial):
                    inputs = trial
    return inputs
