"""Samples for what layers are made of: normalisation, windows over pictures."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinygrad_edu import ops

from .drawing import FLOATS, Call, Draw, Kink, Samples, Shape, call, torch

MATRIX = np.arange(6.0).reshape(2, 3)


# -- normalisation


def _standardize(draw: Draw, shape: Shape) -> Call:
    """Over one to all dimensions; ε is not small, for differences to be exact where x is flat."""
    shape = shape or (3,)
    dims = tuple(d for d in range(len(shape)) if draw.chance()) or (draw.dim(shape),)
    return call(draw.reals(shape), dim=dims, eps=draw.one_of(0.1, 1.0))


def _torch_standardize(x: Any, dim: Shape, eps: float = 1e-5) -> Any:
    mean, var = x.mean(dim, keepdim=True), x.var(dim, correction=0, keepdim=True)
    return (x - mean) / (var + eps).sqrt()


def _layer_norm(draw: Draw, shape: Shape) -> Call:
    shape = shape or (3,)
    last = shape[draw.number(0, len(shape) - 1) :]
    weight = draw.one_of(draw.reals(last), None)
    # PyTorch has no second derivative with a bias alone.
    bias = None if weight is None else draw.one_of(draw.reals(last), None)
    return call(draw.reals(shape), last, weight, bias, 0.1)


# -- windows


def _window(draw: Draw, shape: Shape) -> tuple[Shape, dict[str, Any]]:
    """The shape of pictures (N, C, H, W), and options of windows of which some fit there."""
    n, c = (*shape, 2, 1)[:2]
    c = c or 1  # PyTorch knows empty batches, but no pictures without channels
    size, stride, dilation = ((draw.number(1, 2), draw.number(1, 2)) for _ in range(3))
    reach = (d * (k - 1) + 1 for k, d in zip(size, dilation, strict=True))
    h, w = (least + draw.number(0, 2) for least in reach)
    return (n, c, h, w), {"size": size, "stride": stride, "dilation": dilation}


def _pictures(draw: Draw, shape: Shape) -> Call:
    shape, options = _window(draw, shape)
    return call(draw.reals(shape), **options)


def _pictures_without_gaps(draw: Draw, shape: Shape) -> Call:
    shape, options = _window(draw, shape)
    del options["dilation"]
    return call(draw.reals(shape), **options)


def _columns(draw: Draw, shape: Shape) -> Call:
    """What `unfold2d` makes of such pictures, with other numbers."""
    shape, options = _window(draw, shape)
    columns = ops.unfold2d(np.zeros(shape), **options).shape
    del options["size"]
    return call(draw.reals(columns), shape=shape[2:], **options)


def _torch_unfold2d(x: Any, size: Shape, stride: Shape = (1, 1), dilation: Shape = (1, 1)) -> Any:
    (n, c, _, w), (kh, kw) = x.shape, size
    z = torch.nn.functional.unfold(x, size, dilation, 0, stride)
    across = (w - dilation[1] * (kw - 1) - 1) // stride[1] + 1
    return z.reshape(n, c, kh, kw, z.shape[-1] // across, across).permute(1, 2, 3, 0, 4, 5)


def _torch_fold2d(x: Any, shape: Shape, stride: Shape = (1, 1), dilation: Shape = (1, 1)) -> Any:
    c, kh, kw, n, rows, across = x.shape
    columns = x.permute(3, 0, 1, 2, 4, 5).reshape(n, c * kh * kw, rows * across)
    return torch.nn.functional.fold(columns, shape, (kh, kw), dilation, 0, stride)


def _torch_max(x: Any, size: Shape, stride: Shape, dilation: Shape = (1, 1)) -> Any:
    return torch.nn.functional.max_pool2d(x, size, stride, 0, dilation)


def _torch_sum(x: Any, size: Shape, stride: Shape) -> Any:
    return torch.nn.functional.avg_pool2d(x, size, stride, divisor_override=1)


PICTURE = np.arange(12.0).reshape(1, 1, 3, 4)
TOO_LARGE = [call(PICTURE, size=(4, 2), stride=(1, 1))]
TIE = Kink(
    call(np.ones((1, 1, 2, 2)), size=(2, 2), stride=(2, 2)), (np.array([[[[1, 0], [0, 0]]]]),)
)

WINDOWS = {
    "unfold2d": Samples(
        _pictures, torch=_torch_unfold2d, linear="jointly", types=FLOATS, errors=TOO_LARGE
    ),
    "fold2d": Samples(
        _columns,
        torch=_torch_fold2d,
        linear="jointly",
        types=FLOATS,
        errors=[call(np.ones((1, 2, 2, 1, 2, 2)), shape=(3, 4))],
    ),
    "max_windows": Samples(
        _pictures, torch=_torch_max, types=FLOATS, kinks=[TIE], errors=TOO_LARGE
    ),
    "sum_windows": Samples(
        _pictures_without_gaps,
        torch=_torch_sum,
        linear="jointly",
        types=FLOATS,
        errors=TOO_LARGE,
    ),
}

SAMPLES = {
    "standardize": Samples(
        _standardize,
        torch=_torch_standardize,
        scalar=False,
        types=FLOATS,
        errors=[
            call(MATRIX, dim=(2,)),
            call(MATRIX, dim=(0, 0)),
            call(np.arange(3), dim=(0,)),
        ],
    ),
    **WINDOWS,
}

FUNCTIONS = {
    "layer_norm": Samples(
        _layer_norm,
        torch="nn.functional.layer_norm",
        ours=ops.layer_norm,
        alike=True,
        scalar=False,
        types=FLOATS,
        errors=[
            call(MATRIX, normalized_shape=(2,)),
            call(MATRIX, (3,), np.ones(2)),
            call(MATRIX, (3,), None, np.ones((2, 3))),
        ],
    ),
}
