"""Windows of pictures as columns, and columns back into pictures."""

from __future__ import annotations

from ..errors import ShapeError
from ..ops import pad, permute, reshape
from ..ops.windows import fold2d, places, unfold2d
from ..tensor import Tensor
from .module import Module
from .pairs import Size, pair, pictures

__all__ = ["Fold", "Unfold", "fold", "unfold"]


def unfold(
    input: Tensor, kernel_size: Size, dilation: Size = 1, padding: Size = 0, stride: Size = 1
) -> Tensor:
    """Every window of x as a column: (N, C, H, W) → (N, C · kH · kW, L), for L places.

    The places are read row by row, and so is each window, channel after channel.
    """
    size, spread, (top, left), step = _options("unfold", kernel_size, dilation, padding, stride)
    x, batched = pictures("unfold", input)
    if top or left:
        x = pad(x, (left, left, top, top))
    z = unfold2d(x, size, step, spread)
    c, kh, kw, n, down, across = z.shape
    z = reshape(permute(z, (3, 0, 1, 2, 4, 5)), (n, c * kh * kw, down * across))
    return z if batched else z[0]  # type: ignore[no-any-return]


def fold(
    input: Tensor,
    output_size: Size,
    kernel_size: Size,
    dilation: Size = 1,
    padding: Size = 0,
    stride: Size = 1,
) -> Tensor:
    """Columns (N, C · kH · kW, L) added up in pictures (N, C, *output_size) where they stood.

    `unfold` after `fold` is not the identity: where windows overlap, their sum is there. Raises
    `ShapeError` where the columns are not those of such a picture.
    """
    size, spread, (top, left), step = _options("fold", kernel_size, dilation, padding, stride)
    height, width = pair("fold", "output_size", output_size)
    shape = (height + 2 * top, width + 2 * left)
    fits = [places(*each) for each in zip(shape, size, step, spread, strict=True)]
    batched = len(input.shape) == 3
    if len(input.shape) not in (2, 3):
        raise ShapeError(
            f"fold: x {tuple(input.shape)} is neither (N, C · kH · kW, L) nor (C · kH · kW, L). "
            "Reshape it."
        )
    n, rows, columns = (1, *input.shape)[-3:]
    if rows % (size[0] * size[1]) or columns != fits[0] * fits[1]:
        raise ShapeError(
            f"fold: x {tuple(input.shape)} does not make pictures of {height} × {width}: the "
            f"number of rows must be a multiple of {size[0]} · {size[1]}, and there are "
            f"{fits[0]} · {fits[1]} windows for the columns. Check the sizes, stride and padding."
        )
    z = reshape(input, (n, rows // (size[0] * size[1]), *size, *fits))
    z = fold2d(permute(z, (1, 2, 3, 0, 4, 5)), shape, step, spread)
    if top or left:
        z = z[:, :, top : top + height, left : left + width]
    return z if batched else z[0]  # type: ignore[no-any-return]


def _options(
    name: str, kernel_size: Size, dilation: Size, padding: Size, stride: Size
) -> list[tuple[int, int]]:
    return [
        pair(name, "kernel_size", kernel_size),
        pair(name, "dilation", dilation),
        pair(name, "padding", padding, least=0),
        pair(name, "stride", stride),
    ]


class Unfold(Module):
    """Every window of x as a column: (N, C, H, W) → (N, C · kH · kW, L)."""

    def __init__(
        self, kernel_size: Size, dilation: Size = 1, padding: Size = 0, stride: Size = 1
    ) -> None:
        super().__init__()
        self.kernel_size, self.dilation = kernel_size, dilation
        self.padding, self.stride = padding, stride

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, H, W) → (N, C · kH · kW, L)."""
        return unfold(x, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        """The sizes."""
        return (
            f"kernel_size={self.kernel_size}, dilation={self.dilation}, padding={self.padding}, "
            f"stride={self.stride}"
        )


class Fold(Unfold):
    """Columns added up in pictures where they stood: (N, C · kH · kW, L) → (N, C, *output_size)."""

    def __init__(
        self,
        output_size: Size,
        kernel_size: Size,
        dilation: Size = 1,
        padding: Size = 0,
        stride: Size = 1,
    ) -> None:
        super().__init__(kernel_size, dilation, padding, stride)
        self.output_size = output_size

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C · kH · kW, L) → (N, C, *output_size)."""
        sizes = (self.kernel_size, self.dilation, self.padding, self.stride)
        return fold(x, self.output_size, *sizes)

    def extra_repr(self) -> str:
        """The sizes."""
        return f"output_size={self.output_size}, {super().extra_repr()}"
