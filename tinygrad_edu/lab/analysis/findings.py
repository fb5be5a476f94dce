"""What went wrong, with the evidence: divergence, overfitting, oscillation, plateaus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..study.results import Results, Run
from .stability import stability

__all__ = ["Finding", "findings", "overfits"]

KNOWN_BY_HEART, BEHIND, RISE = 0.95, 0.03, 1.2


@dataclass(frozen=True)
class Finding:
    """What was seen in which run: `kind` is divergence, overfitting, oscillation or plateau."""

    kind: str
    setting: dict[str, Any]
    evidence: dict[str, float]


def overfits(run: Run) -> bool:
    """The sheet's criterion: more than 95 % of the training pictures right, and the test behind.

    Behind means 3 percentage points at least, or a test loss that has risen by a fifth from its
    lowest while the training went on.
    """
    if run.diverged or not run.epochs:
        return False
    last, losses = run.epochs[-1], run.column("test_loss")
    behind = last["train_accuracy"] - last["test_accuracy"] >= BEHIND
    return last["train_accuracy"] > KNOWN_BY_HEART and (behind or losses[-1] > RISE * min(losses))


def findings(results: Results) -> list[Finding]:
    """Everything that deserves a look, in the order of the runs."""
    found = []
    for run in results:
        verdict = stability(run)
        if run.diverged:
            # after how many whole epochs
            found.append(Finding("divergence", run.setting, {"epochs": len(run.epochs)}))
        elif verdict.reason:
            evidence = {"roughness": verdict.roughness, "loss": run.epochs[-1]["train_loss"]}
            found.append(Finding(verdict.reason, run.setting, evidence))
        if overfits(run):
            last, losses = run.epochs[-1], run.column("test_loss")
            evidence = {
                "train": last["train_accuracy"],
                "test": last["test_accuracy"],
                "loss": losses[-1],
                "lowest": min(losses),
            }
            found.append(Finding("overfitting", run.setting, evidence))
    return found
