"""Programs written once, for every library that has PyTorch's interface.

The same lines run in tinygrad_edu and in PyTorch, so neither side is written better than the other.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from tinygrad_edu import fast

from .problem import OPTIMIZERS, Problem

OURS = "tinygrad_edu"
WITH_FAST = f"{OURS}, [fast]"
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


def mlp_step(library: Any, problem: Problem, compiled: bool = False, **options: Any) -> Program:
    """One training step of the problem's network; `options` are the optimizer's, such as fused."""
    nn, F, optim = (part(library, name) for name in ("nn", "nn.functional", "optim"))
    layers: list[Any] = []
    for n_in, n_out in pairwise(problem.sizes):
        layers += [nn.Linear(n_in, n_out), nn.ReLU()]
    model = nn.Sequential(*layers[:-1])
    arrays = [a for layer in problem.layers() for a in layer]
    with library.no_grad():  # the same weights for everyone, in whatever layout the layer chose
        for p, a in zip(model.parameters(), arrays, strict=True):
            p.copy_(library.tensor(a))
    x, t = map(library.tensor, problem.examples())
    name, settings = OPTIMIZERS[problem.optimizer]
    updates = getattr(optim, name)(model.parameters(), **settings, **options)

    def step(x: Any, t: Any) -> Any:
        updates.zero_grad()
        loss = F.cross_entropy(model(x), t)
        loss.backward()
        updates.step()
        return loss

    run = library.compile(step) if compiled else step
    return lambda: run(x, t)


def in_mode(mode: str, program: Program) -> Program:
    """The program with the compiled loops on or off; the switch itself takes half a microsecond."""

    def run() -> Any:
        if fast.mode != mode:
            fast.use(mode)
        return program()

    return run


def mlp_steps(problem: Problem, threads: int) -> dict[str, Program]:
    """The step in tinygrad_edu, with `[fast]` and compiled too, and in PyTorch's variants."""
    found: dict[str, Program] = {}
    for name, library in libraries(threads).items():
        step = mlp_step(library, problem)
        found[name] = in_mode("off", step) if name == OURS else step
        if name == OURS:
            compiled = mlp_step(library, problem, compiled=True)
            if fast.available():
                found[WITH_FAST] = in_mode("on", mlp_step(library, problem))
            found[f"{OURS} compiled"] = in_mode("off", compiled)
        if name == TORCH and problem.optimizer != "RMSprop":  # PyTorch has no fused one
            found[f"{TORCH} fused"] = mlp_step(library, problem, fused=True)
    return found


def transformer_step(library: Any) -> Program:
    """A step of a small language model: 2 blocks of 4 heads on 64 numbers, 16 texts of 32 letters.

    x (16, 32) → (16, 32, 64) → scores (16, 32, 27), Adam.
    """
    nn, F, optim = (part(library, name) for name in ("nn", "nn.functional", "optim"))
    batch, length, width, heads, letters = 16, 32, 64, 4, 27
    make = nn.ModuleDict(
        {"letters": nn.Embedding(letters, width), "out": nn.Linear(width, letters)}
    )
    for k in range(2):
        make[f"before{k}"], make[f"between{k}"] = nn.LayerNorm(width), nn.LayerNorm(width)
        make[f"qkv{k}"], make[f"mix{k}"] = nn.Linear(width, 3 * width), nn.Linear(width, width)
        make[f"up{k}"], make[f"down{k}"] = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
    rng = np.random.default_rng(0)
    with library.no_grad():
        for p in make.parameters():
            if p.ndim > 1:  # the norms keep their ones and zeros
                p.copy_(library.tensor(rng.normal(0, 0.05, tuple(p.shape)).astype(np.float32)))
            elif p.shape[0] != width or float(p.sum()) != width:
                p.zero_()
    text = rng.integers(0, letters, (batch, length + 1))
    x, t = library.tensor(text[:, :-1].copy()), library.tensor(text[:, 1:].reshape(-1).copy())
    updates = optim.Adam(make.parameters(), lr=1e-3)

    def split(h: Any) -> Any:  # (N, L, D) -> (N, heads, L, D / heads)
        return h.reshape(batch, length, heads, width // heads).transpose(1, 2)

    def run() -> Any:
        updates.zero_grad()
        h = make["letters"](x)
        for k in range(2):
            q, k_, v = make[f"qkv{k}"](make[f"before{k}"](h)).chunk(3, -1)
            seen = F.scaled_dot_product_attention(split(q), split(k_), split(v), is_causal=True)
            h = h + make[f"mix{k}"](seen.transpose(1, 2).reshape(batch, length, width))
            h = h + make[f"down{k}"](F.gelu(make[f"up{k}"](make[f"between{k}"](h))))
        loss = F.cross_entropy(make["out"](h).reshape(-1, letters), t)
        loss.backward()
        updates.step()
        return loss

    return run


def gradient_of_gradient(library: Any) -> Program:
    """d/dx |∇f|² of f(x) = Σ tanh(x W)³, x (32, 64), W (64, 64)."""
    rng = np.random.default_rng(0)
    x = library.tensor(rng.normal(0, 0.5, (32, 64)).astype(np.float32), requires_grad=True)
    w = library.tensor(rng.normal(0, 0.2, (64, 64)).astype(np.float32))
    grad = part(library, "autograd").grad

    def run() -> Any:
        y = ((x @ w).tanh() ** 3).sum()
        (slope,) = grad(y, x, create_graph=True)
        (second,) = grad((slope * slope).sum(), x)
        return second

    return run


def agree(programs: dict[str, Program], tolerance: float = 1e-3) -> None:
    """Run every program once and refuse to measure libraries that compute different things."""
    results = {name: _numbers(run()) for name, run in programs.items()}
    (first, expected), *others = results.items()
    for name, result in others:
        if not np.allclose(result, expected, rtol=tolerance, atol=tolerance):
            raise SystemExit(
                f"benchmarks: {first} computes {expected.ravel()[:4]} where {name} computes "
                f"{result.ravel()[:4]}: they do not do the same work, so their times mean nothing."
            )


def _numbers(result: Any) -> np.ndarray:
    for name in ("detach", "numpy"):
        result = getattr(result, name)() if hasattr(result, name) else result
    return np.asarray(getattr(result, "data", result) if hasattr(result, "null_grad") else result)
