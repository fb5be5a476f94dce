"""`grad`: gradients as values, without touching anybody's `.grad`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, ValuesView
from typing import Any

import numpy as np

from .. import memory
from .. import tensor as _tensor
from ..engine import run
from ..errors import ArgumentError, GradientError, InputTypeError
from ..inplace import refuse_stale
from ..tensor import Tensor, lift, seed

__all__ = ["backward", "grad"]

Tensors = Tensor | Iterable[Tensor]


def as_tuple(x: Any) -> tuple[Any, ...]:
    """One tensor as a tuple, or several: a list, a generator such as `model.parameters()`."""
    return tuple(x) if isinstance(x, list | tuple | Iterator | ValuesView) else (x,)


def backward(
    tensors: Tensors,
    grad_tensors: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Tensors | None = None,
) -> None:
    """Add the gradients of all `tensors` together to their leaves' `.grad`, in one pass."""
    roots = as_tuple(tensors)
    given = (None,) * len(roots) if grad_tensors is None else as_tuple(grad_tensors)
    _check_lengths("backward", roots, given)
    _tensor.backward(roots, given, retain_graph, create_graph, inputs)


def grad(
    outputs: Tensors,
    inputs: Tensors,
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Tensor | None, ...]:
    """The gradients of `outputs` with respect to `inputs`, as a tuple; nothing is accumulated.

    With L = Σ ⟨grad_outputs[k], outputs[k]⟩ it returns dL/d(inputs[i]), of the shape of inputs[i].
    `create_graph` makes them differentiable again. An input that the outputs do not depend on is an
    error, unless `allow_unused` (then None) or `materialize_grads` (then zeros). `only_inputs` has
    no effect, as in PyTorch: nothing else ever receives a gradient here.

    Raises `GradientError` for such an input, for one that does not require a gradient, and where
    `backward` would.
    """
    roots, wanted = as_tuple(outputs), as_tuple(inputs)
    if materialize_grads and allow_unused is False:
        raise ArgumentError(
            "grad: materialize_grads=True puts zeros where an input is not used, and "
            "allow_unused=False forbids that. Leave allow_unused out."
        )
    if is_grads_batched:
        raise GradientError(
            "grad: is_grads_batched=True is not supported. Loop over the rows of grad_outputs."
        )
    given = (None,) * len(roots) if grad_outputs is None else as_tuple(grad_outputs)
    _check_lengths("grad", roots, given)
    _check_inputs(wanted)
    if memory.rewritten:
        refuse_stale("grad", [x for x in wanted if x.node is not None])
    found = run(
        [seed(y, g, create_graph) for y, g in zip(roots, given, strict=True)],
        targets=[x.edge for x in wanted],
        retain_graph=create_graph if retain_graph is None else retain_graph,
        lift=lift if create_graph else None,
    )
    allowed = materialize_grads if allow_unused is None else allow_unused
    return tuple(_result(i, x, found, allowed, materialize_grads) for i, x in enumerate(wanted))


def _result(
    i: int, x: Tensor, found: dict[Any, Any], allowed: bool, materialize: bool
) -> Tensor | None:
    if x.edge in found:
        g = found[x.edge]
        return g if isinstance(g, Tensor) else Tensor(np.array(g))
    if not allowed:
        raise GradientError(
            f"grad: the outputs do not depend on input {i}, of shape {x.shape}. If that is "
            "intended, pass allow_unused=True (its gradient is then None)."
        )
    return Tensor(np.zeros_like(x.array)) if materialize else None


def _check_inputs(wanted: Sequence[Any]) -> None:
    if not wanted:
        raise GradientError("grad: inputs= is empty. Name the tensors whose gradients are wanted.")
    for i, x in enumerate(wanted):
        if not isinstance(x, Tensor) or not x.requires_grad:
            raise GradientError(
                f"grad: input {i} does not require a gradient, so nothing was recorded about it. "
                "Create it with requires_grad=True before computing the outputs."
            )


def _check_lengths(name: str, roots: Sequence[Any], given: Sequence[Any]) -> None:
    for y in roots:
        if not isinstance(y, Tensor):
            raise InputTypeError(
                f"{name}: an output is {type(y).__name__}, but a tensor was expected."
            )
    if len(roots) != len(given):
        raise GradientError(
            f"{name}: {len(roots)} output(s), but {len(given)} upstream gradient(s). Give one for "
            "each, None for an output that is a single number."
        )
