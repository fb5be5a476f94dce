"""Functions that see a tensor's gradient on its way, and may replace it."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from . import memory
from .engine import Node
from .errors import GradientError, InputTypeError, ShapeError

__all__ = ["Hooks", "RemovableHandle"]

Hook = Callable[[Any], Any]


class Hooks:
    """The part of a Tensor that lets others watch its gradient."""

    __slots__ = ()

    if TYPE_CHECKING:
        shape: tuple[int, ...]
        requires_grad: bool
        grad: Any
        node: Node | None
        _hooks: dict[int, Hook] | None
        _wrap: Callable[[np.ndarray], Any]

    def hooked(self, g: Any) -> Any:
        """The gradient `g` after this tensor's hooks."""
        for hook in list((self._hooks or {}).values()):
            g = g if isinstance(hook, _Afterwards) else hook(g)
        return g

    def accumulated(self) -> None:
        """Tell those who wait for it that `.grad` has received what was to come."""
        for hook in list((self._hooks or {}).values()):
            if isinstance(hook, _Afterwards):
                hook.call(self)

    def register_hook(self, hook: Hook) -> RemovableHandle:
        """Call `hook(grad)` when this tensor's gradient is known; what it returns replaces the
        gradient.
        """
        self._require_grad_for("register_hook")
        return RemovableHandle(self._hook_table(), _on_arrays_too(hook, self._wrap))

    def register_post_accumulate_grad_hook(self, hook: Hook) -> RemovableHandle:
        """Call `hook(tensor)` each time a backward pass has added to the `.grad` of this leaf.

        An optimizer may step there and drop the gradient at once, so that not all of them are in
        memory together.
        """
        self._require_grad_for("register_post_accumulate_grad_hook")
        if self.node is not None:
            raise GradientError(
                "register_post_accumulate_grad_hook: this tensor was made by "
                f"{self.node!r}, and only leaves accumulate. Use register_hook."
            )
        return RemovableHandle(self._hook_table(), _Afterwards(hook))

    def retain_grad(self) -> None:
        """Keep `.grad` of this tensor although it is not a leaf."""
        self._require_grad_for("retain_grad")
        if self.node is None or self.retains_grad:
            return
        me = weakref.ref(self)  # the node must not keep its own output alive

        def keep(g: Any) -> None:
            tensor = me()
            if tensor is not None:
                tensor.grad = g.clone() if tensor.grad is None else tensor.grad + g

        self._hook_table()[_RETAIN] = _on_arrays_too(keep, self._wrap)

    def _release_grad(self) -> bool:
        """Stop retaining the gradient at the present node: the tensor gets another one."""
        del self._hook_table()[_RETAIN]
        return True

    @property
    def retains_grad(self) -> bool:
        """Whether this tensor, not a leaf, keeps its gradient."""
        return self.node is not None and _RETAIN in (self.node.hooks or {})

    def _hook_table(self) -> dict[int, Hook]:
        owner: Any = self.node or self
        name = "_hooks" if self.node is None else "hooks"
        if getattr(owner, name) is None:
            setattr(owner, name, {})
        table: dict[int, Hook] = getattr(owner, name)
        return table

    def _require_grad_for(self, what: str) -> None:
        if not self.requires_grad:
            raise GradientError(
                f"{what}: this tensor of shape {self.shape} does not require a gradient. "
                "Create it with requires_grad=True, or compute it from one that does."
            )


_RETAIN = -1
"""The key under which a node holds the hook of `retain_grad`."""


@contextmanager
def nothing_retained(nodes: Iterable[Node]) -> Iterator[None]:
    """Inside the block no pass over `nodes` writes what `retain_grad` asked for."""
    tables = [node.hooks for node in nodes if node.hooks and _RETAIN in node.hooks]
    held = [(table, table.pop(_RETAIN)) for table in tables]
    try:
        yield
    finally:
        for table, hook in held:
            table[_RETAIN] = hook


class _Afterwards:
    """A hook that sees the tensor when its gradient is in place, and not the gradient before."""

    def __init__(self, call: Hook) -> None:
        self.call = call

    def __call__(self, g: Any) -> None:
        """Nothing on the gradient's way."""


class RemovableHandle:
    """Takes a hook away again: `handle.remove()`, or as a context manager."""

    def __init__(self, table: dict[int, Hook], hook: Hook) -> None:
        self._table, self._key = table, memory.tick()
        retained = table.pop(_RETAIN, None)  # the gradient is kept as the last hook leaves it
        table[self._key] = hook
        if retained is not None:
            table[_RETAIN] = retained

    def remove(self) -> None:
        """Take the hook away."""
        self._table.pop(self._key, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *_: Any) -> None:
        self.remove()


def _on_arrays_too(hook: Hook, wrap: Callable[[np.ndarray], Any]) -> Hook:
    """The user's hook, which sees tensors, for a pass that may run on arrays."""

    def run_hook(g: Any) -> Any:
        raw = isinstance(g, np.ndarray | np.generic)
        new = hook(wrap(np.asarray(g)) if raw else g)
        if new is None:
            return g
        if not hasattr(new, "edge"):
            raise InputTypeError(
                f"hook: {hook!r} returned {type(new).__name__}, but a gradient was expected. "
                "Return a tensor, or None to leave the gradient as it is."
            )
        if new.array.shape != g.shape:
            raise ShapeError(
                f"hook: {hook!r} returned shape {tuple(new.shape)}, but the gradient has "
                f"{tuple(g.shape)}. They must be equal."
            )
        return new.array.astype(g.dtype, copy=False) if raw else new.to(g.dtype)

    return run_hook
