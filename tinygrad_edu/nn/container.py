"""Modules made of modules: a chain, a list, a dict."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, Self, overload

from ..errors import DimError, InputTypeError, RegistrationError
from .module import Module


class _Numbered(Module):
    """Submodules named "0", "1", …, in their order."""

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._modules.values())

    def _name(self, index: int) -> str:
        if not hasattr(index, "__index__"):
            raise InputTypeError(
                f"{self._get_name()}: the index is {index!r}, but a whole number was expected."
            )
        if not -len(self) <= index < len(self):
            raise DimError(
                f"{self._get_name()}: index {index} is out of range; there are {len(self)} "
                f"modules. Use {-len(self)} to {len(self) - 1}."
            )
        return list(self._modules)[index]

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return self._new(list(self._modules.items())[index])
        return self._modules[self._name(index)]

    def _new(self, items: list[tuple[str, Any]]) -> Self:
        """Another container of this kind, for a slice."""
        raise NotImplementedError

    def __setitem__(self, index: int, module: Module) -> None:
        setattr(self, self._name(index), module)

    def __delitem__(self, index: int | slice) -> None:
        names = list(self._modules)
        doomed = names[index] if isinstance(index, slice) else [self._name(index)]
        self._refill(m for name, m in self._modules.items() if name not in doomed)

    def _refill(self, modules: Iterable[Module]) -> None:
        modules = list(modules)
        self._modules.clear()
        for i, module in enumerate(modules):
            self.add_module(str(i), module)

    def append(self, module: Module) -> Self:
        """Put a module at the end."""
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules: Iterable[Module]) -> Self:
        """Put several modules at the end."""
        for module in list(modules):
            self.append(module)
        return self

    def insert(self, index: int, module: Module) -> Self:
        """Put a module before the one at `index`."""
        if not isinstance(module, Module):
            raise InputTypeError(
                f"insert: received {type(module).__name__}, but a Module was expected."
            )
        modules = list(self)
        modules.insert(index, module)
        self._refill(modules)
        return self

    def pop(self, index: int) -> Any:
        """Take a module out and return it."""
        module = self[index]
        del self[index]
        return module


class Sequential(_Numbered):
    """A chain: each module's output is the next one's input.

    `Sequential(a, b)` names them "0", "1"; `Sequential(OrderedDict(hidden=a, out=b))` as you say.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__()
        if len(args) == 1 and isinstance(args[0], Mapping):
            for name, module in args[0].items():
                self.add_module(name, module)
        else:
            self.extend(args)

    def forward(self, x: Any) -> Any:
        """The last module's output."""
        for module in self._modules.values():
            x = module(x)
        return x

    def _new(self, items: list[tuple[str, Any]]) -> Self:
        return type(self)(OrderedDict(items))

    def __add__(self, other: Sequential) -> Sequential:
        return Sequential(*self, *other)


class ModuleList(_Numbered):
    """A list whose modules are registered; what is computed with them is the owner's business."""

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        self.extend(modules or ())

    def _new(self, items: list[tuple[str, Any]]) -> Self:
        return type(self)(module for _, module in items)

    def __add__(self, other: Iterable[Module]) -> ModuleList:
        return ModuleList([*self, *other])

    def __iadd__(self, modules: Iterable[Module]) -> Self:
        return self.extend(modules)

    def __repr__(self) -> str:
        """Runs of modules that print alike are written once: (0-2): 3 x Linear(…)."""
        lines, start = [], 0
        for text, run in groupby(repr(module) for module in self):
            n = len(list(run))
            name = f"({start})" if n == 1 else f"({start}-{start + n - 1})"
            count = "" if n == 1 else f"{n} x "
            lines.append(f"{name}: {count}" + text.replace("\n", "\n  "))
            start += n
        return f"{self._get_name()}(" + ("\n  " + "\n  ".join(lines) + "\n)" if lines else ")")


class ModuleDict(Module):
    """A dict whose modules are registered, in the order in which they were put in."""

    def __init__(self, modules: Mapping[str, Module] | None = None) -> None:
        super().__init__()
        self.update(modules or {})

    def __getitem__(self, key: str) -> Any:
        if key not in self._modules:
            raise RegistrationError(
                f"ModuleDict: there is no {key!r}. It has: {', '.join(self) or 'nothing'}."
            )
        return self._modules[key]

    def __setitem__(self, key: str, module: Module) -> None:
        self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        del self._modules[key]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, key: object) -> bool:
        return key in self._modules

    def keys(self) -> Iterable[str]:
        """The names."""
        return self._modules.keys()

    def values(self) -> Iterable[Any]:
        """The modules."""
        return self._modules.values()

    def items(self) -> Iterable[tuple[str, Any]]:
        """The pairs (name, module)."""
        return self._modules.items()

    def update(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]]) -> None:
        """Put in all of `modules`; those under a name that is taken are replaced."""
        for key, module in dict(modules).items():
            self[key] = module

    def pop(self, key: str) -> Any:
        """Take a module out and return it."""
        module = self[key]
        del self[key]
        return module

    def clear(self) -> None:
        """Take all modules out."""
        self._modules.clear()
