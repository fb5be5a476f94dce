"""The report's section 5: what follows from the numbers, then what went wrong."""

from __future__ import annotations

from typing import Any

from ..analysis import Finding, Recommendation, findings
from ..analysis.recommend import goal
from ..study.results import Results
from .blocks import Block, Heading, Items, Paragraph
from .texts import Texts

__all__ = ["conclusion"]

EACH = 5
"""So many findings of a kind are told in full."""


def conclusion(
    results: Results, texts: Texts, usual: dict[str, Any], advice: Recommendation, test: int
) -> list[Block]:
    """The recommendation, how fast each optimizer was, for what this holds; the problems."""
    best, chosen = advice.best, advice.chosen
    sentences = [
        texts(
            "recommend best",
            accuracy=texts.percent(best.final),
            setting=texts.setting(best.setting, usual),
        ),
        texts(
            "recommend chosen",
            n=test,
            margin=texts.percent(advice.margin),
            count=len(advice.equals),
            setting=texts.setting(chosen.setting, usual),
            accuracy=texts.percent(chosen.final),
            seconds=texts.number(chosen.seconds),
        ),
        *_optimizers(results, texts, advice),
        texts("holds for", data=results.experiment.data),
    ]
    return [
        Heading(texts("h conclusion")),
        *map(Paragraph, sentences),
        Heading(texts("h findings"), 3),
        *_findings(results, texts, usual),
    ]


def _optimizers(results: Results, texts: Texts, advice: Recommendation) -> list[str]:
    """What the choice of the optimizer did: to the best rate, the speed, the odds."""
    target = goal(results)
    speeds = {name: group.epochs_to(target) for name, group in advice.tops.items()}
    order = sorted(speeds.items(), key=lambda pair: (pair[1] is None, pair[1] or 0))
    means = sorted(advice.means.items(), key=lambda pair: -pair[1])
    rates = [
        f"{texts.optimizer(name)} η\u00a0=\u00a0{texts.short(group.setting['lr'])}"
        for name, group in advice.tops.items()
    ]
    return [
        texts("recommend rates", rates="; ".join(rates)),
        texts(
            "recommend speed",
            goal=texts.percent(target, 0),
            order="; ".join(
                f"{texts.optimizer(name)} {'—' if n is None else texts.short(n)}"
                for name, n in order
            ),
        ),
        texts(
            "recommend forgiving",
            name=texts.optimizer(advice.forgiving),
            order="; ".join(
                f"{texts.optimizer(name)} {texts.percent(mean, 1)}\u00a0% "
                f"({texts.percent(advice.worst[name], 1)}\u00a0%)"
                for name, mean in means
            ),
        ),
    ]


def _findings(results: Results, texts: Texts, usual: dict[str, Any]) -> list[Block]:
    found = findings(results)
    if not found:
        return [Paragraph(texts("no findings"))]
    blocks: list[Block] = []
    for kind in (
        "divergence",
        "explosion",
        "plateau",
        "oscillation",
        "slow progress",
        "overfitting",
    ):
        some = [finding for finding in found if finding.kind == kind]
        lines = []
        for finding in some[:EACH]:
            values = {name: _evidence(name, v, texts) for name, v in finding.evidence.items()}
            line = texts(kind, setting=texts.setting(finding.setting, usual), **values)
            lines.append(f"{line} {_remedy(finding, texts)}".rstrip())
        if len(some) > EACH:
            lines.append(texts("more", n=len(some) - EACH))
        if lines:
            blocks.append(Items(lines))
    return blocks


def _remedy(finding: Finding, texts: Texts) -> str:
    """What the same network reached with another rate."""
    run = finding.remedy
    if run is None:
        return ""
    rate, accuracy = texts.short(run.setting["lr"]), texts.percent(run.final)
    return texts("remedy", lr=rate, accuracy=accuracy)


def _evidence(name: str, value: float, texts: Texts) -> str:
    if name == "epochs":
        return str(int(value))
    if name == "fall":
        return texts.percent(value, 1)
    return texts.percent(value) if name in ("train", "test") else texts.number(value, 3)
