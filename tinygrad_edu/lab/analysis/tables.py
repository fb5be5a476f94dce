"""The tables that the sheet asks for."""

from __future__ import annotations

from statistics import mean, median
from typing import Any

from ..study.results import Results
from .groups import best_group, groups
from .stability import stability

__all__ = ["axis_table", "optimizer_table", "speed_word"]


def axis_table(results: Results, axis: str = "batch_size") -> list[dict[str, Any]]:
    """Table 1: what the batch size (or another axis) does to time and accuracy, over all others.

    `seconds` is the mean over the runs that came to their end, `accuracy` the median of all final
    ones (what diverged counts as 0), for one setting that learns nothing says little about the
    axis; `best` is that of the best setting.
    """
    rows = []
    for value in sorted(results.values(axis), key=_order):
        runs = results.where(**{axis: value})
        whole = [run for run in runs if not run.diverged]
        best = best_group(groups(runs))
        rows.append(
            {
                axis: value,
                "seconds": mean(run.seconds for run in whole) if whole else None,
                "accuracy": median(run.final or 0.0 for run in runs),
                "best": best.final,
                "spread": best.spread,
                "runs": len(runs),
                "diverged": len(runs) - len(whole),
            }
        )
    return rows


def _order(value: Any) -> Any:
    """Numbers by size, None before them; names as they come."""
    return (value is not None, value or 0) if isinstance(value, int | float | None) else (True, 0)


def optimizer_table(results: Results, target: float) -> list[dict[str, Any]]:
    """Table 2: each optimizer at the setting that suits it best.

    The time is that setting's, with a word: within 5 % of the fastest "very fast", within 20 %
    "fast", within 50 % "medium", else "slow". The stability is the worst of its seeds'; `unstable`
    counts the runs of all settings that are poor or oscillate. `epochs` are those until `target`.
    """
    rows = []
    for name in results.values("optimizer"):
        runs = results.where(optimizer=name)
        best = best_group(groups(runs))
        worst = max((stability(run) for run in best.runs), key=lambda found: found.roughness)
        unstable = [stability(run).word in ("poor", "oscillates") for run in runs]
        rows.append(
            {
                "optimizer": name,
                "setting": best.setting,
                "seconds": best.seconds,
                "accuracy": best.final,
                "best": best.best,
                "spread": best.spread,
                "epochs": best.epochs_to(target),
                "stability": worst.word,
                "roughness": worst.roughness,
                "median": median(run.final or 0.0 for run in runs),
                "unstable": sum(unstable),
                "runs": len(runs),
            }
        )
    smooth = [row for row in rows if row["stability"] == "excellent"]
    if len(rows) > 1 and smooth:
        min(smooth, key=lambda row: (row["roughness"], -row["accuracy"]))["stability"] = "best"
    fastest = min(row["seconds"] for row in rows)
    for row in rows:
        row["speed"] = speed_word(row["seconds"], fastest)
    return rows


def speed_word(seconds: float, fastest: float) -> str:
    """The sheet's word for a time beside the fastest."""
    bounds = {"very fast": 1.05, "fast": 1.2, "medium": 1.5}
    return next((word for word, bound in bounds.items() if seconds <= bound * fastest), "slow")
