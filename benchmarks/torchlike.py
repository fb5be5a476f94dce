"""Programs written once, for every library that has PyTorch's interface.

The same lines run in tinygrad_edu and in PyTorch, so neither side is written better than the other.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

OURS = "tinygrad_edu"
TORCH = "PyTorch"

Program = Callable[[], Any]


def libraries(threads: int) -> dict[str, Any]:
    """The libraries that are installed, by the names they have in the tables; ours comes first."""
    found: dict[str, Any] = {OURS: importlib.import_module("tinygrad_edu")}
    try:
        torch = importlib.import_module("torch")
    except ImportError:
        return found
    torch.set_num_threads(threads)
    found[TORCH] = torch
    return found


def part(library: Any, name: str) -> Any:
    """A submodule, such as `nn` or `optim`, of a library."""
    return importlib.import_module(f"{library.__name__}.{name}")


def chain(library: Any, length: int, size: int) -> Program:
    """A chain of `length` ops on `size` float32 numbers, forward and backward.

    Five ops in turn: two with a tensor that wants a gradient, two with a constant, and a tanh.
    """
    rng = np.random.default_rng(0)
    start, weight, bias, shift = rng.uniform(0.5, 1.0, (4, size)).astype(np.float32)
    x, w, b = (library.tensor(a, requires_grad=True) for a in (start, weight, bias))
    c = library.tensor(shift)

    def run() -> Any:
        x.grad = w.grad = b.grad = None
        h = x
        for _ in range(length // 5):
            h = h * w
            h = h + b
            h = h.tanh()
            h = h * 0.9
            h = h - c
        h.sum().backward()
        return x.grad

    return run


def mlp_step(
    library: Any, sizes: Sequence[int], batch: int, optimizer: str = "SGD", **options: Any
) -> Program:
    """One training step of a ReLU network on fixed examples: x (batch, sizes[0]) → classes."""
    nn, F, optim = (part(library, name) for name in ("nn", "nn.functional", "optim"))
    rng = np.random.default_rng(0)
    layers: list[Any] = []
    for n_in, n_out in pairwise(sizes):
        layers += [nn.Linear(n_in, n_out), nn.ReLU()]
    model = nn.Sequential(*layers[:-1])
    with library.no_grad():  # the same weights for everyone, in whatever layout the layer chose
        for p in model.parameters():
            p.copy_(library.tensor(rng.normal(0, 0.05, tuple(p.shape)).astype(np.float32)))
    x = library.tensor(rng.random((batch, sizes[0]), dtype=np.float32))
    t = library.tensor(rng.integers(0, sizes[-1], batch))
    updates = getattr(optim, optimizer)(model.parameters(), **{"lr": 0.01, **options})

    def run() -> Any:
        updates.zero_grad()
        loss = F.cross_entropy(model(x), t)
        loss.backward()
        updates.step()
        return loss

    return run


def agree(programs: dict[str, Program], tolerance: float = 1e-3) -> None:
    """Run every program once and refuse to measure libraries that compute different things."""
    results = {name: np.asarray(run().detach().numpy()) for name, run in programs.items()}
    (first, expected), *others = results.items()
    for name, result in others:
        if not np.allclose(result, expected, rtol=tolerance, atol=tolerance):
            raise SystemExit(
                f"benchmarks: {first} computes {expected.ravel()[:4]} where {name} computes "
                f"{result.ravel()[:4]}: they do not do the same work, so their times mean nothing."
            )
