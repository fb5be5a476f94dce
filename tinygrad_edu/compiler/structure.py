"""Arguments and results: tensors in nested tuples, lists and dicts."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import CompileError, InputTypeError
from ..tensor import Tensor
from .environment import Environment
from .plan import Value
from .record import Recorder

__all__ = ["detached", "key_of", "look_around", "rebuilt", "template"]


def key_of(x: Any, tensors: list[Tensor]) -> Any:
    """What must be equal for a plan to be used again; the tensors go to `tensors`."""
    if isinstance(x, Tensor):
        array = x.array
        for k, other in enumerate(tensors):
            if other is x or other.array is array:
                tensors.append(x)
                return k  # the same numbers as argument k
        tensors.append(x)
        return array.shape, array.dtype, array.strides, x._wanted, x.node is None
    if isinstance(x, tuple | list):
        return type(x), *[key_of(part, tensors) for part in x]
    if isinstance(x, dict):
        return dict, *x, *[key_of(part, tensors) for part in x.values()]
    if isinstance(x, int | float | complex | str | bytes | type(None) | np.dtype):
        return type(x), x or repr(x)  # 0.0 and −0.0 are equal, and not the same
    return id(x)


def look_around(environment: Environment, x: Any) -> None:
    """Arguments that are objects of the user's, such as the `self` of a method."""
    if isinstance(x, tuple | list):
        for part in x:
            look_around(environment, part)
    elif isinstance(x, dict):
        for part in x.values():
            look_around(environment, part)
    elif isinstance(x, np.ndarray):
        raise InputTypeError(
            f"compile: an argument is a NumPy array of shape {x.shape}. Pass a tensor: "
            "tinygrad_edu.from_numpy(array)."
        )
    elif not isinstance(x, Tensor):
        environment.add(x, "argument")


class Given:
    """In a result's template: argument k itself."""

    def __init__(self, k: int) -> None:
        self.k = k


def template(x: Any, recorder: Recorder, outputs: list[Value], tensors: list[Tensor]) -> Any:
    """The result with a value in place of every tensor."""
    if isinstance(x, Tensor):
        for k, given in enumerate(tensors):
            if given is x:
                return Given(k)
        if id(x) in recorder.environment.tensors:
            return x
        if x.requires_grad and x.node is not None and x.node.values is not None:
            raise CompileError(
                f"compile: the step returns a tensor of shape {tuple(x.shape)} that could still go "
                f"backward ({x.node!r}), and a plan has no graph. Call backward() within the step, "
                "or return x.detach(); for a prediction, call under no_grad()."
            )
        outputs.append(recorder.value(x.array))
        return outputs[-1]
    if isinstance(x, tuple | list):
        parts = [template(part, recorder, outputs, tensors) for part in x]
        return type(x)(*parts) if hasattr(x, "_fields") else type(x)(parts)
    if isinstance(x, dict):
        return {key: template(part, recorder, outputs, tensors) for key, part in x.items()}
    if isinstance(x, int | float | complex | str | bytes | type(None)):
        return x
    raise CompileError(
        f"compile: the step returns {type(x).__name__}. Return tensors, numbers, or tuples, lists "
        "and dicts of them."
    )


def rebuilt(x: Any, arrays: list[np.ndarray], tensors: list[Tensor]) -> Any:
    """The result again, with the present arrays."""
    if isinstance(x, Value):
        return Tensor(arrays.pop(0))
    if isinstance(x, Given):
        return tensors[x.k]
    if isinstance(x, tuple | list):
        parts = [rebuilt(part, arrays, tensors) for part in x]
        return type(x)(*parts) if hasattr(x, "_fields") else type(x)(parts)
    if isinstance(x, dict):
        return {key: rebuilt(part, arrays, tensors) for key, part in x.items()}
    return x


def detached(x: Any) -> Any:
    """The first result as later ones are: without a history."""
    if isinstance(x, Tensor):
        return x.detach() if x.node is not None else x
    if isinstance(x, tuple | list):
        parts = [detached(part) for part in x]
        return type(x)(*parts) if hasattr(x, "_fields") else type(x)(parts)
    return {k: detached(v) for k, v in x.items()} if isinstance(x, dict) else x
