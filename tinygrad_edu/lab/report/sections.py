"""The sheet's sections; every number in them comes from the runs."""

from __future__ import annotations

from typing import Any

from ...errors import ArgumentError
from ..analysis import Recommendation, findings, groups, recommend
from ..analysis.groups import Group
from ..analysis.recommend import goal
from ..analysis.tables import batch_table, optimizer_table
from ..study.presets import command_of
from ..study.results import Results
from ..study.training import data_of
from .blocks import Block, Code, Figure, Heading, Items, Paragraph, Table
from .pictures import heat_maps, optimizer_curves, optimizers_together
from .texts import Texts
from .theory import by_hand, rules

__all__ = ["report"]

EACH = 5
"""So many findings of a kind are told in full."""


def report(results: Results, lang: str = "en") -> list[Block]:
    """The whole report as blocks. Raises `ArgumentError` where no run is finished."""
    if not len(results):
        raise ArgumentError("report: no training is finished yet. Run the study first.")
    texts = Texts(lang)
    usual = _usual(results)
    test = results.runs[0].test_examples or len(data_of(results.experiment.data).test)
    advice = recommend(results, test)
    return [
        Heading(texts("title"), 1),
        *_introduction(results, texts, test),
        *by_hand(results, texts),
        *rules(results, texts),
        *_curves(results, texts),
        *_experiments(results, texts, usual, advice),
        *_conclusion(results, texts, usual, advice, test),
        *_repeat(results, texts),
        *_everything(results, texts, usual),
    ]


def _usual(results: Results) -> dict[str, Any]:
    """What all runs share; it is said once."""
    first = results.runs[0].setting
    return {axis: v for axis, v in first.items() if len(results.values(axis)) == 1}


def _introduction(results: Results, texts: Texts, test: int) -> list[Block]:
    def listed(axis: str) -> str:
        values = results.values(axis)
        return ", ".join(
            "-".join(map(str, v)) or "0"
            if isinstance(v, list | tuple)
            else texts.short(v)
            if isinstance(v, float)
            else str(v)
            for v in values
        )

    if results.experiment.search:
        rates = [run.setting["lr"] for run in results]
        shown_rates = f"{texts.short(min(rates))} … {texts.short(max(rates))}"
    else:
        shown_rates = "; ".join(texts.short(lr) for lr in results.values("lr"))
    study = texts(
        "study",
        runs=len(results),
        layers=listed("hidden"),
        parameters=", ".join(sorted({str(run.parameters) for run in results})),
        data=results.experiment.data,
        epochs=results.experiment.epochs,
        optimizers=listed("optimizer"),
        rates=shown_rates,
        sizes=listed("batch_size"),
        seeds=listed("seed"),
        test=test,
    )
    blocks: list[Block] = [
        Heading(texts("h introduction")),
        Paragraph(texts("aim")),
        Paragraph(texts("backprop")),
        Paragraph(study),
    ]
    if not results.complete:
        wanted = len(results.experiment.tickets())
        blocks.append(Paragraph(texts("partial", done=len(results), all=wanted)))
    return blocks


def _curves(results: Results, texts: Texts) -> list[Block]:
    """A picture for each optimizer, and one of all."""
    blocks: list[Block] = []
    if not results.experiment.search:  # there every rate is another
        for name in results.values("optimizer"):
            picture = optimizer_curves(results, name, texts)
            caption = texts("c curves", name=name)
            blocks.append(Figure(picture, f"curves-{name}-{texts.lang}", caption))
    picture = optimizers_together(results, texts)
    return [*blocks, Figure(picture, f"together-{texts.lang}", texts("c together"))]


def _experiments(
    results: Results, texts: Texts, usual: dict[str, Any], advice: Recommendation
) -> list[Block]:
    target = goal(results)
    blocks: list[Block] = [
        Heading(texts("h experiments")),
        _table_1(results, texts),
        _table_2(results, texts, usual, target),
        Paragraph(texts("stability means")),
    ]
    if not results.experiment.search:
        picture = heat_maps(results, texts)
        blocks.append(Figure(picture, f"heat-{texts.lang}", texts("c heat")))
    n = len(advice.best.runs)
    if n == 1:
        return [*blocks, Paragraph(texts("one seed"))]
    tested = [
        texts("significance", n=n, name=name, p=texts.number(p, 4), least=texts.short(2 / 2**n))
        for name, (_, p) in advice.rivals.items()
        if p is not None
    ]
    return [*blocks, Items(tested)] if tested else blocks


def _spread(value: float | None, texts: Texts) -> str:
    return "—" if value is None else "± " + texts.percent(value)


def _table_1(results: Results, texts: Texts) -> Table:
    head = ["Batch size" if texts.lang == "en" else "Batch Size"]
    head += [texts(key) for key in ("time", "median", "best setting", "spread", "runs", "diverged")]
    rows = [
        [
            str(row["batch_size"]),
            texts.number(row["seconds"]),
            texts.percent(row["accuracy"]),
            texts.percent(row["best"]),
            _spread(row["spread"], texts),
            str(row["runs"]),
            str(row["diverged"]),
        ]
        for row in batch_table(results)
    ]
    return Table(texts("c table 1"), head, rows)


def _table_2(results: Results, texts: Texts, usual: dict[str, Any], target: float) -> Table:
    keys = ("optimizer", "setting", "time", "final", "best", "spread")
    head = [texts(key) for key in keys]
    head += [
        texts("to goal", goal=texts.percent(target, 0)),
        texts("stability"),
        texts("roughness"),
    ]
    rows = []
    for row in optimizer_table(results, target):
        word = "smoothest" if row["stability"] == "best" else row["stability"]
        name, _, setting = texts.setting(row["setting"], usual).partition(", ")
        rows.append(
            [
                name,
                setting,
                f"{texts.number(row['seconds'])} ({texts(row['speed'])})",
                texts.percent(row["accuracy"]),
                texts.percent(row["best"]),
                _spread(row["spread"], texts),
                texts.number(row["epochs"], 1 if len(results.values("seed")) > 1 else 0),
                texts(word),
                texts.number(row["roughness"]),
            ]
        )
    return Table(texts("c table 2"), head, rows, frozenset({0, 1, 2, 7}))


def _conclusion(
    results: Results, texts: Texts, usual: dict[str, Any], advice: Recommendation, test: int
) -> list[Block]:
    """What follows from the numbers, then what went wrong."""
    order = sorted(advice.medians.items(), key=lambda pair: -pair[1])
    best, chosen = advice.best, advice.chosen
    sentences = [
        texts(
            "recommend best",
            accuracy=texts.percent(best.final),
            setting=texts.setting(best.setting, usual),
        ),
        texts(
            "recommend chosen",
            n=test * len(best.runs),
            margin=texts.percent(advice.margin),
            count=len(advice.equals),
            setting=texts.setting(chosen.setting, usual),
            accuracy=texts.percent(chosen.final),
            seconds=texts.number(chosen.seconds),
        ),
        texts(
            "recommend forgiving",
            name=advice.forgiving,
            median=texts.percent(advice.medians[advice.forgiving]),
            order="; ".join(f"{name} {texts.percent(m)} %" for name, m in order),
        ),
        texts(
            "recommend rates",
            rates="; ".join(f"{name} η = {texts.short(lr)}" for name, lr in advice.rates.items()),
        ),
    ]
    return [
        Heading(texts("h conclusion")),
        *map(Paragraph, sentences),
        Heading(texts("h findings"), 3),
        *_findings(results, texts, usual),
    ]


def _findings(results: Results, texts: Texts, usual: dict[str, Any]) -> list[Block]:
    found = findings(results)
    if not found:
        return [Paragraph(texts("no findings"))]
    blocks: list[Block] = []
    for kind in ("divergence", "plateau", "oscillation", "overfitting"):
        some = [finding for finding in found if finding.kind == kind]
        lines = []
        for finding in some[:EACH]:
            shares = ("train", "test")
            values = {
                name: texts.percent(v) if name in shares else texts.number(v, 3)
                for name, v in finding.evidence.items()
            }
            if kind == "divergence":
                values["epochs"] = str(int(finding.evidence["epochs"]))
            lines.append(texts(kind, setting=texts.setting(finding.setting, usual), **values))
        if len(some) > EACH:
            lines.append(texts("more", n=len(some) - EACH))
        if lines:
            blocks.append(Items(lines))
    return blocks


def _repeat(results: Results, texts: Texts) -> list[Block]:
    machines = {tuple(run.machine.items()): run.machine for run in results}
    return [
        Heading(texts("h repeat")),
        Code(command_of(results.experiment)),
        Paragraph(texts("repeat")),
        Items([texts("machine", **machine) for machine in machines.values()]),
    ]


def _everything(results: Results, texts: Texts, usual: dict[str, Any]) -> list[Block]:
    head = [texts(key) for key in ("options", "time", "final", "best", "spread")]

    def row(group: Group) -> list[str]:
        diverged = any(run.diverged for run in group.runs)
        return [
            texts.setting(group.setting, usual),
            texts.number(group.seconds),
            texts("diverged") if diverged else texts.percent(group.final),
            "—" if diverged else texts.percent(group.best),
            _spread(group.spread, texts),
        ]

    rows = [row(group) for group in groups(results)]
    return [Heading(texts("h all")), Table(texts("c all"), head, rows)]
