"""Which calls are listened to, and how; and this library's side of it."""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from .trace import Stream, Trace

__all__ = ["Edu", "Side", "seeding"]


class Side(ABC):
    """What both libraries have in common; a subclass knows how to read and write a tensor."""

    def __init__(self, lib: Any, trace: Trace, stream: Stream) -> None:
        self.lib, self.trace, self.stream = lib, trace, stream
        self.names: dict[int, str] = {}
        self.known: dict[int, Any] = {}  # parameters and buffers that were synchronised
        self.parameters: list[Any] = []
        self.depth = 0

    @abstractmethod
    def array(self, x: Any) -> np.ndarray:
        """The numbers of a tensor."""

    @abstractmethod
    def write(self, x: Any, array: np.ndarray) -> None:
        """Write numbers over a tensor's own."""

    def listen(self) -> None:
        """Wrap the calls at which something is noted."""
        self._wrap_modules(self.lib.nn.Module)
        self._wrap_backward(self.lib.Tensor)

    def sync(self, x: Any, name: str) -> None:
        """Give a parameter its start from the tape, or record it there; once."""
        if id(x) in self.known:
            return
        self.known[id(x)] = x
        given, k = self.trace.given, len(self.trace.tape)
        if given is not None and k < len(given) and given[k].shape == tuple(x.shape):
            self.write(x, given[k])
        self.trace.tape.append(np.array(self.array(x)))
        self.names.setdefault(id(x), name or f"parameter {k}")
        if getattr(x, "requires_grad", False):
            self.parameters.append(x)

    def meet(self, module: Any) -> None:
        """Name a model's parts, and synchronise its state."""
        for name, part in module.named_modules():
            self.names.setdefault(id(part), name or type(module).__name__)
        for name, x in [*module.named_parameters(), *module.named_buffers()]:
            self.names[id(x)] = name
            self.sync(x, name)

    def _wrap_modules(self, module_class: Any) -> None:
        call, side = module_class.__call__, self

        def wrapped(module: Any, *args: Any, **kwargs: Any) -> Any:
            if side.depth == 0:
                side.meet(module)
                side.trace.count("forward")
            side.depth += 1
            try:
                output = call(module, *args, **kwargs)
            finally:
                side.depth -= 1
            step = side.trace.counts["forward"]
            if isinstance(output, side.lib.Tensor):
                name = side.names.get(id(module), type(module).__name__)
                times = side.trace.count(f"forward {step}: output of {name}")
                again = f" (call {times})" if times > 1 else ""
                side.trace.note(f"forward {step}: output of {name}{again}", side.array(output))
            return output

        module_class.__call__ = wrapped

    def _wrap_backward(self, tensor_class: Any) -> None:
        backward, side = tensor_class.backward, self

        def wrapped(tensor: Any, *args: Any, **kwargs: Any) -> Any:
            step = side.trace.count("backward")
            side.trace.note(f"backward {step}: the loss", side.array(tensor))
            result = backward(tensor, *args, **kwargs)
            for p in side.parameters:
                if p.grad is not None:
                    side.trace.note(
                        f"backward {step}: gradient of {side.names[id(p)]}", side.array(p.grad)
                    )
            return result

        tensor_class.backward = wrapped

    def adopt(self, optimizer: Any) -> None:
        """Synchronise what an optimizer was given."""
        for group in optimizer.param_groups:
            for p in group["params"]:
                self.sync(p, "")

    def stepped(self, optimizer: Any) -> None:
        """Note the parameters after a step."""
        step = self.trace.count("step")
        for p in (p for group in optimizer.param_groups for p in group["params"]):
            self.trace.note(f"step {step}: parameter {self.names[id(p)]}", self.array(p))

    def wrap_init(self, optimizer_class: Any) -> None:
        """Let every optimizer pass `adopt` when it is made."""
        init, side = optimizer_class.__init__, self

        def wrapped(optimizer: Any, *args: Any, **kwargs: Any) -> None:
            init(optimizer, *args, **kwargs)
            side.adopt(optimizer)

        optimizer_class.__init__ = wrapped


class Edu(Side):
    """This library."""

    def array(self, x: Any) -> np.ndarray:
        """The numbers of a tensor."""
        found: np.ndarray = x.array
        return found

    def write(self, x: Any, array: np.ndarray) -> None:
        """Write numbers over a tensor's own."""
        np.copyto(x.array, array, casting="unsafe")

    def listen(self) -> None:
        """Random numbers, modules, backward, optimizers."""
        super().listen()
        stream, side = self.stream, self
        random, optim = (importlib.import_module(f"tinygrad_edu.{m}") for m in ("random", "optim"))
        random.Generator.numpy = property(lambda generator: stream)
        random.Generator.manual_seed = seeding(stream, random.Generator.manual_seed)
        base = importlib.import_module("tinygrad_edu.optim.optimizer").Optimizer
        self.wrap_init(base)
        for kind in {base, *(x for x in vars(optim).values() if isinstance(x, type))}:
            if issubclass(kind, base) and "step" in vars(kind):
                kind.step = _stepping(side, kind.step)


def seeding(stream: Stream, original: Any) -> Any:
    """`manual_seed` that starts the shared stream as well."""

    def manual_seed(*args: Any) -> Any:
        stream.start(args[-1])
        return original(*args)

    return manual_seed


def _stepping(side: Side, original: Any) -> Any:
    def step(optimizer: Any, *args: Any, **kwargs: Any) -> Any:
        result = original(optimizer, *args, **kwargs)
        side.stepped(optimizer)
        return result

    return step
