"""The generated set: every specimen × random networks, and right work in both conventions."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from tinygrad_edu.check import diagnose, zoo


def wrong_cases(each: int, seed: int) -> Iterator[tuple[str, zoo.Architecture, Any, int]]:
    """`each` networks for every specimen, drawn until one can have it; the place is drawn as
    well.
    """
    for name, specimen in zoo.SPECIMENS.items():
        rng = random.Random(f"{seed} {name}")
        count = 0
        while count < each:
            arch = zoo.random_architecture(rng)
            places = specimen.places(arch)
            if places:
                count += 1
                yield name, arch, rng.choice(places), rng.randint(2, 6)


def right_cases(count: int, seed: int) -> Iterator[tuple[str, zoo.Architecture, Any, int]]:
    """Right networks; the conventions take turns."""
    rng = random.Random(seed)
    while count:
        arch = zoo.random_architecture(rng)
        if arch.rows == bool(count % 2):
            count -= 1
            yield "right", arch, None, rng.randint(2, 6)


def judged(case: tuple[str, zoo.Architecture, Any, int]) -> str:
    """The name that the diagnosis gives to a case."""
    name, arch, place, batch = case
    work = zoo.build(arch, None if name == "right" else name, place, batch)
    return diagnose(work.backward, work.forward, work.inputs).name
