"""Random graphs of small arrays, for whatever must hold over any graph."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

import tinygrad_edu as torch

_UNARY = {
    "exp": lambda x: (x * 0.3).exp(),
    "log": lambda x: (x * x + 1).log(),
    "tanh": lambda x: x.tanh(),
    "sigmoid": lambda x: x.sigmoid(),
    "relu": lambda x: x.relu(),
    "square": lambda x: x**2,
    "root": lambda x: (x * x + 0.5).sqrt(),
    "neg": lambda x: -x,
    "abs": lambda x: x.abs(),
    "sum": lambda x: x.sum(),
    "rows": lambda x: x.mean(0) if x.ndim else x,
    "softmax": lambda x: x.softmax(-1) if x.ndim else x,
    "flat": lambda x: x.reshape(-1),
    "max": lambda x: x.amax(),
    "turned": lambda x: x.T if x.ndim == 2 else x,
}
_BINARY = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / (y * y + 1),
    "maximum": torch.maximum,
    "matmul": lambda x, y: x @ y,
}


def graphs(scalars: bool = False) -> st.SearchStrategy[tuple[Any, list[Any]]]:
    """An output and the tensors made on the way to it; `scalars` for graphs of single numbers."""
    unary = [n for n in _UNARY if not scalars or n not in ("sum", "rows", "softmax", "flat", "max")]
    place = st.integers(0, 9)
    step = st.tuples(st.sampled_from([*unary, *_BINARY, *_BINARY]), place, place)
    return st.builds(
        lambda steps, seed: _built(steps, seed, scalars),
        st.lists(step, min_size=1, max_size=7),
        st.integers(0, 99),
    )


def _built(steps: list[tuple[str, int, int]], seed: int, scalars: bool) -> tuple[Any, list[Any]]:
    draw = np.random.default_rng(seed).normal
    shapes: list[tuple[int, ...]] = [(), (), ()] if scalars else [(), (2,), (2, 2)]
    made = [torch.tensor(draw(size=s), dtype=torch.float64, requires_grad=True) for s in shapes]
    for name, i, k in steps:
        x, y = made[i % len(made)], made[k % len(made)]
        if name in _UNARY:
            made.append(_UNARY[name](x))
        elif name == "matmul":
            if x.ndim and y.ndim and x.shape[-1] == y.shape[-2 if y.ndim > 1 else 0]:
                made.append(x @ y)
        elif x.shape == y.shape or not x.ndim or not y.ndim or x.shape[-1] == y.shape[-1]:
            made.append(_BINARY[name](x, y))
    last = made[-1] if made[-1].node is not None else made[-1] * made[0]
    return (last * last).sum(), made
