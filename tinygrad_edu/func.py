"""Gradients as functions of functions, and modules as functions of their parameters.

    parameters = dict(model.named_parameters())
    adapted = {name: p - 0.1 * g for (name, p), g in zip(parameters.items(), gradients)}
    functional_call(model, adapted, (x,))       # what the model would say with these

PyTorch's `torch.func`, as far as learning to learn (MAML) needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from operator import index
from typing import Any

from . import autograd
from .errors import AbsentError, DimError, InputTypeError
from .nn import Module
from .tensor import Tensor

__all__ = ["functional_call", "grad", "grad_and_value"]


def functional_call(
    module: Module,
    parameter_and_buffer_dicts: Mapping[str, Tensor],
    args: Any = (),
    kwargs: Mapping[str, Any] | None = None,
) -> Any:
    """module(*args, **kwargs) with these tensors in the place of its parameters and buffers.

    Gradients flow to the tensors and to what they were computed from; the module stays as it was.
    What is not named keeps its own value. Raises `AbsentError` for a name that the module lacks.
    """
    inputs = args if isinstance(args, tuple) else (args,)
    with _replaced(module, parameter_and_buffer_dicts):
        return module(*inputs, **(kwargs or {}))


@contextmanager
def _replaced(module: Module, tensors: Mapping[str, Tensor]) -> Iterator[None]:
    places = [(*_place(module, name), value) for name, value in tensors.items()]
    before = [holder[key] for holder, key, _ in places]
    try:
        for holder, key, value in places:
            holder[key] = value
        yield
    finally:
        for (holder, key, _), old in zip(places, before, strict=True):
            holder[key] = old


def _place(module: Module, name: str) -> tuple[dict[str, Any], str]:
    """Where the module keeps the parameter or buffer `layers.0.weight`."""
    path, _, key = name.rpartition(".")
    owner = module.get_submodule(path)
    for holder in (owner._parameters, owner._buffers):
        if key in holder:
            return holder, key
    raise AbsentError(
        f"functional_call: {type(module).__name__} has no parameter or buffer {name!r}. The names "
        "are those of named_parameters() and named_buffers()."
    )


def grad(
    func: Callable[..., Any], argnums: int | tuple[int, ...] = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """The function that returns the gradient of `func`, a single number, in argument `argnums`.

    It is differentiable again where an argument is, or a tensor that func knows: grad(grad(f)) is
    the second derivative. With `has_aux` func returns (number, anything else), and so does the
    gradient: (gradient, anything else).
    """
    both = grad_and_value(func, argnums, has_aux)

    def gradient(*args: Any, **kwargs: Any) -> Any:
        found, value = both(*args, **kwargs)
        return (found, value[1]) if has_aux else found

    return gradient


def grad_and_value(
    func: Callable[..., Any], argnums: int | tuple[int, ...] = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """As `grad`, but it returns (gradient, value), where value is all that func returned."""
    if not callable(func):
        raise InputTypeError(
            f"grad: func is {type(func).__name__}, but a function was expected. Of a tensor, call "
            "backward()."
        )
    places = tuple(map(index, (argnums,) if isinstance(argnums, int) else argnums))

    def both(*args: Any, **kwargs: Any) -> Any:
        given = list(args)
        for i in places:
            if not -len(given) <= i < len(given):
                raise DimError(
                    f"grad: argnums={argnums} asks for argument {i}, but func received "
                    f"{len(given)}, counted from 0. Pass it by place, not by name."
                )
            if not isinstance(given[i], Tensor):
                raise InputTypeError(
                    f"grad: argument {i} is {type(given[i]).__name__}, but a tensor was expected."
                )
            recorded = given[i].requires_grad
            given[i] = given[i].view_as(given[i]) if recorded else given[i].detach()
            given[i].requires_grad_()
        with autograd.enable_grad():
            value = func(*given, **kwargs)
        y = value[0] if has_aux else value
        wanted = [given[i] for i in places]
        found = autograd.grad(y, wanted, create_graph=True, materialize_grads=True)
        slopes = tuple(_kept(g, wanted) for g in found)
        y = _kept(y, wanted)
        return slopes[0] if isinstance(argnums, int) else slopes, (y, value[1]) if has_aux else y

    return both


def _kept(z: Any, leaves: list[Tensor]) -> Any:
    """z with its graph where a tensor beside these leaves would receive a gradient from it."""
    waiting, seen = [z.edge], {id(x) for x in leaves if x.is_leaf}
    while waiting:
        edge = waiting.pop()
        if edge is None or id(edge) in seen:
            continue
        if isinstance(edge, Tensor):
            return z
        seen.add(id(edge))
        waiting += edge.inputs
    return z.detach()
