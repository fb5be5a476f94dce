"""Random graphs of small arrays, for whatever must hold over any graph."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

import tinygrad_edu as torch
from tinygrad_edu.nn import functional as F

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

# For single numbers, whose formulas a reader can calculate: curves, activations, losses.
_CURVES = {
    "sin": lambda x: x.sin(),
    "cos": lambda x: x.cos(),
    "atan": lambda x: x.atan(),
    "cosh": lambda x: x.tanh().cosh(),
    "sinh": lambda x: x.tanh().sinh(),
    "log1p": lambda x: (x * x).log1p(),
    "expm1": lambda x: x.tanh().expm1(),
    "erf": lambda x: x.erf(),
    "softplus": F.softplus,
    "silu": F.silu,
    "gelu": F.gelu,
    "gelu by tanh": lambda x: F.gelu(x, approximate="tanh"),
    "elu": F.elu,
    "leaky": F.leaky_relu,
    "log of sigmoid": F.logsigmoid,
    "one over": lambda x: (x * x + 1).reciprocal(),
    "one over root": lambda x: (x * x + 1).rsqrt(),
    "clamp": lambda x: x.clamp(-0.5, 0.5),
    "mean": lambda x: x.mean(),
    "bce": lambda x: F.binary_cross_entropy(x.sigmoid(), torch.tensor(1.0, dtype=torch.float64)),
    "bce of logits": lambda x: F.binary_cross_entropy_with_logits(
        x, torch.tensor(0.25, dtype=torch.float64)
    ),
}
_LOSSES = {
    "mse": F.mse_loss,
    "l1": F.l1_loss,
    "huber": lambda x, y: F.huber_loss(x, y, delta=0.5),
    "smooth l1": F.smooth_l1_loss,
    "minimum": torch.minimum,
    "lerp": lambda x, y: torch.lerp(x, y, 0.3),
    "power": lambda x, y: (x * x + 0.5) ** y.tanh(),
}


def graphs(scalars: bool = False) -> st.SearchStrategy[tuple[Any, list[Any]]]:
    """An output and the tensors made on the way to it; `scalars` for graphs of single numbers."""
    unary = [n for n in _UNARY if not scalars or n not in ("sum", "rows", "softmax", "flat", "max")]
    place = st.integers(0, 9)
    names = [*unary, *_BINARY, *_BINARY, *((*_CURVES, *_LOSSES) if scalars else ())]
    step = st.tuples(st.sampled_from(names), place, place)
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
        if name in _UNARY | _CURVES:
            made.append((_UNARY | _CURVES)[name](x))
        elif name in _LOSSES:
            made.append(_LOSSES[name](x, y))
        elif name == "matmul":
            if x.ndim and y.ndim and x.shape[-1] == y.shape[-2 if y.ndim > 1 else 0]:
                made.append(x @ y)
        elif x.shape == y.shape or not x.ndim or not y.ndim or x.shape[-1] == y.shape[-1]:
            made.append(_BINARY[name](x, y))
    last = made[-1] if made[-1].node is not None else made[-1] * made[0]
    return (last * last).sum(), made
