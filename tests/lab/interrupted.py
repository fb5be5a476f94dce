"""A training in a process of its own, to be interrupted: `python -m tests.lab.interrupted FOLDER`.

It goes on from FOLDER/last.safetensors where that is. At the end it writes FOLDER/end, unless it
was interrupted; what it says is how it ended.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import tinygrad_edu as te
from tinygrad_edu import nn, optim
from tinygrad_edu.data import DataLoader, TensorDataset
from tinygrad_edu.lab import Callback, EarlyStopping, ModelCheckpoint, Trainer

EPOCHS, BATCHES = 4, 12


class Slow(Callback):
    """Gives the signal time to arrive, and says when it may come."""

    def on_batch_end(self, trainer: Any, loss: float) -> None:
        print(f"{trainer.epoch}.{trainer.batches}", flush=True)
        time.sleep(0.01)


def main(folder: Path) -> None:
    """Train to the end, or until Ctrl-C."""
    te.manual_seed(0)
    x = te.randn(BATCHES * 8, 6)
    data = TensorDataset(x, (x.sum(dim=1) > 0).long())
    model = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 2))
    optimizer = optim.Adam(model.parameters(), lr=0.01)
    checkpoint = ModelCheckpoint(folder, "val_accuracy")
    trainer = Trainer(
        model,
        nn.CrossEntropyLoss(),
        optimizer,
        optim.lr_scheduler.ExponentialLR(optimizer, 0.9),
        metrics=["accuracy"],
        callbacks=[EarlyStopping(patience=3, restore_best_weights=True), checkpoint, Slow()],
    )
    resume = checkpoint.last if checkpoint.last.exists() else None
    history = trainer.fit(DataLoader(data, 8, shuffle=True), data, EPOCHS, resume=resume)
    if trainer.interrupted:
        print("interrupted", trainer.epoch, trainer.batches)
        return
    rows = [{k: v for k, v in row.items() if k != "seconds"} for row in history]
    te.save({"model": model.state_dict(), "rows": rows, "rng": te.get_rng_state()}, folder / "end")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
