"""`Function`: an op with state, forward and backward written by hand, in PyTorch's style.

    class Cube(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x * x

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return g * 3 * x * x

    y = Cube.apply(x)

For an op that is a formula, `@op` with `defvjp` is shorter, and its rules can be read one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import memory
from ..engine import Node, modes
from ..errors import GradientError, InPlaceError, InputTypeError, ShapeError
from ..inplace import refuse_stale
from ..op import SCALER, Array, Op
from ..tensor import Tensor, recorded
from .grad_mode import enable_grad, no_grad
from .gradients import as_tuple

__all__ = ["Function", "once_differentiable"]


class Context:
    """What a `Function` keeps between its forward and its backward: `ctx`."""

    def __init__(self, needs_input_grad: tuple[bool, ...]) -> None:
        self.needs_input_grad = needs_input_grad
        self._saved: tuple[Tensor | None, ...] = ()
        self._outputs: tuple[
            int, ...
        ] = ()  # positions in `_saved` that are outputs, by output number
        self._time = 0
        self._constant: set[int] = set()
        self._materialize = True
        self._recipe: Any = None

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Keep inputs or outputs; editing them in place before the backward pass is then an
        error.
        """
        self._saved = tensors

    def mark_non_differentiable(self, *tensors: Tensor) -> None:
        """Say that these outputs have no gradient."""
        self._constant |= {id(t) for t in tensors}

    def mark_dirty(self, *tensors: Tensor) -> None:
        """Refused: a Function that edits its inputs cannot be guarded here."""
        raise InPlaceError(
            "mark_dirty: a Function may not change its inputs in place here. Return a new tensor."
        )

    def set_materialize_grads(self, value: bool) -> None:
        """Whether the gradient of an output that nothing used arrives as zeros, or as None."""
        self._materialize = value

    @property
    def saved_tensors(self) -> tuple[Tensor | None, ...]:
        """The tensors of `save_for_backward`."""
        found: list[Tensor | None] = []
        for tensor in self._saved:
            if tensor is not None and memory.edited_since(tensor.array, self._time):
                raise InPlaceError(
                    f"saved_tensors: a saved tensor of shape {tensor.shape} was changed in place "
                    "after it was saved. Save a clone(), or write the change out of place."
                )
            recipe = self._recipe
            if tensor is not None and recipe is not None and tensor.array is _array(recipe.z):
                z = recipe.z  # the output itself: under create_graph, with its history
                tensor = z if isinstance(z, Tensor) else Tensor(z)
            found.append(tensor)
        return tuple(found)


def _array(x: Any) -> Any:
    return x.array if isinstance(x, Tensor) else x


class _Values(list[Any]):
    """A node's values with the context beside them: both are let go of together."""

    ctx: Context


class _FunctionRule:
    """The backward of a Function as the rule of one input; all inputs share one call of it."""

    reads: tuple[int, ...] = ()
    reads_output = False

    def __init__(self, function: type[Function], i: int, output: int, outputs: int) -> None:
        self.function, self.i, self.output, self.outputs = function, i, output, outputs

    def pull(self, g: Array, recipe: Any) -> Array:
        """The gradient of input `i`."""
        node: Node = getattr(recipe, "node", recipe)
        ctx = node.values.ctx
        cached = ctx.__dict__.get("_cached")
        key = modes.passes, self.output  # one call serves all inputs in one pass
        if cached is None or cached[0] != key:
            cached = ctx.__dict__["_cached"] = (key, self._call(g, recipe, ctx))
        if self.i == max(i for i, edge in enumerate(node.inputs) if edge is not None):
            del ctx.__dict__["_cached"]  # served the last one
        return self._check(cached[1][self.i], node)

    def _call(self, g: Array, recipe: Any, ctx: Context) -> list[Any]:
        recorded = isinstance(g, Tensor)
        gs: list[Any] = [
            Tensor(np.zeros(shape, dtype)) if ctx._materialize else None
            for shape, dtype in ctx.__dict__["_like"]
        ]
        gs[self.output] = g if recorded else Tensor(np.asarray(g))
        ctx._recipe = recipe
        try:
            with enable_grad() if recorded else no_grad():
                given = list(as_tuple(self.function.backward(ctx, *gs)))
        finally:
            ctx._recipe = None
        expected = len(ctx.needs_input_grad)
        while len(given) > expected and given[-1] is None:
            given.pop()
        if len(given) != expected:
            raise GradientError(
                f"{self.function.__name__}.backward returned {len(given)} gradient(s), but forward "
                f"took {expected} argument(s). Return one for each, None where there is none."
            )
        tensors = [
            x for x, is_tensor in zip(given, ctx.__dict__["_is_tensor"], strict=True) if is_tensor
        ]
        return [x if recorded or x is None else _array(x) for x in tensors]

    def _check(self, gx: Any, node: Node) -> Any:
        shape = node.shape_of(self.i)
        if gx is None:
            return np.zeros(shape, node.z.dtype)
        if not isinstance(gx, Tensor | np.ndarray | np.generic):
            raise InputTypeError(
                f"{self.function.__name__}.backward returned {type(gx).__name__} as a gradient, "
                "but a tensor or None was expected."
            )
        try:
            fits = np.broadcast_shapes(gx.shape, shape) == gx.shape
        except ValueError:
            fits = False
        if not fits:
            raise ShapeError(
                f"{self.function.__name__}.backward returned a gradient of shape {tuple(gx.shape)} "
                f"for an input of shape {shape}. They must be equal."
            )
        if isinstance(gx, Tensor):
            return gx.to(node.values[self.i].dtype)
        # A copy: backward may hand out what it keeps, or one array for two inputs.
        return np.array(gx, dtype=node.values[self.i].dtype)


class _FunctionOp(Op):
    """A Function as an op, so that pictures, checks and the engine read it like any other."""

    def __init__(self, function: type[Function], n: int, output: int, outputs: int) -> None:
        super().__init__(
            function.forward, SCALER, rf"z = \mathrm{{{function.__name__}}}(x)", "keep"
        )
        self.name = function.__name__
        self.family = getattr(function, "family", SCALER)
        self.formula = getattr(function, "formula", self.formula)
        self.__doc__ = function.__doc__
        self.inputs = tuple(f"x{i}" for i in range(n)) if n > 1 else ("x",)
        self.variadic = False
        self.saves = True
        rules: Any = (_FunctionRule(function, i, output, outputs) for i in range(n))
        self.rules = tuple(rules)
        self.function, self.output = function, output

    def again(self, node: Node, arrays: Sequence[np.ndarray]) -> tuple[np.ndarray, _Values]:
        """Run the Function of `node` on other numbers; its output, and values for its rules."""
        tensors = [Tensor(x) for x in arrays]
        fresh = iter(tensors)
        ctx = node.values.ctx
        marks = zip(ctx.__dict__["_args"], ctx.__dict__["_is_tensor"], strict=True)
        args = [next(fresh) if is_tensor else arg for arg, is_tensor in marks]
        new = Context(ctx.needs_input_grad)
        y = as_tuple(self.function._forward(new, args, ctx.__dict__["_kwargs"]))[self.output]
        values = _Values(x.array for x in tensors)
        values.ctx = new
        return y.array, values


class Function:
    """Subclass it with static `forward(ctx, *args)` and `backward(ctx, *gradients)`; call `.apply`.

    Or, as newer PyTorch code does, `forward(*args)` with `setup_context(ctx, inputs, output)`.

    With several outputs, backward is called for each output that a gradient reached, with zeros for
    the others, and the results add up: as they do for every derivative, which is linear in its
    gradients.
    """

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """Compute the outputs; operations in here are not recorded."""
        raise GradientError("Function: forward is not defined. Write it as a static method.")

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        """Return the gradient of each argument of forward, None for those without one."""
        raise GradientError("Function: backward is not defined. Write it as a static method.")

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Run forward on `args`, and record backward as its rule."""
        tensors = [x for x in args if isinstance(x, Tensor)]
        if any(isinstance(x, Tensor) for x in kwargs.values()):
            raise InputTypeError(
                f"{cls.__name__}.apply: a tensor was given by keyword, where no gradient would "
                "reach it. Give tensors by position, in the order of forward."
            )
        if memory.rewritten:
            refuse_stale(cls.__name__, tensors)
        ctx = Context(tuple(isinstance(x, Tensor) and x.requires_grad for x in args))
        result = cls._forward(ctx, args, kwargs)
        outputs = as_tuple(result)
        if modes.grad and any(x.requires_grad for x in tensors):
            results = [cls._record(ctx, tensors, y, k, len(outputs)) for k, y in enumerate(outputs)]
        else:
            results = list(outputs)
        return tuple(results) if isinstance(result, list | tuple) else results[0]

    @classmethod
    def _forward(cls, ctx: Context, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
        """What forward returns; `ctx` learns what the rules and a second run will need."""
        with no_grad():
            setup = getattr(cls, "setup_context", None)
            if setup is None:
                result = cls.forward(ctx, *args, **kwargs)
            else:
                result = cls.forward(*args, **kwargs)
                setup(ctx, tuple(args), result)
        ctx._time = memory.tick()
        ctx.__dict__["_is_tensor"] = [isinstance(x, Tensor) for x in args]
        ctx.__dict__["_args"] = [None if isinstance(x, Tensor) else x for x in args]
        ctx.__dict__["_kwargs"] = kwargs
        ctx.__dict__["_like"] = [
            (y.array.shape, y.array.dtype) if isinstance(y, Tensor) else ((), np.float32)
            for y in as_tuple(result)
        ]
        return result

    @classmethod
    def _record(cls, ctx: Context, tensors: Sequence[Tensor], y: Any, k: int, outputs: int) -> Any:
        if not isinstance(y, Tensor) or id(y) in ctx._constant or y.array.dtype.kind != "f":
            return y
        values = _Values(x.array for x in tensors)
        values.ctx = ctx
        op = _FunctionOp(cls, len(tensors), k, outputs)
        edges = tuple(x.edge for x in tensors)
        return recorded(op, edges, values, {}, y.array)


def once_differentiable(backward: Any) -> Any:
    """Mark a Function's backward as not differentiable again: `create_graph` through it then
    raises.
    """

    def guarded(ctx: Any, *gradients: Any) -> Any:
        if modes.grad:
            raise GradientError(
                f"{backward.__qualname__} is marked once_differentiable, so there is no second "
                "derivative through it. Write its backward with differentiable operations."
            )
        return backward(ctx, *gradients)

    return guarded
