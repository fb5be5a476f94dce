"""PyTorch's side of a replay: its random numbers from the shared stream, its optimizers' hooks."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from .sides import Side, seeding
from .trace import Stream

__all__ = ["Torch"]


class Torch(Side):
    """PyTorch."""

    def array(self, x: Any) -> np.ndarray:
        """The numbers of a tensor."""
        found: np.ndarray = x.detach().cpu().numpy()
        return found

    def write(self, x: Any, array: np.ndarray) -> None:
        """Write numbers over a tensor's own."""
        with self.lib.no_grad():
            x.copy_(self.lib.from_numpy(np.asarray(array)))

    def listen(self) -> None:
        """Random numbers, modules, backward, optimizers."""
        super().listen()
        torch, stream = self.lib, self.stream
        torch.set_num_threads(1)
        torch.manual_seed = seeding(stream, torch.manual_seed)
        for name, draw in _torch_draws(torch, stream).items():
            setattr(torch, name, draw)
        torch.nn.functional.dropout = _torch_dropout(torch, stream)
        self._wrap_sampler(importlib.import_module("torch.utils.data").RandomSampler)
        self.wrap_init(torch.optim.Optimizer)
        hook = importlib.import_module("torch.optim.optimizer").register_optimizer_step_post_hook
        hook(lambda optimizer, args, kwargs: self.stepped(optimizer))

    def _wrap_sampler(self, sampler_class: Any) -> None:
        """One permutation an epoch: PyTorch's own sampler draws a second one and drops it."""
        original, stream = sampler_class.__iter__, self.stream

        def wrapped(sampler: Any) -> Any:
            n = len(sampler.data_source)
            if sampler.replacement or sampler.num_samples != n:
                return original(sampler)
            return iter(stream.permutation(n).tolist())

        sampler_class.__iter__ = wrapped


def _torch_draws(torch: Any, stream: Stream) -> dict[str, Any]:
    """PyTorch's draws from the shared stream, each by the formula that this library uses."""

    def finish(array: np.ndarray, dtype: Any, options: dict[str, Any]) -> Any:
        x = torch.from_numpy(np.array(array)).to(dtype or torch.get_default_dtype())
        return x.requires_grad_(bool(options.get("requires_grad")))

    def shape_of(shape: Any, size: Any) -> tuple[int, ...]:
        given = size if size is not None else shape
        if len(given) == 1 and not isinstance(given[0], int):
            given = given[0]
        return tuple(given)

    def floating(kind: str) -> Any:
        def draw(*shape: Any, size: Any = None, dtype: Any = None, **options: Any) -> Any:
            wide = (
                np.float64
                if (dtype or torch.get_default_dtype()) == torch.float64
                else (np.float32)
            )
            return finish(getattr(stream, kind)(shape_of(shape, size), wide), dtype, options)

        return draw

    def randint(
        low: Any, high: Any = None, size: Any = None, *, dtype: Any = None, **options: Any
    ) -> Any:
        if size is None:
            low, high, size = 0, low, high
        return finish(stream.integers(low, high, tuple(size)), dtype or torch.int64, options)

    def randperm(n: int, *, dtype: Any = None, **options: Any) -> Any:
        return finish(stream.permutation(n), dtype or torch.int64, {})

    def normal(mean: Any = 0.0, std: Any = 1.0, size: Any = None, **options: Any) -> Any:
        tensors = [x for x in (mean, std) if isinstance(x, torch.Tensor)]
        shape = size if size is not None else torch.broadcast_tensors(*tensors)[0].shape
        return mean + std * draws["randn"](tuple(shape), **options)

    def bernoulli(input: Any, p: Any = None, **options: Any) -> Any:
        chance = input.detach().numpy() if p is None else np.full(tuple(input.shape), p)
        return finish(stream.random(chance.shape) < chance, input.dtype, {})

    draws: dict[str, Any] = {"randn": floating("standard_normal"), "rand": floating("random")}
    draws |= {"randint": randint, "randperm": randperm, "normal": normal, "bernoulli": bernoulli}
    for name in ("randn", "rand"):
        draws[name + "_like"] = lambda x, *, dtype=None, name=name, **options: draws[name](
            tuple(x.shape), dtype=dtype or x.dtype, **options
        )
    return draws


def _torch_dropout(torch: Any, stream: Stream) -> Any:
    def dropout(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
        if not training or p == 0:
            return input
        kept = stream.random(tuple(input.shape)) >= p
        scale = 1 / (1 - p) if p < 1 else 0.0
        mask = torch.from_numpy(np.where(kept, scale, 0.0)).to(input.dtype)
        return input.mul_(mask) if inplace else input * mask

    return dropout
