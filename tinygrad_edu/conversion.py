"""A tensor and the world outside: NumPy arrays, Python numbers, number types, text.

Nothing here loses a gradient in silence: what would take the numbers away from their history
refuses.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from . import dtypes, memory
from .errors import ArgumentError, DimError, GradientError, InputTypeError
from .inplace import refuse_stale
from .layout import DEVICES, Device, Size, check_device
from .ops.cast import cast
from .ops.shape import clone
from .text import numbers, table

if TYPE_CHECKING:
    from .engine import Node


class Conversion:
    """The part of a Tensor that speaks to NumPy, to Python and to people."""

    __slots__ = ()

    if TYPE_CHECKING:
        array: np.ndarray
        requires_grad: bool
        grad: Any
        node: Node | None

    # -- what it is

    @property
    def shape(self) -> Size:
        """The length of each dimension."""
        return Size(self.array.shape)

    @property
    def dtype(self) -> dtypes.DType:
        """The type of the numbers."""
        return self.array.dtype

    @property
    def ndim(self) -> int:
        """How many dimensions there are."""
        return self.array.ndim

    @property
    def device(self) -> Device:
        """Always the CPU."""
        return Device()

    @property
    def itemsize(self) -> int:
        """Bytes per element."""
        return self.array.itemsize

    @property
    def nbytes(self) -> int:
        """Bytes of all elements together."""
        return self.array.nbytes

    def size(self, dim: int | None = None) -> Any:
        """The shape, or the length of one dimension."""
        if dim is None:
            return self.shape
        if not -self.ndim <= dim < self.ndim:
            raise DimError(
                f"size: asked for dim {dim} of a tensor of shape {self.shape}, which has "
                f"{self.ndim} dimension(s). Use {-self.ndim} to {self.ndim - 1}."
            )
        return self.array.shape[dim]

    def dim(self) -> int:
        """How many dimensions there are."""
        return self.array.ndim

    def numel(self) -> int:
        """How many elements there are."""
        return self.array.size

    nelement = numel

    def element_size(self) -> int:
        """Bytes per element."""
        return self.array.itemsize

    def stride(self, dim: int | None = None) -> Any:
        """How many elements apart neighbours lie in memory, for each dimension or for one."""
        steps = tuple(s // self.array.itemsize for s in self.array.strides)
        return steps if dim is None else steps[dim]

    def data_ptr(self) -> int:
        """The address of the first element."""
        return int(self.array.__array_interface__["data"][0])

    def is_contiguous(self) -> bool:
        """Whether the elements lie in memory in their order."""
        return bool(self.array.flags.c_contiguous)

    def is_floating_point(self) -> bool:
        """Whether the numbers are floats."""
        return self.array.dtype.kind == "f"

    # -- out of the graph

    @property
    def is_cuda(self) -> bool:
        """False: the numbers are NumPy's, on the CPU."""
        return False

    def numpy(self, *, force: bool = False) -> np.ndarray:
        """The numbers as a NumPy array that shares this tensor's memory.

        Raises `GradientError` where the tensor requires a gradient, which the array could not
        carry; `force=True` detaches first.
        """
        if self.requires_grad and not force:
            raise GradientError(
                f"numpy(): this tensor of shape {self.shape} requires a gradient, and a NumPy "
                "array would lose it. Say so on purpose: x.detach().numpy()."
            )
        if memory.rewritten:
            refuse_stale("numpy()", [self])
        return self.array

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        array = self.numpy()
        if copy is False and dtype is not None and array.dtype != dtype:
            raise ArgumentError(f"__array__: {array.dtype} cannot become {dtype} without a copy.")
        return np.array(array, dtype=dtype) if copy else np.asarray(array, dtype=dtype)

    def item(self) -> Any:
        """The one number that this tensor holds, as a Python number."""
        if self.array.size != 1:
            raise ArgumentError(
                f"item(): a tensor of shape {self.shape} holds {self.array.size} numbers, not one. "
                "Reduce it first (sum, mean), or use tolist()."
            )
        return self.array.item()

    def tolist(self) -> Any:
        """The numbers as nested Python lists."""
        return self.array.tolist()

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __index__(self) -> int:
        if self.array.dtype.kind not in "iub":
            raise InputTypeError(
                f"index: only an integer tensor can be an index, and this one is {self.dtype}. "
                "Convert it: x.long()."
            )
        return int(self.item())

    def __bool__(self) -> bool:
        if self.array.size != 1:
            raise ArgumentError(
                f"bool(): the truth of {self.array.size} values at once is ambiguous (shape "
                f"{self.shape}). Say which you mean: (x > 0).all() or .any()."
            )
        return bool(self.array.item())

    def __len__(self) -> int:
        if not self.array.ndim:
            raise InputTypeError("len(): a 0-d tensor is a single number. Use item().")
        return len(self.array)

    def __iter__(self) -> Iterator[Any]:
        if not self.array.ndim:
            raise InputTypeError("iteration: a 0-d tensor is a single number. Use item().")
        return (self[i] for i in range(len(self.array)))  # type: ignore[index]

    def __contains__(self, value: Any) -> bool:
        return bool((self.array == getattr(value, "array", value)).any())

    # -- number types and devices

    def to(
        self,
        *args: Any,
        dtype: Any = None,
        device: Any = None,
        non_blocking: bool = False,
        copy: bool = False,
    ) -> Any:
        """This tensor with another number type: `to(dtype)`, `to("cpu")`, `to(other)`.

        Returns the tensor itself where nothing changes. Differentiable: the gradient returns to the
        original type. `non_blocking` has no effect: nothing travels to another device.
        """
        for arg in args:
            if isinstance(arg, Conversion):
                dtype = arg.dtype
            elif isinstance(arg, Device) or (isinstance(arg, str) and arg.split(":")[0] in DEVICES):
                device = arg
            elif not isinstance(arg, bool):
                dtype = arg
        if device is not None:
            check_device(device)
        wanted = self.dtype if dtype is None else dtypes.as_dtype(dtype)
        if wanted != self.array.dtype:
            return cast(self, dtype=wanted, source=self.array.dtype)
        return clone(self) if copy else self

    def type(self, dtype: Any = None) -> Any:
        """The name of the number type, or this tensor with another one."""
        return str(self.dtype) if dtype is None else self.to(getattr(dtype, "dtype", dtype))

    def type_as(self, other: Any) -> Any:
        """This tensor with the number type of `other`."""
        return self.to(other.dtype)

    def float(self) -> Any:
        """This tensor in float32."""
        return self.to(dtypes.float32)

    def double(self) -> Any:
        """This tensor in float64."""
        return self.to(dtypes.float64)

    def half(self) -> Any:
        """This tensor in float16."""
        return self.to(dtypes.float16)

    def long(self) -> Any:
        """This tensor in int64."""
        return self.to(dtypes.int64)

    def int(self) -> Any:
        """This tensor in int32."""
        return self.to(dtypes.int32)

    def short(self) -> Any:
        """This tensor in int16."""
        return self.to(dtypes.int16)

    def bool(self) -> Any:
        """This tensor as truth values: False where it is zero."""
        return self.to(dtypes.bool)

    def cpu(self) -> Any:
        """This tensor: it is on the CPU."""
        return self

    # -- text

    def __repr__(self) -> str:
        notes = []
        usual = (dtypes.get_default_dtype(), dtypes.int64, dtypes.bool)
        if self.array.dtype not in usual[: 3 if self.array.size else 1]:
            notes.append(f"dtype={self.array.dtype}")
        if not self.array.size and self.array.ndim != 1:
            notes.append(f"size={tuple(self.array.shape)}")
        if self.node is not None:
            notes.append(f"grad_fn=<{self.node.op.name} · {self.node.op.family.name}>")
        elif self.requires_grad:
            notes.append("requires_grad=True")
        return f"tensor({', '.join([numbers(self.array, 'tensor('), *notes])})"

    def _repr_html_(self) -> str:
        """The numbers as a table for Jupyter, and the gradient beside them, if there is one."""
        from html import escape

        made = f"{self.node.op.name} · {self.node.op.family.name}" if self.node else "leaf"
        kind = made if self.requires_grad else "constant"
        caption = f"{tuple(self.array.shape)} {self.array.dtype} · {kind}"
        parts = [f"<div>{table(self.array)}<small>{escape(caption)}</small></div>"]
        if self.grad is not None:
            parts.append(f"<div>{table(self.grad.array)}<small>grad</small></div>")
        return f'<div style="display:flex;gap:1.5em;flex-wrap:wrap">{"".join(parts)}</div>'

    def __format__(self, spec: str) -> str:
        if self.array.ndim == 0 or (spec and self.array.size == 1):
            return format(self.array.item(), spec)
        return format(str(self), spec)
