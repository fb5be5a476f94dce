"""The numbers that prove a finding: at small inputs, what must be and what backward gives."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import product

import numpy as np

from .case import Case, Lengths
from .mistakes import StaleWeights
from .network import Network
from .relations import Observation
from .report import Evidence, Finding
from .shrink import TOGETHER, differs, simplified, smallest, test_for
from .work import Answer, Inputs

__all__ = ["evidence", "prove"]


def prove(
    case: Case, plan: Lengths, findings: list[Finding], seen: list[Observation], exactly: bool
) -> Evidence:
    """The smallest numbers that show these findings (and `exactly` these), if any were found."""
    if [f.name for f in findings] == ["in-place"]:
        return written_into(case, findings[0].params[0], seen[0].inputs, plan)
    if (stale := after_a_call(case, findings[0])) is not None:
        return stale
    shown = next((o for o in seen if o.wrong()), None)
    shows = test_for(case, findings, exactly)
    inputs = smallest(case, (shown or seen[0]).inputs, plan, shows)
    return evidence(case, findings, inputs) if shown or shows(inputs) else Evidence()


def evidence(
    case: Case,
    findings: list[Finding],
    inputs: Inputs,
    truth: dict[str, np.ndarray] | None = None,
) -> Evidence:
    """The entry that is most wrong, of the first parameter that is wrong; the truth is measured,
    unless it is given (at a kink there is no slope to measure).
    """
    answer = case.answer(inputs)
    if answer.error or answer.problem:
        return Evidence()
    named = [p for f in findings for p in f.params if p in case.params]
    seen = case.observation(inputs, answer, truth or case.slopes.of(inputs, dict.fromkeys(named)))
    wrong = [p for p in named if differs(seen, p, findings)] or named
    if not wrong:
        return Evidence()
    name = wrong[0]
    earlier: Inputs | None = {} if any(f.name == "stale-weights" for f in findings) else None
    got, want = seen.got[name], seen.truth[name]
    if got is None or got.shape != want.shape:
        given = None if got is None else got.tolist()
        return Evidence(inputs, name, (), want.tolist(), given, earlier)
    return most_wrong(inputs, name, want, got, earlier)


def written_into(case: Case, name: str, start: Inputs, plan: Lengths) -> Evidence:
    """What an input was before backward, and what it is after."""

    def shows(inputs: Inputs) -> bool:
        return case.sampler.valid(inputs) and name in case.answer(inputs).changed

    inputs = smallest(case, start, plan, shows)
    before, after = inputs[name], case.answer(inputs).changed.get(name)
    if not isinstance(after, np.ndarray) or after.shape != before.shape:
        return Evidence()
    return replace(most_wrong(inputs, name, before, after, None), of_input=True)


def after_a_call(case: Case, finding: Finding) -> Evidence | None:
    """Two calls with small weights, where backward goes down through those of the first.

    What a file keeps of its first call is there to stay, in the sizes of that call. So these
    numbers are not asked for: they are what the hypothesis, which fitted every answer, says.
    """
    net = case.net
    if net is None or not isinstance(finding.mistake, StaleWeights):
        return None
    layers = range(1, net.depth) if finding.layer is None else [finding.layer]
    names = {net.weights[layer] for layer in layers}
    for length, seed in product((1, 2), range(3 * TOGETHER)):
        axes = case.axes({size: 1 if size == case.batch else length for size in case.sizes})
        first, later = (case.sampler.whole(axes, seed + other) for other in (0, 1))
        kept = {k: first[k] for k in first if k in names}
        now = {k: later[k] if k in names else v for k, v in first.items()}
        found = partial(second_call, case, net, finding, kept)
        if found(now):
            return found(simplified(case, now, found))
    return None


def second_call(
    case: Case, net: Network, finding: Finding, kept: Inputs, now: Inputs
) -> Evidence | None:
    """What backward gives at some inputs when it has kept weights; None where that is right."""
    got = net.prediction(now, [StaleWeights(net, {**now, **kept}, finding.layer)])
    if got is None or case.at_kink(now) or not np.isfinite(net.value(now)):
        return None
    seen = case.observation(now, Answer(dict(got)), net.gradients(now))
    name = next((p for p in seen.wrong() if differs(seen, p, [finding])), None)
    return None if name is None else most_wrong(now, name, seen.truth[name], got[name], kept)


def most_wrong(
    inputs: Inputs, name: str, want: np.ndarray, got: np.ndarray, earlier: Inputs | None
) -> Evidence:
    """The entry that is farthest from the truth."""
    off = np.nan_to_num(np.abs(got - want), nan=np.inf)
    at = tuple(int(i) for i in np.unravel_index(int(off.argmax()), want.shape))
    return Evidence(inputs, name, at, float(want[at]), float(got[at]), earlier)
