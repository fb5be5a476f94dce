"""From observations to findings: which known mistake gives just these numbers.

First what needs no network (a factor, a transpose, a missing sum), then every single hypothesis
about the recognised network, then two at once. What fits nothing stays unexplained.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

import numpy as np

from .case import Case
from .mistakes import REGISTRY, Mistake, Scaled, StaleWeights, UpdatedTooEarly
from .network import Network
from .relations import Observation, Relation, close, relation
from .report import Finding

__all__ = ["explain", "faint"]

FAINT = 1e-8  # relative to the largest slope: far above rounding, far below the tolerance
EXPLAINED = 1e-3  # the share of a difference that a hypothesis may leave

Found = tuple[list[Finding], tuple[str, ...]]


def explain(case: Case, seen: list[Observation]) -> Found:
    """The findings, and the parameters that they leave unexplained."""
    wrong = [p for p in reversed(case.params) if any(not o.right(p) for o in seen)]
    relations = {p: relation(p, seen, is_bias(case, p)) for p in wrong}
    kinds = {(r.name, r.detail) if r else None for r in relations.values()}
    if len(kinds) == 1 and None not in kinds:
        return grouped(relations), ()
    if (stale := stale_call(case, seen, wrong)) is not None:
        return [stale], ()
    if case.net is not None:
        single = singles(case.net, seen)
        if single:
            best = finding(single[0], wrong)
            best.also = other_names(best, single)
            return [best], ()
    if None not in kinds and len({r.name for r in relations.values() if r}) <= 2:
        return grouped(relations), ()
    if case.net is not None and (pair := pairs(case.net, seen)):
        return [finding(m, wrong) for m in pair], ()
    return partly(case, seen, wrong, relations)


def is_bias(case: Case, name: str) -> bool:
    """Whether a parameter is added, not multiplied."""
    if case.net is not None:
        return name in case.net.biases
    value = case.inputs[name]
    return value.ndim < 2 or name.lower().startswith("b")


def grouped(relations: dict[str, Relation | None]) -> list[Finding]:
    """One finding for all parameters with the same mistake."""
    groups: dict[str, list[str]] = {}
    for p, r in relations.items():
        if r is not None:
            groups.setdefault(r.name, []).append(p)
    found = []
    for name, params in groups.items():
        details = dict.fromkeys(r.detail for p in params if (r := relations[p]) is not None)
        found.append(Finding(name, tuple(params), ", ".join(details)))
    return found


def finding(mistake: Mistake, wrong: list[str]) -> Finding:
    """A hypothesis that fits, as a finding."""
    detail = ""
    if mistake.name == "weights-updated-too-early":
        detail = f"{mistake.variant:.3g}"
    if isinstance(mistake, Scaled):
        detail = {1: "N", -1: "1/N"}.get(mistake.variant[1], "")
    return Finding(mistake.name, tuple(wrong), detail, mistake.layer, mistake)


def other_names(best: Finding, fitting: list[Mistake]) -> tuple[str, ...]:
    """Mistakes of other names that fit as well."""
    return tuple(dict.fromkeys(m.name for m in fitting if m.name != best.name))


def sites(net: Network, seen: list[Observation]) -> Iterator[Mistake]:
    """Every hypothesis at every place of a network, its free number fitted."""
    for cls in REGISTRY:
        for mistake in cls.sites(net):
            mistake.fit(net, [(o.inputs, o.got) for o in seen])
            yield mistake


def agree(net: Network, seen: list[Observation], mistakes: list[Mistake]) -> bool:
    """Whether these mistakes together give backward's numbers in every observation."""
    return all(o.agrees(net.prediction(o.inputs, mistakes)) for o in seen)


def singles(net: Network, seen: list[Observation]) -> list[Mistake]:
    """All single hypotheses that fit."""
    return [m for m in sites(net, seen) if agree(net, seen, [m])]


def pairs(net: Network, seen: list[Observation]) -> tuple[Mistake, ...] | None:
    """The first two hypotheses that fit together, those about different steps or layers."""
    found = [*Scaled.sites(net), *sites(net, seen)]
    real = [m for m in found if changes(net, seen[0], m)]
    for pair in combinations(real, 2):
        if pair[0].name != pair[1].name and agree(net, seen, list(pair)):
            return pair
    return None


def changes(net: Network, seen: Observation, mistake: Mistake) -> bool:
    """Whether a mistake makes any difference in this network."""
    right, wrong = net.gradients(seen.inputs), net.prediction(seen.inputs, [mistake])
    return wrong is not None and any(not close(wrong[k], right[k], seen.scale) for k in right)


def stale_call(case: Case, seen: list[Observation], wrong: list[str]) -> Finding | None:
    """Whether the first call was right and later ones read that call's values."""
    first, *later = seen
    if first.wrong() or not later:
        return None
    name = "stale-weights"
    if all(later[0].got[p] is not None for p in wrong) and all(
        close(later[0].got[p], first.truth[p], first.scale) for p in wrong
    ):
        return Finding(name, tuple(wrong))
    net = case.net
    if net is None:
        return None
    for layer in (None, *range(1, net.depth)):
        if agree(net, later, [mistake := StaleWeights(net, first.inputs, layer)]):
            return Finding(name, tuple(wrong), layer=layer, mistake=mistake)
    kept = {p: first.inputs[p] for p in case.params}
    if all(o.agrees(net.gradients({**o.inputs, **kept})) for o in later):
        return Finding(name, tuple(wrong))
    return None


def faint(case: Case, seen: list[Observation]) -> Finding | None:
    """An update before its time, though it changes the numbers by less than the tolerance.

    W − η·dW is almost W where dW is small. So is log(p + 1e-7) almost log p, and no mistake; the
    difference itself tells: in every call it must be what some η makes of it.
    """
    net = case.net
    if net is None:
        return None
    truth = [net.gradients(o.inputs) for o in seen]
    differing = [
        p
        for p in reversed(case.params)
        if any(distance(o.got, t, [p]) > FAINT * o.scale for o, t in zip(seen, truth, strict=True))
    ]
    for mistake in UpdatedTooEarly.sites(net) if differing else ():
        mistake.fit(net, [(o.inputs, o.got) for o in seen])
        left = [distance(o.got, net.gradients(o.inputs, [mistake]), case.params) for o in seen]
        whole = [distance(o.got, t, case.params) for o, t in zip(seen, truth, strict=True)]
        if all(a <= EXPLAINED * b for a, b in zip(left, whole, strict=True)):
            return finding(mistake, differing)
    return None


def distance(
    got: Mapping[str, np.ndarray | None], want: dict[str, np.ndarray], names: Iterable[str]
) -> float:
    """The largest difference between gradients; infinite where there is none to compare."""
    pairs = [(got[p], want[p]) for p in names]
    if any(g is None or g.shape != w.shape for g, w in pairs):
        return float("inf")
    return max(float(np.abs(g - w).max(initial=0)) for g, w in pairs if g is not None)


def partly(
    case: Case, seen: list[Observation], wrong: list[str], relations: dict[str, Relation | None]
) -> Found:
    """What can be said: the mistake that explains most, from the output down, and what is left."""
    known = [p for p in wrong if relations[p] is not None]
    best: Mistake | None = None
    if case.net is not None:
        for mistake in sites(case.net, seen):
            right = explained(case.net, seen, mistake, wrong)
            if len(right) > len(known):
                best, known = mistake, right
    left = tuple(p for p in wrong if p not in known)
    if not known:
        return [Finding("unknown", (wrong[0],))], ()
    if best is None:
        return grouped({p: relations[p] for p in known}), left
    rest = grouped({p: relations[p] for p in left})
    return [finding(best, known), *rest], tuple(p for p in left if relations[p] is None)


def explained(
    net: Network, seen: list[Observation], mistake: Mistake, wrong: list[str]
) -> list[str]:
    """The wrong parameters that one hypothesis explains, as long as it spoils no right one."""
    names = set(seen[0].truth)
    for o in seen:
        predicted = net.prediction(o.inputs, [mistake])
        if predicted is None:
            return []
        names &= {p for p in o.truth if close(o.got[p], predicted[p], o.scale)}
    return [p for p in wrong if p in names] if names >= set(seen[0].truth) - set(wrong) else []


def usable(array: np.ndarray | None) -> bool:
    """Whether there is a gradient to compare at all."""
    return array is not None and bool(np.isfinite(array).all())
