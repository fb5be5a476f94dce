"""A module's state: the numbers of its parameters and buffers, by name, out and in again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from .. import memory
from ..errors import InputTypeError, StateError
from ..tensor import Tensor
from .parameter import Parameter


class IncompatibleKeys(NamedTuple):
    """What `load_state_dict(strict=False)` did not find, and what it had no place for."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return (
            f"_IncompatibleKeys(missing_keys={self.missing_keys}, "
            f"unexpected_keys={self.unexpected_keys})"
        )


class Stateful:
    """The part of a Module that saves and restores its numbers."""

    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Tensor | None]
    _modules: dict[str, Any]
    _non_persistent_buffers_set: set[str]

    def _own_state(self) -> dict[str, Tensor]:
        """This module's own parameters and persistent buffers, without its submodules'."""
        own: dict[str, Tensor | None] = {
            **self._parameters,
            **{k: v for k, v in self._buffers.items() if k not in self._non_persistent_buffers_set},
        }
        return {name: x for name, x in own.items() if x is not None}

    def state_dict(
        self,
        *,
        destination: dict[str, Any] | None = None,
        prefix: str = "",
        keep_vars: bool = False,
    ) -> dict[str, Any]:
        """Every parameter and persistent buffer by its name, such as "0.weight".

        The tensors share the module's memory, without its history; `keep_vars` gives the
        parameters themselves.
        """
        found = OrderedDict() if destination is None else destination
        for name, x in self._own_state().items():
            found[prefix + name] = x if keep_vars else x.detach()
        for name, module in self._modules.items():
            if module is not None:
                module.state_dict(destination=found, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
        return found

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> IncompatibleKeys:
        """Copy the numbers of `state_dict` into this module's parameters and buffers.

        `strict` demands that the names agree exactly; `assign` takes the tensors themselves instead
        of copying their numbers. Either everything is loaded or, where an error is raised, nothing.

        Raises `StateError`, a report of all that does not fit: names and shapes.
        """
        if not isinstance(state_dict, Mapping):
            raise InputTypeError(
                f"load_state_dict: received {type(state_dict).__name__}, but a dict of tensors by "
                "name was expected, as state_dict() returns it."
            )
        places = self._places("")
        missing = [name for name in places if name not in state_dict]
        unexpected = [name for name in state_dict if name not in places]
        problems = [
            problem
            for name, (owner, key) in places.items()
            if name in state_dict
            and (problem := _misfit(name, owner._own_state()[key], state_dict[name]))
        ]
        if strict and unexpected:
            problems.insert(0, f"Unexpected key(s) in state_dict: {_quoted(unexpected)}.")
        if strict and missing:
            problems.insert(0, f"Missing key(s) in state_dict: {_quoted(missing)}.")
        if problems:
            raise StateError(
                f"Error(s) in loading state_dict for {type(self).__name__}:\n\t"
                + "\n\t".join(problems)
                + "\nNothing was loaded. Is this state from a module built in the same way?"
            )
        for name, (owner, key) in places.items():
            if name in state_dict:
                _put(owner, key, state_dict[name], assign)
        return IncompatibleKeys(missing, unexpected)

    def _places(self, prefix: str) -> dict[str, tuple[Any, str]]:
        """Where each name of the state lives: the module that holds it, and its name there."""
        places: dict[str, tuple[Any, str]] = {prefix + k: (self, k) for k in self._own_state()}
        for name, module in self._modules.items():
            if module is not None:
                places |= module._places(f"{prefix}{name}.")
        return places


def _quoted(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _misfit(name: str, here: Tensor, given: Any) -> str | None:
    if not isinstance(given, Tensor | np.ndarray):
        return f'"{name}" is {type(given).__name__}, but a tensor was expected.'
    if tuple(given.shape) != tuple(here.shape):
        return (
            f"size mismatch for {name}: the state has shape {tuple(given.shape)}, "
            f"the module {tuple(here.shape)}."
        )
    return None


def _put(owner: Any, key: str, given: Any, assign: bool) -> None:
    here = owner._own_state()[key]
    array = given.array if isinstance(given, Tensor) else given
    if not assign:
        np.copyto(here.array, array, casting="unsafe")
        memory.stamp(here.array)
    elif key in owner._parameters:
        owner._parameters[key] = Parameter(Tensor(array), requires_grad=here.requires_grad)
    else:
        owner._buffers[key] = Tensor(array)
