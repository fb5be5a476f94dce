"""Derivatives of functions: vjp, jvp, Jacobian, Hessian. Names and results are PyTorch's.

Reverse mode gives vᵀJ in one pass. Jv comes from the double-backward trick (J. Townsend, 2017): u ↦
Jᵀu is linear in u, so differentiating it with respect to u, in the direction v, gives Jv.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import GradientError, InputTypeError, ShapeError
from ..ops.joining import stack
from ..tensor import Tensor
from .grad_mode import enable_grad
from .gradients import as_tuple, grad

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]


def vjp(
    func: Callable[..., Any],
    inputs: Any,
    v: Any = None,
    create_graph: bool = False,
    strict: bool = False,
) -> tuple[Any, Any]:
    """(func(inputs), vᵀJ): the gradient of ⟨v, func(inputs)⟩."""
    xs, ys = _evaluate(func, inputs, create_graph)
    g = _directions("vjp", v, ys, "output")
    gxs = _grad(ys, xs, g, create_graph, strict)
    return _like(ys, create_graph, _is_single(ys)), _shaped(gxs, inputs, create_graph)


def jvp(
    func: Callable[..., Any],
    inputs: Any,
    v: Any = None,
    create_graph: bool = False,
    strict: bool = False,
) -> tuple[Any, Any]:
    """(func(inputs), Jv): how the outputs change when the inputs move along v."""
    xs, ys = _evaluate(func, inputs, create_graph)
    direction = _directions("jvp", v, xs, "input")
    us = tuple(Tensor(np.zeros_like(y.array), True) for y in as_tuple(ys))
    jtu = _grad(ys, xs, us, True, strict)
    moved = _grad(jtu, us, direction, create_graph, False)
    outputs = _like(ys, create_graph, _is_single(ys))
    return outputs, _like(moved, create_graph, _is_single(ys))


def jacobian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """J[i][j] = d output_i / d input_j, of shape output_i.shape + input_j.shape.

    One tensor in and out gives one tensor; several give nested tuples. One backward pass per output
    element.
    """
    xs, ys = _evaluate(func, inputs, create_graph)
    table = []
    for y in as_tuple(ys):
        rows: list[list[Tensor]] = [[] for _ in xs]
        for k in range(y.array.size):
            unit = np.zeros(y.array.size, y.array.dtype)
            unit[k] = 1
            g = Tensor(unit.reshape(y.array.shape))
            for row, gx in zip(rows, _grad((y,), xs, (g,), create_graph, strict), strict=True):
                row.append(gx)
        table.append(
            tuple(_assemble(row, y, x, create_graph) for row, x in zip(rows, xs, strict=True))
        )
    blocks = [row if isinstance(inputs, list | tuple) else row[0] for row in table]
    return blocks[0] if _is_single(ys) else tuple(blocks)


def hessian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """H[i][j] = d² func / d input_i d input_j, of shape input_i.shape + input_j.shape."""

    def gradient(*xs: Tensor) -> Any:
        y = _single("hessian", func(*xs))
        gxs = _grad((y,), xs, (Tensor(np.ones_like(y.array)),), True, strict)
        return gxs if isinstance(inputs, list | tuple) else gxs[0]

    return jacobian(gradient, inputs, create_graph=create_graph, strict=strict)


def hvp(
    func: Callable[..., Any],
    inputs: Any,
    v: Any = None,
    create_graph: bool = False,
    strict: bool = False,
) -> tuple[Any, Any]:
    """(func(inputs), Hv): the change of the gradient along v, without forming H."""
    return _second("hvp", func, inputs, v, create_graph, strict)


def vhp(
    func: Callable[..., Any],
    inputs: Any,
    v: Any = None,
    create_graph: bool = False,
    strict: bool = False,
) -> tuple[Any, Any]:
    """(func(inputs), vᵀH); for a smooth function H is symmetric, and this is `hvp`."""
    return _second("vhp", func, inputs, v, create_graph, strict)


def _second(
    name: str, func: Callable[..., Any], inputs: Any, v: Any, create_graph: bool, strict: bool
) -> tuple[Any, Any]:
    xs, ys = _evaluate(func, inputs, create_graph)
    y = _single(name, ys)
    direction = _directions(name, v, xs, "input")
    gxs = _grad((y,), xs, (Tensor(np.ones_like(y.array)),), True, strict)
    return _like((y,), create_graph, True), _shaped(
        _grad(gxs, xs, direction, create_graph, strict), inputs, create_graph
    )


# -- the plumbing


def _evaluate(
    func: Callable[..., Any], inputs: Any, create_graph: bool
) -> tuple[tuple[Any, ...], Any]:
    """Run `func` on fresh leaves (or, to be differentiated further, on views of the user's
    tensors).
    """
    for x in as_tuple(inputs):
        _require_tensor("inputs", x)
    with enable_grad():
        xs = tuple(
            x.reshape(x.shape) if create_graph and x.requires_grad else x.detach().requires_grad_()
            for x in as_tuple(inputs)
        )
        ys = func(*xs)
    for y in as_tuple(ys):
        _require_tensor("what the function returns", y)
    return xs, ys


def _require_tensor(what: str, x: Any) -> None:
    if not isinstance(x, Tensor):
        raise InputTypeError(
            f"autograd.functional: {what} must be a tensor or a tuple of tensors, but "
            f"{type(x).__name__} came. Make it one: tinygrad_edu.tensor(...)."
        )


def _directions(name: str, v: Any, like: Any, what: str) -> tuple[Tensor, ...]:
    tensors = as_tuple(like)
    if v is None:
        if len(tensors) != 1 or tensors[0].array.size != 1:
            raise GradientError(
                f"{name}: v may be left out only where the {what} is a single number. Pass v, of "
                f"the shape of the {what}."
            )
        return (Tensor(np.ones_like(tensors[0].array)),)
    vs = as_tuple(v)
    if len(vs) != len(tensors) or any(a.shape != b.shape for a, b in zip(vs, tensors, strict=True)):
        raise ShapeError(
            f"{name}: v has shape {[tuple(a.shape) for a in vs]}, but the {what} has "
            f"{[tuple(b.shape) for b in tensors]}. They must be equal."
        )
    return vs


def _grad(ys: Any, xs: Any, g: Any, create_graph: bool, strict: bool) -> tuple[Tensor, ...]:
    """`grad` that gives zeros for what does not depend, unless `strict`."""
    pairs = [(y, u) for y, u in zip(as_tuple(ys), as_tuple(g), strict=True) if y.requires_grad]
    if strict and len(pairs) < len(as_tuple(ys)):
        raise GradientError("strict=True: an output does not depend on the inputs at all.")
    if not pairs:
        return tuple(Tensor(np.zeros_like(x.array)) for x in xs)
    found = grad(
        [y for y, _ in pairs],
        list(xs),
        [u for _, u in pairs],
        retain_graph=True,
        create_graph=create_graph,
        materialize_grads=not strict,
    )
    return found  # type: ignore[return-value]


def _assemble(row: list[Tensor], y: Tensor, x: Tensor, create_graph: bool) -> Tensor:
    shape = (*y.array.shape, *x.array.shape)
    if not row:
        return Tensor(np.zeros(shape, x.array.dtype))
    block: Tensor = stack(row).reshape(shape)
    return block if create_graph else block.detach()


def _single(name: str, y: Any) -> Tensor:
    if not isinstance(y, Tensor) or y.array.size != 1:
        raise GradientError(
            f"{name}: the function must return one single number. Reduce its result."
        )
    return y


def _is_single(ys: Any) -> bool:
    return not isinstance(ys, list | tuple)


def _like(ys: Any, create_graph: bool, single: bool) -> Any:
    kept = tuple(y if create_graph else y.detach() for y in as_tuple(ys))
    return kept[0] if single else kept


def _shaped(gxs: tuple[Tensor, ...], inputs: Any, create_graph: bool) -> Any:
    return _like(gxs, create_graph, not isinstance(inputs, list | tuple))
