"""What a case hands back: rows of times, and figures with the bounds they were promised to keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles


@dataclass(frozen=True, slots=True)
class Spread:
    """Repeated measurements of one thing: the median, and the quartiles around it."""

    samples: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle sample: one slow round does not move it."""
        return median(self.samples)

    @property
    def quartiles(self) -> tuple[float, float]:
        """The range that holds the middle half of the samples."""
        if len(self.samples) < 2:
            return self.median, self.median
        low, _, high = quantiles(self.samples, n=4, method="inclusive")
        return low, high

    @property
    def percent(self) -> float:
        """Half the range between the quartiles, in per cent of the median."""
        low, high = self.quartiles
        return 50 * (high - low) / self.median if self.median else 0.0

    def scaled(self, factor: float) -> Spread:
        """The same in another unit, or per op."""
        return Spread(tuple(s * factor for s in self.samples))

    def over(self, other: Spread) -> Spread:
        """The ratios round by round: a machine that slows down slows both, and they stand."""
        return Spread(tuple(a / b for a, b in zip(self.samples, other.samples, strict=True)))


@dataclass(frozen=True, slots=True)
class Figure:
    """One number to judge by; None where it was not measured. `bound` is the most it may be."""

    name: str
    value: float | None
    bound: float | None = None
    unit: str = ""
    note: str = ""

    @property
    def kept(self) -> bool:
        """Whether the bound holds; an unmeasured one does not."""
        return self.bound is None or (self.value is not None and self.value <= self.bound)


@dataclass(frozen=True, slots=True)
class Row:
    """One setting of a case: each contender's time in `unit`, and the figures made of them."""

    label: str
    unit: str = ""
    times: dict[str, Spread] = field(default_factory=dict)
    figures: Sequence[Figure] = ()


def best_of(times: dict[str, Spread], name: str, variants: Sequence[str]) -> dict[str, Spread]:
    """The times with one more entry: the variant whose median is smallest."""
    present = [times[v] for v in variants if v in times]
    return {**times, name: min(present, key=lambda t: t.median)} if present else times


def ratio_figures(times: dict[str, Spread], ours: str, bounds: dict[str, float]) -> list[Figure]:
    """Our time over everyone else's, with the bounds, by peer; a peer that is absent is not
    forgotten.
    """
    figures = []
    for peer in dict.fromkeys([*times, *bounds]):
        if peer == ours:
            continue
        bound = bounds.get(peer)
        if peer in times:
            ratio = times[ours].over(times[peer])
            figures.append(
                Figure(f"/ {peer}", ratio.median, bound, note=f"± {ratio.percent:.0f} %")
            )
        else:
            figures.append(Figure(f"/ {peer}", None, bound, note="not installed"))
    return figures
