"""Embedding: a table with a learned vector for each word, and the lookup in it."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from .. import memory, ops
from ..errors import ArgumentError, DTypeError, PlaceError, ShapeError
from ..tensor import Tensor
from . import init
from .linear import new_parameter
from .module import Module
from .parameter import Parameter

__all__ = ["Embedding", "embedding"]


def embedding(
    input: Tensor,
    weight: Tensor,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    """The rows of `weight` (V, D) that the whole numbers `input` (…) name → (…, D).

    The row `padding_idx` stands for nothing and gets no gradient. With `max_norm`, rows that are
    looked up are first shortened, in place, to that `norm_type`-norm. With `scale_grad_by_freq`, a
    row's gradient is divided by how often it was looked up. Raises `PlaceError` (an `IndexError`)
    for a number that names no row.
    """
    if sparse:
        raise ArgumentError("embedding: sparse=True, but gradients are dense here. Leave it out.")
    if len(weight.shape) != 2:
        raise ShapeError(
            f"embedding: weight {tuple(weight.shape)} is no table (V, D) of V rows. Reshape it."
        )
    places = input.array
    _check(places, len(weight))
    if max_norm is not None:
        shorten(weight, places, max_norm, norm_type)
    rows: Tensor = ops.take_rows(weight, input, dim=0)
    constant = rows.detach()
    if scale_grad_by_freq:
        often = np.bincount(places.ravel(), minlength=len(weight))[places]
        share = Tensor((1 / often[..., None]).astype(weight.dtype))
        rows = constant + (rows - constant) * share  # the same numbers, a part of their gradient
    if padding_idx is not None:
        nothing = ops.unsqueeze(input == _row(padding_idx, len(weight)), -1)
        rows = ops.where(nothing, constant, rows)
    return rows


def _check(places: np.ndarray, rows: int) -> None:
    if places.dtype.kind not in "iu":
        raise DTypeError(
            f"embedding: the input is {places.dtype}, but it names rows of a table: whole numbers. "
            "Convert it: x.long(). (The input comes first, then the weight.)"
        )
    if places.size and not (places.min() >= 0 and places.max() < rows):
        wrong = places.min() if places.min() < 0 else places.max()
        raise PlaceError(
            f"embedding: index {wrong} is out of range: the table has {rows} rows, 0 to "
            f"{rows - 1}. Check num_embeddings, or the encoding of the input."
        )


def _row(padding_idx: int, rows: int) -> int:
    """`padding_idx` counted from the front."""
    if not -rows <= padding_idx < rows:
        raise ArgumentError(
            f"Embedding: padding_idx={padding_idx}, but the table has {rows} rows: "
            f"{-rows} to {rows - 1}. Choose one of them."
        )
    return padding_idx % rows


def shorten(weight: Tensor, places: np.ndarray, max_norm: float, norm_type: float) -> None:
    """Bring the rows that are looked up to at most this length, in place and unrecorded."""
    used = np.unique(places)
    length = np.linalg.norm(weight.array[used], norm_type, axis=1, keepdims=True)
    too_long = length[:, 0] > max_norm
    if too_long.any():
        weight.array[used[too_long]] *= max_norm / (length[too_long] + 1e-7)
        memory.stamp(weight.array)


class Embedding(Module):
    """A table (V, D) of learned vectors: whole numbers (…) → their vectors (…, D).

    The table starts as N(0, 1), with zeros in the row `padding_idx`, which is not learned. The
    other options are those of `nn.functional.embedding`.
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
        _weight: Tensor | None = None,
        _freeze: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        for name, n in (("num_embeddings", num_embeddings), ("embedding_dim", embedding_dim)):
            if not hasattr(n, "__index__") or n < 0:
                raise ArgumentError(f"Embedding: {name}={n!r}, but a whole number ≥ 0 is expected.")
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        self.padding_idx = None if padding_idx is None else _row(padding_idx, num_embeddings)
        self.max_norm, self.norm_type = max_norm, norm_type
        self.scale_grad_by_freq, self.sparse = scale_grad_by_freq, sparse
        shape = (num_embeddings, embedding_dim)
        if _weight is None:
            self.weight = new_parameter(shape, dtype, device)
            self.reset_parameters()
        elif tuple(_weight.shape) != shape:
            raise ShapeError(
                f"Embedding: the weight is {tuple(_weight.shape)}, but the table is {shape}. "
                "They must be equal."
            )
        else:
            self.weight = Parameter(_weight)
        self.weight.requires_grad_(not _freeze)

    @classmethod
    def from_pretrained(
        cls, embeddings: Tensor, freeze: bool = True, padding_idx: int | None = None, **options: Any
    ) -> Self:
        """The table `embeddings` (V, D), learned elsewhere; frozen unless `freeze=False`."""
        if len(embeddings.shape) != 2:
            raise ShapeError(
                f"Embedding: {tuple(embeddings.shape)} is no table (V, D) of vectors. Reshape it."
            )
        rows, width = embeddings.shape
        return cls(rows, width, padding_idx, _weight=embeddings, _freeze=freeze, **options)

    def reset_parameters(self) -> None:
        """Draw the table anew."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            self.weight.array[self.padding_idx] = 0
            memory.stamp(self.weight.array)

    def forward(self, x: Tensor) -> Tensor:
        """x (…) of whole numbers → (…, D)."""
        return embedding(
            x,
            self.weight,
            self.padding_idx,
            self.max_norm,
            self.norm_type,
            self.scale_grad_by_freq,
            self.sparse,
        )

    def extra_repr(self) -> str:
        """The sizes, and the options that are not as usual."""
        usual = {"padding_idx": None, "max_norm": None, "norm_type": 2}
        usual |= {"scale_grad_by_freq": False, "sparse": False}
        unusual = [f"{k}={getattr(self, k)}" for k, v in usual.items() if getattr(self, k) != v]
        return ", ".join([str(self.num_embeddings), str(self.embedding_dim), *unusual])
