"""The printed table and the JSON file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import machine
from .peers import missing
from .registry import Case, Settings
from .results import Figure, Row, Spread
from .torchlike import libraries


@dataclass(slots=True)
class Outcome:
    """Everything that was measured, by case."""

    rows: dict[str, list[Row]] = field(default_factory=dict)

    @property
    def bounded(self) -> list[Figure]:
        """The figures that a bound was set for."""
        rows = (row for rows in self.rows.values() for row in rows)
        return [figure for row in rows for figure in row.figures if figure.bound is not None]

    @property
    def kept(self) -> bool:
        """Whether every bound holds."""
        return all(figure.kept for figure in self.bounded)


def print_list(cases: Sequence[Case]) -> None:
    """The cases and their questions."""
    for case in cases:
        print(f"{case.name:10} {case.title}")


def run(cases: Sequence[Case], settings: Settings) -> Outcome:
    """Measure the cases, printing each row as it is known."""
    libraries(settings.threads)  # loaded now, so that their thread pools can be counted
    print(machine.in_words(machine.describe(settings.threads)))
    if left_out := missing():
        print(f"not installed, so left out: {', '.join(left_out)}")
    print(
        f"{settings.rounds} rounds, in turn; median ± half the range between the quartiles; "
        f"{settings.clock} clock"
    )
    outcome = Outcome()
    for case in cases:
        print(f"\n{case.name} · {case.title}")
        for row in case.run(settings):
            outcome.rows.setdefault(case.name, []).append(row)
            _print_row(row)
    kept = sum(figure.kept for figure in outcome.bounded)
    print(f"\n{kept} of {len(outcome.bounded)} bounds hold")
    return outcome


def _print_row(row: Row) -> None:
    cells = [f"{name} {_time(times, row.unit)}" for name, times in row.times.items()]
    print(f"  {row.label:30} {'   '.join(cells)}".rstrip())
    for figure in row.figures:
        print(f"  {'':30} {_figure(figure)}")


def _time(times: Spread, unit: str) -> str:
    return f"{times.median:.4g} {unit} ± {times.percent:.0f} %"


def _figure(figure: Figure) -> str:
    value = "not measured" if figure.value is None else f"{figure.value:.4g}"
    text = f"{figure.name:38} {' '.join(w for w in (value, figure.unit, figure.note) if w):16}"
    if figure.bound is None:
        return text.rstrip()
    return f"{text} ≤ {figure.bound:g}  {'holds' if figure.kept else 'MISSED'}"


def markdown(outcome: Outcome) -> str:
    """Every figure with a bound, as a table for the README."""
    lines = ["| | tinygrad_edu | beside it | ratio | bound |", "|---|---|---|---|---|"]
    for name, rows in outcome.rows.items():
        for row in rows:
            for figure in row.figures:
                if figure.bound is None or figure.value is None:
                    continue
                peer = figure.name.removeprefix("/ ")
                ours, theirs = row.times.get("tinygrad_edu"), row.times.get(peer)
                cells = [
                    f"{name}: {row.label}",
                    f"{_rounded(ours.median)} {row.unit}" if ours else "",
                    f"{peer} {_rounded(theirs.median)} {row.unit}" if theirs else figure.name,
                    f"**{figure.value:.2f}**",
                    f"≤ {figure.bound:g}" + ("" if figure.kept else " missed"),
                ]
                lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _rounded(x: float) -> str:
    """Three digits, and no exponent."""
    return f"{float(f'{x:.3g}'):g}"


def write_json(outcome: Outcome, settings: Settings, path: Path) -> None:
    """Everything that was measured, samples and all."""
    document = {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine.describe(settings.threads),
        "settings": {
            "quick": settings.quick,
            "clock": settings.clock,
            "rounds": settings.rounds,
            "block": settings.block,
        },
        "cases": {name: [_plain(row) for row in rows] for name, rows in outcome.rows.items()},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _plain(row: Row) -> dict[str, Any]:
    return {
        "label": row.label,
        "unit": row.unit,
        "times": {
            name: {"median": t.median, "quartiles": t.quartiles, "samples": t.samples}
            for name, t in row.times.items()
        },
        "figures": [
            {
                "name": f.name,
                "value": f.value,
                "unit": f.unit,
                "note": f.note,
                "bound": f.bound,
                "kept": f.kept if f.bound is not None else None,
            }
            for f in row.figures
        ],
    }
