"""The parts of a picture of a graph: boxes, arrows, and the frames of modules around them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .notation import number

__all__ = ["Arrow", "Item", "Outline", "joined"]


@dataclass(frozen=True, slots=True)
class Item:
    """A box: `kind` is "op", "leaf", "constant", "module", "failed" or "hidden"."""

    key: str
    kind: str
    lines: tuple[str, ...]
    colour: str = "#555555"
    module: str = ""
    tip: str = ""
    wrong: bool = False


@dataclass(slots=True)
class Arrow:
    """An edge, from where a value was made to where it is used; `share` came back along it."""

    source: str
    target: str
    label: str = ""
    share: np.ndarray | None = None
    flows: bool = True  # whether a gradient may flow along it

    @property
    def size(self) -> float:
        """How large the gradient is that came back."""
        if self.share is None or not self.share.size:
            return 0.0
        found = float(np.linalg.norm(np.asarray(self.share, np.float64).ravel()))
        return found if np.isfinite(found) else 0.0

    @property
    def sign(self) -> int | None:
        """+1 or −1 where all elements have this sign, 0 where all are 0; None where they differ."""
        if self.share is None:
            return None
        signs = set(np.sign(self.share).ravel().tolist()) - {0.0}
        if not signs:
            return 0
        return int(signs.pop()) if len(signs) == 1 and not signs & {np.nan} else None


@dataclass(slots=True)
class Outline:
    """The whole picture; `modules` maps the path of a box around others to its title."""

    items: dict[str, Item] = field(default_factory=dict)
    arrows: list[Arrow] = field(default_factory=list)
    modules: dict[str, str] = field(default_factory=dict)


def joined(outline: Outline) -> list[Arrow]:
    """The arrows, those that lead alike to or from a closed box as one that carries their sum."""
    groups: dict[object, list[Arrow]] = {}
    for arrow in outline.arrows:
        closed = any(outline.items[end].kind == "module" for end in (arrow.source, arrow.target))
        shape = None if arrow.share is None else arrow.share.shape
        alike = (arrow.source, arrow.target, arrow.flows, shape)
        groups.setdefault(alike if closed else id(arrow), []).append(arrow)
    return [group[0] if len(group) == 1 else _sum(group) for group in groups.values()]


def _sum(arrows: list[Arrow]) -> Arrow:
    one, label = arrows[0], f"×{len(arrows)}"
    shares = [arrow.share for arrow in arrows if arrow.share is not None]
    if not shares:
        return Arrow(one.source, one.target, label, flows=one.flows)
    told = Arrow(one.source, one.target, label, np.sum(shares, axis=0))
    size = f"‖Σ‖ = {number(told.size)}" if one.share is not None and one.share.ndim else ""
    told.label += "\n" + (size or f"Σ = {number(told.share)}")
    return told
