"""The results as pictures: steps by batch, the cost of an op, the growth of a graph."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from .report import Outcome
from .results import Row

COLOURS = {  # ours strong, the others apart from each other
    "tinygrad_edu": "#d62728",
    "tinygrad_edu, [fast]": "#ff9896",
    "tinygrad_edu compiled": "#8c1515",
    "PyTorch": "#1f77b4",
    "PyTorch fused": "#7fb3d9",
    "JAX jit": "#2ca02c",
    "NumPy by hand": "#7f7f7f",
    "scikit-learn": "#ff7f0e",
    "HIPS autograd": "#9467bd",
    "MyGrad": "#bcbd22",
    "micrograd": "#17becf",
}


def draw(outcome: Outcome, folder: Path) -> list[Path]:
    """Write the pictures that the measured cases allow; where Matplotlib is missing, say so."""
    try:
        import matplotlib
    except ImportError:
        print("no plots: Matplotlib is not installed (pip install 'tinygrad-edu[plot]')")
        return []
    matplotlib.use("Agg")
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name, sketch in (("mlp", _steps), ("chain", _bars), ("growth", _growth)):
        figure = sketch(outcome.rows.get(name, []))
        if figure is not None:
            figure.savefig(folder / f"{name}.png", dpi=130)
            made.append(folder / f"{name}.png")
    if made:
        print("plots: " + ", ".join(map(str, made)))
    return made


def _steps(rows: list[Row]) -> Any:
    """A panel for every network and optimizer: µs per step against the batch."""
    from matplotlib import pyplot as plt

    panels: dict[tuple[str, str], list[tuple[int, Row]]] = {}
    for row in rows:
        if found := re.fullmatch(r"(\S+) (\w+), batch (\d+)", row.label):
            panels.setdefault((found[1], found[2]), []).append((int(found[3]), row))
    if not panels or all(len(points) < 2 for points in panels.values()):
        return None
    nets, optimizers = (list(dict.fromkeys(key[i] for key in panels)) for i in (0, 1))
    figure, axes = plt.subplots(
        len(nets),
        len(optimizers),
        figsize=(3.6 * len(optimizers), 3.0 * len(nets)),
        squeeze=False,
        layout="constrained",
    )
    for (net, optimizer), points in panels.items():
        axis = axes[nets.index(net)][optimizers.index(optimizer)]
        for name, colour in COLOURS.items():
            here = [(n, row.times[name].median) for n, row in points if name in row.times]
            width = 2.4 if name.startswith("tinygrad") else 1.2
            if here:
                axis.loglog(
                    *zip(*here, strict=True), "o-", ms=3, lw=width, color=colour, label=name
                )
        axis.set_title(f"{net} · {optimizer}", fontsize=9)
        axis.set_xticks(ticks := [n for n, _ in points], [str(n) for n in ticks])
        axis.minorticks_off()
        axis.grid(alpha=0.3)
    for axis in axes[-1]:
        axis.set_xlabel("batch")
    for line in axes:
        line[0].set_ylabel("µs per step")
    handles, labels = axes[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=5, fontsize=8)
    return figure


def _bars(rows: list[Row]) -> Any:
    """µs per op of the chain, a group of bars for every size."""
    from matplotlib import pyplot as plt

    if not rows:
        return None
    figure, axes = plt.subplots(
        1, len(rows), figsize=(3.6 * len(rows), 3.2), squeeze=False, layout="constrained"
    )
    for axis, row in zip(axes[0], rows, strict=True):
        names = sorted(row.times, key=lambda name: row.times[name].median)
        medians = [row.times[name].median for name in names]
        bars = axis.barh(names, medians, color=[COLOURS.get(name, "#cccccc") for name in names])
        axis.bar_label(bars, fmt="%.1f", fontsize=8, padding=2)
        axis.set_xlim(0, 1.15 * max(medians))
        axis.invert_yaxis()
        axis.tick_params(axis="y", labelsize=8)
        axis.set_title(row.label, fontsize=9)
        axis.set_xlabel("µs per op, forward and backward")
    return figure


def _growth(rows: list[Row]) -> Any:
    """Seconds against nodes, with the collector on and off."""
    from matplotlib import pyplot as plt

    lines: dict[str, list[tuple[int, float]]] = {}
    for row in rows:
        if found := re.fullmatch(r"([\d,]+) nodes(?: \((.*)\))?", row.label):
            nodes, label = int(found[1].replace(",", "")), found[2] or "collector on"
            lines.setdefault(label, []).append((nodes, row.times["tinygrad_edu"].median))
    if not lines:
        return None
    figure, axis = plt.subplots(figsize=(4.6, 3.4), layout="constrained")
    for label, points in lines.items():
        axis.loglog(*zip(*points, strict=True), "o-", ms=4, label=label)
    axis.set_xlabel("nodes of the graph")
    axis.set_ylabel("seconds, forward and backward")
    axis.grid(alpha=0.3)
    axis.legend(fontsize=8)
    return figure
