"""How steadily a training went, as a number and as the sheet's word.

Let L₁ … Lₙ be the losses on the training pictures after each epoch. The **roughness** is how much
they climbed in all, in units of how far they range:

    ρ = Σ max(0, Lₜ₊₁ − Lₜ) / max(max L − min L, 0.1)

A falling curve has 0. A saw that gains in each tooth as much as it lost has about half the number
of its steps. The range counts as 0.1 at least, for the trembling of a loss near zero is no saw.

    word        when
    poor        diverged: the loss was no number any more, or ended far above that of guessing
    poor        plateau: L fell by less than 5 % and fewer than 9 of 10 answers are right
    oscillates  ρ > 0.5: it climbed by more than half of its range
    good        0.2 < ρ ≤ 0.5
    excellent   ρ ≤ 0.2
    best        excellent, and the smoothest of those that are compared (see tables.py)
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from ..study.results import Run

__all__ = ["Stability", "roughness", "stability"]

SAW, ROUGH, SMALLEST_RANGE = 0.5, 0.2, 0.1
FALL, LEARNED = 0.05, 0.9


@dataclass(frozen=True)
class Stability:
    """A word, why it was chosen (divergence, plateau, oscillation, or nothing), the roughness."""

    word: str
    reason: str
    roughness: float


def roughness(losses: list[float]) -> float:
    """How much a curve climbed, in units of its range; 0 for one that only falls."""
    climbed = sum(max(0.0, b - a) for a, b in pairwise(losses))
    return climbed / max(max(losses) - min(losses), SMALLEST_RANGE)


def stability(run: Run) -> Stability:
    """The verdict on one run."""
    if run.diverged:
        return Stability("poor", "divergence", float("inf"))
    losses = run.column("train_loss")
    rough = roughness(losses)
    stuck = len(losses) > 1 and losses[-1] > (1 - FALL) * losses[0]
    if stuck and run.epochs[-1]["train_accuracy"] < LEARNED:
        return Stability("poor", "plateau", rough)
    if rough > SAW:
        return Stability("oscillates", "oscillation", rough)
    return Stability("good" if rough > ROUGH else "excellent", "", rough)
