"""A slice of practical work 2's grid, here and in PyTorch, in two processes of one thread each.

    python -m benchmarks.lab [--epochs 1] [--data mnist] [--check]

Every optimizer at η = 0.01 with each batch size. Both sides share the trainings out over two
processes, one thread each; PyTorch runs eagerly with its default optimizers. The time is that of
the learning, summed over the trainings: starting, reading the data and judging are left out on both
sides.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from multiprocessing import get_context
from time import perf_counter
from typing import Any

from tinygrad_edu.lab.study import preset, run
from tinygrad_edu.lab.study.training import data_of

AIM = 0.5


def in_torch(job: tuple[dict[str, Any], str, int]) -> float:
    """The seconds that PyTorch learns for one setting."""
    import torch

    setting, data, epochs = job
    torch.set_num_threads(1)
    torch.manual_seed(0)
    inputs, labels = (torch.from_numpy(t.numpy()) for t in data_of(data).train[:])
    widths = [inputs.shape[1], 128, 64, 10]
    layers: list[Any] = []
    for n_in, n_out in pairwise(widths):
        layers += [torch.nn.Linear(n_in, n_out), torch.nn.ReLU()]
    model, loss_of = torch.nn.Sequential(*layers[:-1]), torch.nn.CrossEntropyLoss()
    make = {
        "sgd": lambda p: torch.optim.SGD(p, lr=setting["lr"]),
        "momentum": lambda p: torch.optim.SGD(p, lr=setting["lr"], momentum=0.9),
        "rmsprop": lambda p: torch.optim.RMSprop(p, lr=setting["lr"]),
        "adam": lambda p: torch.optim.Adam(p, lr=setting["lr"]),
    }
    optimizer = make[setting["optimizer"]](model.parameters())
    started = perf_counter()
    for _ in range(epochs):
        for batch in torch.randperm(len(inputs)).split(setting["batch_size"]):
            loss = loss_of(model(inputs[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            loss.item()
    return perf_counter() - started


def main() -> int:
    """Print both times and their ratio; with --check, 1 where it is above the aim."""
    parser = argparse.ArgumentParser(description="A slice of the sheet's grid against PyTorch.")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--data", default="mnist")
    parser.add_argument("--check", action="store_true", help="exit with 1 where the aim is missed")
    options = parser.parse_args()
    experiment = preset("practical-2", lr=[0.01], data=options.data, epochs=options.epochs)
    os.environ |= {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    with tempfile.TemporaryDirectory() as folder:
        results = run(experiment, folder, workers=2, progress=False)
    ours = sum(found.seconds for found in results)
    jobs = [(setting, options.data, options.epochs) for setting in experiment.grid.settings()]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        theirs = sum(pool.map(in_torch, jobs))
    ratio = ours / theirs
    print(f"{len(jobs)} trainings, {options.epochs} epochs each on {options.data}")
    print(f"here {ours:.1f} s, PyTorch {theirs:.1f} s: {ratio:.2f} of its time (aim {AIM})")
    return int(options.check and ratio > AIM)


if __name__ == "__main__":
    sys.exit(main())
