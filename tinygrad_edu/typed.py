"""The older names of tensors by type: `FloatTensor([1, 2])` is `tensor([1, 2], dtype=float32)`."""

from __future__ import annotations

from typing import Any

from . import dtypes
from .creation import empty, tensor
from .tensor import Tensor

__all__ = ["BoolTensor", "DoubleTensor", "FloatTensor", "IntTensor", "LongTensor"]


class TensorType:
    """What makes tensors of one number type, and names that type in `x.type(LongTensor)`."""

    def __init__(self, name: str, dtype: dtypes.DType) -> None:
        self.__name__, self.dtype = name, dtype

    def __call__(self, *data: Any) -> Tensor:
        """A tensor of the numbers given, or of the shape, not cleared: `FloatTensor(2, 3)`."""
        if len(data) == 1 and not isinstance(data[0], int):
            return tensor(data[0], dtype=self.dtype)
        return empty(*data or (0,), dtype=self.dtype)

    def __repr__(self) -> str:
        return f"<{self.__name__}: tensors of {self.dtype}>"


FloatTensor = TensorType("FloatTensor", dtypes.float32)
DoubleTensor = TensorType("DoubleTensor", dtypes.float64)
LongTensor = TensorType("LongTensor", dtypes.int64)
IntTensor = TensorType("IntTensor", dtypes.int32)
BoolTensor = TensorType("BoolTensor", dtypes.bool)
