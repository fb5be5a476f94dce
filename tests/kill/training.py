"""A small training that saves often, and that goes on where its checkpoint stands."""

from __future__ import annotations

import os
from pathlib import Path

import tinygrad_edu as te
from tinygrad_edu import nn, optim
from tinygrad_edu.data import DataLoader, TensorDataset
from tinygrad_edu.serialization import load_checkpoint, save_checkpoint

EPOCHS, EXAMPLES, BATCH = 25, 40, 8


def train(folder: Path) -> None:
    """Train to the end, from the checkpoint in `folder` where there is one.

    What is safely on the disk it tells on its standard output, one line for each finished epoch.
    """
    te.manual_seed(0)
    x = te.randn(EXAMPLES, 6)
    y = (x.sum(dim=1) > 0).long()
    model = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 2))
    optimizer = optim.Adam(model.parameters(), lr=0.01)
    loader = DataLoader(TensorDataset(x, y), batch_size=BATCH, shuffle=True)
    parts = {"model": model, "optimizer": optimizer, "loader": loader}
    path, first = folder / "checkpoint", 0
    if path.exists():
        first = load_checkpoint(path, **parts).epoch
    for epoch in range(first, EPOCHS):
        for number, (bx, by) in enumerate(loader):
            loss = nn.functional.cross_entropy(model(bx), by)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if epoch % 2 and number == 2:  # in the middle of every second epoch
                save_checkpoint(path, **parts, epoch=epoch)
        save_checkpoint(path, **parts, epoch=epoch + 1)
        os.write(1, f"{epoch + 1}\n".encode())  # past all buffers
    te.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, folder / "end")
