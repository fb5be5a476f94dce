"""A small training that saves often, and that goes on where its checkpoint stands: by hand, and by
the library's own loop.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import tinygrad_edu as te
from tinygrad_edu import nn, optim
from tinygrad_edu.data import DataLoader, TensorDataset
from tinygrad_edu.lab import Callback, EarlyStopping, ModelCheckpoint, Trainer
from tinygrad_edu.serialization import load_checkpoint, save_checkpoint

EPOCHS, EXAMPLES, BATCH = 25, 40, 8
CHECKPOINT = "last.safetensors"


def parts() -> dict[str, Any]:
    """What is trained, what trains it, and on what."""
    te.manual_seed(0)
    x = te.randn(EXAMPLES, 6)
    y = (x.sum(dim=1) > 0).long()
    model = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 2))
    optimizer = optim.Adam(model.parameters(), lr=0.01)
    loader = DataLoader(TensorDataset(x, y), batch_size=BATCH, shuffle=True)
    return {"model": model, "optimizer": optimizer, "loader": loader}


def tell(epoch: int) -> None:
    """Say which epoch is safely on the disk."""
    os.write(1, f"{epoch}\n".encode())  # past all buffers


def finish(folder: Path, model: Any, optimizer: Any) -> None:
    """Write what the training ends with."""
    te.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, folder / "end")


def by_hand(folder: Path) -> None:
    """Train to the end, from the checkpoint in `folder` where there is one."""
    training = parts()
    model, optimizer, loader = training.values()
    path, first = folder / CHECKPOINT, 0
    if path.exists():
        first = load_checkpoint(path, **training).epoch
    for epoch in range(first, EPOCHS):
        for number, (bx, by) in enumerate(loader):
            loss = nn.functional.cross_entropy(model(bx), by)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if epoch % 2 and number == 2:  # in the middle of every second epoch
                save_checkpoint(path, **training, epoch=epoch)
        save_checkpoint(path, **training, epoch=epoch + 1)
        tell(epoch + 1)
    finish(folder, model, optimizer)


def by_trainer(folder: Path) -> None:
    """The same with `Trainer` and `ModelCheckpoint`, and with callbacks that remember."""

    class Tell(Callback):
        def on_checkpoint(self, trainer: Any, row: dict[str, Any]) -> None:
            tell(trainer.epoch)

    model, optimizer, loader = parts().values()
    checkpoint = ModelCheckpoint(folder, "accuracy")
    trainer = Trainer(
        model,
        nn.CrossEntropyLoss(),
        optimizer,
        optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=1),
        metrics=["accuracy"],
        callbacks=[EarlyStopping("loss", EPOCHS, restore_best_weights=True), checkpoint, Tell()],
        progress=False,
    )
    last = checkpoint.last if checkpoint.last.exists() else None
    trainer.fit(loader, epochs=EPOCHS, resume=last)
    finish(folder, model, optimizer)


TRAININGS = {"hand": by_hand, "trainer": by_trainer}
