"""Calling a module, and listening in: hooks before and after forward, and around the backward pass.

A backward hook wants dL/d(inputs) and dL/d(outputs) of a module, which is a region of the graph and
not a node. So while such a hook is set, the module's inputs and outputs pass through *gates*, moves
that change nothing, whose own hooks see the gradient go by. Several tensors share one gate, joined
end to end: then one hook sees all of their gradients at once and can replace them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .. import ops
from ..engine import modes
from ..hooks import RemovableHandle
from ..tensor import Tensor

Hook = Callable[..., Any]
Table = dict[int, Hook]


class Hooks:
    """The part of a Module that calls `forward` and whoever listens to it."""

    forward: Callable[..., Any]
    _forward_pre_hooks: Table
    _forward_hooks: Table
    _backward_pre_hooks: Table
    _backward_hooks: Table

    def _no_hooks(self) -> None:
        for name in ("forward_pre", "forward", "backward_pre", "backward"):
            object.__setattr__(self, f"_{name}_hooks", {})

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Compute `forward`, with the hooks around it."""
        if not (
            self._forward_hooks
            or self._forward_pre_hooks
            or self._backward_hooks
            or self._backward_pre_hooks
        ):
            return self.forward(*args, **kwargs)
        for pre in list(self._forward_pre_hooks.values()):
            args, kwargs = pre(self, args, kwargs)
        watch = (
            _Watch(self)
            if (self._backward_hooks or self._backward_pre_hooks) and modes.grad
            else None
        )
        if watch is not None:
            args = watch.enter(args)
        output = self.forward(*args, **kwargs)
        for hook in list(self._forward_hooks.values()):
            output = hook(self, args, kwargs, output)
        return output if watch is None else watch.leave(output)

    def register_forward_pre_hook(
        self, hook: Hook, *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, args)` before forward; what it returns replaces the arguments.

        With `with_kwargs`, `hook(module, args, kwargs)` returns None or the pair (args, kwargs).
        """

        def run_hook(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
            if with_kwargs:
                return hook(module, args, kwargs) or (args, kwargs)
            new = hook(module, args)
            if new is None:
                return args, kwargs
            return (new if isinstance(new, tuple) else (new,)), kwargs

        return _added(self._forward_pre_hooks, run_hook, prepend)

    def register_forward_hook(
        self, hook: Hook, *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, args, output)` after forward; what it returns replaces the output."""

        def run_hook(
            module: Any, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any
        ) -> Any:
            seen = (args, kwargs, output) if with_kwargs else (args, output)
            new = hook(module, *seen)
            return output if new is None else new

        return _added(self._forward_hooks, run_hook, prepend)

    def register_full_backward_pre_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """Call `hook(module, grad_output)` when the gradient of the outputs is known; it may
        replace it.
        """
        return _added(self._backward_pre_hooks, hook, prepend)

    def register_full_backward_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """Call `hook(module, grad_input, grad_output)` when both are known; it may replace
        grad_input.

        Both are tuples, with None for an argument that is no tensor or gets no gradient.
        """
        return _added(self._backward_hooks, hook, prepend)


def _added(table: Table, hook: Hook, prepend: bool) -> RemovableHandle:
    before = dict(table) if prepend else {}
    if prepend:
        table.clear()
    handle = RemovableHandle(table, hook)
    table.update(before)
    return handle


class _Watch:
    """One call of a module under backward hooks: the gates on both sides of it."""

    def __init__(self, module: Hooks) -> None:
        self.module = module
        self.grad_output: tuple[Any, ...] = ()
        self.has_entry = False

    def enter(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The arguments behind their gate."""
        gated = _gate(args, self._leave_backward)
        self.has_entry = gated is not None
        return args if gated is None else gated

    def leave(self, output: Any) -> Any:
        """The output behind its gate; a tuple or a list stays one."""
        several = isinstance(output, tuple | list)
        gated = _gate(output if several else (output,), self._enter_backward)
        if gated is None:
            return output
        return type(output)(gated) if several else gated[0]

    def _enter_backward(self, grads: tuple[Any, ...]) -> tuple[Any, ...]:
        """The backward pass reaches the module: the gradient of its outputs is known."""
        for pre in list(self.module._backward_pre_hooks.values()):
            grads = _replaced(pre(self.module, grads), grads)
        self.grad_output = grads
        if not self.has_entry:  # no input wants a gradient, so this is all there is to wait for
            for hook in list(self.module._backward_hooks.values()):
                hook(self.module, (None,), grads)
        return grads

    def _leave_backward(self, grads: tuple[Any, ...]) -> tuple[Any, ...]:
        """The backward pass leaves the module: the gradient of its inputs is known too."""
        for hook in list(self.module._backward_hooks.values()):
            grads = _replaced(hook(self.module, grads, self.grad_output), grads)
        return grads


def _replaced(new: Any, old: tuple[Any, ...]) -> tuple[Any, ...]:
    if new is None:
        return old
    return new if isinstance(new, tuple) else (new,)


def _gate(
    values: Sequence[Any], on_gradient: Callable[[tuple[Any, ...]], tuple[Any, ...]]
) -> tuple[Any, ...] | None:
    """`values` with those that require a gradient behind one gate, or None where none does.

    `on_gradient` receives their gradients, in their places, and returns those that go on.
    """
    places = [i for i, x in enumerate(values) if isinstance(x, Tensor) and x.requires_grad]
    if not places:
        return None
    flats = [values[i].reshape(-1) for i in places]
    gate = flats[0] if len(flats) == 1 else ops.cat(flats)
    cuts: list[slice] = []
    for flat in flats:
        start = cuts[-1].stop if cuts else 0
        cuts.append(slice(start, start + flat.numel()))

    def pass_by(g: Tensor) -> Any:
        grads: list[Any] = [None] * len(values)
        for i, cut in zip(places, cuts, strict=True):
            grads[i] = g[cut].reshape(values[i].shape)
        kept = on_gradient(tuple(grads))
        new = [kept[i].reshape(-1) for i in places]
        return new[0] if len(new) == 1 else ops.cat(new)

    gate.register_hook(pass_by)
    gated = list(values)
    for i, cut in zip(places, cuts, strict=True):
        gated[i] = gate[cut].reshape(values[i].shape)
    return tuple(gated)
