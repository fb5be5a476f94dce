"""Module: what holds parameters and computes with them.

    class MLP(nn.Module):
        def __init__(self):
            super().__init__()
            self.hidden = nn.Linear(784, 128)
            self.out = nn.Linear(128, 10)

        def forward(self, x):
            return self.out(F.relu(self.hidden(x)))

Assigning an attribute is all it takes: parameters, buffers and submodules go into tables of their
own, from which `parameters()`, `state_dict()` and the rest are read.
"""

from __future__ import annotations

from typing import Any

from ..errors import AbsentError, InputTypeError, RegistrationError
from ..tensor import Tensor
from .hooks import Hooks
from .parameter import Buffer, Parameter
from .state import Stateful
from .tree import Tree

__all__ = ["Module"]

_KINDS = {"_parameters": "a Parameter", "_buffers": "a tensor", "_modules": "a Module"}
_TABLES = tuple(_KINDS)


class Module(Hooks, Stateful, Tree):
    """The base of every network and every layer; a subclass writes `__init__` and `forward`."""

    training: bool

    def __init__(self) -> None:
        put = object.__setattr__
        put(self, "training", True)
        for table in _TABLES:
            put(self, table, {})
        put(self, "_non_persistent_buffers_set", set())
        self._no_hooks()

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the module computes; every subclass writes its own."""
        raise NotImplementedError(
            f"{type(self).__name__} was called, but it has no `forward` method. Write one: "
            "def forward(self, x): ..."
        )

    # -- attributes that register themselves

    def __setattr__(self, name: str, value: Any) -> None:
        tables = self.__dict__
        kind = _table_of(value)
        if kind is None and not any(name in tables.get(t, ()) for t in _TABLES):
            object.__setattr__(self, name, value)
            return
        if "_modules" not in tables:
            raise AbsentError(
                f"{type(self).__name__}: cannot assign {name!r} before the module is set up. "
                "Call super().__init__() first."
            )
        if kind is None:
            self._overwrite(name, value)
            return
        self._forget(name, but_in=kind)  # what is replaced keeps its place in the order
        tables[kind][name] = value
        if isinstance(value, Buffer) and not value.__dict__["persistent"]:
            self._non_persistent_buffers_set.add(name)

    def _overwrite(self, name: str, value: Any) -> None:
        """Put None, or an ordinary tensor for a buffer, where something is registered."""
        table = next(t for t in _TABLES if name in self.__dict__[t])
        if value is not None and not (table == "_buffers" and isinstance(value, Tensor)):
            raise InputTypeError(
                f"{type(self).__name__}.{name} is one of the module's {table[1:]}, and cannot "
                f"become {_type_name(value)}. Assign {_KINDS[table]} or None; or delete it first: "
                f"del module.{name}."
            )
        self.__dict__[table][name] = value

    def _forget(self, name: str, but_in: str = "") -> None:
        for table in _TABLES:
            if table != but_in:
                self.__dict__[table].pop(name, None)
        self.__dict__.pop(name, None)
        self._non_persistent_buffers_set.discard(name)

    def __getattr__(self, name: str) -> Any:  # called only where the ordinary way finds nothing
        tables = self.__dict__
        try:  # parameters first: a layer asks for its own at every call
            return tables["_parameters"][name]
        except KeyError:
            pass
        for table in _TABLES if "_modules" in tables else ():
            if name in (found := tables[table]):
                return found[name]
        hint = "" if "_modules" in tables else " Was super().__init__() called?"
        raise AbsentError(f"{type(self).__name__!r} object has no attribute {name!r}.{hint}")

    def __delattr__(self, name: str) -> None:
        if any(name in self.__dict__[t] for t in _TABLES):
            self._forget(name)
        else:
            object.__delattr__(self, name)

    def __dir__(self) -> list[str]:
        registered = (name for table in _TABLES for name in self.__dict__.get(table, ()))
        return sorted({*object.__dir__(self), *registered})

    # -- registering by name

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Register a parameter, or None for one that a variant of the module does without."""
        self._check_name("register_parameter", name, "_parameters")
        if param is not None and not isinstance(param, Parameter):
            raise InputTypeError(
                f"register_parameter: {name!r} is {type(param).__name__}, but a Parameter or None "
                "was expected. Wrap it: nn.Parameter(tensor)."
            )
        self._parameters[name] = param

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Register a tensor that belongs to the state but is not learned.

        One that is not `persistent` stays out of `state_dict()`.
        """
        self._check_name("register_buffer", name, "_buffers")
        if tensor is not None and not isinstance(tensor, Tensor):
            raise InputTypeError(
                f"register_buffer: {name!r} is {type(tensor).__name__}, but a tensor or None was "
                "expected. Make it one: tinygrad_edu.tensor(...)."
            )
        self._buffers[name] = tensor
        self._non_persistent_buffers_set.discard(name)
        if not persistent:
            self._non_persistent_buffers_set.add(name)

    def add_module(self, name: str, module: Module | None) -> None:
        """Register a submodule under `name`."""
        self._check_name("add_module", name, "_modules")
        if module is not None and not isinstance(module, Module):
            raise InputTypeError(
                f"add_module: {name!r} is {_type_name(module)}, but a Module was expected."
            )
        self._modules[name] = module

    register_module = add_module

    def _check_name(self, what: str, name: str, table: str) -> None:
        if "_modules" not in self.__dict__:
            raise AbsentError(
                f"{what}: cannot register {name!r} before the module is set up. "
                "Call super().__init__() first."
            )
        if not isinstance(name, str):
            raise InputTypeError(f"{what}: the name is {name!r}, but a string was expected.")
        taken = hasattr(self, name) and name not in self.__dict__[table]
        if not name or "." in name or taken:
            why = "is taken by another attribute" if taken else "must not be empty or contain a dot"
            raise RegistrationError(f"{what}: the name {name!r} {why}. Choose another one.")

    # -- text

    def _repr_html_(self) -> str:
        from .rich import tree

        return tree(self)

    def extra_repr(self) -> str:
        """What `repr` says between the parentheses; a subclass may write its own."""
        return ""

    def _get_name(self) -> str:
        return type(self).__name__

    def __repr__(self) -> str:
        extra = self.extra_repr()
        lines = extra.split("\n") if extra else []
        children = [
            f"({name}): " + repr(module).replace("\n", "\n  ")
            for name, module in self._modules.items()
        ]
        if not children and len(lines) <= 1:
            return f"{self._get_name()}({extra})"
        return f"{self._get_name()}(\n  " + "\n  ".join([*lines, *children]) + "\n)"


def _table_of(value: Any) -> str | None:
    """Which table an attribute of this kind belongs in."""
    if isinstance(value, Parameter):
        return "_parameters"
    if isinstance(value, Module):
        return "_modules"
    return "_buffers" if isinstance(value, Buffer) else None


def _type_name(x: Any) -> str:
    return x.__name__ if isinstance(x, type) else type(x).__name__
