"""The two ways to a derivative that the laws compare: an op's rules, differences of its values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tinygrad_edu.op import Op
from tinygrad_edu.tensor import Tensor

from .drawing import Call

Arrays = Sequence[np.ndarray]


def moving(op: Op, call: Call) -> list[int]:
    """The inputs that a gradient can be asked for: floating point arrays with a rule."""
    return [
        i
        for i, x in enumerate(call.inputs)
        if isinstance(x, np.ndarray) and x.dtype.kind == "f" and op.rule(i) is not None
    ]


def arrays(op: Op, call: Call) -> list[np.ndarray]:
    """The values of the moving inputs."""
    return [call.inputs[i] for i in moving(op, call)]


def replaced(op: Op, call: Call, xs: Sequence[Any]) -> Call:
    """The same call with other values for the moving inputs."""
    inputs = list(call.inputs)
    for i, x in zip(moving(op, call), xs, strict=True):
        inputs[i] = x
    return Call(tuple(inputs), call.params)


def evaluate(op: Op, call: Call, requires_grad: bool = False) -> tuple[Tensor, list[Tensor]]:
    """The op's output, and its moving inputs as tensors."""
    variables = [Tensor(x, requires_grad) for x in arrays(op, call)]
    inputs = [
        Tensor(x) if isinstance(x, np.ndarray) else x for x in replaced(op, call, variables).inputs
    ]
    return op(*inputs, **call.params), variables


def value(op: Op, call: Call, xs: Arrays | None = None) -> np.ndarray:
    """The op's output at `xs`."""
    return evaluate(op, call if xs is None else replaced(op, call, xs))[0].array


def pullback(op: Op, call: Call, v: Any, create_graph: bool = False) -> list[Tensor]:
    """The gradient of ⟨v, op(x)⟩ for every moving input; `v` is an array or a tensor."""
    z, variables = evaluate(op, call, requires_grad=True)
    z.backward(v if isinstance(v, Tensor) else Tensor(v), create_graph=create_graph)
    return [_gradient(x) for x in variables]


def second_pullback(op: Op, call: Call, v: np.ndarray, w: Arrays) -> list[np.ndarray]:
    """The gradient of Σ⟨w, ∇⟨v, op(x)⟩⟩ for every moving input, and for v at the end."""
    z, variables = evaluate(op, call, requires_grad=True)
    upstream = Tensor(v, True)
    z.backward(upstream, create_graph=True)
    first = [_gradient(x) for x in variables]
    for x in (*variables, upstream):
        x.grad = None
    for g, weights in zip(first, w, strict=True):
        if g.requires_grad:
            g.backward(Tensor(weights), retain_graph=True)
    return [_gradient(x).array for x in (*variables, upstream)]


def _gradient(x: Tensor) -> Tensor:
    return Tensor(np.zeros_like(x.array)) if x.grad is None else x.grad


# -- differences


def inner(xs: Arrays, ys: Arrays) -> float:
    """⟨x, y⟩, added up over several arrays."""
    return float(sum(np.vdot(x, y) for x, y in zip(xs, ys, strict=True)))


def moved(xs: Arrays, u: Arrays, h: float) -> list[np.ndarray]:
    """x + h·u."""
    return [np.asarray(x + h * du) for x, du in zip(xs, u, strict=True)]


def slope(f: Callable[[float], Any], h: float = 1e-6) -> Any:
    """The derivative of `f` at 0 by a central difference; its error is of order h² + 10⁻¹⁶/h."""
    return (f(h) - f(-h)) / (2 * h)


def right_slope(f: Callable[[float], Any], h: float = 1e-7) -> Any:
    """The derivative of `f` at 0 from above; with −h, from below."""
    return (f(h) - f(0.0)) / h


# -- whole Jacobians, of all outputs by all elements of the moving inputs


def jacobian(op: Op, call: Call) -> np.ndarray:
    """Row by row from the rules: a row is the gradient of one output."""
    z, n = value(op, call), sum(x.size for x in arrays(op, call))
    rows = [pullback(op, call, one.reshape(z.shape)) for one in np.eye(z.size)]
    flat = [x.array.ravel() for row in rows for x in row]
    return np.concatenate([np.zeros(0), *flat]).reshape(z.size, n)


def difference_jacobian(op: Op, call: Call) -> np.ndarray:
    """Column by column from differences: a column is the slope along one element of the inputs."""
    xs = arrays(op, call)
    sizes = [x.size for x in xs]

    def column(one: np.ndarray) -> np.ndarray:
        parts = np.split(one, np.cumsum(sizes)[:-1])
        u = [part.reshape(x.shape) for part, x in zip(parts, xs, strict=True)]
        return slope(lambda h: value(op, call, moved(xs, u, h)).ravel())

    columns = [column(one) for one in np.eye(sum(sizes))]
    return np.array(columns).T.reshape(value(op, call).size, sum(sizes))
