"""A bar for every epoch, for whoever looks on."""

from __future__ import annotations

import sys
from typing import Any

from ...errors import NotInstalled
from ...extras import extra
from ..tally import count_batches
from ..words import words_in
from .base import Callback

__all__ = ["ProgressBar"]


class ProgressBar(Callback):
    """Shows each epoch's bar, its loss, and in the end its scores; silent in a pipe or a file.

    In a terminal it is a line of text, in Jupyter a widget where ipywidgets are installed. Without
    tqdm (the extra `[cli]`) there is no bar. `lang` is "en" or "ru".
    """

    def __init__(self, lang: str = "en") -> None:
        self.words = words_in(lang)
        self.bar: Any = None

    def on_epoch_start(self, trainer: Any) -> None:
        """Open a bar."""
        try:
            tqdm = extra("tqdm.auto", "the progress bar", "cli").tqdm
        except NotInstalled:
            return
        self.bar = tqdm(
            total=count_batches(trainer.train_loader),
            initial=trainer.batches,
            desc=f"{self.words['epoch']} {trainer.epoch + 1}/{trainer.goal}",
            unit="batch",
            # None draws nothing where nobody looks; Jupyter does look, though it is no terminal.
            disable=False if _in_jupyter() else None,
        )

    def on_batch_end(self, trainer: Any, loss: float) -> None:
        """Move the bar on."""
        if self.bar is not None:
            self.bar.set_postfix(loss=f"{loss:.4f}", refresh=False)
            self.bar.update()

    def on_epoch_end(self, trainer: Any, row: dict[str, Any]) -> None:
        """Show the scores, and leave the line standing."""
        if self.bar is not None:
            shown = {k: v for k, v in row.items() if k not in ("epoch", "lr", "seconds")}
            texts = {k: f"{v:.4f}" for k, v in shown.items() if isinstance(v, int | float)}
            self.bar.set_postfix(texts)
            self.bar.close()

    def on_interrupt(self, trainer: Any) -> None:
        """Say that the wish was heard."""
        if self.bar is not None and not self.bar.disable:
            self.bar.write(self.words["interrupted"].format(epochs=trainer.epoch))

    def teardown(self, trainer: Any) -> None:
        """Close a bar that an error left open."""
        if self.bar is not None:
            self.bar.close()
            self.bar = None


def _in_jupyter() -> bool:
    """Whether this process is a notebook's kernel."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and "IPKernelApp" in shell.config
