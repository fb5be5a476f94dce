"""The cases as hypothesis strategies: every specimen × random networks, and right work."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, Phase, given, reject, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from tinygrad_edu.check import diagnose, zoo
from tinygrad_edu.check.zoo.architecture import ENDS, HIDDEN, SCALES

__all__ = ["Case", "architectures", "distinct", "judged", "mistaken", "right"]

LIST = 30  # cases in a list: as many as fit well into an example of hypothesis


@dataclass(frozen=True)
class Case:
    """A network, the specimen in it ("right" for none) and its place, the batch, the numbers."""

    name: str
    architecture: zoo.Architecture
    place: Any
    batch: int
    seed: int


@st.composite
def architectures(draw: st.DrawFn, convention: str | None = None) -> zoo.Architecture:
    """Any network of the zoo; it shrinks to one layer of rows without an activation."""
    depth = draw(st.sampled_from((1, 2, 2, 3, 3, 4)))
    widths = draw(st.lists(st.integers(2, 5), min_size=depth + 1, max_size=depth + 1))
    if depth > 2 and draw(st.booleans()):  # neighbours of one width, which can share and skip
        first = draw(st.integers(0, 1))
        end = draw(st.integers(first + 2, depth))
        widths[first:end] = [widths[first]] * (end - first)
    square = any(a == b for a, b in pairwise(widths[:-1]))
    kind = draw(st.sampled_from(("", "", "shared", "residual"))) if square else ""
    output, loss = draw(st.sampled_from(sorted(ENDS)))
    return zoo.Architecture(
        widths=tuple(widths),
        hidden=draw(st.sampled_from(("identity", "relu", *HIDDEN[:3]))),
        output=output,
        loss=loss,
        scale=draw(st.sampled_from(SCALES[loss])),
        convention=convention or draw(st.sampled_from(("rows", "columns"))),
        bias=draw(st.sampled_from(("", "flat", "flat", "wide"))),
        fused=draw(st.booleans()),
        late=draw(st.booleans()),
        shared=kind == "shared",
        residual=kind == "residual",
        form=draw(st.sampled_from(("inputs", "cache"))),
        answer=draw(st.sampled_from(("dict", "tuple"))),
    )


@st.composite
def mistaken(draw: st.DrawFn, name: str) -> Case:
    """A network that can have a specimen, with it at one of its places."""
    for _ in range(60):  # the rarest specimen fits one network in nine
        arch = draw(architectures())
        if places := zoo.SPECIMENS[name].places(arch):
            place = draw(st.sampled_from(places))
            return Case(name, arch, place, draw(st.integers(2, 6)), draw(st.integers(0, 99)))
    reject()


def right(convention: str | None = None) -> st.SearchStrategy[Case]:
    """Networks without a mistake."""
    numbers = st.integers(2, 6), st.integers(0, 99)
    return st.builds(Case, st.just("right"), architectures(convention), st.none(), *numbers)


def distinct(cases: st.SearchStrategy[Case], count: int, seed: str) -> list[Case]:
    """`count` cases that hypothesis draws from a seed, no network and place twice.

    They are drawn as lists: of single examples hypothesis makes five in six by repeating parts of
    the one before, which finds bugs, but is no sample of the networks.
    """
    found: dict[tuple[zoo.Architecture, Any], Case] = {}
    last: list[Case] = []
    lists = st.lists(cases, min_size=LIST, max_size=LIST, unique_by=what_and_where)

    @settings(
        max_examples=2,  # the first is the simplest there is, whatever the seed
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(lists)
    def collect(drawn: list[Case]) -> None:
        last[:] = drawn

    for part in range(3 * count // LIST + 3):
        if len(found) < count:
            seeded(f"{seed} {part}")(collect)()
            found = {what_and_where(case): case for case in last} | found
    if len(found) < count:
        raise ValueError(f"hypothesis drew only {len(found)} different cases of {count}: {seed}")
    return list(found.values())[:count]


def what_and_where(case: Case) -> tuple[zoo.Architecture, Any]:
    """What makes a case another one: not its batch size, nor its numbers."""
    return case.architecture, case.place


def judged(case: Case) -> str:
    """The name that the diagnosis gives to a case."""
    specimen = None if case.name == "right" else case.name
    work = zoo.build(case.architecture, specimen, case.place, case.batch, case.seed)
    return diagnose(work.backward, work.forward, work.inputs).name
