"""The report's pictures, each a matplotlib figure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ...extras import extra
from ..analysis import best_group, groups
from ..study.results import Results, Run
from .texts import Texts

__all__ = [
    "error_curve",
    "gradient_picture",
    "heat_maps",
    "optimizer_curves",
    "optimizers_together",
]

# Okabe and Ito's colours, told apart by colour-blind people; the dashes tell train from test.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = "os^Dv<>"


def _figure(columns: int, width: float = 9.0, height: float = 3.6) -> tuple[Any, Any]:
    matplotlib = extra("matplotlib.figure", "the report's pictures", "lab")
    # A Figure of its own, not pyplot: no window, and the user's own figures stay as they are.
    figure = matplotlib.Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(1, columns, squeeze=False)[0]


def _dress(axes: Any, title: str, x: str, legend: bool = True) -> None:
    axes.set_title(title, fontsize=11)
    axes.set_xlabel(x)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    if legend and axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False, fontsize=8)


def _curve(axes: Any, run: Run, column: str, index: int, dashed: bool, label: str | None) -> None:
    scale = 100 if column.endswith("accuracy") else 1
    axes.plot(
        run.column("epoch"),
        [scale * value for value in run.column(column)],
        color=COLOURS[index % len(COLOURS)],
        linestyle="--" if dashed else "-",
        marker=MARKERS[index % len(MARKERS)],
        markersize=3 if len(run.epochs) <= 40 else 0,
        linewidth=1.4,
        label=label,
    )


def optimizer_curves(results: Results, name: str, texts: Texts) -> Any:
    """One optimizer: loss and accuracy, on train and test, for each rate at its best setting."""
    figure, panels = _figure(2)
    for axes, quantity in zip(panels, ("loss", "accuracy"), strict=True):
        for i, lr in enumerate(results.values("lr")):
            some = groups(results.where(optimizer=name, lr=lr))
            if not some:
                continue
            run = best_group(some).runs[0]
            label = texts.rate_and_batch(run.setting)
            label += f" ({texts('diverged')})" if run.diverged else ""
            for part, dashed in (("train", False), ("test", True)):
                _curve(axes, run, f"{part}_{quantity}", i, dashed, label if not dashed else None)
        _bound(axes, results, quantity)
        title = texts(quantity) + (", %" if quantity == "accuracy" else "")
        _dress(axes, title, texts("epoch"))
        axes.xaxis.get_major_locator().set_params(integer=True)
    return figure


def _bound(axes: Any, results: Results, quantity: str) -> None:
    """Losses that explode would press all others flat; the logarithm shows both."""
    if quantity == "loss":
        axes.set_yscale("log")
        if axes.get_ylim()[1] > 100:
            axes.set_ylim(top=100)


def optimizers_together(results: Results, texts: Texts) -> Any:
    """All optimizers in one picture, each at the setting that suits it best: on the test."""
    figure, panels = _figure(2)
    for axes, quantity in zip(panels, ("loss", "accuracy"), strict=True):
        for i, name in enumerate(results.values("optimizer")):
            group = best_group(groups(results.where(optimizer=name)))
            label = f"{texts.optimizer(name)}, {texts.rate_and_batch(group.setting)}"
            _curve(axes, group.runs[0], f"test_{quantity}", i, False, label)
        _bound(axes, results, quantity)
        title = f"{texts(quantity)} ({texts('test')})" + (", %" if quantity == "accuracy" else "")
        _dress(axes, title, texts("epoch"))
        axes.xaxis.get_major_locator().set_params(integer=True)
    return figure


def heat_maps(results: Results, texts: Texts) -> Any:
    """The final test accuracy over learning rate and batch size, a map for each optimizer."""
    names = results.values("optimizer")
    rates = sorted(results.values("lr"), reverse=True)
    sizes = sorted(results.values("batch_size"))
    figure, panels = _figure(len(names), max(2.3 * len(names), 4.0), 0.9 + 0.55 * len(rates) + 0.9)
    colours = _colours_of_errors(results)
    image = None
    for axes, name in zip(panels, names, strict=True):
        table = [[_cell(results, name, lr, size) for size in sizes] for lr in rates]
        wrong = [[100 - value for value in row] for row in table]
        image = axes.imshow(wrong, cmap="viridis_r", norm=colours, aspect="auto")
        for (i, j), value in _cells(table):
            dark = not math.isnan(value) and colours(100 - value) > 0.4
            there = results.where(optimizer=name, lr=rates[i], batch_size=sizes[j])
            text = f"{value:.1f}" if not math.isnan(value) else "×" if there else ""
            axes.text(j, i, text, ha="center", va="center", color="w" if dark else "k", fontsize=8)
        axes.set_xticks(range(len(sizes)), sizes)
        axes.set_yticks(range(len(rates)), [texts.short(lr) for lr in rates])
        axes.set_title(texts.optimizer(name), fontsize=10)
        axes.set_xlabel(texts("batch"), fontsize=9)
    panels[0].set_ylabel("η")
    bar = figure.colorbar(image, ax=list(panels), label=texts("wrong"))
    marks = [m for m in (0.5, 1, 2, 5, 10, 20, 50, 100) if colours.vmin <= m <= colours.vmax]
    bar.set_ticks(marks, labels=[texts.short(m) for m in marks])
    bar.minorticks_off()
    return figure


def _colours_of_errors(results: Results) -> Any:
    """From the best to the worst share of wrong answers, by the logarithm.

    Two rates that fail would otherwise leave one colour for all that succeed.
    """
    wrong = [100 - 100 * run.final for run in results if run.final is not None] or [50.0]
    low = max(min(wrong), 0.05)
    norms = extra("matplotlib.colors", "the report's pictures", "lab")
    return norms.LogNorm(low, max(max(wrong), 1.5 * low), clip=True)


def _cell(results: Results, name: str, lr: float, size: int) -> float:
    """In percent; NaN where there is no run, or where all diverged."""
    some = groups(results.where(optimizer=name, lr=lr, batch_size=size))
    whole = [group for group in some if not any(run.diverged for run in group.runs)]
    return 100 * best_group(whole).final if whole else math.nan


def _cells(table: list[list[float]]) -> list[tuple[tuple[int, int], float]]:
    return [((i, j), value) for i, row in enumerate(table) for j, value in enumerate(row)]


def gradient_picture(norms: Mapping[str, Sequence[float]], texts: Texts) -> Any:
    """The length of each layer's gradient, for several activations, on a logarithmic scale."""
    figure, (axes,) = _figure(1, 6.0, 3.4)
    for i, (name, values) in enumerate(norms.items()):
        layers = range(1, len(values) + 1)
        style = {"color": COLOURS[i], "marker": MARKERS[i], "label": name}
        axes.plot(layers, values, **style)
    axes.set_yscale("log")
    _dress(axes, texts("gradient title"), texts("layer"))
    return figure


def error_curve(errors: Sequence[float], texts: Texts) -> Any:
    """Part 1: the error at every iteration."""
    figure, (axes,) = _figure(1, 6.0, 3.2)
    axes.plot(range(1, len(errors) + 1), errors, color=COLOURS[0])
    axes.set_yscale("log")
    _dress(axes, texts("error title"), texts("iteration"), legend=False)
    return figure
