"""Sequences of different lengths in one tensor. PyTorch's `torch.nn.utils.rnn`."""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import ArgumentError, InputTypeError, ShapeError
from ...ops import pad, stack
from ...tensor import Tensor

__all__ = ["pad_sequence"]


def pad_sequence(
    sequences: Sequence[Tensor],
    batch_first: bool = False,
    padding_value: float = 0.0,
    padding_side: str = "right",
) -> Tensor:
    """The sequences, (L_i, …) each, filled up to the longest: (L, N, …), or (N, L, …) batch first.

    Gradients pass to what was there; the filling is constant. Raises `InputTypeError` for what is
    no list of tensors, `ShapeError` where anything but the lengths differs.
    """
    if padding_side not in ("left", "right"):
        raise ArgumentError(
            f"pad_sequence: padding_side={padding_side!r} is unknown. Use 'left' or 'right'."
        )
    given = list(sequences)
    for i, x in enumerate(given):
        if not isinstance(x, Tensor):
            raise InputTypeError(
                f"pad_sequence: sequence {i} is {type(x).__name__}, but a tensor was expected."
            )
        if not x.ndim or x.shape[1:] != given[0].shape[1:]:
            raise ShapeError(
                f"pad_sequence: sequence 0 has shape {tuple(given[0].shape)}, sequence {i} "
                f"{tuple(x.shape)}. Only the first lengths may differ."
            )
    longest = max((len(x) for x in given), default=0)
    filled = [_filled(x, longest, padding_value, padding_side) for x in given]
    return stack(filled, dim=0 if batch_first else 1)  # type: ignore[no-any-return]


def _filled(x: Tensor, length: int, value: float, side: str) -> Tensor:
    missing = length - len(x)
    before, after = (missing, 0) if side == "left" else (0, missing)
    margins = (0, 0) * (x.ndim - 1) + (before, after)
    return pad(x, margins, value=value)  # type: ignore[no-any-return]
