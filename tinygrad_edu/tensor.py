"""The Tensor: an array that remembers how it was made.

`apply` is the only way from numbers to a graph: it runs an op's forward function on the arrays and,
where an input requires a gradient, notes the recipe. Everything else here is PyTorch's face on
that.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from sys import _getframe
from typing import Any

import numpy as np

from . import dtypes, memory
from .conversion import Conversion
from .engine import Node, in_library, modes, run
from .errors import DTypeError, GradientError, InPlaceError, InputTypeError, ShapeError
from .explain import explain_failure
from .factory import Factory
from .hooks import Hooks
from .inplace import InPlace, refuse_stale
from .memory import tick
from .methods import Methods
from .numpy_protocol import NumPyProtocol
from .op import Op
from .ops import arithmetic, comparison, linalg
from .promotion import convert

__all__ = ["Tensor", "apply"]

_NO_PARAMS: dict[str, Any] = {}
_FLOATS = (dtypes.float32, dtypes.float64, dtypes.float16)


class Tensor(Methods, InPlace, Hooks, Conversion, Factory, NumPyProtocol):
    """An n-dimensional array that records how it was computed, so that gradients can flow back.

    Made by `tensor(...)`, `zeros(...)` and the like, or by an op. What it holds:

    array          the numbers, a NumPy array
    requires_grad  whether a gradient is wanted
    grad           the gradient, or None where no backward pass has reached it
    node           the recipe that made it; None for a leaf, which the user made
    """

    __slots__ = ("__dict__", "__weakref__", "_grad", "_hooks", "_wanted", "array", "node")

    array: np.ndarray
    node: Node | None
    _grad: Tensor | None  # behind `grad` and `requires_grad`, which check what they are given
    _wanted: bool
    _hooks: dict[int, Callable[[Any], Any]] | None
    _run_op: Callable[[Op, Sequence[Any], Mapping[str, Any]], Tensor]

    def __init__(self, array: Any, requires_grad: bool = False, node: Node | None = None) -> None:
        if array.__class__ is not np.ndarray:
            array = _legacy(array)
        self.array = array
        self._wanted = False
        self.node = node
        self._grad = None
        self._hooks = None
        if requires_grad:
            self.requires_grad_()

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
        return apply(comparison.eq, (self, other)) if _is_operand(other) else NotImplemented

    def __ne__(self, other: Any) -> Any:
        return apply(comparison.ne, (self, other)) if _is_operand(other) else NotImplemented

    def __lt__(self, other: Any) -> Tensor:
        return apply(comparison.lt, (self, other))

    def __le__(self, other: Any) -> Tensor:
        return apply(comparison.le, (self, other))

    def __gt__(self, other: Any) -> Tensor:
        return apply(comparison.gt, (self, other))

    def __ge__(self, other: Any) -> Tensor:
        return apply(comparison.ge, (self, other))

    def __invert__(self) -> Tensor:
        return apply(comparison.bitwise_not, (self,))

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
        return (self.node or self) if self._wanted else None

    @property
    def requires_grad(self) -> bool:
        """Whether a gradient is wanted; it may be set on a leaf of floating point numbers."""
        return self._wanted

    @requires_grad.setter
    def requires_grad(self, wanted: bool) -> None:
        self.requires_grad_(wanted)

    @property
    def grad(self) -> Tensor | None:
        """The gradient, or None where no backward pass has reached this tensor."""
        return self._grad

    @grad.setter
    def grad(self, new: Tensor | None) -> None:
        if new is not None and not isinstance(new, Tensor):
            raise InputTypeError(
                f"grad: received {type(new).__name__}, but a gradient is a tensor or None. Make it "
                "one: tinygrad_edu.tensor(...)."
            )
        if new is not None and (new.shape != self.shape or new.dtype != self.dtype):
            raise ShapeError(
                f"grad: received shape {new.shape} of {new.dtype}, but this tensor has shape "
                f"{self.shape} of {self.dtype}. A gradient is like the tensor it belongs to."
            )
        self._grad = new

    @grad.deleter
    def grad(self) -> None:
        self._grad = None

    def backward(
        self,
        gradient: Tensor | None = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        inputs: Tensor | Iterable[Tensor] | None = None,
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
        """Send `g` through the hooks to `.grad`; `ours` says that nobody else holds this array."""
        if self._wanted:  # it may have been switched off since the graph was made
            if self._hooks:
                self._add_to_grad(self.hooked(g))
                self.accumulated()
            else:
                self._add_to_grad(g, ours)

    def _add_to_grad(self, g: Any, ours: bool = False) -> None:
        so_far = self._grad
        if isinstance(g, Tensor):  # create_graph: part of a graph, so never in place
            self._grad = g.clone() if so_far is None else so_far + g
        elif so_far is None:
            self._grad = Tensor(np.asarray(g) if ours else np.array(g))
        elif so_far.requires_grad or not so_far.array.flags.writeable:
            self._grad = so_far + Tensor(np.asarray(g))
        else:
            so_far.array += g
            memory.stamp(so_far.array)

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Ask for a gradient of this leaf, or stop asking; returns the tensor itself."""
        if self.node is not None and not requires_grad:
            raise GradientError(
                "requires_grad=False: only a leaf can stop requiring a gradient, and this "
                f"tensor was made by {self.node!r}. Use detach()."
            )
        if requires_grad and self.array.dtype.kind != "f":
            raise DTypeError(
                f"requires_grad: a tensor of {self.dtype} cannot have a gradient, for it cannot "
                "change by small steps. Make it floating point: x.float()."
            )
        self._wanted = bool(requires_grad)
        return self

    def detach(self) -> Tensor:
        """The same numbers, the same memory, no history."""
        return constant(self.array)

    def detach_(self) -> Tensor:
        """Forget this tensor's history, in place."""
        self.node, self._wanted = None, False
        return self

    @property
    def data(self) -> Tensor:
        """The same numbers without their history; assigning replaces the numbers."""
        return self.detach()

    @data.setter
    def data(self, new: Tensor) -> None:
        if not isinstance(new, Tensor):
            raise InputTypeError(
                f"data: received {type(new).__name__}, but a tensor was expected. Make it one: "
                "tinygrad_edu.tensor(...)."
            )
        if self._wanted and new.array.dtype.kind != "f":
            raise DTypeError(
                f"data: this tensor requires a gradient, and {new.dtype} cannot have one. Make the "
                "new numbers floating point: x.float()."
            )
        self.array = new.array

    @property
    def _version(self) -> int:
        edits = memory.edits_of(self.array)
        return 0 if edits is None else edits.count

    def _follow(self, node: Node) -> None:
        """Take over the history that an in-place change made."""
        retained = self.retains_grad and self._release_grad()
        self.node, self._wanted = node, True
        if retained:
            self.retain_grad()

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        if self.node is not None:
            raise GradientError(
                f"deepcopy: this tensor was made by {self.node!r}, and its history cannot be "
                "copied with it. Copy x.detach(), or use clone()."
            )
        if memory.rewritten:
            refuse_stale("deepcopy", [self])
        twin = type(self).__new__(type(self))
        Tensor.__init__(twin, self.array.copy(), self._wanted)
        memo[id(self)] = twin
        twin._grad = copy.deepcopy(self._grad, memo)
        twin.__dict__.update(copy.deepcopy(self.__dict__, memo))
        return twin

    @staticmethod
    def _wrap(array: np.ndarray) -> Tensor:
        return Tensor(array)


# -- from numbers to a graph


def apply(op: Op, inputs: Sequence[Any], params: Mapping[str, Any] = _NO_PARAMS) -> Tensor:
    """Run `op` forward on tensors and numbers, and record the recipe where an input requires a
    gradient.
    """
    values: list[Any] = []
    edges: list[Any] = []
    remembers = False
    dtype = None
    plain = True  # one floating point type, Python numbers, None: nothing to convert
    mixed = False  # tensors of several types, which some ops want as they are
    for x in inputs:
        if isinstance(x, Tensor):
            array = x.array
            values.append(array)
            if x._wanted:
                remembers = True
                edges.append(x.node or x)
            else:
                edges.append(None)
            if array.dtype is not dtype:
                mixed = mixed or dtype is not None or array.dtype not in _FLOATS
                dtype = array.dtype
        else:
            plain = plain and (x is None or x.__class__ is float or x.__class__ is int)
            values.append(x)
            edges.append(None)
    if memory.rewritten and modes.grad:
        refuse_stale(op.name, inputs)
    if not plain or (mixed and op.casts != "keep") or (params and params.get("dtype") is not None):
        values, edges = convert(op, inputs, params)
    try:
        z = op.forward(*values, **params) if params else op.forward(*values)
    except (ValueError, IndexError, TypeError, AttributeError, OverflowError) as error:
        raise explain_failure(op, values, params, error) from None
    if z.__class__ is not np.ndarray:  # NumPy turns 0-d arrays into scalars
        z = np.asarray(z)
    if not (remembers and modes.grad and op.differentiable and z.dtype.kind == "f"):
        # Whole numbers, as of a cast, do not follow small changes.
        return constant(z) if memory.rewritten else Tensor(z)
    return recorded(op, edges, values, params, z)


Tensor._run_op = staticmethod(apply)  # what an op does when it meets a tensor


def operate(op: Op, x: Tensor, y: Any) -> Tensor:
    """What `apply` does, unrolled for two operands of one type: a fifth less time (measured)."""
    a = x.array
    dtype = a.dtype
    x_wanted = x._wanted
    if isinstance(y, Tensor):
        b = y.array
        y_wanted = y._wanted
        plain = b.dtype is dtype
    else:
        b = y
        y_wanted = False
        plain = y.__class__ is float or y.__class__ is int
    # What wants a gradient is of floating point; a look into the tuple takes longer.
    if memory.rewritten or not (plain and (x_wanted or dtype in _FLOATS)):
        return apply(op, (x, y))
    try:
        z = op.forward(a, b)
    except (ValueError, OverflowError) as error:
        raise explain_failure(op, (a, b), _NO_PARAMS, error) from None
    if z.__class__ is not np.ndarray:  # NumPy turns 0-d arrays into scalars
        z = np.asarray(z)
    if not ((x_wanted or y_wanted) and modes.grad and op.differentiable):
        return Tensor(z)
    edges = (x.node or x) if x_wanted else None, (y.node or y) if y_wanted else None
    return recorded(op, edges, (a, b), _NO_PARAMS, z)


_new = object.__new__


def recorded(
    op: Op, edges: Sequence[Any], values: Any, params: Mapping[str, Any], z: np.ndarray
) -> Tensor:
    """The tensor of an op's result, with its recipe.

    Every recorded op comes by here, so both objects are filled in without a call of their
    `__init__`: that takes half as long (measured).
    """
    node: Any = _new(Node)
    node.op = op
    node.inputs = edges
    node.values = values
    node.params = params
    node.z = z
    node.number = tick()
    node.hooks = None
    # The user's line: the first frame outside the library (the nearest are this one, `apply` and
    # its caller). Only the code object and the instruction are kept, for a frame would keep the
    # user's variables alive; `node.where` works the line out when somebody asks.
    frame = _getframe(3)
    code = frame.f_code
    while in_library[code.co_filename] and frame.f_back is not None:
        frame = frame.f_back
        code = frame.f_code
    node._code = code
    node._instruction = frame.f_lasti
    made: Any = _new(Tensor)
    made.array = z
    made.node = node
    made._wanted = True
    made._grad = made._hooks = None
    return made  # type: ignore[no-any-return]


def _legacy(data: Any) -> np.ndarray:
    """The numbers of `Tensor([1, 2])`, PyTorch's older way to write `tensor([1.0, 2.0])`."""
    if isinstance(data, list | tuple):
        return np.array(data, dtype=dtypes.get_default_dtype())
    if isinstance(data, np.generic | np.ndarray):  # a single element; a matrix or a memory map
        return np.asarray(data)
    raise InputTypeError(
        f"Tensor: received {data!r} of type {type(data).__name__}, but a list of numbers or an "
        "array was expected. Use tensor(...) for numbers, empty(2, 3) for a shape."
    )


def constant(array: np.ndarray) -> Tensor:
    """A tensor without history on memory that may have one: it remembers when it was taken."""
    made = Tensor(array)
    made.__dict__["taken"] = memory.tick()  # see `refuse_stale`
    return made


def _is_operand(x: Any) -> bool:
    """Whether `==` with x is a question about numbers; to anything else the answer is no."""
    return isinstance(x, Tensor | np.ndarray | np.generic | int | float)


def lift(edge: Any, value: Any) -> Any:
    """A tensor for a value of the graph, so that a backward rule can itself be recorded."""
    if value is None:  # freed, by a pass before: no rule that reads it gets this far
        return None
    if edge.__class__ is Node:
        return Tensor(value, True, edge)
    if edge is not None:
        if edge.array is not value:
            raise InPlaceError(
                f"create_graph: the numbers of a leaf of shape {edge.shape} were replaced through "
                ".data after it was used. Compute the output again before the backward pass."
            )
        return edge
    return constant(value) if isinstance(value, np.ndarray) else value


def backward(
    tensors: Sequence[Tensor],
    gradients: Sequence[Tensor | None],
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Tensor | Iterable[Tensor] | None = None,
) -> None:
    """Accumulate the gradients of `tensors` in the leaves, or in `inputs` where they are given."""
    roots = [seed(t, g, create_graph) for t, g in zip(tensors, gradients, strict=True)]
    if inputs is not None:  # a generator, such as model.parameters(), can be gone through once
        inputs = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    if inputs is not None and not (inputs and all(x.requires_grad for x in inputs)):
        raise GradientError(
            f"backward: inputs= holds {len(inputs)} tensor(s), and each must require a gradient. "
            "Leave inputs out to reach every leaf, or create them with requires_grad=True."
        )
    if memory.rewritten:
        refuse_stale("backward", [x for x in inputs or () if x.node is not None])
    found = run(
        roots,
        targets=None if inputs is None else [x.edge for x in inputs],
        retain_graph=create_graph if retain_graph is None else retain_graph,
        lift=lift if create_graph else None,
    )
    for x in {id(x): x for x in inputs or ()}.values():
        if x.edge in found and not x.retains_grad:  # else the pass has already told it
            x._add_to_grad(found[x.edge])
            x.accumulated()


def seed(output: Tensor, gradient: Tensor | None, create_graph: bool) -> tuple[Any, Any]:
    """Where a backward pass starts, (edge, gradient), with the checks that it makes sense."""
    if not output.requires_grad:
        raise GradientError(
            f"backward: the tensor of shape {output.shape} does not require a gradient and has no "
            "recipe. Was one of its inputs made with requires_grad=True, outside of no_grad()?"
        )
    if memory.rewritten:
        refuse_stale("backward", [output])
    if gradient is None:
        if output.array.size != 1:
            raise GradientError(
                f"backward: the output has shape {output.shape}; only a single number has a "
                "gradient by itself. Reduce it (loss.sum(), loss.mean()), or pass gradient= of "
                "that shape."
            )
        ones = np.ones(output.array.shape, output.array.dtype)
        return output.edge, Tensor(ones) if create_graph else ones
    if not isinstance(gradient, Tensor):
        raise InputTypeError(
            f"backward: gradient= is {type(gradient).__name__}, but a tensor of shape "
            f"{output.shape} was expected."
        )
    if gradient.shape != output.shape:
        raise ShapeError(
            f"backward: gradient= has shape {gradient.shape}, but the output has {output.shape}. "
            "They must be equal."
        )
    gradient = gradient.to(output.dtype)
    return output.edge, gradient if create_graph else gradient.array
