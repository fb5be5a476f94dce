"""What the values of a graph are called: by the user's mapping, modules or variables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import FrameType
from typing import Any

from ..errors import InputTypeError
from ..nn import Module
from ..tensor import Tensor

__all__ = ["Names", "names_of"]


class Names:
    """The names of edges and of constant arrays; where several fit, the first one given holds."""

    def __init__(self) -> None:
        self._by_edge: dict[Any, str] = {}
        self._by_array: dict[int, tuple[Any, str]] = {}  # by id; the array is held, so ids stay
        self.owners: dict[Any, str] = {}  # a parameter → the path of the module that owns it
        self.kinds: dict[str, str] = {}  # the path of a module → its class
        self.calls: list[Any] = []  # of modules that were watched

    def add(self, name: str, tensor: Tensor) -> None:
        """Call `tensor` by `name`, unless it has a name."""
        if tensor.edge is not None:
            self._by_edge.setdefault(tensor.edge, name)
        else:
            self._by_array.setdefault(id(tensor.array), (tensor.array, name))

    def add_module(self, module: Module, prefix: str = "") -> None:
        """Call the parameters and buffers of `module` by their paths in it."""
        for path, part in module.named_modules(prefix=prefix):
            self.kinds.setdefault(path, type(part).__name__)
            for table in (part._parameters, part._buffers):
                for name, tensor in table.items():
                    if tensor is not None:
                        self.add(f"{path}.{name}" if path else name, tensor)
                        self.owners.setdefault(tensor, path)

    def of(self, edge: Any) -> str | None:
        """The name of a node's output or of a leaf."""
        return self._by_edge.get(edge)

    def of_constant(self, value: Any) -> str | None:
        """The name of an array that no gradient flows to."""
        return self._by_array.get(id(value), (None, None))[1]


def names_of(names: Any, frame: FrameType | None = None) -> Names:
    """Names out of a mapping, a module, "caller" with the caller's frame, or a list of these."""
    if isinstance(names, Names):
        return names
    known = Names()
    for one in names if isinstance(names, list | tuple) else [names]:
        if one is None:
            continue
        if isinstance(one, Module):
            known.add_module(one)
        elif hasattr(one, "intervals"):
            known.add_module(one.model, one.name)
            known.calls.append(one)
        elif isinstance(one, Mapping):
            for name, tensor in one.items():
                _add(known, str(name), tensor)
        elif one == "caller" and frame is not None:
            _add_variables(known, frame.f_locals.items())
        else:
            raise InputTypeError(
                f"names={one!r} of type {type(one).__name__}, but a mapping of names to tensors, a "
                'module, or "caller" was expected. Write names={"w": w}, names=model.'
            )
    return known


def _add(known: Names, name: str, value: Any) -> None:
    if isinstance(value, Module):
        known.add_module(value, name)
    elif isinstance(value, Tensor):
        known.add(name, value)
    else:
        raise InputTypeError(
            f"names: {name!r} is of type {type(value).__name__}, but a tensor or a module was "
            "expected."
        )


def _add_variables(known: Names, variables: Iterable[tuple[str, Any]]) -> None:
    """The tensors first, then the modules: a variable's own name is shorter than a path."""
    own = [(k, v) for k, v in variables if k.isidentifier() and not k.startswith("_")]
    for kind in (Tensor, Module):
        for name, value in own:
            if isinstance(value, kind):
                _add(known, name, value)
