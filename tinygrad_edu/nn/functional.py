"""What layers compute, as functions: PyTorch's `torch.nn.functional`.

Most names are the ops themselves. Functions are written out only where PyTorch's signature takes
more: the `inplace` of activations, a dimension to be guessed, dropout's training mode.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import ops
from ..creation import ones
from ..errors import ArgumentError, DTypeError, InputTypeError, ShapeError
from ..ops import (
    asymmetric_mse_loss,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cosine_similarity,
    cross_entropy,
    gelu,
    hinge_embedding_loss,
    hinge_loss,
    huber_loss,
    kl_div,
    l1_loss,
    linear,
    logsigmoid,
    mse_loss,
    nll_loss,
    one_hot,
    pad,
    pairwise_distance,
    sigmoid,
    smooth_l1_loss,
    softplus,
    step,
    tanh,
)
from ..ops.distances import normalize
from ..random import default_generator
from ..tensor import Tensor
from .adaptive import adaptive_avg_pool2d
from .conv import conv1d, conv2d
from .embedding import embedding
from .group_norm import group_norm
from .norm import batch_norm, layer_norm
from .pooling import avg_pool2d, max_pool2d
from .pooling1d import avg_pool1d, max_pool1d
from .prelu import prelu
from .unfold import fold, unfold

__all__ = [
    "adaptive_avg_pool2d",
    "asymmetric_mse_loss",
    "avg_pool1d",
    "avg_pool2d",
    "batch_norm",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "conv1d",
    "conv2d",
    "cosine_similarity",
    "cross_entropy",
    "dropout",
    "dropout2d",
    "elu",
    "embedding",
    "fold",
    "gelu",
    "group_norm",
    "hardtanh",
    "hinge_embedding_loss",
    "hinge_loss",
    "huber_loss",
    "kl_div",
    "l1_loss",
    "layer_norm",
    "leaky_relu",
    "linear",
    "log_softmax",
    "logsigmoid",
    "max_pool1d",
    "max_pool2d",
    "mish",
    "mse_loss",
    "nll_loss",
    "normalize",
    "one_hot",
    "pad",
    "pairwise_distance",
    "prelu",
    "relu",
    "relu6",
    "scaled_dot_product_attention",
    "selu",
    "sigmoid",
    "silu",
    "smooth_l1_loss",
    "softmax",
    "softplus",
    "softsign",
    "step",
    "tanh",
    "unfold",
]


def _written(x: Tensor, result: Tensor, inplace: bool, name: str) -> Tensor:
    """The result, or x with the result written over it."""
    return x._become(result, name + "_") if inplace else result


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """max(x, 0)."""
    return _written(input, ops.relu(input), inplace, "relu")


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """x where it is positive, negative_slope · x elsewhere."""
    return _written(input, ops.leaky_relu(input, negative_slope), inplace, "leaky_relu")


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """x where it is positive, alpha · (eˣ − 1) elsewhere."""
    return _written(input, ops.elu(input, alpha), inplace, "elu")


def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """The self-normalising elu."""
    return _written(input, ops.selu(input), inplace, "selu")


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """x · σ(x)."""
    return _written(input, ops.silu(input), inplace, "silu")


def hardtanh(
    input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False
) -> Tensor:
    """x held between min_val and max_val."""
    return _written(input, ops.hardtanh(input, min_val, max_val), inplace, "hardtanh")


def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """max(x, 0), and never more than 6."""
    return hardtanh(input, 0.0, 6.0, inplace)


def mish(input: Tensor, inplace: bool = False) -> Tensor:
    """x · tanh(ln(1 + eˣ)), a smooth relu that dips below zero."""
    return _written(input, input * ops.tanh(ops.softplus(input)), inplace, "mish")


def softsign(input: Tensor) -> Tensor:
    """x/(1 + |x|): like tanh, with slower tails."""
    return input / (1 + ops.abs(input))  # type: ignore[no-any-return]


def softmax(input: Tensor, dim: int | None = None, dtype: Any = None) -> Tensor:
    """Probabilities along `dim`. Raises `ArgumentError` where `dim` is left out."""
    return ops.softmax(input, _dim("softmax", dim), dtype=dtype)  # type: ignore[no-any-return]


def log_softmax(input: Tensor, dim: int | None = None, dtype: Any = None) -> Tensor:
    """Logarithms of the probabilities along `dim`. Raises `ArgumentError` where it is left out."""
    return ops.log_softmax(input, _dim("log_softmax", dim), dtype=dtype)  # type: ignore[no-any-return]


def _dim(name: str, dim: int | None) -> int:
    if dim is None:
        raise ArgumentError(
            f"{name}: dim was left out. PyTorch guesses it, with a warning, and the guess differs "
            "by the number of dimensions; say which are the classes, usually dim=1 or dim=-1."
        )
    return dim


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Each element zero with probability p, the others divided by 1 − p, so that the mean stays.

    Does nothing where not `training`. Reference: Srivastava et al., "Dropout: a simple way to
    prevent neural networks from overfitting", JMLR 15 (2014).
    """
    check_probability("dropout", p)
    if not training or p == 0:
        return input
    mask = dropout_mask(input.shape, p, input.dtype)
    return _written(input, input * mask, inplace, "dropout")


def dropout_mask(shape: tuple[int, ...], p: float, dtype: Any) -> Tensor:
    """What dropout multiplies by, drawn anew: zero with probability p, else 1/(1 − p)."""
    kept = default_generator.numpy.random(shape) >= p
    scale = 1 / (1 - p) if p < 1 else 0.0
    return Tensor(np.where(kept, scale, 0.0).astype(dtype))


def dropout2d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
) -> Tensor:
    """Dropout of whole channels of pictures, x (N, C, H, W) or (C, H, W)."""
    check_probability("dropout2d", p)
    if input.ndim not in (3, 4):
        raise ShapeError(
            f"dropout2d: x {tuple(input.shape)}, but pictures (N, C, H, W) or (C, H, W) were "
            "expected. Use dropout for single elements."
        )
    if not training or p == 0:
        return input
    mask = dropout_mask((*input.shape[:-2], 1, 1), p, input.dtype)
    return _written(input, input * mask, inplace, "dropout2d")


def check_probability(name: str, p: float) -> None:
    """Refuse what is no probability."""
    try:
        fits = bool(0 <= p <= 1)
    except TypeError:
        raise InputTypeError(
            f"{name}: p={p!r:.40} of type {type(p).__name__}, but a number from 0 to 1 was "
            "expected. Pass one such as 0.5."
        ) from None
    if not fits:
        raise ArgumentError(
            f"{name}: p={p}, but it is the probability of dropping an element: between 0 and 1."
        )


# -- attention


def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    """Each query looks for keys like itself, and takes the mean of their values by likeness.

    query (…, L, E), key (…, S, E), value (…, S, V) → softmax(query · keyᵀ · scale) · value, (…, L,
    V), where `scale` is 1/√E if it is not given. `attn_mask`, which broadcasts to (…, L, S), is
    true where a query may look, or numbers to be added to the scores; `is_causal` lets query i look
    at the keys 0 … i. A query that may look nowhere gets zeros. `dropout_p` works always: pass 0 in
    evaluation. With `enable_gqa`, groups of query heads (dimension −3) share a head of keys and
    values. Reference: Vaswani et al., "Attention is all you need", NeurIPS (2017).
    """
    if enable_gqa:
        key, value = (_shared(x, query.shape) for x in (key, value))
    _check_attention(query.shape, key.shape, value.shape)
    if attn_mask is not None and is_causal:
        raise ArgumentError(
            "scaled_dot_product_attention: attn_mask and is_causal=True both say where to look. "
            "Give one; torch.ones(L, S).tril() as a mask of bool is what is_causal means."
        )
    factor = 1 / math.sqrt(query.shape[-1] or 1) if scale is None else scale
    scores = (query * factor) @ key.mT  # (…, L, E) @ (…, E, S) -> (…, L, S)
    if is_causal:
        attn_mask = ops.tril(ones(*scores.shape[-2:], dtype=bool))
    weights = ops.softmax(scores, -1) if attn_mask is None else masked_softmax(scores, attn_mask)
    return dropout(weights, dropout_p) @ value


def masked_softmax(scores: Tensor, mask: Tensor) -> Tensor:
    """The softmax of the scores (…, L, S) where the mask allows to look, and zeros elsewhere."""
    if mask.dtype.kind not in "bf":
        raise DTypeError(
            f"scaled_dot_product_attention: attn_mask is {mask.dtype}, but truth values or "
            "floating point numbers were expected: mask.bool()."
        )
    truth = mask.dtype.kind == "b"
    scores = ops.masked_fill(scores, ~mask, -math.inf) if truth else scores + mask
    # Of nothing but −∞, softmax would make NaN: such a row is filled before and emptied after it.
    nowhere = ops.all(scores == -math.inf, -1, True)
    weights = ops.softmax(ops.masked_fill(scores, nowhere, 0.0), -1)
    return ops.masked_fill(weights, nowhere, 0.0)  # type: ignore[no-any-return]


def _shared(x: Tensor, query: tuple[int, ...]) -> Tensor:
    """Each head of x (…, H, S, E) as often, one after the other, as the query has heads for it."""
    shape = tuple(x.shape)
    heads = shape[-3] if len(shape) > 2 else 0
    if not heads or len(query) < 3 or query[-3] % heads:
        raise ShapeError(
            f"scaled_dot_product_attention: enable_gqa=True, but the heads (dimension -3) of query "
            f"{tuple(query)} are no multiple of those of {shape}. Leave it out, or check the heads."
        )
    times = query[-3] // heads
    wide = ops.expand(ops.unsqueeze(x, -3), (*shape[:-2], times, *shape[-2:]))
    return ops.reshape(wide, (*shape[:-3], query[-3], *shape[-2:]))  # type: ignore[no-any-return]


def _check_attention(query: Any, key: Any, value: Any) -> None:
    fits = min(len(query), len(key), len(value)) >= 2
    if not fits or query[-1] != key[-1] or key[-2] != value[-2]:
        raise ShapeError(
            f"scaled_dot_product_attention: query {tuple(query)}, key {tuple(key)} and value "
            f"{tuple(value)} do not fit: (…, L, E), (…, S, E) and (…, S, V) were expected. Check "
            "the last two dimensions."
        )
