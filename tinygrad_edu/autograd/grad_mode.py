"""Whether operations are recorded: context managers that also decorate functions."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from ..engine import modes

__all__ = [
    "enable_grad",
    "inference_mode",
    "is_grad_enabled",
    "is_inference_mode_enabled",
    "no_grad",
    "set_grad_enabled",
]


def is_grad_enabled() -> bool:
    """Whether operations are being recorded in this thread."""
    return modes.grad


def is_inference_mode_enabled() -> bool:
    """Whether this thread is inside `inference_mode()`."""
    return modes.inference


class _Mode:
    """Sets `modes.grad` for a block, or for every call of a function (a generator: for its every
    step).
    """

    wanted = True

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        if args and callable(args[0]):  # @no_grad without parentheses
            return cls()(args[0])
        return super().__new__(cls)

    def __enter__(self) -> None:
        self._before = modes.grad
        modes.grad = self.wanted

    def __exit__(self, *_: Any) -> None:
        modes.grad = self._before

    def _again(self) -> Any:
        return type(self)()

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function`, with every call of it in this mode."""
        if inspect.isgeneratorfunction(function):

            @functools.wraps(function)
            def steps(*args: Any, **kwargs: Any) -> Any:
                generator = function(*args, **kwargs)
                resume, news = generator.send, None  # what the caller wants next, and with what
                while True:
                    try:
                        with self._again():
                            value = resume(news)
                    except StopIteration as end:
                        return end.value
                    try:
                        resume, news = generator.send, (yield value)
                    except GeneratorExit:
                        with self._again():
                            generator.close()
                        raise
                    except BaseException as error:
                        resume, news = generator.throw, error

            return steps

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            with self._again():
                return function(*args, **kwargs)

        return call


class no_grad(_Mode):
    """Inside, nothing is recorded: for evaluation, and for changing parameters by hand."""

    wanted = False


class enable_grad(_Mode):
    """Inside, operations are recorded again, even within `no_grad()`."""


class set_grad_enabled(_Mode):
    """Recording on or off from here on, or for a block: `set_grad_enabled(is_training)`."""

    def __new__(cls, mode: bool) -> Any:
        """An instance: `mode` is never a function to decorate."""
        return object.__new__(cls)

    def __init__(self, mode: bool) -> None:
        self.wanted = bool(mode)
        self._before = modes.grad
        modes.grad = self.wanted

    def __enter__(self) -> None:
        modes.grad = self.wanted

    def _again(self) -> Any:
        return set_grad_enabled(self.wanted)

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function` in this mode; nothing else changes."""
        modes.grad = self._before  # as a decorator it concerns the function alone
        return super().__call__(function)


class inference_mode(_Mode):
    """Like `no_grad()`, for code that will never need gradients; `inference_mode(False)` records
    again, even within it.
    """

    def __init__(self, mode: bool = True) -> None:
        self.mode = mode

    def __enter__(self) -> None:
        self._saved = modes.grad, modes.inference
        modes.grad, modes.inference = not self.mode, self.mode

    def __exit__(self, *_: Any) -> None:
        modes.grad, modes.inference = self._saved

    def _again(self) -> Any:
        return inference_mode(self.mode)
