"""How parameters start. A name that ends in _ fills its tensor in place and returns it.

Why it matters: a layer of n inputs adds n numbers up, so with weights of variance v its outputs
have n·v times the variance of its inputs. Unless n·v is about 1 (2, where a relu throws half of it
away), the signal grows or dies layer by layer, and so does the gradient on its way back, with the
number of outputs for n.

The numbers come from the library's generator (`manual_seed`), or from the one you pass.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import memory
from ..errors import ArgumentError, ShapeError
from ..random import Generator, default_generator
from ..tensor import Tensor

__all__ = [
    "calculate_gain",
    "constant_",
    "course_normal_",
    "course_uniform_",
    "eye_",
    "kaiming_normal_",
    "kaiming_uniform_",
    "normal_",
    "ones_",
    "orthogonal_",
    "trunc_normal_",
    "uniform_",
    "xavier_normal_",
    "xavier_uniform_",
    "zeros_",
]


def _fill(tensor: Tensor, values: Any) -> Tensor:
    """Write over the tensor's numbers, unrecorded, where the in-place guard sees it."""
    np.copyto(tensor.array, values, casting="unsafe")
    memory.stamp(tensor.array)
    return tensor


def _source(generator: Generator | None) -> np.random.Generator:
    return (generator or default_generator).numpy


# -- plain distributions


def uniform_(
    tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Evenly between a and b."""
    return _fill(tensor, _source(generator).uniform(a, b, tensor.shape))


def normal_(
    tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """The bell curve with this mean and standard deviation."""
    return _fill(tensor, _source(generator).normal(mean, std, tensor.shape))


def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: Generator | None = None,
) -> Tensor:
    """The bell curve, of which only what lies between a and b is kept: the rest is drawn again."""
    near = min(max(mean, a), b)  # the most likely value inside
    if not a < b or abs(near - mean) > 4 * std:
        raise ArgumentError(
            f"trunc_normal_: between a={a} and b={b} there is nothing, or next to nothing, of a "
            f"bell curve with mean {mean} and std {std}. Bring the interval nearer to the mean."
        )
    draw = _source(generator).normal
    values = draw(mean, std, tensor.shape)
    while (outside := (values < a) | (values > b)).any():
        values[outside] = draw(mean, std, int(outside.sum()))
    return _fill(tensor, values)


def constant_(tensor: Tensor, val: float) -> Tensor:
    """The same number everywhere."""
    return _fill(tensor, val)


def zeros_(tensor: Tensor) -> Tensor:
    """Zeros. For biases; equal weights would keep all units of a layer equal for ever."""
    return _fill(tensor, 0)


def ones_(tensor: Tensor) -> Tensor:
    """Ones."""
    return _fill(tensor, 1)


def eye_(tensor: Tensor) -> Tensor:
    """The identity: ones on the diagonal of a matrix."""
    _matrix("eye_", tensor)
    return _fill(tensor, np.eye(*tensor.shape))


def orthogonal_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """A random rotation: rows (or columns, if they are more) at right angles, of length `gain`.

    Signals keep their length through any number of layers. Reference: Saxe, McClelland, Ganguli,
    "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks",
    arXiv:1312.6120.
    """
    if tensor.ndim < 2:
        raise ArgumentError(
            f"orthogonal_: the tensor has shape {tuple(tensor.shape)}, but at least a matrix is "
            "needed."
        )
    rows = tensor.shape[0]
    columns = tensor.numel() // max(rows, 1)
    if not tensor.numel():
        return tensor
    drawn = _source(generator).normal(size=(max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(drawn)
    q = q * np.sign(np.diag(r))  # without the signs some rotations would be likelier than others
    return _fill(tensor, gain * (q if rows >= columns else q.T).reshape(tensor.shape))


# -- scaled by the size of the layer


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """What the weights' standard deviation is multiplied by to make up for the activation."""
    slope = 0.01 if param is None else param
    gains = {
        **dict.fromkeys(("linear", "sigmoid", "identity"), 1.0),
        "tanh": 5 / 3,
        "relu": math.sqrt(2),
        "leaky_relu": math.sqrt(2 / (1 + slope**2)),
        "selu": 3 / 4,
    }
    if nonlinearity not in gains:
        raise ArgumentError(
            f"calculate_gain: {nonlinearity!r} is not known. Use one of {', '.join(gains)}."
        )
    return gains[nonlinearity]


def xavier_uniform_(
    tensor: Tensor, gain: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Uniform, with variance gain² · 2/(n_in + n_out): a compromise between the way there and back.

    Reference: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", AISTATS 2010.
    """
    bound = gain * math.sqrt(6 / max(sum(_fans("xavier_uniform_", tensor)), 1))
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Normal, with variance gain² · 2/(n_in + n_out)."""
    std = gain * math.sqrt(2 / max(sum(_fans("xavier_normal_", tensor)), 1))
    return normal_(tensor, 0.0, std, generator)


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Uniform, with variance gain²/n, for layers before a relu; a is the slope below 0 of a leaky
    one.

    Reference: He, Zhang, Ren, Sun, "Delving deep into rectifiers", arXiv:1502.01852.
    """
    std = _kaiming("kaiming_uniform_", tensor, a, mode, nonlinearity)
    return uniform_(tensor, -math.sqrt(3) * std, math.sqrt(3) * std, generator)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Normal, with variance gain²/n: see `kaiming_uniform_`."""
    return normal_(
        tensor, 0.0, _kaiming("kaiming_normal_", tensor, a, mode, nonlinearity), generator
    )


def _kaiming(name: str, tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    if mode not in ("fan_in", "fan_out"):
        raise ArgumentError(
            f"{name}: mode={mode!r} is not known. 'fan_in' keeps the variance on the way there, "
            "'fan_out' on the way back."
        )
    fan = _fans(name, tensor)[mode == "fan_out"]
    return calculate_gain(nonlinearity, a) / math.sqrt(max(fan, 1))


# -- the course's


def course_normal_(tensor: Tensor, std: float = 0.1, generator: Generator | None = None) -> Tensor:
    """The lecture's W ~ N(0, 0.1), with 0.1 as the standard deviation."""
    return normal_(tensor, 0.0, std, generator)


def course_uniform_(tensor: Tensor, generator: Generator | None = None) -> Tensor:
    """The school project's U(0, 1/√n_in): weights that are all positive."""
    fan_in, _ = _fans("course_uniform_", tensor)
    return uniform_(tensor, 0.0, 1 / math.sqrt(max(fan_in, 1)), generator)


def _fans(name: str, tensor: Tensor) -> tuple[int, int]:
    """How many inputs and outputs a weight (out, in, …) connects; in a convolution, per place."""
    if tensor.ndim < 2:
        raise ArgumentError(
            f"{name}: the tensor has shape {tuple(tensor.shape)}, but inputs and outputs can be "
            "counted only in a weight (out, in). For a bias use zeros_ or uniform_."
        )
    field = math.prod(tensor.shape[2:])
    return tensor.shape[1] * field, tensor.shape[0] * field


def _matrix(name: str, tensor: Tensor) -> None:
    if tensor.ndim != 2:
        raise ShapeError(
            f"{name}: the tensor has shape {tuple(tensor.shape)}, but a matrix was expected."
        )
