"""A module is a tree: ways to walk it, and things that are done to all of it at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Self

import numpy as np

from .. import dtypes
from ..errors import AbsentError, ArgumentError, InputTypeError
from ..layout import Device, check_device
from ..tensor import Tensor
from .parameter import Parameter


class Tree:
    """The part of a Module that knows its submodules."""

    training: bool
    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Tensor | None]
    _modules: dict[str, Any]

    # -- walking

    def named_modules(
        self, memo: set[Any] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Any]]:
        """This module, named "", and every module under it, by its path: "encoder.0"."""
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, module in self._modules.items():
            if module is not None:
                path = f"{prefix}.{name}" if prefix else name
                yield from module.named_modules(memo, path, remove_duplicate)

    def modules(self) -> Iterator[Any]:
        """This module and every module under it."""
        for _, module in self.named_modules():
            yield module

    def named_children(self) -> Iterator[tuple[str, Any]]:
        """The modules directly under this one, by name."""
        seen: set[int] = set()
        for name, module in self._modules.items():
            if module is not None and id(module) not in seen:
                seen.add(id(module))
                yield name, module

    def children(self) -> Iterator[Any]:
        """The modules directly under this one."""
        for _, module in self.named_children():
            yield module

    def _named(
        self, table: str, prefix: str, recurse: bool, remove_duplicate: bool
    ) -> Iterator[tuple[str, Any]]:
        seen: set[int] = set()
        modules = (
            self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate)
            if recurse
            else [(prefix, self)]
        )
        for path, module in modules:
            for name, x in getattr(module, table).items():
                if x is None or id(x) in seen:
                    continue
                if remove_duplicate:
                    seen.add(id(x))
                yield (f"{path}.{name}" if path else name), x

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """The parameters by name; one that is shared comes once, under its first name."""
        return self._named("_parameters", prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """The parameters, each once: what an optimizer is to change."""
        for _, parameter in self.named_parameters(recurse=recurse):
            yield parameter

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """The buffers by name: state that is not learned."""
        return self._named("_buffers", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """The buffers, each once."""
        for _, buffer in self.named_buffers(recurse=recurse):
            yield buffer

    def get_submodule(self, target: str) -> Any:
        """The module at a path such as "encoder.0"; "" is this one. Raises `AbsentError`."""
        module: Any = self
        for name in target.split(".") if target else ():
            if name not in module._modules:
                raise AbsentError(
                    f"get_submodule: there is no {name!r} in {type(module).__name__} (asked for "
                    f"{target!r}). It has: {', '.join(module._modules) or 'no submodules'}."
                )
            module = module._modules[name]
        return module

    def _get(self, table: str, kind: str, target: str) -> Any:
        path, _, name = target.rpartition(".")
        owner = self.get_submodule(path)
        found = getattr(owner, table)
        if found.get(name) is None:
            raise AbsentError(
                f"get_{kind}: {type(owner).__name__} has no {kind} {name!r} (asked for "
                f"{target!r}). It has: {', '.join(found) or 'none'}."
            )
        return found[name]

    def get_parameter(self, target: str) -> Parameter:
        """The parameter at a path such as "encoder.0.weight". Raises `AbsentError`."""
        return self._get("_parameters", "parameter", target)  # type: ignore[no-any-return]

    def get_buffer(self, target: str) -> Tensor:
        """The buffer at a path such as "norm.running_mean". Raises `AbsentError`."""
        return self._get("_buffers", "buffer", target)  # type: ignore[no-any-return]

    # -- doing something everywhere

    def apply(self, fn: Callable[[Any], Any]) -> Self:
        """Call `fn` on every module, children first; to initialise a network, for instance."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def train(self, mode: bool = True) -> Self:
        """Switch to training, or with False to evaluation: dropout and batch norm ask for it."""
        if not isinstance(mode, bool):
            raise ArgumentError(f"train: mode={mode!r}, but True or False was expected.")
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self) -> Self:
        """Switch to evaluation: dropout lets everything pass, batch norm uses what it learned."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Ask for gradients of all parameters, or freeze them."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the parameters' gradients; with `set_to_none=False`, make them zero."""
        for parameter in self.parameters():
            if parameter.grad is None or set_to_none:
                parameter.grad = None
            else:
                parameter.grad = Tensor(np.zeros_like(parameter.grad.array))

    def to(self, *args: Any, dtype: Any = None, device: Any = None, **_: Any) -> Self:
        """Change the floating point parameters and buffers to another number type, in place.

        `to(dtype)`, `to(other_tensor)`, and `to("cpu")`, which changes nothing. Raises
        `InputTypeError` for a type that is not floating point.
        """
        for arg in args:
            if isinstance(arg, Tensor):
                dtype = arg.dtype
            elif isinstance(arg, str | Device):
                device = arg
            elif not isinstance(arg, bool):
                dtype = arg
        if device is not None:
            check_device(device)
        if dtype is None:
            return self
        wanted = dtypes.as_dtype(dtype)
        if wanted.kind != "f":
            raise InputTypeError(
                f"to: asked for {wanted}, but a module learns in floating point numbers. "
                "Use float32 or float64."
            )
        for x in (*self.parameters(), *self.buffers()):
            if x.is_floating_point():
                x.array = x.array.astype(wanted, copy=False)
                if x.grad is not None:
                    x.grad = Tensor(x.grad.array.astype(wanted, copy=False))
        return self

    def type(self, dst_type: Any) -> Self:
        """Change the number type: PyTorch's other name for `to(dtype)`."""
        return self.to(dst_type)

    def float(self) -> Self:
        """Change the floating point parameters and buffers to float32, in place."""
        return self.to(dtypes.float32)

    def double(self) -> Self:
        """Change the floating point parameters and buffers to float64, in place."""
        return self.to(dtypes.float64)

    def half(self) -> Self:
        """Change the floating point parameters and buffers to float16, in place."""
        return self.to(dtypes.float16)

    def cpu(self) -> Self:
        """This module: it is on the CPU."""
        return self
