"""What went wrong, with the evidence: divergence, plateaus, saws, slowness, overfitting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..study.results import Results, Run
from .stability import stability

__all__ = ["Finding", "findings", "overfits", "remedy"]

KNOWN_BY_HEART, BEHIND, RISE = 0.95, 0.03, 1.2
STILL_FALLS, FAR = 0.02, 0.02


@dataclass(frozen=True)
class Finding:
    """What was seen in which run, and the best run that differs in the rate alone, if better.

    `kind` is divergence, explosion, plateau, oscillation, slow progress or overfitting.
    """

    kind: str
    setting: dict[str, Any]
    evidence: dict[str, float]
    remedy: Run | None = None


def overfits(run: Run) -> bool:
    """The sheet's criterion: more than 95 % of the training pictures right, and the test behind.

    Behind means 3 percentage points at least, or a test loss that has risen by a fifth from its
    lowest while the training loss fell: where both rise, the steps are to blame.
    """
    if run.diverged or not run.epochs:
        return False
    last, lowest = run.epochs[-1], _lowest(run)
    behind = last["train_accuracy"] - last["test_accuracy"] >= BEHIND
    parted = (
        last["test_loss"] > RISE * lowest["test_loss"] and last["train_loss"] < lowest["train_loss"]
    )
    return bool(last["train_accuracy"] > KNOWN_BY_HEART and (behind or parted))


def creeps(run: Run, best: float) -> bool:
    """Whether it is 2 percentage points behind the best of all, and its loss still falls by 2 %."""
    losses = run.column("train_loss")
    return (
        run.final is not None
        and len(losses) > 1
        and run.final <= best - FAR
        and losses[-1] < (1 - STILL_FALLS) * losses[-2]
    )


def remedy(results: Results, run: Run) -> Run | None:
    """The best run of the same setting at another rate, if it is better than this one."""
    others = [
        other
        for other in results
        if all(v == run.setting[axis] for axis, v in other.setting.items() if axis != "lr")
    ]
    best = max(others, key=lambda other: other.final or 0.0)
    return best if (best.final or 0.0) > (run.final or 0.0) else None


def findings(results: Results) -> list[Finding]:
    """Everything that deserves a look, in the order of the runs."""
    found = []
    best = max((run.final or 0.0 for run in results), default=0.0)
    for run in results:
        steps = _about_its_steps(run, best, results.experiment.epochs)
        if steps is not None:
            found.append(Finding(steps[0], run.setting, steps[1], remedy(results, run)))
        if overfits(run):
            last, lowest = run.epochs[-1], _lowest(run)
            evidence = {
                "train": last["train_accuracy"],
                "test": last["test_accuracy"],
                "loss": last["test_loss"],
                "lowest": lowest["test_loss"],
                "epochs": lowest["epoch"],
            }
            found.append(Finding("overfitting", run.setting, evidence))
    return found


def _about_its_steps(run: Run, best: float, epochs: int) -> tuple[str, dict[str, float]] | None:
    """What says that the steps are too long or too short, with the evidence."""
    if run.diverged and len(run.epochs) == epochs:
        return "explosion", {"loss": run.column("train_loss")[-1]}
    if run.diverged:
        return "divergence", {"epochs": len(run.epochs)}  # whole ones, before it happened
    verdict = stability(run)
    if verdict.reason:
        loss = run.column("train_loss")[-1]
        return verdict.reason, {"roughness": verdict.roughness, "loss": loss}
    if creeps(run, best):
        *_, before, loss = run.column("train_loss")
        test = run.column("test_accuracy")[-1]
        return "slow progress", {"test": test, "fall": 1 - loss / before}
    return None


def _lowest(run: Run) -> dict[str, Any]:
    """The epoch with the lowest test loss."""
    return min(run.epochs, key=lambda row: row["test_loss"])
