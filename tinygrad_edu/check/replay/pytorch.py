"""PyTorch's side of a replay: its random numbers from the shared stream, its optimizers' hooks."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from .sides import Side, seeding
from .trace import Stream

__all__ = ["Torch"]

DRAWS = ("rand", "randn", "rand_like", "randn_like", "randint", "randperm", "normal", "bernoulli")


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
        draws = _Draws(torch, stream)
        for name in DRAWS:
            setattr(torch, name, getattr(draws, name))
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


class _Draws:
    """PyTorch's draws from the shared stream, each by the formula that this library uses."""

    def __init__(self, torch: Any, stream: Stream) -> None:
        self._torch, self._stream = torch, stream

    def _tensor(self, array: Any, dtype: Any, requires_grad: bool = False) -> Any:
        x = self._torch.from_numpy(np.array(array)).to(dtype or self._torch.get_default_dtype())
        return x.requires_grad_(requires_grad)

    def _floating(
        self, kind: str, shape: Any, size: Any, dtype: Any, requires_grad: bool = False, **_: Any
    ) -> Any:
        given = size if size is not None else shape
        if len(given) == 1 and not isinstance(given[0], int):
            given = given[0]
        chosen = dtype or self._torch.get_default_dtype()
        wide = np.float64 if chosen == self._torch.float64 else np.float32
        return self._tensor(getattr(self._stream, kind)(tuple(given), wide), chosen, requires_grad)

    def randn(self, *shape: Any, size: Any = None, dtype: Any = None, **options: Any) -> Any:
        """Normal numbers."""
        return self._floating("standard_normal", shape, size, dtype, **options)

    def rand(self, *shape: Any, size: Any = None, dtype: Any = None, **options: Any) -> Any:
        """Uniform numbers."""
        return self._floating("random", shape, size, dtype, **options)

    def randn_like(self, x: Any, *, dtype: Any = None, **options: Any) -> Any:
        """Normal numbers in the shape of x."""
        return self.randn(tuple(x.shape), dtype=dtype or x.dtype, **options)

    def rand_like(self, x: Any, *, dtype: Any = None, **options: Any) -> Any:
        """Uniform numbers in the shape of x."""
        return self.rand(tuple(x.shape), dtype=dtype or x.dtype, **options)

    def randint(
        self, low: Any, high: Any = None, size: Any = None, *, dtype: Any = None, **_: Any
    ) -> Any:
        """Whole numbers."""
        if size is None:
            low, high, size = 0, low, high
        drawn = self._stream.integers(low, high, tuple(size))
        return self._tensor(drawn, dtype or self._torch.int64)

    def randperm(self, n: int, *, dtype: Any = None, **_: Any) -> Any:
        """A permutation."""
        return self._tensor(self._stream.permutation(n), dtype or self._torch.int64)

    def normal(self, mean: Any = 0.0, std: Any = 1.0, size: Any = None, **_: Any) -> Any:
        """Normal numbers of a given mean and deviation."""
        tensors = [x for x in (mean, std) if isinstance(x, self._torch.Tensor)]
        shape = size if size is not None else self._torch.broadcast_tensors(*tensors)[0].shape
        return mean + std * self.randn(tuple(shape))

    def bernoulli(self, input: Any, p: Any = None, **_: Any) -> Any:
        """Ones with given probabilities."""
        chance = input.detach().numpy() if p is None else np.full(tuple(input.shape), p)
        return self._tensor(self._stream.random(chance.shape) < chance, input.dtype)


def _torch_dropout(torch: Any, stream: Stream) -> Any:
    def dropout(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
        if not training or p == 0:
            return input
        kept = stream.random(tuple(input.shape)) >= p
        scale = 1 / (1 - p) if p < 1 else 0.0
        mask = torch.from_numpy(np.where(kept, scale, 0.0)).to(input.dtype)
        return input.mul_(mask) if inplace else input * mask

    return dropout
