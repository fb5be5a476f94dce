"""Random graphs of the library's ops, an op of a user's own and a `Function` among them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import tinygrad_edu as te
import tinygrad_edu.nn.functional as F
from tinygrad_edu import Tensor
from tinygrad_edu.op import SCALER, op, registry

SHAPES = ((3, 4), (4,), (1, 4), (3, 1), (), (4, 4), (2, 3, 4), (6, 20))


@op(family=SCALER, formula=r"z = x / (1 + x^2)")
def hill(x: Any) -> Any:
    """An op that the library does not have."""
    return x / (1 + x * x)


hill.defvjp(x=lambda g, x: g * (1 - x * x) / (1 + x * x) ** 2)
del registry["hill"]  # the laws run over the library's own ops


class Gauss(te.autograd.Function):
    """A Function with a constant argument and a saved output."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, width: float) -> Tensor:
        z = te.exp(-(x * x) / width)
        ctx.save_for_backward(x, z)
        ctx.width = width
        return z

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, z = ctx.saved_tensors
        return g * z * (-2 * x / ctx.width), None


Maker = Callable[[np.random.Generator, Tensor, Tensor], Tensor]


def _labels(rng: np.random.Generator, x: Tensor) -> Tensor:
    return te.tensor(rng.integers(0, x.shape[1], x.shape[0]))


def _mask(rng: np.random.Generator, x: Tensor) -> Tensor:
    return te.tensor(rng.random(x.shape) < 0.5)


def _matrix(x: Tensor) -> Tensor:
    return x.reshape(-1, x.shape[-1]) if x.ndim else x.reshape(1, 1)


def _dropped(rng: np.random.Generator, x: Tensor) -> Tensor:
    keep = (rng.random(x.shape) < 0.7).astype(x.array.dtype) / 0.7
    return x * te.tensor(keep)


def _rows(rng: np.random.Generator, x: Tensor) -> Tensor:
    m = _matrix(x)
    return m[te.tensor(rng.integers(0, m.shape[0], 3))]


def _picture(x: Tensor) -> Tensor:
    return x.reshape(-1)[te.arange(32) % x.numel()].reshape(1, 2, 4, 4)


MAKERS: dict[str, Maker] = {
    "add": lambda r, x, y: x + y,
    "sub": lambda r, x, y: x - y,
    "mul": lambda r, x, y: x * y,
    "div": lambda r, x, y: x / (1.5 + y * y),
    "power": lambda r, x, y: (x * x + 0.5) ** 1.7,
    "pow of two": lambda r, x, y: (x * x + 0.5) ** te.tanh(y),
    "scaled": lambda r, x, y: 3 - 2 * x,
    "self": lambda r, x, y: x * x,
    "exp": lambda r, x, y: te.exp(te.tanh(x)),
    "log": lambda r, x, y: te.log(1.1 + x * x),
    "sqrt": lambda r, x, y: te.sqrt(0.5 + x * x),
    "sin": lambda r, x, y: te.sin(x),
    "cos": lambda r, x, y: te.cos(x),
    "sigmoid": lambda r, x, y: te.sigmoid(x),
    "tanh": lambda r, x, y: te.tanh(x),
    "relu": lambda r, x, y: te.relu(x),
    "leaky": lambda r, x, y: F.leaky_relu(x, 0.1),
    "gelu": lambda r, x, y: F.gelu(x),
    "silu": lambda r, x, y: F.silu(x),
    "softplus": lambda r, x, y: F.softplus(x),
    "abs": lambda r, x, y: te.abs(x),
    "atan2": lambda r, x, y: te.atan2(x, 1.5 + y * y),
    "maximum": lambda r, x, y: te.maximum(x, y),
    "minimum": lambda r, x, y: te.minimum(x, y),
    "clamp": lambda r, x, y: te.clamp(x, -0.8, 0.9),
    "where": lambda r, x, y: te.where(_mask(r, x), x, y),
    "masked": lambda r, x, y: x.masked_fill(_mask(r, x), 0.5),
    "sum": lambda r, x, y: x.sum(),
    "sum over one": lambda r, x, y: _matrix(x).sum(dim=int(r.integers(2))),
    "mean": lambda r, x, y: _matrix(x).mean(dim=int(r.integers(2)), keepdim=True),
    "var": lambda r, x, y: _matrix(x).var(dim=0, unbiased=False),
    "norm": lambda r, x, y: _matrix(x).norm(dim=1),
    "prod": lambda r, x, y: te.prod(te.tanh(_matrix(x)), dim=1),
    "amax": lambda r, x, y: _matrix(x).amax(dim=1),
    "max": lambda r, x, y: te.max(_matrix(x), dim=1)[0],
    "logsumexp": lambda r, x, y: te.logsumexp(_matrix(x), dim=1),
    "softmax": lambda r, x, y: te.softmax(_matrix(x), dim=1),
    "log_softmax": lambda r, x, y: te.log_softmax(_matrix(x), dim=0),
    "cumsum": lambda r, x, y: te.cumsum(_matrix(x), dim=1),
    "matmul": lambda r, x, y: _matrix(x) @ _matrix(x).T,
    "linear": lambda r, x, y: F.linear(_matrix(x), _matrix(x), _matrix(x)[:, 0]),
    "outer": lambda r, x, y: te.outer(x.reshape(-1)[:4], y.reshape(-1)[:5]),
    "einsum": lambda r, x, y: te.einsum("ij,kj->ik", _matrix(x), _matrix(x)),
    "transpose": lambda r, x, y: _matrix(x).T * 1.5,
    "reshape": lambda r, x, y: x.reshape(-1),
    "flip": lambda r, x, y: te.flip(_matrix(x), (0,)),
    "roll": lambda r, x, y: te.roll(_matrix(x), 1, 1),
    "getitem": lambda r, x, y: _matrix(x)[:, 1:] if _matrix(x).shape[1] > 1 else _matrix(x),
    "rows": lambda r, x, y: _rows(r, x),
    "cat": lambda r, x, y: te.cat([_matrix(x), _matrix(x) * 0.5], dim=0),
    "stack": lambda r, x, y: te.stack([x, te.tanh(x)]),
    "tril": lambda r, x, y: te.tril(_matrix(x)),
    "dropout": lambda r, x, y: _dropped(r, x),
    "layer norm": lambda r, x, y: F.layer_norm(_matrix(x), (_matrix(x).shape[1],)),
    "cross entropy": lambda r, x, y: F.cross_entropy(_matrix(x), _labels(r, _matrix(x))),
    "mse": lambda r, x, y: F.mse_loss(x, te.sin(x)),
    "huber": lambda r, x, y: F.huber_loss(x, te.cos(x)),
    "bce": lambda r, x, y: F.binary_cross_entropy(te.sigmoid(x), te.sigmoid(te.cos(x))),
    "conv": lambda r, x, y: F.conv2d(_picture(x), _picture(te.sin(x))[:, :, :2, :2]),
    "max pool": lambda r, x, y: F.max_pool2d(_picture(x), 2),
    "own op": lambda r, x, y: hill(x),
    "Function": lambda r, x, y: Gauss.apply(x, 2.0),
}


def random_graph(rng: np.random.Generator) -> Tensor:
    """A loss of some ten random ops on random leaves, all values between −50 and 50."""
    dtype = np.float32 if rng.random() < 0.5 else np.float64
    values = [
        Tensor(rng.uniform(-2, 2, SHAPES[k]).astype(dtype), True)
        for k in rng.choice(len(SHAPES), 3, replace=False)
    ]
    names = list(MAKERS)
    made = 0
    for _ in range(40):
        x, y = (values[int(k)] for k in rng.integers(0, len(values), 2))
        name = names[int(rng.integers(len(names)))]
        try:
            z = MAKERS[name](rng, x, y)
        except te.errors.ShapeError:
            continue  # these two do not broadcast
        if z.requires_grad and z.numel() <= 150 and float(np.abs(z.array).max()) < 50:
            values.append(z)
            made += 1
        if made == 4:
            break
    loss = values[-1].sum()
    for z in values[3:-1]:
        if rng.random() < 0.4:
            loss = loss + z.mean()
    return loss
