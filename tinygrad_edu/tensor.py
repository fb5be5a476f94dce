"""The Tensor: an array that remembers how it was made.

`apply` is the only way from numbers to a graph: it runs an op's forward function on the arrays and,
where an input requires a gradient, notes the recipe. Everything else here is PyTorch's face on
that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from . import dtypes, memory
from .conversion import Conversion
from .engine import Node, modes, run
from .errors import DTypeError, GradientError, InputTypeError, ShapeError
from .explain import explain_failure
from .hooks import Hooks
from .inplace import InPlace, refuse_stale
from .methods import Methods
from .numpy_protocol import NumPyProtocol
from .op import Op
from .ops import arithmetic, comparison, linalg
from .promotion import convert

__all__ = ["Tensor", "apply"]

_NO_PARAMS: dict[str, Any] = {}
_FLOATS = (dtypes.float32, dtypes.float64, dtypes.float16)


class Tensor(Methods, InPlace, Hooks, Conversion, NumPyProtocol):
    """An n-dimensional array that records how it was computed, so that gradients can flow back.

    Made by `tensor(...)`, `zeros(...)` and the like, or by an op. Its slots are the whole state:

    array          the numbers, a NumPy array
    requires_grad  whether a gradient is wanted
    grad           the gradient, or None where no backward pass has reached it
    node           the recipe that made it; None for a leaf, which the user made
    """

    __slots__ = ("__dict__", "__weakref__", "_hooks", "array", "grad", "node", "requires_grad")

    array: np.ndarray
    requires_grad: bool
    grad: Tensor | None
    node: Node | None
    _hooks: dict[int, Callable[[Any], Any]] | None

    def __init__(
        self, array: np.ndarray, requires_grad: bool = False, node: Node | None = None
    ) -> None:
        self.array = array
        self.requires_grad = requires_grad
        self.node = node
        self.grad = None
        self._hooks = None

    # -- arithmetic: one line from a symbol to its op

    def __add__(self, other: Any) -> Tensor:
        return operate(arithmetic.add, self, other)

    def __radd__(self, other: Any) -> Tensor:
        return apply(arithmetic.add, (other, self))

    def __sub__(self, other: Any) -> Tensor:
        return operate(arithmetic.sub, self, other)

    def __rsub__(self, other: Any) -> Tensor:
        return apply(arithmetic.sub, (other, self))

    def __mul__(self, other: Any) -> Tensor:
        return operate(arithmetic.mul, self, other)

    def __rmul__(self, other: Any) -> Tensor:
        return apply(arithmetic.mul, (other, self))

    def __truediv__(self, other: Any) -> Tensor:
        return operate(arithmetic.div, self, other)

    def __rtruediv__(self, other: Any) -> Tensor:
        return apply(arithmetic.div, (other, self))

    def __floordiv__(self, other: Any) -> Tensor:
        return apply(arithmetic.floor_divide, (self, other))

    def __rfloordiv__(self, other: Any) -> Tensor:
        return apply(arithmetic.floor_divide, (other, self))

    def __mod__(self, other: Any) -> Tensor:
        return apply(arithmetic.remainder, (self, other))

    def __rmod__(self, other: Any) -> Tensor:
        return apply(arithmetic.remainder, (other, self))

    def __pow__(self, other: Any) -> Tensor:
        return apply(arithmetic.pow, (self, other))

    def __rpow__(self, other: Any) -> Tensor:
        return apply(arithmetic.pow, (other, self))

    def __matmul__(self, other: Any) -> Tensor:
        return operate(linalg.matmul, self, other)

    def __rmatmul__(self, other: Any) -> Tensor:
        return apply(linalg.matmul, (other, self))

    def __neg__(self) -> Tensor:
        return apply(arithmetic.neg, (self,))

    def __pos__(self) -> Tensor:
        return self

    def __abs__(self) -> Tensor:
        return apply(arithmetic.abs, (self,))

    def __eq__(self, other: Any) -> Any:
        return False if other is None else apply(comparison.eq, (self, other))

    def __ne__(self, other: Any) -> Any:
        return True if other is None else apply(comparison.ne, (self, other))

    def __lt__(self, other: Any) -> Tensor:
        return apply(comparison.lt, (self, other))

    def __le__(self, other: Any) -> Tensor:
        return apply(comparison.le, (self, other))

    def __gt__(self, other: Any) -> Tensor:
        return apply(comparison.gt, (self, other))

    def __ge__(self, other: Any) -> Tensor:
        return apply(comparison.ge, (self, other))

    def __invert__(self) -> Tensor:
        return apply(comparison.logical_not, (self,))

    def __and__(self, other: Any) -> Tensor:
        return apply(comparison.bitwise_and, (self, other))

    def __or__(self, other: Any) -> Tensor:
        return apply(comparison.bitwise_or, (self, other))

    def __xor__(self, other: Any) -> Tensor:
        return apply(comparison.bitwise_xor, (self, other))

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__
    __hash__ = object.__hash__  # by identity: `==` compares elementwise

    # -- gradients

    @property
    def is_leaf(self) -> bool:
        """Whether the user made this tensor, rather than a recorded op."""
        return self.node is None

    @property
    def grad_fn(self) -> Node | None:
        """The recipe that made this tensor (PyTorch's name for `node`)."""
        return self.node

    @property
    def edge(self) -> Any:
        """Where gradients that reach this tensor go on to: its node, itself for a leaf, or None."""
        return (self.node or self) if self.requires_grad else None

    def backward(
        self,
        gradient: Tensor | None = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        inputs: Tensor | Sequence[Tensor] | None = None,
    ) -> None:
        """Add dL/dx to the `.grad` of every leaf x that this tensor L was computed from.

        `gradient` is dL/dself, needed where self is not a single number; `retain_graph` keeps the
        saved values for another pass; `create_graph` records the pass itself, for second
        derivatives; `inputs` limits the pass to these tensors. Reference: Rumelhart, Hinton,
        Williams, "Learning representations by back-propagating errors", Nature 323 (1986).

        Raises `GradientError` where there is nothing to differentiate, where the graph was freed,
        or where `gradient` is missing; `ShapeError` where its shape differs; `InPlaceError` where a
        value that is needed was edited.
        """
        backward([self], [gradient], retain_graph, create_graph, inputs)

    def accumulate(self, g: Any, ours: bool) -> None:
        """Add the gradient `g` to `.grad`; `ours` says that nobody else holds this array."""
        g = self.hooked(g)
        if isinstance(
            g, Tensor
        ):  # create_graph: the gradient is part of a graph, so never in place
            self.grad = g.clone() if self.grad is None else self.grad + g
        elif self.grad is None:
            self.grad = Tensor(np.asarray(g) if ours else np.array(g))
        elif self.grad.requires_grad:
            self.grad = self.grad + Tensor(np.asarray(g))
        else:
            self.grad.array += g
            memory.stamp(self.grad.array)

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Ask for a gradient of this leaf, or stop asking; returns the tensor itself."""
        if self.node is not None and not requires_grad:
            raise GradientError(
                "requires_grad_(False): only a leaf can stop requiring a gradient, and this "
                f"tensor was made by {self.node!r}. Use detach()."
            )
        if requires_grad and self.array.dtype.kind != "f":
            raise DTypeError(
                f"requires_grad: a tensor of {self.dtype} cannot have a gradient, for it cannot "
                "change by small steps. Make it floating point: x.float()."
            )
        self.requires_grad = requires_grad
        return self

    def detach(self) -> Tensor:
        """The same numbers, the same memory, no history."""
        out = Tensor(self.array)
        out.__dict__["cut"] = True  # cut off on purpose: see `_refuse_stale`
        return out

    def detach_(self) -> Tensor:
        """Forget this tensor's history, in place."""
        self.node, self.requires_grad = None, False
        return self

    @property
    def data(self) -> Tensor:
        """The same numbers without their history; assigning replaces the numbers."""
        return self.detach()

    @data.setter
    def data(self, new: Tensor) -> None:
        self.array = new.array

    @property
    def _version(self) -> int:
        edits = memory.edits_of(self.array)
        return 0 if edits is None else edits.count

    def _follow(self, node: Node) -> None:
        """Take over the history that an in-place change made."""
        self.node, self.requires_grad = node, True

    @staticmethod
    def _wrap(array: np.ndarray) -> Tensor:
        return Tensor(array)

    def _run_op(self, op: Op, inputs: Sequence[Any], params: Mapping[str, Any]) -> Tensor:
        return apply(op, inputs, params)


# -- from numbers to a graph


def operate(op: Op, x: Tensor, y: Any) -> Tensor:
    """`apply` for the two operands of an operator, unrolled: a quarter less time (measured)."""
    a = x.array
    number = y.__class__ is float or y.__class__ is int
    b = y if number else y.array if isinstance(y, Tensor) else None
    plain = a.dtype in _FLOATS and (number or (b is not None and b.dtype is a.dtype))
    if not plain or memory.rewritten:
        return apply(op, (x, y))
    try:
        z = op.forward(a, b)
    except ValueError as error:
        raise explain_failure(op, (a, b), _NO_PARAMS, error) from None
    if z.__class__ is not np.ndarray:  # NumPy turns 0-d arrays into scalars
        z = np.asarray(z)
    y_recorded = not number and y.requires_grad
    if not ((x.requires_grad or y_recorded) and modes.grad and op.differentiable):
        return Tensor(z)
    edges = (x.node or x) if x.requires_grad else None, (y.node or y) if y_recorded else None
    return Tensor(z, True, Node(op, edges, (a, b), _NO_PARAMS, z))


def apply(op: Op, inputs: Sequence[Any], params: Mapping[str, Any] = _NO_PARAMS) -> Tensor:
    """Run `op` forward on tensors and numbers, and record the recipe where an input requires a
    gradient.
    """
    values: list[Any] = []
    edges: list[Any] = []
    recorded = False
    dtype = None
    plain = True  # one floating point type and Python numbers: nothing to convert
    for x in inputs:
        if isinstance(x, Tensor):
            array = x.array
            values.append(array)
            if x.requires_grad:
                recorded = True
                edges.append(x.node or x)
            else:
                edges.append(None)
            if array.dtype is not dtype:
                plain = plain and dtype is None and array.dtype in _FLOATS
                dtype = array.dtype
        else:
            plain = plain and (x.__class__ is float or x.__class__ is int)
            values.append(x)
            edges.append(None)
    if memory.rewritten:
        refuse_stale(op, inputs)
    if not plain or params.get("dtype") is not None:
        values, edges = convert(op, inputs, params)
    try:
        z = op.forward(*values, **params)
    except (ValueError, IndexError, TypeError, OverflowError) as error:
        raise explain_failure(op, values, params, error) from None
    if z.__class__ is not np.ndarray:  # NumPy turns 0-d arrays into scalars
        z = np.asarray(z)
    if not (recorded and modes.grad and op.differentiable):
        return Tensor(z)
    return Tensor(z, True, Node(op, edges, values, params, z))


def lift(edge: Any, value: Any) -> Any:
    """A tensor for a value of the graph, so that a backward rule can itself be recorded."""
    if edge.__class__ is Node:
        return Tensor(value, True, edge)
    if edge is not None:
        return edge
    return Tensor(value) if isinstance(value, np.ndarray) else value


def backward(
    tensors: Sequence[Tensor],
    gradients: Sequence[Tensor | None],
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Tensor | Sequence[Tensor] | None = None,
) -> None:
    """Accumulate the gradients of `tensors` in the leaves, or in `inputs` where they are given."""
    roots = [seed(t, g, create_graph) for t, g in zip(tensors, gradients, strict=True)]
    if isinstance(inputs, Tensor):
        inputs = [inputs]
    found = run(
        roots,
        targets=None if inputs is None else [x.edge for x in inputs],
        retain_graph=create_graph if retain_graph is None else retain_graph,
        lift=lift if create_graph else None,
    )
    for x in inputs or ():
        if x.edge in found:
            g = found[x.edge]
            g = g if isinstance(g, Tensor) else Tensor(np.array(g))
            x.grad = g if x.grad is None else x.grad + g


def seed(output: Tensor, gradient: Tensor | None, create_graph: bool) -> tuple[Any, Any]:
    """Where a backward pass starts, (edge, gradient), with the checks that it makes sense."""
    if not output.requires_grad:
        raise GradientError(
            f"backward: the tensor of shape {output.shape} does not require a gradient and has no "
            "recipe. Was one of its inputs made with requires_grad=True, outside of no_grad()?"
        )
    if gradient is None:
        if output.array.size != 1:
            raise GradientError(
                f"backward: the output has shape {output.shape}; only a single number has a "
                "gradient by itself. Reduce it (loss.sum(), loss.mean()), or pass gradient= of "
                "that shape."
            )
        gradient = Tensor(np.ones_like(output.array))
    elif not isinstance(gradient, Tensor):
        raise InputTypeError(
            f"backward: gradient= is {type(gradient).__name__}, but a tensor of shape "
            f"{output.shape} was expected."
        )
    elif gradient.shape != output.shape:
        raise ShapeError(
            f"backward: gradient= has shape {gradient.shape}, but the output has {output.shape}. "
            "They must be equal."
        )
    return output.edge, gradient if create_graph else gradient.array
