"""What seeing costs those who do not look: `python -m tests.viz.cost`.

Two programs run in turns, each in a process of its own: one never imports viz, the other has
explained, drawn and stepped through a graph before. Each measures its own CPU time of a chain of
300 ops, forward and backward, and of a training step of a network. The medians, and their ratio.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import tinygrad_edu as torch
from tinygrad_edu import nn, optim

__all__ = ["chain", "look", "step"]


def chain() -> Callable[[], None]:
    """300 ops on a single number, forward and backward."""
    x = torch.tensor(0.5, requires_grad=True)

    def run() -> None:
        y = x
        for _ in range(100):
            y = (y * 0.9 + x).tanh()
        y.backward()

    return run


def step() -> Callable[[], None]:
    """A training step of 784-128-64-10 on 64 pictures of noise."""
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10)
    )
    optimizer, loss_of = optim.SGD(model.parameters(), lr=0.01), nn.CrossEntropyLoss()
    x, target = torch.randn(64, 784), torch.arange(64) % 10

    def run() -> None:
        loss = loss_of(model(x), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return run


def look() -> None:
    """See everything once: a ledger, a picture, a page, a quiz, a watched model."""
    from tinygrad_edu import viz

    model = nn.Sequential(nn.Linear(3, 2), nn.Tanh())
    with viz.watch(model) as calls:
        loss = model(torch.randn(4, 3)).sum()
    str(viz.explain(loss, names=calls))
    viz.graph(loss, names=calls).source
    viz.stepper(loss, names=calls).to_html()
    viz.quiz(loss)


def _measured() -> None:
    """In a process of its own: print the CPU microseconds of both programs as JSON."""
    if "look" in sys.argv:
        look()
    assert ("tinygrad_edu.viz" in sys.modules) == ("look" in sys.argv)
    found = {}
    for made, times in ((chain, 150), (step, 150)):
        run, spent = made(), []
        for _ in range(times):
            start = time.process_time_ns()
            run()
            spent.append((time.process_time_ns() - start) / 1000)
        found[made.__name__] = statistics.median(spent)
    print(json.dumps(found))


def main(rounds: int = 20) -> None:
    """Run both programs in turns and print the table."""
    found: dict[str, list[dict[str, float]]] = {"without": [], "look": []}
    for k in range(rounds):
        for which, results in list(found.items())[:: -1 if k % 2 else 1]:
            command = [sys.executable, "-m", "tests.viz.cost", which]
            said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            results.append(json.loads(said))
    for name in ("chain", "step"):
        before, after = (statistics.median(r[name] for r in found[k]) for k in found)
        print(f"{name:6} {before:7.0f} µs without viz, {after:7.0f} µs after a look: "
              f"{after / before:.3f}")  # fmt: skip


if __name__ == "__main__":
    _measured() if sys.argv[1:] else main()
