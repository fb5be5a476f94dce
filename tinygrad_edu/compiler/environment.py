"""What a step can see besides its arguments, and whether it is still the same.

A step reads globals, captured variables, attributes of modules and of objects of the user's: a
number `alpha`, a flag `model.training`, a list of layers. A plan has these built in. So everything
within reach is looked up once, while the step is recorded, and before each replay it is compared:
by identity, several in one sweep of C code, some 20 ns each.

Tensors within reach are not compared: a plan reads their numbers anew.
"""

from __future__ import annotations

import dis
import functools
import random
import types
from collections.abc import Callable, Iterable
from itertools import chain
from operator import attrgetter, is_, itemgetter
from typing import Any

import numpy as np

from ..engine import LIBRARY
from ..errors import CompileError
from ..nn import Module
from ..optim import Optimizer
from ..optim.lr_scheduler import LRScheduler
from ..random import Generator
from ..tensor import Tensor

__all__ = ["Environment"]

_END = object()
_PLAIN = (int, float, complex, bool, str, bytes, type(None), np.dtype, np.generic, slice, range)
_MOST = 10_000
_INSIDE = {"param_groups", "get_last_lr", "last_epoch", "base_lrs", "_last_lr", "defaults"}
"""Names by which a step reads an optimizer's or a scheduler's settings as numbers."""


class Environment:
    """The values within reach of some functions, as they were when each was met first."""

    def __init__(self) -> None:
        self.tensors: dict[int, Tensor] = {}  # by id, with a name for the printed plan
        self.arrays: dict[int, np.ndarray] = {}
        self.names: dict[int, str] = {}
        self._sources: list[Callable[[], Iterable[Any]]] = []
        self._then: list[Any] = []
        self._empty: list[Any] = []  # containers with nothing in them, such as tables of hooks
        self._met: dict[int, Any] = {}  # by id; the objects are held, so that ids stay theirs
        self._codes: set[Any] = set()
        self._reads_settings = False

    # -- comparing

    def unchanged(self) -> bool:
        """Whether everything is as it was."""
        if any(self._empty):
            return False
        now = chain(chain.from_iterable([source() for source in self._sources]), (_END,))
        return all(map(is_, now, self._then_and_end)) or self._equal_at_least()

    def close(self) -> None:
        """No more will be added. Raises `CompileError` where something has changed already."""
        self._then_and_end = [*self._then, _END]
        if not self.unchanged():
            raise CompileError(
                f"compile: the step itself changes what it reads: {self._what_changed()}. A plan "
                "would not do that again. Do it outside of the step."
            )

    def _equal_at_least(self) -> bool:
        """A number may have become another object and still be the same number."""
        try:
            now = [*chain.from_iterable([source() for source in self._sources]), _END]
        except (AttributeError, KeyError, ValueError):  # gone altogether
            return False
        if len(now) != len(self._then_and_end):
            return False
        for new, old in zip(now, self._then_and_end, strict=True):
            if new is not old and not _same(new, old):
                return False
        self._then_and_end = now
        return True

    def _what_changed(self) -> str:
        """The first difference, in words."""
        if any(self._empty):
            return "an empty list or dict got entries"
        now = [*chain.from_iterable([source() for source in self._sources]), _END]
        for new, old in zip(now, self._then_and_end, strict=False):
            if new is not old and not _same(new, old):
                return f"{_brief(old)} became {_brief(new)}"
        return "something was added or taken away"

    # -- looking around

    def add_code(self, code: types.CodeType, names: dict[str, Any]) -> None:
        """The globals that a function's code reads."""
        if code in self._codes:
            return
        self._codes.add(code)
        read = {x.argval for x in dis.get_instructions(code) if x.opname == "LOAD_GLOBAL"}
        found = sorted(read & names.keys())
        if _INSIDE & set(code.co_names):
            self._reads_settings = True
        if found:
            self._watch(_picking(found, names))
        for name in found:
            self.add(names[name], name)
            if isinstance(names[name], types.ModuleType):
                self._module(names[name], set(code.co_names))
        for inner in code.co_consts:
            if isinstance(inner, types.CodeType):
                self.add_code(inner, names)

    def _module(self, module: types.ModuleType, wanted: set[str]) -> None:
        """What a step may read of a module of the user's, such as `config.alpha`."""
        file = getattr(module, "__file__", None)
        if file is None or file.startswith(LIBRARY):
            return
        found = sorted(wanted & vars(module).keys())
        if found:
            self._watch(_picking(found, vars(module)))
        for name in found:
            self.add(vars(module)[name], f"{module.__name__}.{name}")

    def add(self, x: Any, name: str) -> None:
        """Everything within reach of x."""
        if isinstance(x, _PLAIN) or id(x) in self._met:
            return
        self._met[id(x)] = x
        if len(self._met) > _MOST:
            raise CompileError(
                f"compile: the step reaches more than {_MOST} objects ({name} …), too many to "
                "compare before every call. Pass data as arguments."
            )
        kinds: tuple[tuple[Any, Callable[[Any, str], None]], ...] = (
            (Tensor, self._tensor),
            (np.ndarray, self._array),
            ((np.random.Generator, np.random.RandomState, random.Random), self._chance),
            ((Generator,), lambda x, name: None),
            ((Optimizer, LRScheduler), self._opaque),
            ((list, tuple, set, frozenset, dict, types.MappingProxyType), self._container),
            (types.FunctionType, self._function),
            (types.MethodType, self._method),
            (functools.partial, self._partial),
            ((type, types.ModuleType, types.BuiltinFunctionType), lambda x, name: None),
        )
        for kind, look in kinds:
            if isinstance(x, kind):
                return look(x, name)
        self._object(x, name)

    def _watch(self, source: Callable[[], Iterable[Any]]) -> None:
        self._sources.append(source)
        self._then.extend(source())

    def _tensor(self, x: Tensor, name: str) -> None:
        self.tensors[id(x)] = x
        self.names[id(x)] = name
        self.arrays[id(x.array)] = x.array

    def _array(self, x: np.ndarray, name: str) -> None:
        self.arrays[id(x)] = x
        self.names[id(x)] = name

    def _chance(self, x: Any, name: str) -> None:
        raise CompileError(
            f"compile: the step reaches {name}, a random generator of another library, and a plan "
            "would not draw from it again. Draw before the step, or use tinygrad_edu.rand and its "
            "like."
        )

    def _opaque(self, x: Any, name: str) -> None:
        groups = getattr(x, "param_groups", [])
        self._watch(groups.__iter__)
        for i, group in enumerate(groups):
            self._watch(group["params"].__iter__)
            for k, p in enumerate(group["params"]):
                self.add(p, f"{name}[{i}][{k}]")
        if isinstance(x, LRScheduler):
            self._watch(_picking(["optimizer"], vars(x)))
            self.add(x.optimizer, f"{name}.optimizer")
        if self._reads_settings:
            self._container(vars(x), name)

    def _container(self, x: Any, name: str) -> None:
        if not x:
            self._empty.append(x)
            return
        if isinstance(x, dict | types.MappingProxyType):
            self._watch(x.values)
            for key, value in list(x.items()):
                self.add(value, f"{name}.{key}" if isinstance(key, str) else f"{name}[{key!r}]")
            return
        if not isinstance(x, tuple | frozenset):
            self._watch(x.__iter__)
        for i, value in enumerate(x):
            self.add(value, f"{name}[{i}]")

    def _function(self, x: types.FunctionType, name: str) -> None:
        if x.__code__.co_filename.startswith(LIBRARY) and not x.__closure__:
            return
        cells = [c for c in x.__closure__ or () if c != types.CellType()]
        if cells:
            self._watch(functools.partial(map, attrgetter("cell_contents"), cells))
        if x.__defaults__:
            self._watch(functools.partial(_defaults, x))
        for free, cell in zip(x.__code__.co_freevars, x.__closure__ or (), strict=True):
            if cell != types.CellType():
                self.add(cell.cell_contents, free)
        for default in (*(x.__defaults__ or ()), *(x.__kwdefaults__ or {}).values()):
            self.add(default, f"{name}'s default")
        if not x.__code__.co_filename.startswith(LIBRARY):
            self.add_code(x.__code__, x.__globals__)

    def _method(self, x: types.MethodType, name: str) -> None:
        self.add(x.__self__, "self")
        self.add(x.__func__, name)

    def _partial(self, x: Any, name: str) -> None:
        self.add(x.func, name)
        self.add(x.args, f"{name}'s arguments")
        self.add(x.keywords, f"{name}'s arguments")

    def _object(self, x: Any, name: str) -> None:
        library = type(x).__module__.partition(".")[0] == __name__.partition(".")[0]
        if library and not isinstance(x, Module):
            return
        for kind in type(x).__mro__:
            if kind.__module__ not in (
                "builtins",
                "abc",
                "typing",
            ) and not kind.__module__.startswith(__name__.partition(".")[0]):
                self._users_class(kind, x, name)
        if hasattr(x, "__dict__"):
            self._container(vars(x), name)

    def _users_class(self, kind: type, x: Any, name: str) -> None:
        self._met[id(kind)] = kind
        found = {k: v for k, v in vars(kind).items() if not k.startswith("__")}
        if found:
            self._watch(_picking(list(found), vars(kind)))
        for key, value in found.items():
            if isinstance(value, types.MemberDescriptorType) and hasattr(x, key):  # a slot
                self._watch(functools.partial(map, attrgetter(key), [x]))
                self.add(getattr(x, key), f"{name}.{key}")
            elif isinstance(value, types.FunctionType | list | dict | Tensor | np.ndarray):
                self.add(value, f"{name}.{key}")


def _picking(names: list[str], table: Any) -> Callable[[], Iterable[Any]]:
    """The entries of these names; of a single one, twice, for `itemgetter` then makes a tuple."""
    return functools.partial(itemgetter(*names, names[-1]), table)


def _defaults(function: types.FunctionType) -> tuple[Any, ...]:
    return function.__defaults__ or ()


def _same(new: Any, old: Any) -> bool:
    return (
        type(new) is type(old)
        and isinstance(new, _PLAIN)
        and repr(new) == repr(old)  # so that 0.0 is not −0.0, and NaN is NaN
    ) or (isinstance(new, types.MethodType) and new == old)


def _brief(x: Any) -> str:
    return repr(x)[:60] if isinstance(x, _PLAIN) else type(x).__name__
