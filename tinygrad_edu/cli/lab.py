"""`tinygrad-edu lab`: a grid of trainings, its analysis and its report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ..errors import ArgumentError
from ..lab.recipe import ACTIVATIONS, INITS, OPTIMIZERS, SCHEDULES
from ..lab.report import write_report
from ..lab.study import PRESETS, Experiment, load_results, read_toml, run
from ..lab.study.grid import PRUNERS, SAMPLERS
from ..lab.study.presets import experiment_from
from ..lab.study.tensorboard import check_tensorboard, write_events
from ..lab.words import WORDS

__all__ = ["lab"]


def _list(kind: Callable[[str], Any]) -> Callable[..., Any]:
    """A callback that reads "0.1,0.01" as a list of numbers."""

    def read(context: click.Context, option: click.Parameter, value: str | None) -> Any:
        if value is None:
            return None
        try:
            return [kind(part.strip()) for part in value.split(",") if part.strip()]
        except ValueError:
            raise click.BadParameter(f"{value!r} should be numbers with commas between.") from None

    return read


def _widths(context: click.Context, option: click.Parameter, value: tuple[str, ...]) -> Any:
    """The networks from --hidden 128,64 --hidden none."""
    if not value:
        return None
    try:
        return [[] if v == "none" else [int(n) for n in v.split(",")] for v in value]
    except ValueError:
        raise click.BadParameter(
            f"{value[-1]!r} should be widths, as in 128,64, or none; repeat the option for more."
        ) from None


_Command = Callable[..., Any]


def _axis(flag: str, kind: Callable[[str], Any], words: str) -> Callable[[_Command], _Command]:
    return click.option(flag, callback=_list(kind), metavar="A,B,…", help=words)


LANG = click.option(
    "--lang", type=click.Choice(list(WORDS)), default="en", help="Language of the report."
)
STORAGE = click.option(
    "--storage",
    metavar="URL",
    help="Optuna storage that several machines share: postgresql+psycopg2://user@host/name.",
)
NAME = click.option("--name", help="The study's name in that storage.  [default: the folder's]")


@click.group(invoke_without_command=True)
@click.option("--preset", type=click.Choice(list(PRESETS)), help="An experiment of the course.")
@click.option(
    "--file", type=click.Path(path_type=Path), metavar="TOML", help="An experiment in a file."
)
@_axis("--optimizer", str, "Any of " + ", ".join(OPTIMIZERS) + ".")
@_axis("--lr", float, "Learning rates.")
@_axis("--batch-size", int, "Examples per step.")
@click.option("--hidden", multiple=True, callback=_widths, help="Widths; repeat for more networks.")
@_axis("--activation", str, "Any of " + ", ".join(ACTIVATIONS) + ".")
@_axis("--init", str, "First weights: any of " + ", ".join(INITS) + ".")
@_axis("--weight-decay", float, "Strengths of L2 (AdamW: of decoupled decay).")
@_axis("--dropout", float, "Shares of units left out.")
@_axis("--seed", int, "Starts of the random numbers; several show the spread.")
@click.option("--data", metavar="digits|mnist|PATH", help="What to learn.  [default: digits]")
@click.option("--epochs", type=click.IntRange(1), help="Times through the data.  [default: 10]")
@click.option(
    "--label-smoothing", type=click.FloatRange(0, 1, max_open=True), help="Doubt to be taught."
)
@click.option("--schedule", type=click.Choice(list(SCHEDULES)), help="Of the learning rate.")
@click.option("--search", type=click.IntRange(1), metavar="N", help="Let Optuna choose N settings.")
@click.option("--sampler", type=click.Choice(list(SAMPLERS)), help="Who chooses.")
@click.option("--pruner", type=click.Choice(list(PRUNERS)), help="Who ends early.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the study, new or to be gone on with.  [default: runs/lab-DATA]",
)
@STORAGE
@NAME
@click.option("--workers", type=click.IntRange(1), help="Processes.  [default: one per core]")
@click.option("--tensorboard", is_flag=True, help="Also write TensorBoard event files.")
@LANG
@click.pass_context
def lab(
    context: click.Context,
    /,
    preset: str | None,
    file: Path | None,
    out: Path | None,
    storage: str | None,
    name: str | None,
    workers: int | None,
    tensorboard: bool,
    lang: str,
    **chosen: Any,
) -> int:
    """Train a grid of networks, compare them, and write the report.

    Stopped by Ctrl-C or by anything else, the same command goes on where it was; started on several
    machines with the same --storage, the work is shared. A TOML file holds the same names:

    \b
        data = "digits"
        epochs = 10
        [grid]
        optimizer = ["sgd", "adam"]
        batch_size = [16, 64]
    """  # noqa: D301 (a raw string would print \b, which keeps these lines apart)
    if context.invoked_subcommand is not None:
        return 0
    experiment = _experiment(preset, file, {k: v for k, v in chosen.items() if v is not None})
    folder = out or Path("runs") / f"lab-{Path(experiment.data).name}"
    if tensorboard:
        check_tensorboard()
    try:
        results = run(experiment, folder, storage=storage, name=name, workers=workers, lang=lang)
    except KeyboardInterrupt:
        click.echo(WORDS[lang]["lab stopped"].format(folder=folder), err=True)
        raise
    if tensorboard:
        write_events(results, folder / "tensorboard")
    _report(results, folder, lang)
    return 0


def _experiment(preset: str | None, file: Path | None, chosen: dict[str, Any]) -> Experiment:
    """From a preset or a file, with what was given on the command line instead."""
    if preset and file:
        raise ArgumentError("lab: --preset and --file are both an experiment. Name one of them.")
    parts = PRESETS[preset] if preset else read_toml(file) if file else {}
    return experiment_from({**parts, **chosen}, str(file) if file else "lab")


@lab.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@STORAGE
@NAME
@LANG
def report(folder: Path, storage: str | None, name: str | None, lang: str) -> int:
    """Write the report of a study again, from what is stored."""
    _report(load_results(folder, storage, name), folder, lang)
    return 0


def _report(results: Any, folder: Path, lang: str) -> None:
    words = WORDS[lang]
    if not results.complete:
        wanted = len(results.experiment.tickets())
        click.echo(words["lab part"].format(done=len(results), all=wanted), err=True)
    for path in write_report(results, folder, lang):
        click.echo(f"{words['report']}: {path}")
