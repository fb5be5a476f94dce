"""A network of the zoo as text and as functions, right or with one specimen in it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...errors import ArgumentError
from .architecture import Architecture
from .specimens import SPECIMENS
from .writer import Writer

__all__ = ["Handwritten", "build", "source", "specimens"]


@dataclass(frozen=True)
class Handwritten:
    """A hand-written network: `forward`, `backward`, their text, and example inputs."""

    architecture: Architecture
    forward: Callable[..., Any]
    backward: Callable[..., Any]
    source: str
    inputs: dict[str, Any]


def specimens(architecture: Architecture | None = None, lang: str = "en") -> dict[str, str]:
    """The names of all specimens (that this network can have), and what each does to training."""
    known = SPECIMENS.items()
    fitting = {k: s for k, s in known if architecture is None or s.places(architecture)}
    return {k: s.ru if lang == "ru" else s.en for k, s in fitting.items()}


def source(
    architecture: Architecture | None = None, specimen: str | None = None, place: Any = None
) -> str:
    """The text of a network as a student would write it; a specimen's line ends in `# ← here`.

    `place` is one of the specimen's `places(architecture)`, the first where it is left out. Raises
    `ArgumentError` for a specimen that there is not, or that makes no difference in this network.
    """
    arch = architecture or Architecture()
    writer = Writer(arch)
    if specimen is None:
        return writer.source()
    if specimen not in SPECIMENS:
        raise ArgumentError(
            f"zoo: there is no specimen {specimen!r}. Choose one of {', '.join(SPECIMENS)}."
        )
    places = SPECIMENS[specimen].places(arch)
    if not places or (place is not None and place not in places):
        raise ArgumentError(
            f"zoo: {specimen} at {place!r} makes no difference in {arch}. Its places there are "
            f"{places}; see check.zoo.specimens(architecture)."
        )
    SPECIMENS[specimen].put(writer, places[0] if place is None else place)
    return writer.source()


def build(
    architecture: Architecture | None = None,
    specimen: str | None = None,
    place: Any = None,
    batch: int = 5,
    seed: int = 0,
) -> Handwritten:
    """The same as functions that run: what `source` shows is what is compiled."""
    arch = architecture or Architecture()
    text = source(arch, specimen, place)
    space: dict[str, Any] = {"__name__": "zoo"}
    exec(compile(text, f"<zoo: {specimen or 'right'}>", "exec"), space)  # our own text, just above
    return Handwritten(arch, space["forward"], space["backward"], text, arch.inputs(batch, seed))


def random_architecture(rng: random.Random) -> Architecture:
    """Any network of the zoo."""
    output, loss = rng.choice(
        [
            ("identity", "squared"),
            ("sigmoid", "squared"),
            ("tanh", "squared"),
            ("softmax", "squared"),
            ("softmax", "cross-entropy"),
            ("sigmoid", "binary cross-entropy"),
        ]
    )
    scales = {"squared": ("half sum", "sum", "half mean", "mean", "mean of all")}
    depth = rng.choice((1, 2, 2, 3, 3, 4))
    widths = [rng.randint(2, 5) for _ in range(depth + 1)]
    if depth > 2 and rng.random() < 0.6:
        widths[1 : rng.randint(3, depth)] = [widths[1]] * (rng.randint(3, depth) - 1)
        widths = [*widths[:depth], rng.randint(2, 5)][: depth + 1]
    square = depth > 2 and len(set(widths[1:3])) == 1
    kind = rng.choice(("", "", "shared", "residual")) if square else ""
    return Architecture(
        widths=tuple(widths),
        hidden=rng.choice(("relu", "relu", "sigmoid", "tanh", "identity")),
        output=output,
        loss=loss,
        scale=rng.choice(scales.get(loss, ("sum", "mean"))),
        convention=rng.choice(("rows", "columns")),
        bias=rng.choice(("flat", "wide", "flat", "")),
        fused=rng.random() < 0.6,
        late=rng.random() < 0.5,
        shared=kind == "shared",
        residual=kind == "residual",
        form=rng.choice(("inputs", "cache")),
        answer=rng.choice(("dict", "tuple")),
    )
