"""The sheet's sections; every number in them comes from the runs."""

from __future__ import annotations

from typing import Any

from ...errors import ArgumentError
from ..analysis import Recommendation, recommend
from ..analysis.recommend import goal
from ..study.presets import command_of
from ..study.results import Results
from ..study.training import data_of
from .blocks import Block, Code, Figure, Heading, Items, Paragraph
from .conclusion import conclusion
from .pictures import heat_maps, optimizer_curves, optimizers_together
from .tables import every_setting, table_1, table_2, tables_of_axes
from .texts import Texts
from .theory import by_hand, rules

__all__ = ["report"]


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
        *conclusion(results, texts, usual, advice, test),
        *_repeat(results, texts),
        Heading(texts("h all")),
        every_setting(results, texts, usual),
    ]


def _usual(results: Results) -> dict[str, Any]:
    """What all runs share; it is said once."""
    first = results.runs[0].setting
    return {axis: v for axis, v in first.items() if len(results.values(axis)) == 1}


def _introduction(results: Results, texts: Texts, test: int) -> list[Block]:
    def listed(axis: str) -> str:
        return ", ".join(texts.value(value) for value in results.values(axis))

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
        optimizers=", ".join(map(texts.optimizer, results.values("optimizer"))),
        rates=shown_rates,
        sizes=listed("batch_size"),
        seeds=listed("seed"),
        test=test,
    )
    methods = [texts(f"method {name}") for name in results.values("optimizer")]
    blocks: list[Block] = [
        Heading(texts("h introduction")),
        Paragraph(texts("aim")),
        Paragraph(texts("backprop")),
        Paragraph(" ".join([texts("methods"), *methods])),
        Paragraph(study),
    ]
    if not results.complete:
        wanted = len(results.experiment.tickets())
        blocks.append(Paragraph(texts("partial", done=len(results), all=wanted)))
    return blocks


def _curves(results: Results, texts: Texts) -> list[Block]:
    """A picture for each optimizer; in a search every rate is another."""
    if results.experiment.search:
        return []
    return [
        Figure(
            optimizer_curves(results, name, texts),
            f"curves-{name}-{texts.lang}",
            texts("c curves", name=texts.optimizer(name)),
        )
        for name in results.values("optimizer")
    ]


def _experiments(
    results: Results, texts: Texts, usual: dict[str, Any], advice: Recommendation
) -> list[Block]:
    target = goal(results)
    blocks: list[Block] = [
        Heading(texts("h experiments")),
        table_1(results, texts),
        *tables_of_axes(results, texts),
        table_2(results, texts, usual, target),
        Paragraph(texts("stability means")),
    ]
    together = optimizers_together(results, texts)
    blocks.append(Figure(together, f"together-{texts.lang}", texts("c together")))
    if not results.experiment.search:
        picture = heat_maps(results, texts)
        blocks.append(Figure(picture, f"heat-{texts.lang}", texts("c heat")))
    n = len(advice.best.runs)
    if n == 1:
        return [*blocks, Paragraph(texts("one seed"))]
    tested = [
        texts(
            "significance",
            n=n,
            name=texts.optimizer(name),
            p=texts.number(p, 4),
            least=texts.short(2 / 2**n),
        )
        for name, (_, p) in advice.rivals.items()
        if p is not None
    ]
    return [*blocks, Items(tested)] if tested else blocks


def _repeat(results: Results, texts: Texts) -> list[Block]:
    machines = {tuple(run.machine.items()): run.machine for run in results}
    return [
        Heading(texts("h repeat")),
        Code(command_of(results.experiment)),
        Paragraph(texts("repeat search" if results.experiment.search else "repeat")),
        Items([texts("machine", **machine) for machine in machines.values()]),
    ]
