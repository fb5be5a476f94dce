"""Watching a step run.

The eager engine knows nothing of compilation and pays nothing for it. While a step is recorded,
Python itself reports every call and every return (`sys.setprofile`, as it does to a profiler), and
this module sorts them:

    the library's own operations    are handed to the recorder
    what a plan must do again       (a draw of random numbers, an optimizer's step): to the recorder
    a look at a tensor's numbers    (`.item()`, `if loss > 1`, `.numpy()`) is refused
    a call that a plan would miss   (`print`, `time.time`, `random.random`) is refused

because a plan runs no Python: what was decided or printed while it was recorded would be decided
once and for all.
"""

from __future__ import annotations

import builtins
import gc
import linecache
import os
import sys
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any

from .. import creation, sampling
from ..autograd.function import Function
from ..conversion import Conversion
from ..engine import LIBRARY
from ..errors import CompileError
from ..ops import allclose, equal
from ..random import Generator
from ..tensor import Tensor
from .again import AGAIN

__all__ = ["refusal", "user_line", "watching"]

Handler = Callable[[FrameType, Any], None]

_STDLIB = tuple(os.path.join(sysconfig.get_path(name), "") for name in ("stdlib", "platstdlib"))
_SITE = tuple(os.path.join(sysconfig.get_path(name), "") for name in ("purelib", "platlib"))

# Python functions of the standard library that a step may use: they have no memory of their own.
_PURE_MODULES = {
    "abc", "builtins", "collections", "contextlib", "copy", "dataclasses", "enum", "functools",
    "inspect", "itertools", "math", "numbers", "operator", "types", "typing", "weakref",
    "_operator", "_functools", "_collections_abc", "_collections", "_abc", "_weakref",
}  # fmt: skip
_IMPURE_BUILTINS = {
    "__import__", "breakpoint", "compile", "delattr", "eval", "exec", "globals", "id", "input",
    "locals", "next", "open", "print", "setattr", "vars",
}  # fmt: skip
_CONTAINERS = (
    list, dict, tuple, str, set, frozenset, int, float, bool, bytes, complex, range, slice, type,
)  # fmt: skip


def _codes(*functions: Any) -> dict[CodeType, str]:
    return {f.__code__: f.__name__.strip("_") for f in functions}


_LOOKS = _codes(
    Conversion.item, Conversion.numpy, Conversion.tolist, Conversion.__array__,
    Conversion.__bool__, Conversion.__float__, Conversion.__int__, Conversion.__index__,
    Conversion.__contains__, Conversion.__repr__, Conversion.__format__, allclose, equal,
)  # fmt: skip
_REFUSED = {
    Function.apply.__func__.__code__: "a Function of one's own runs Python of its own",  # type: ignore[attr-defined]
    Tensor.register_hook.__code__: "a hook is Python that runs within the backward pass",
    Tensor.retain_grad.__code__: "retain_grad() hooks into the backward pass",
    Generator.get_state.__code__: "the state of a generator is another one each time",
    Tensor.requires_grad_.__code__: "requires_grad_() changes what is recorded",
}
_FROM_NUMBERS = {
    getattr(creation, name).__code__
    for name in creation.__all__
    if name not in ("from_numpy", "as_tensor", "empty", "empty_like")
}
_RANDOM = {getattr(sampling, name).__code__ for name in sampling.__all__}


def user_line(frame: FrameType | None) -> str:
    """The nearest line that is not the library's: `train.py:12: loss = …`."""
    while frame is not None and frame.f_code.co_filename.startswith(LIBRARY):
        frame = frame.f_back
    if frame is None:
        return "?"
    file, line = frame.f_code.co_filename, frame.f_lineno
    text = linecache.getline(file, line).strip()
    return f"{os.path.basename(file)}:{line}" + (f": {text}" if text else "")


def refusal(what: str, frame: FrameType | None, fix: str) -> CompileError:
    """The error for a step that cannot become a plan, with the user's line."""
    return CompileError(f"compile: {user_line(frame)}\n{what} {fix}")


class Watcher:
    """What `sys.setprofile` calls; `recorder` is told what matters."""

    def __init__(self, recorder: Any) -> None:
        self.recorder = recorder
        self.asleep: FrameType | None = None  # inside a call that the plan makes again
        self.seen: set[CodeType] = set()
        self.returns: dict[CodeType, Handler] = recorder.returns
        self.calls: dict[CodeType, Handler] = recorder.calls
        for code in _FROM_NUMBERS | _RANDOM:
            self.returns.setdefault(code, recorder.created)

    def __call__(self, frame: FrameType, event: str, arg: Any) -> None:
        if self.recorder.failed:
            return
        try:
            if event == "call":
                self._call(frame)
            elif event == "return":
                self._return(frame, arg)
            elif event == "c_call" and self.asleep is None:
                self._c_call(frame, arg)
        except Exception as error:
            self.recorder.fail(error)  # raised when the step is over: it has changed things already

    def _call(self, frame: FrameType) -> None:
        code = frame.f_code
        if self.asleep is not None:
            return
        if code in AGAIN or code in _RANDOM:
            self.asleep = frame
            self.recorder.before_again(frame)
        elif code in _LOOKS:
            self._refuse_look(frame)
        elif code in _REFUSED and not _by_creation(frame):
            raise refusal(
                f"{code.co_name}: {_REFUSED[code]}, which a plan does not.", frame.f_back,
                "Leave this step uncompiled, or move the call out of it.",
            )  # fmt: skip
        elif code in self.calls:
            self.calls[code](frame, None)
        elif code not in self.seen:
            self.seen.add(code)
            self._first_call(frame)

    def _first_call(self, frame: FrameType) -> None:
        file = frame.f_code.co_filename
        if file.startswith((*LIBRARY, "<")):
            return
        if file.startswith(_STDLIB) and not file.startswith(_SITE):
            module = frame.f_globals.get("__name__", "").partition(".")[0]
            if is_users(frame.f_back) and module not in _PURE_MODULES:
                raise refusal(
                    f"{module}.{frame.f_code.co_name} runs outside of the tensors: a plan would "
                    "not call it again.", frame.f_back, "Call it before the step.",
                )  # fmt: skip
            return
        self.recorder.users_code(frame)

    def _return(self, frame: FrameType, result: Any) -> None:
        if self.asleep is not None:
            if frame is self.asleep:
                self.asleep = None
                if result is not None or frame.f_code in AGAIN:
                    self.recorder.again(frame, result)
            return
        handler = self.returns.get(frame.f_code)
        if handler is not None:
            handler(frame, result)

    def _refuse_look(self, frame: FrameType) -> None:
        what = _LOOKS[frame.f_code]
        how = {"bool": "if …", "index": "an index"}.get(what, f"{what}()")
        raise refusal(
            f"{how} looks at a tensor's numbers while the step runs. A plan is recorded once and "
            "would go on with the numbers of that one time.", frame.f_back,
            "Return the tensor and look at it after the step; for a choice between numbers use "
            "where().",
        )  # fmt: skip

    def _c_call(self, frame: FrameType, function: Any) -> None:
        if not is_users(frame) or _is_pure(function):
            return
        name = getattr(function, "__qualname__", repr(function))
        raise refusal(
            f"{name}() was called while the step was recorded, and a plan would not call it again.",
            frame, "Call it outside of the step.",
        )  # fmt: skip


def is_users(frame: FrameType | None) -> bool:
    """Whether the frame runs code that is neither the library's nor the standard library's."""
    if frame is None:
        return False
    file = frame.f_code.co_filename
    if file.startswith(LIBRARY):
        return False
    return file.startswith(_SITE) or not file.startswith((*_STDLIB, "<frozen"))


def _by_creation(frame: FrameType) -> bool:
    """`zeros(3, requires_grad=True)` asks for the gradient of a tensor that it has just made."""
    back = frame.f_back
    return back is not None and back.f_code is creation.new.__code__


def _is_pure(function: Any) -> bool:
    owner = getattr(function, "__self__", None)
    if owner is builtins:
        return function.__name__ not in _IMPURE_BUILTINS
    if owner is sys:
        return False
    module = getattr(function, "__module__", None)
    if module is not None and module.partition(".")[0] in (*_PURE_MODULES, "numpy"):
        return not module.startswith("numpy.random")
    if isinstance(owner, _CONTAINERS):
        return True
    objclass = getattr(function, "__objclass__", None)
    return objclass is not None and (issubclass(objclass, _CONTAINERS) or objclass is object)


@contextmanager
def watching(recorder: Any) -> Iterator[None]:
    """Report what happens in the block to `recorder`; raise what it refuses when it is over."""
    watcher = Watcher(recorder)
    before, collecting = sys.getprofile(), gc.isenabled()
    gc.disable()  # whatever the collector calls is no part of the step
    sys.setprofile(watcher)
    try:
        yield
    finally:
        sys.setprofile(before)
        if collecting:
            gc.enable()
