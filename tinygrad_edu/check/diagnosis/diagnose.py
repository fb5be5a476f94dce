"""`diagnose`: is a hand-written backward right, and if not, which mistake is it?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from .case import Case, Lengths
from .explain import explain, faint, usable
from .mistakes import ReluAtZero
from .network import Pass
from .phrases import phrases_in
from .prove import evidence, prove
from .relations import Observation
from .report import Evidence, Finding, Report
from .shrink import differs, smallest
from .wording import words_for
from .work import Answer, Inputs, LocalWork, Work

__all__ = ["diagnose", "examine"]


def diagnose(
    student_backward: Callable[..., Any],
    forward: Callable[..., Any],
    inputs: Mapping[str, Any],
    params: Iterable[str] | None = None,
    lang: str | None = None,
) -> Report:
    """Compare a hand-written backward with the slopes of forward, and name the mistake.

        def forward(X, Y, W, b):
            return 0.5 * np.sum((X @ W + b - Y) ** 2)

        def backward(X, Y, W, b):
            delta = X @ W + b - Y
            return {"W": X.T @ delta, "b": delta}

        check.diagnose(backward, forward, {"X": X, "Y": Y, "W": W, "b": b})

    `inputs` are examples of the arrays, by name, with their sizes (a batch of at least 2, or N
    cannot be told from 1); `params` are the names that a gradient is wanted for, all floats but X,
    Y, t … where it is left out. How the two functions are called, and what they may return, stands
    in `diagnosis.work`. Nothing is changed in the caller's arrays.

    Raises `ArgumentError` or `InputTypeError` where forward itself cannot be used. Whatever
    backward does (raise, return None or NaN) is a finding in the report.
    """
    return examine(LocalWork(student_backward, forward), dict(inputs), params, lang or "en")


def examine(
    work: Work, inputs: Inputs, params: Iterable[str] | None = None, lang: str = "en"
) -> Report:
    """The same for work that runs anywhere, in another process for one."""
    phrases_in(lang)
    given = None if params is None else ((params,) if isinstance(params, str) else tuple(params))
    case = Case(work, inputs, given)
    plan, answer, first = opened(case)
    if answer.error or answer.problem:
        name = "exception" if answer.error else "bad-answer"
        found = Finding(name, (), answer.error or answer.problem)
        return Report(False, [found], Evidence(), case.params, lang)
    seen, answers = observations(case, plan, answer, first)
    broken = next((b for b in (broken_answer(case, o) for o in seen) if b), None)
    findings: list[Finding] = []
    left: tuple[str, ...] = ()
    if broken:
        findings = [broken]
    elif any(o.wrong() for o in seen):
        findings, left = explain(case, seen)
    elif (small := faint(case, seen)) is not None:
        findings = [small]
    changed = tuple(dict.fromkeys(name for a in answers for name in a.changed))
    if changed and not any(f.name == "weights-updated-too-early" for f in findings):
        findings.append(Finding("in-place", changed))
    if not findings and (kink := relu_at_zero(case, seen[0])):
        return kinked(case, kink, plan, lang)
    for found in findings:
        found.words = words_for(found, case.net, case.params)
    proof = prove(case, plan, findings, seen, exactly=not left) if findings else Evidence()
    about = described(case), layout(case)
    return Report(not findings, findings, proof, case.params, lang, left, *about)


def opened(case: Case) -> tuple[Lengths, Answer, Inputs]:
    """The first lengths at which backward answers, with that answer.

    Some mistakes run only where widths are equal, so a failure is tried again with the given ones.
    """
    for plan in case.plans():
        inputs = case.sampler.real(case.axes(plan), 1)
        answer = case.answer(inputs)
        if not answer.error:
            return plan, answer, inputs
    return plan, answer, inputs


def observations(
    case: Case, plan: Lengths, answer: Answer, first: Inputs
) -> tuple[list[Observation], list[Answer]]:
    """Three points: two of the same sizes, one of others, so that N is not taken for a number."""
    points = [first, case.sampler.real(case.axes(plan), 2), other_sizes(case, plan)]
    truth = case.truth(first)
    case.recognise([first, points[-1]], truth)
    seen = [case.observation(first, answer, truth)]
    answers = [answer]
    for point in points[1:]:
        again = case.answer(point)
        if again.error or again.problem:
            continue
        answers.append(again)
        seen.append(case.observation(point, again, case.quick_truth(point)))
    return seen, answers


def other_sizes(case: Case, plan: Lengths) -> Inputs:
    """A point with every size longer, or where backward fails there, the batch alone."""
    batch = {case.batch: plan[case.batch] + 7} if case.batch else {}
    longer = {size: length + 1 for size, length in plan.items()}
    for lengths in ({**longer, **batch}, {**plan, **batch}):
        point = case.sampler.real(case.axes(lengths), 3)
        if not case.answer(point).error:
            return point
    return case.sampler.real(case.axes(plan), 3)


def broken_answer(case: Case, seen: Observation) -> Finding | None:
    """NaN or infinity among the gradients."""
    bad = [p for p in reversed(case.params) if seen.got[p] is not None and not usable(seen.got[p])]
    return Finding("not-finite", tuple(bad)) if bad else None


def described(case: Case) -> str:
    """What forward was recognised as, in a line."""
    net = case.net
    if net is None:
        return ""
    layers = " → ".join([*net.hidden, net.output])
    side = "columns" if net.columns else "rows"
    scale = f"{net.factor:g}" + (f"/{net.divisor}" if net.divisor else "")
    return f"{net.depth} layers ({side}): {layers}; {net.loss}, times {scale}"


def layout(case: Case) -> tuple[bool, bool] | None:
    """Whether the student's X, and W, are turned round; None where forward is not recognised."""
    return None if case.net is None else (case.net.columns, case.net.flipped)


def relu_at_zero(case: Case, seen: Observation) -> tuple[Finding, Inputs] | None:
    """Backward at z = 0 exactly, which random numbers never meet: a unit with no weights there."""
    net = case.net
    if net is None or "relu" not in net.hidden:
        return None
    inputs = {k: v.copy() if isinstance(v, np.ndarray) else v for k, v in seen.inputs.items()}
    for layer, name in enumerate(net.hidden):
        if name == "relu":
            net.matrix(inputs[net.weights[layer]])[:, 0] = 0
            if (b := net.biases[layer]) is not None:
                inputs[b].reshape(-1)[0] = 0
    run = Pass(net, inputs)
    if not any((z == 0).any() for z in run.Z):
        return None
    answer = case.answer(inputs)
    if answer.error or answer.problem:
        return None
    at = case.observation(inputs, answer, case.quick_truth(inputs))
    for slope, word in ((1.0, "1"), (0.5, "½")):
        for layer in (None, *range(net.depth - 1)):
            mistake = ReluAtZero(layer, slope)
            if at.wrong() and at.agrees(net.gradients(inputs, [mistake])):
                return Finding("relu-at-zero", tuple(at.wrong()), word, layer, mistake), inputs
    return None


def kinked(case: Case, found: tuple[Finding, Inputs], plan: Lengths, lang: str) -> Report:
    """The report on a kink, with the smallest numbers at which z = 0 shows."""
    finding, inputs = found
    inputs = smallest(case, inputs, plan, kink_test(case, finding))
    proof = evidence(case, [finding], inputs, case.quick_truth(inputs))
    return Report(False, [finding], proof, case.params, lang, (), described(case), layout(case))


def kink_test(case: Case, finding: Finding) -> Callable[[Inputs], bool]:
    """The question whether backward shows its own slope at zero at some inputs."""
    net = case.net
    assert net is not None

    def shows(inputs: Inputs) -> bool:
        answer = case.answer(inputs)
        if answer.error or answer.problem:
            return False
        at = case.observation(inputs, answer, case.quick_truth(inputs))
        wrong = any(differs(at, p, [finding]) for p in at.wrong())
        return wrong and at.agrees(net.gradients(inputs, [finding.mistake]))

    return shows
