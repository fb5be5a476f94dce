"""The commands and their options, as click reads them."""

from __future__ import annotations

import math
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import click

from ..lab.recipe import ACTIVATIONS, OPTIMIZERS, SCHEDULES
from ..lab.words import WORDS
from .check import check
from .compare import compare
from .drawing import draw, predict
from .lab import lab
from .training import run

__all__ = ["cli"]


def widths(
    context: click.Context, option: click.Parameter, value: str | None
) -> tuple[int, ...] | None:
    """The widths of the hidden layers from "128,64", or from "none"."""
    if value is None:
        return None
    if value.strip().lower() in ("", "none"):
        return ()
    try:
        numbers = tuple(int(width) for width in value.split(","))
    except ValueError:
        numbers = (0,)
    if min(numbers) < 1 or max(numbers) > 100_000:
        raise click.BadParameter(
            f"{value!r} should be whole numbers from 1, as in 128,64, or none."
        )
    return numbers


def rate(context: click.Context, option: click.Parameter, value: float | None) -> float | None:
    """A learning rate: a finite number above 0."""
    if value is not None and not 0 < value < math.inf:
        raise click.BadParameter(f"{value:g} should be a finite number above 0, such as 0.01.")
    return value


def _version() -> str:
    try:
        return version("tinygrad-edu")
    except PackageNotFoundError:  # the source folder, not installed
        return "0 (not installed)"


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(_version(), prog_name="tinygrad-edu", message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """Neural networks on NumPy, to be read and understood."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@cli.command()
@click.option(
    "--data",
    default="digits",
    metavar="digits|mnist|PATH",
    help="The embedded digits, MNIST, or a file or folder in MNIST's layout.  [default: digits]",
)
@click.option(
    "--hidden",
    callback=widths,
    metavar="N,N,…",
    help="Widths of the hidden layers, or none.  [default: 256,128, MNIST 128,64]",
)
@click.option(
    "--activation", type=click.Choice(list(ACTIVATIONS)), default="relu", show_default=True
)
@click.option("--optimizer", type=click.Choice(list(OPTIMIZERS)), default="adam", show_default=True)
@click.option(
    "--lr", type=float, callback=rate, help="Learning rate.  [default: suits data and optimizer]"
)
@click.option(
    "--schedule",
    type=click.Choice(list(SCHEDULES)),
    default="cosine",
    show_default=True,
    help="What becomes of the learning rate.",
)
@click.option(
    "--batch-size", type=click.IntRange(1), help="Examples per step.  [default: 64, MNIST 128]"
)
@click.option(
    "--epochs", type=click.IntRange(1), help="Times through the data.  [default: 30, MNIST 10]"
)
@click.option(
    "--label-smoothing",
    type=click.FloatRange(0, 1, max_open=True),
    help="How far the right class is asked to stay from certainty.  [default: 0.1]",
)
@click.option(
    "--augment",
    is_flag=True,
    help="Learn from bent digits, new ones in every epoch: slower, and for drawings. With it the "
    "network is 640,320, 60 epochs, lr 0.0015, label smoothing 0.02, unless said otherwise.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Start of the random numbers.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the results.  [default: a new one in runs/]",
)
@click.option(
    "--lang", type=click.Choice(list(WORDS)), default="en", help="Language of the output."
)
@click.option("--no-plot", is_flag=True, help="Draw no curves.")
@click.option("--quiet", is_flag=True, help="Print the last line only.")
def train(**options: Any) -> int:
    """Train a network on handwritten digits, save it, and draw its curves."""
    return run(**options)


cli.add_command(check)
cli.add_command(compare)
cli.add_command(draw)
cli.add_command(predict)
cli.add_command(lab)
