"""`tinygrad-edu train`: from the options to a saved network and a picture of its curves."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import click
from tqdm import tqdm

from ..data import TrainTest, digits, mnist
from ..errors import ArgumentError, NotInstalled
from ..extras import extra
from ..lab import Callback, History, Recipe, recipe_for, save_curves, save_model
from ..lab.threads import one_thread
from ..lab.words import WORDS

__all__ = ["run"]

STOPPED = 130
"""The exit code after Ctrl-C: 128 and the number of the signal."""


def run(data: str, out: Path | None, lang: str, no_plot: bool, quiet: bool, **settings: Any) -> int:
    """Do the whole job and return the exit code.

    `settings` are those of a `Recipe`, None where what suits the data set is meant. Everything that
    can be refused is refused before the work begins.
    """
    kind = data if data in ("digits", "mnist") else "mnist"
    recipe = recipe_for(kind, **{k: v for k, v in settings.items() if v is not None})
    extra("safetensors.numpy", "saving the model", "cli")
    check_writable(out or Path("runs"))
    examples = digits() if data == "digits" else mnist(None if data == "mnist" else data)
    job = Job(recipe, examples, lang, quiet)
    job.introduce()
    finished = job.learn()
    if not len(job.history):
        click.echo(job.words["stopped early"], err=True)
        return STOPPED
    if not finished:
        click.echo(job.words["stopped"], err=True)
    job.save(out or fresh_folder(Path("runs"), kind), plot=not no_plot)
    job.conclude()
    return 0 if finished else STOPPED


@dataclass
class Job:
    """One training from the command line, and what it says to the person who waits."""

    recipe: Recipe
    data: TrainTest
    lang: str
    quiet: bool
    history: History = field(default_factory=History)

    def __post_init__(self) -> None:
        self.words = WORDS[self.lang]
        self.model = self.recipe.model(self.data)
        self.shape = "-".join(map(str, self.recipe.sizes(self.data)))

    def say(self, line: str) -> None:
        """Print a line, unless only the result was asked for."""
        if not self.quiet:
            click.echo(line)

    def introduce(self) -> None:
        """What is about to happen: the data and the network."""
        words, recipe, data = self.words, self.recipe, self.data
        count = sum(p.numel() for p in self.model.parameters())
        self.say(
            f"{words['data']}: {data.name}, {len(data.train)} {words['to learn']}, "
            f"{len(data.test)} {words['to test']}"
        )
        self.say(
            f"{words['network']}: {self.shape}, {recipe.activation}, {count} "
            f"{words['parameters']}; {recipe.optimizer}, lr {recipe.lr:g} ({recipe.schedule}), "
            f"batch {recipe.batch_size}, seed {recipe.seed}"
        )

    def learn(self) -> bool:
        """Train with a progress bar and a line per epoch; False where Ctrl-C ended it early.

        The network then is the one of the last whole epoch, so that it fits its history. One thread
        computes each product, however wide the network: more would add up in another order, and
        the model of a seed would depend on the machine's cores.
        """
        recipe = self.recipe
        steps = recipe.epochs * len(recipe.loader(self.data))
        # `disable=None` draws no bar where nobody looks: into a file or a pipe.
        bar = tqdm(total=steps, disable=self.quiet or None, leave=False, unit="batch")
        with bar, one_thread():
            trainer = recipe.trainer(self.model, [Lines(self, bar)], progress=False)
            self.history = recipe.fit(trainer, self.data)
        if trainer.interrupted:
            trainer.rewind()
        return not trainer.interrupted

    def line(self, row: dict[str, Any]) -> str:
        """One epoch in one line; the columns of all epochs stand below each other."""
        words, epochs = self.words, self.recipe.epochs
        parts = [f"{words['epoch']} {row['epoch']:{len(str(epochs))}}/{epochs}"]
        parts += [
            f"{words[part]}: {words['loss']} {row[part + '_loss']:.4f}, "
            f"{words['accuracy']} {100 * row[part + '_accuracy']:6.2f} %"
            for part in ("train", "test")
        ]
        return "  |  ".join(parts)

    def save(self, folder: Path, plot: bool) -> None:
        """The network, its record and its picture; without matplotlib a word on what is missing."""
        settings = {"data": self.data.name, "layers": self.shape, **asdict(self.recipe)}
        model, record, picture = (
            folder / name for name in ("model.safetensors", "history.json", "curves.png")
        )
        save_model(self.model, model, settings)
        self.say(f"{self.words['model']}: {model}")
        self.history.to_json(record, settings)
        self.say(f"{self.words['history']}: {record}")
        if plot:
            title = f"{self.data.name}, {self.shape}, {self.recipe.optimizer}"
            try:
                save_curves(self.history, picture, title, self.lang)
            except NotInstalled as error:
                click.echo(f"{self.words['no curves']}: {error}", err=True)
            else:
                self.say(f"{self.words['curves']}: {picture}")

    def conclude(self) -> None:
        """The last line: how much of what it never saw the network reads."""
        accuracy, n = self.history[-1]["test_accuracy"], len(self.data.test)
        click.echo(
            self.words["right"].format(percent=100 * accuracy, right=round(accuracy * n), all=n)
        )


class Lines(Callback):
    """What a training says while it goes on: a bar over all its steps, and a line per epoch."""

    def __init__(self, job: Job, bar: Any) -> None:
        self.job, self.bar = job, bar

    def on_batch_end(self, trainer: Any, loss: float) -> None:
        """One step further."""
        self.bar.update()

    def on_epoch_end(self, trainer: Any, row: dict[str, Any]) -> None:
        """The line stands above the bar."""
        if not self.job.quiet:
            self.bar.write(self.job.line(row))


def check_writable(folder: Path) -> None:
    """Refuse a folder where nothing could be written later."""
    existing = next(p for p in (folder, *folder.absolute().parents) if p.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK):
        raise ArgumentError(
            f"--out: {folder} cannot be a folder for the results, for {existing} is not a folder "
            "that may be written to. Name another one."
        )


def fresh_folder(runs: Path, name: str) -> Path:
    """A new folder `runs/name-1`, `runs/name-2`, …: no run overwrites an earlier one."""
    number = 1
    while True:
        folder = runs / f"{name}-{number}"
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            number += 1
        else:
            return folder
