"""A network of the zoo as text and as functions, right or with one specimen in it."""

from __future__ import annotations

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
