"""Convolution: one small set of weights looks at every window of a picture.

Unfolded, the windows are the columns of a matrix, and a convolution is a product of matrices:

    z (O, N · oH · oW) = W (O, C · kH · kW) @ columns (C · kH · kW, N · oH · oW)

Reference: LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document
recognition", Proc. IEEE 86 (1998).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar

from ..errors import ArgumentError, ShapeError
from ..ops import pad, permute, reshape, squeeze, unsqueeze
from ..ops.windows import unfold2d
from ..tensor import Tensor
from . import init
from .linear import new_parameter
from .module import Module
from .pairs import Pair, Size, pair, pictures, several

__all__ = ["Conv1d", "Conv2d", "conv1d", "conv2d"]

_MODES = ("zeros", "reflect", "replicate", "circular")


def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Size = 1,
    padding: Size | str = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Tensor:
    """x (N, C, H, W) with weight (O, C/groups, kH, kW), bias (O) → (N, O, oH, oW).

    `padding` is a margin of zeros, "valid" (none) or "same" (so much that the size stays). With
    `groups`, the channels are split, and each part has its own share of the O outputs. A single
    picture (C, H, W) gives a single one. Raises `ShapeError` where channels do not chain or the
    window is larger than the picture.
    """
    step, spread = pair("conv2d", "stride", stride), pair("conv2d", "dilation", dilation)
    x, batched = pictures("conv2d", input)
    _check(x.shape, weight.shape, None if bias is None else bias.shape, groups)
    outputs, channels, *size = weight.shape
    margins = margins_of(padding, (size[0], size[1]), step, spread)
    if any(margins):
        x = pad(x, margins)
    columns = unfold2d(x, tuple(size), step, spread)  # (C, kH, kW, N, oH, oW)
    n, rows, across = columns.shape[3:]
    k = channels * size[0] * size[1]
    if groups == 1:
        z = reshape(weight, (outputs, k)) @ reshape(columns, (k, n * rows * across))
    else:  # (g, O/g, k) @ (g, k, N · oH · oW)
        parts = reshape(weight, (groups, outputs // groups, k))
        z = parts @ reshape(columns, (groups, k, n * rows * across))
    z = reshape(z, (outputs, n, rows, across))
    if bias is not None:
        z = z + reshape(bias, (outputs, 1, 1, 1))
    z = permute(z, (1, 0, 2, 3))
    return z if batched else z[0]  # type: ignore[no-any-return]


def conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Size = 1,
    padding: Size | str = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Tensor:
    """x (N, C, L) with weight (O, C/groups, k), bias (O) → (N, O, oL): pictures of height 1.

    Options and errors are those of `conv2d`; a single sequence (C, L) gives a single one.
    """
    if len(input.shape) not in (2, 3) or len(weight.shape) != 3:
        raise ShapeError(
            f"conv1d: x {tuple(input.shape)} and weight {tuple(weight.shape)}, but sequences "
            "(N, C, L) or one (C, L), and a weight (O, C/groups, k) were expected."
        )
    (step,), (spread,) = (
        several("conv1d", name, size, 1)
        for name, size in (("stride", stride), ("dilation", dilation))
    )
    if not isinstance(padding, str):
        padding = (0, *several("conv1d", "padding", padding, 1, least=0))
    x, w = unsqueeze(input, -2), unsqueeze(weight, -2)
    return squeeze(conv2d(x, w, bias, (1, step), padding, (1, spread), groups), -2)  # type: ignore[no-any-return]


def margins_of(padding: Size | str, size: Pair, stride: Pair, dilation: Pair) -> tuple[int, ...]:
    """The margin as `pad` wants it: (left, right, top, bottom)."""
    if not isinstance(padding, str):
        top, left = pair("conv2d", "padding", padding, least=0)
        return (left, left, top, top)
    if padding not in ("valid", "same"):
        raise ArgumentError(
            f"conv2d: padding={padding!r} is not known. Use 'valid', 'same', or numbers."
        )
    if padding == "valid":
        return (0, 0, 0, 0)
    if stride != (1, 1):
        raise ArgumentError(
            f"conv2d: padding='same' keeps the size, which stride={stride} does not. Give the "
            "padding in numbers."
        )
    down, across = (d * (k - 1) for k, d in zip(size, dilation, strict=True))
    # An odd margin has its extra place on the right and at the bottom.
    return (across // 2, across - across // 2, down // 2, down - down // 2)


def _check(
    x: tuple[int, ...], weight: tuple[int, ...], bias: tuple[int, ...] | None, groups: int
) -> None:
    if len(weight) != 4:
        raise ShapeError(
            f"conv2d: weight {tuple(weight)} is not (O, C/groups, kH, kW). Reshape it."
        )
    if not hasattr(groups, "__index__") or groups < 1 or weight[0] % groups:
        raise ArgumentError(
            f"conv2d: groups={groups!r} does not divide the {weight[0]} outputs of weight "
            f"{tuple(weight)}. Each group has an equal share of them."
        )
    if x[1] != weight[1] * groups:
        raise ShapeError(
            f"conv2d: x {tuple(x)} has {x[1]} channels (dimension 1), but weight {tuple(weight)} "
            f"with groups={groups} takes {weight[1] * groups}. Check in_channels, or the order of "
            "the dimensions."
        )
    if bias is not None and tuple(bias) != (weight[0],):
        raise ShapeError(
            f"conv2d: bias {tuple(bias)} does not fit weight {tuple(weight)}: one number for each "
            f"of the {weight[0]} outputs was expected."
        )


class _Conv(Module):
    """What the convolutions share; they differ in the number of directions."""

    directions: ClassVar[int]
    function: ClassVar[Callable[..., Tensor]]

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Size,
        stride: Size = 1,
        padding: Size | str = 0,
        dilation: Size = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        kind = self._get_name()
        for name, n in (("in_channels", in_channels), ("out_channels", out_channels)):
            if not hasattr(n, "__index__") or n < 1 or groups < 1 or n % groups:
                raise ArgumentError(
                    f"{kind}: {name}={n!r} with groups={groups!r}: a number of channels ≥ 1 that "
                    "groups divides was expected."
                )
        if padding_mode not in _MODES:
            raise ArgumentError(
                f"{kind}: padding_mode={padding_mode!r} is not known. Use one of {_MODES}."
            )
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        many = self.directions
        self.kernel_size = several(kind, "kernel_size", kernel_size, many)
        self.stride = several(kind, "stride", stride, many)
        self.dilation = several(kind, "dilation", dilation, many)
        self.padding: str | tuple[int, ...] = (
            padding if isinstance(padding, str) else several(kind, "padding", padding, many, 0)
        )
        self.padding_mode = padding_mode
        self._margins = self._find_margins()
        shape = (out_channels, in_channels // groups, *self.kernel_size)
        self.weight = new_parameter(shape, dtype, device)
        made = new_parameter((out_channels,), dtype, device) if bias else None
        self.register_parameter("bias", made)
        self.reset_parameters()

    def _find_margins(self) -> tuple[int, ...]:
        """The margin as `pad` wants it, for as many directions as there are."""
        flat = self.directions == 1  # a sequence is a picture of height 1
        size, step, spread = (
            ((1, *v) if flat else v) for v in (self.kernel_size, self.stride, self.dilation)
        )
        padding = self.padding
        if flat and not isinstance(padding, str):
            padding = (0, *padding)
        return margins_of(padding, size, step, spread)[: 2 * self.directions]  # type: ignore[arg-type]

    def reset_parameters(self) -> None:
        """Draw weight and bias anew."""
        bound = 1 / math.sqrt(math.prod(self.weight.shape[1:]))
        init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, in, …) or (in, …) → (N, out, …) or (out, …)."""
        convolve, options = type(self).function, (self.dilation, self.groups)
        if self.padding_mode == "zeros":
            return convolve(x, self.weight, self.bias, self.stride, self.padding, *options)
        x = pad(x, self._margins, mode=self.padding_mode)
        return convolve(x, self.weight, self.bias, self.stride, 0, *options)

    def extra_repr(self) -> str:
        """The sizes, and the options that are not as usual."""
        many = self.directions
        text = [str(self.in_channels), str(self.out_channels)]
        text += [f"kernel_size={self.kernel_size}", f"stride={self.stride}"]
        usual = {"padding": (0,) * many, "dilation": (1,) * many, "groups": 1}
        text += [f"{k}={getattr(self, k)}" for k, v in usual.items() if getattr(self, k) != v]
        text += ["bias=False"] if self.bias is None else []
        text += [f"padding_mode={self.padding_mode}"] if self.padding_mode != "zeros" else []
        return ", ".join(text)


class Conv1d(_Conv):
    """A convolution of sequences: x (N, in, L) → (N, out, oL); otherwise as `Conv2d`."""

    directions = 1
    function = staticmethod(conv1d)


class Conv2d(_Conv):
    """A convolution of pictures: x (N, in, H, W) → (N, out, oH, oW).

    oH = ⌊(H + 2·padding − dilation·(kH − 1) − 1)/stride⌋ + 1, and oW likewise. The weight is (out,
    in/groups, kH, kW); it and the bias start uniform in ±1/√(in/groups · kH · kW), PyTorch's rule.
    `padding_mode` says what the margin is made of: "zeros", "reflect", "replicate", "circular".
    """

    directions = 2
    function = staticmethod(conv2d)
