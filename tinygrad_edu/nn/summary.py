"""What a network makes of an input: a table of its layers, their outputs and their parameters.

    >>> summary(nn.Sequential(nn.Flatten(), nn.Linear(60, 10)), torch.zeros(1, 8, 8))
    layer         output      parameters
    ────────────────────────────────────
    Sequential    unfinished
      0: Flatten  (1, 64)
      1: Linear   ✗ stopped          610
    ────────────────────────────────────
    610 parameters, 610 of them learned
    Stopped in 1 (Linear), which received (1, 64):
    ShapeError: linear: x (1, 64) and weight (10, 60) do not chain: …

Where the layers do not fit, the table shows how far the numbers came: that is when it is needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..autograd.grad_mode import no_grad
from ..dtypes import get_default_dtype
from ..errors import InputTypeError
from ..random import default_generator
from ..tensor import Tensor
from .module import Module

__all__ = ["Row", "Summary", "summary"]

STOPPED, UNFINISHED = "✗ stopped", "unfinished"


@dataclass(frozen=True, slots=True)
class Row:
    """One module: its path from the root, its class, what came out of it, its own parameters."""

    path: str
    kind: str
    output: str
    parameters: int

    @property
    def label(self) -> str:
        """The name, moved to the right under its owner's."""
        if not self.path:
            return self.kind
        return "  " * (self.path.count(".") + 1) + f"{self.path.rpartition('.')[2]}: {self.kind}"


@dataclass(frozen=True)
class Summary:
    """The table: its rows in the order of the modules; `error` is what stopped the pass, if it was.

    A parameter that several modules share is counted in the first of them.
    """

    rows: tuple[Row, ...]
    parameters: int
    learned: int
    error: Exception | None = None
    stopped_in: str = ""

    def __str__(self) -> str:
        cells = [("layer", "output", "parameters")]
        cells += [
            (r.label, r.output, f"{r.parameters:,}" if r.parameters else "") for r in self.rows
        ]
        first, second, third = (max(map(len, column)) for column in zip(*cells, strict=True))
        lines = [f"{a:{first}}  {b:{second}}  {c:>{third}}".rstrip() for a, b, c in cells]
        rule = "─" * (first + second + third + 4)
        end = f"{self.parameters:,} parameters, {self.learned:,} of them learned"
        lines = [lines[0], rule, *lines[1:], rule, end]
        if self.error is not None:
            lines += [self.stopped_in, f"{type(self.error).__name__}: {self.error}"]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from .rich import summary_table

        return summary_table(self)


class _Watch:
    """Hooks on every module of a network, which note what goes in and what comes out."""

    def __init__(self, model: Module) -> None:
        self.outputs: dict[Module, str] = {}  # of those that finished; the last time, if several
        self.calls: dict[Module, int] = {}
        self.inside: list[tuple[Module, str]] = []  # those entered and not left, with their inputs
        self.handles = []
        for module in model.modules():
            self.handles.append(module.register_forward_pre_hook(self.enter, prepend=True))
            self.handles.append(module.register_forward_hook(self.leave))

    def enter(self, module: Module, args: tuple[Any, ...]) -> None:
        self.inside.append((module, shapes(args)))
        self.calls[module] = self.calls.get(module, 0) + 1

    def leave(self, module: Module, args: tuple[Any, ...], output: Any) -> None:
        while self.inside.pop()[0] is not module:
            pass  # a forward method that caught the error of a module inside
        self.outputs[module] = shapes(output)

    def remove(self) -> None:
        for handle in self.handles:
            handle.remove()

    def output_of(self, module: Module, failed: bool) -> str:
        """What the table says of a module."""
        entered = [m for m, _ in self.inside]
        if module in entered:
            return STOPPED if module is entered[-1] else UNFINISHED
        if module not in self.outputs:
            return "not reached" if failed else "not called"
        times = self.calls[module]
        return self.outputs[module] + (f", called {times} times" if times > 1 else "")


def summary(model: Module, input: Any) -> Summary:
    """Pass `input` through the model and tell, layer by layer, what came out; print it to see it.

    `input` is a tensor, a tuple of the model's arguments, or a shape of numbers like (1, 1, 28,
    28), which is filled with zeros. The model runs in evaluation mode, without gradients, and is
    left as it was, and so are the random numbers. An error in the middle is not raised: it stands
    under the table and in `.error`.
    """
    if not isinstance(model, Module):
        raise InputTypeError(
            f"summary: received {type(model).__name__}, but a Module was expected first, then an "
            "input for it."
        )
    error: Exception | None = None
    training = [(module, module.training) for module in model.modules()]
    numbers = default_generator.get_state()
    watch = _Watch(model)
    try:
        model.eval()
        with no_grad():
            model(*_arguments(input))
    except Exception as raised:
        error = raised
    finally:
        watch.remove()
        default_generator.set_state(numbers)
        for module, mode in training:
            module.training = mode
    return _table(model, watch, error)


def _arguments(input: Any) -> tuple[Any, ...]:
    if not isinstance(input, (tuple, list)):
        return (input,)
    if input and all(hasattr(n, "__index__") and not isinstance(n, Tensor) for n in input):
        return (Tensor(np.zeros(tuple(input), get_default_dtype())),)
    return tuple(input)


def _table(model: Module, watch: _Watch, error: Exception | None) -> Summary:
    rows, seen = [], set()
    paths = {}
    for path, module in model.named_modules():
        paths[module] = path
        own = [p for p in module.parameters(recurse=False) if p not in seen]
        seen.update(own)
        count = sum(p.array.size for p in own)
        output = watch.output_of(module, error is not None)
        rows.append(Row(path, type(module).__name__, output, count))
    stopped = ""
    if error is not None:
        stopped = "Stopped before the first layer:"
        if watch.inside:
            module, received = watch.inside[-1]
            name = f"{paths[module]} ({type(module).__name__})" if paths[module] else "the model"
            stopped = f"Stopped in {name}, which received {received}:"
    total = sum(p.array.size for p in seen)
    learned = sum(p.array.size for p in seen if p.requires_grad)
    return Summary(tuple(rows), total, learned, error, stopped)


def shapes(x: Any) -> str:
    """The shapes in what a module takes or gives: "(1, 10)"; of several, one after the other."""
    if isinstance(x, Tensor):
        return str(tuple(x.shape))
    if isinstance(x, Mapping):
        return ", ".join(f"{k}: {shapes(v)}" for k, v in x.items())
    if isinstance(x, (tuple, list)):
        return ", ".join(map(shapes, x)) or "nothing"
    return type(x).__name__
