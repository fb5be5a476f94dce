"""`tinygrad-edu check homework.py`: the verdict, and an exit code for automatic marking."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ..check.homework import Limits, mark
from ..data.storage import write_whole

__all__ = ["check"]


@click.command()
@click.argument("homework", type=click.Path(path_type=Path))
@click.option(
    "--task",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The teacher's file with forward and inputs; the homework then needs backward alone.",
)
@click.option(
    "--json",
    "report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the whole report there, in both languages.",
)
@click.option("--lang", type=click.Choice(["en", "ru"]), default="en", help="Language.")
@click.option(
    "--seconds", type=click.IntRange(1), default=30, show_default=True, help="CPU and wall time."
)
@click.option(
    "--call", type=click.FloatRange(0.1), default=5.0, show_default=True, help="Of a single call."
)
@click.option(
    "--memory", type=click.IntRange(300), default=1500, show_default=True, help="Megabytes."
)
def check(
    homework: Path,
    task: Path | None,
    report: Path | None,
    lang: str,
    seconds: int,
    call: float,
    memory: int,
) -> int:
    """Judge a hand-written backward pass, and name its mistake.

    The file defines `forward` (the loss), `backward` (the gradients, a dict by name or a tuple) and
    `inputs`, a dict of example arrays (or `make_inputs()` that returns one); `params` may name what
    has a gradient. Or it defines the class MLPRegressor with train(X, y) and predict(X), or
    `exercise`, the number of a lesson, and the function that its exercise asks for. It runs in a
    process of its own, with limits.

    Ends with 0 where all is right, 1 where something is wrong, 2 where it could not be judged (no
    such function, a syntax error, the time or memory limit).
    """
    verdict = mark(homework, task, lang, Limits(seconds, call, memory))
    if report is not None:
        text = json.dumps(verdict.to_dict(), ensure_ascii=False, indent=1) + "\n"
        write_whole(report, lambda file: file.write(text.encode()))
    click.echo(verdict.says(lang))
    return verdict.code
