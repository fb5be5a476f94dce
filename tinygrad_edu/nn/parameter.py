"""Parameter: a tensor that a module learns."""

from __future__ import annotations

import numpy as np

from .. import dtypes
from ..errors import InputTypeError
from ..tensor import Tensor


class Parameter(Tensor):
    """A leaf that requires a gradient and registers itself where a module gets it as an attribute.

    `Parameter(data)` shares the memory of `data`; what is computed from a parameter is an ordinary
    tensor. Raises `DTypeError` where a gradient is asked for in whole numbers.
    """

    __slots__ = ()

    def __init__(self, data: Tensor | None = None, requires_grad: bool = True) -> None:
        if data is None:
            data = Tensor(np.empty(0, dtypes.get_default_dtype()))
        if not isinstance(data, Tensor):
            raise InputTypeError(
                f"Parameter: received {type(data).__name__}, but a tensor was expected. "
                "Make it one: tinygrad_edu.tensor(...)."
            )
        super().__init__(data.array)
        if requires_grad:
            self.requires_grad_()

    def __repr__(self) -> str:
        return "Parameter containing:\n" + super().__repr__()


class Buffer(Tensor):
    """A tensor that belongs to a module's state but is not learned; registers itself like a
    parameter.
    """

    __slots__ = ()

    def __init__(self, data: Tensor, *, persistent: bool = True) -> None:
        super().__init__(data.array)
        self.__dict__["persistent"] = persistent
