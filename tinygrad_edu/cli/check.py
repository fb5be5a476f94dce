"""`tinygrad-edu check homework.py`: the verdict, and an exit code for automatic marking."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from ..check.homework import Limits, mark
from ..check.homework.verdict import RIGHT, UNJUDGED, WRONG, Verdict
from ..data.storage import write_whole

__all__ = ["check"]


@click.command()
@click.argument("homework", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--task",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The teacher's file with forward and inputs; the homework then needs backward alone.",
)
@click.option(
    "--json",
    "report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the whole report there, in both languages; of several files, all in one.",
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
    homework: tuple[Path, ...],
    task: Path | None,
    report: Path | None,
    lang: str,
    seconds: int,
    call: float,
    memory: int,
) -> int:
    """Judge hand-written backward passes, and name their mistakes: files, or a folder of them.

    A file defines `forward` (the loss), `backward` (the gradients, a dict by name or a tuple) and
    `inputs`, a dict of example arrays (or `make_inputs()` that returns one); `params` may name what
    has a gradient. Or it defines the class MLPRegressor with train(X, y) and predict(X), or
    `exercise`, the number of a lesson, and the function that its exercise asks for. Each file runs
    in a process of its own, with limits of its own.

    Ends with 0 where all is right, 1 where something is wrong, 2 where nothing is wrong and
    something could not be judged (no such function, a syntax error, the time or memory limit).
    """
    limits = Limits(seconds, call, memory)
    several = len(homework) > 1 or homework[0].is_dir()
    verdicts = []
    for file in files_of(homework):
        verdict = mark(file, task, lang, limits)
        verdicts.append(verdict)
        click.echo((f"{file}\n" if several else "") + verdict.says(lang))
    summary = together(verdicts)
    if several:
        click.echo(WORDS[lang].format(**summary))
    if report is not None:
        told = summary if several else verdicts[0].to_dict()
        text = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
        write_whole(report, lambda stream: stream.write(text.encode()))
    return int(summary["code"])


WORDS = {
    "en": "{right} right, {wrong} wrong, {unjudged} not judged",
    "ru": "верно: {right}, неверно: {wrong}, не оценено: {unjudged}",
}


def files_of(paths: tuple[Path, ...]) -> list[Path]:
    """The files themselves, and in a folder every Python file, its subfolders' as well."""
    found: dict[Path, None] = {}
    for path in paths:
        inside = sorted(path.rglob("*.py")) if path.is_dir() else [path]
        if not inside:
            raise click.UsageError(f"there is no .py file in the folder {path}.")
        found |= dict.fromkeys(inside)
    return list(found)


def together(verdicts: list[Verdict]) -> dict[str, Any]:
    """How many are right, the worst code, and every verdict."""
    codes = [verdict.code for verdict in verdicts]
    worst = WRONG if WRONG in codes else max(codes)
    counts = zip(("right", "wrong", "unjudged"), (RIGHT, WRONG, UNJUDGED), strict=True)
    files = [verdict.to_dict() for verdict in verdicts]
    return {"code": worst} | {name: codes.count(c) for name, c in counts} | {"files": files}
