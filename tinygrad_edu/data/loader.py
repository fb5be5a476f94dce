"""Batches of examples, shuffled or in order, under PyTorch's names.

for x, y in DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True):
    loss = criterion(model(x), y)  # x (32, D), y (32,)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from ..errors import StateError
from ..random import Generator
from .collate import default_collate, default_convert
from .dataset import IterableDataset, taker
from .epoch import Epoch, batches_of, is_permutation
from .options import check_batching, check_dataset, check_workers
from .sampler import BatchSampler, RandomSampler, SequentialSampler

__all__ = ["DataLoader"]


class DataLoader:
    """The examples of `dataset` in batches, in a new order each time where `shuffle` is set.

    dataset         what has a length and gives example i for `dataset[i]`, or an `IterableDataset`
    batch_size      examples a batch; None: single examples, not collected
    shuffle         whether the order is random, from `generator` or the library's own
    sampler         the numbers of the examples, instead of `shuffle`
    batch_sampler   the numbers of each batch, instead of the four options above and `drop_last`
    collate_fn      makes a batch of a list of examples; PyTorch's rules are `default_collate`
    drop_last       whether to leave out a last batch that is smaller

    A sampler is asked for the whole epoch at its beginning, so that a checkpoint can hold the
    order; it must come to an end. The other options are PyTorch's, and mean nothing in one process:
    they are taken where PyTorch would do nothing about them either. Raises `ArgumentError` for
    options that contradict each other, as PyTorch does, and for `num_workers` above 0.
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Iterable[Any] | None = None,
        batch_sampler: Iterable[Any] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[list[Any]], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], None] | None = None,
        multiprocessing_context: Any = None,
        generator: Generator | None = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        in_order: bool = True,
    ) -> None:
        check_workers(
            num_workers, timeout, multiprocessing_context, prefetch_factor, persistent_workers
        )
        self._stream = isinstance(dataset, IterableDataset)
        check_batching(self._stream, batch_size, shuffle, sampler, batch_sampler, drop_last)
        numbered = sampler is not None or batch_sampler is not None
        if not self._stream:
            check_dataset(dataset, needs_length=not numbered)
        self.dataset, self.generator = dataset, generator
        self.batch_size = None if batch_sampler is not None else batch_size
        self.drop_last = drop_last
        self._choose(shuffle, sampler, batch_sampler)
        self._own = batch_sampler is None  # whether the batches are cut here
        self._single = self._own and batch_size is None
        self.collate_fn = collate_fn or (default_convert if self._single else default_collate)
        self.num_workers, self.timeout, self.worker_init_fn = num_workers, timeout, worker_init_fn
        self.pin_memory, self.pin_memory_device = pin_memory, pin_memory_device
        self.multiprocessing_context, self.prefetch_factor = None, None
        self.persistent_workers, self.in_order = persistent_workers, in_order
        self._epoch: Epoch | None = None  # the one in progress
        self._resumed: Epoch | None = None  # one from a checkpoint, for the next loop to finish

    def _choose(
        self,
        shuffle: bool | None,
        sampler: Iterable[Any] | None,
        batch_sampler: Iterable[Any] | None,
    ) -> None:
        """Take the samplers that were given, or make those that the options describe."""
        self.sampler, self.batch_sampler = sampler, batch_sampler
        if sampler is None and not self._stream:
            chosen = RandomSampler(self.dataset, generator=self.generator) if shuffle else None
            self.sampler = chosen or SequentialSampler(self.dataset)
        if self.sampler is not None and self.batch_size is not None:
            self.batch_sampler = BatchSampler(self.sampler, self.batch_size, self.drop_last)

    def __len__(self) -> int:
        """How many batches there are; `TypeError` where the data set or the sampler cannot say."""
        if self._stream:
            return batches_of(len(self.dataset), self.batch_size, self.drop_last)
        return len(self.sampler if self.batch_sampler is None else self.batch_sampler)  # type: ignore[arg-type]

    def __iter__(self) -> Iterator[Any]:
        epoch, self._resumed = self._resumed or self._new_epoch(), None
        self._epoch = epoch
        for batch in self._streamed(epoch) if self._stream else self._picked(epoch):
            epoch.served += 1
            yield batch
        if self._epoch is epoch:
            self._epoch = None

    def _new_epoch(self) -> Epoch:
        if self._stream or self._ordered:
            return Epoch()
        if self._own:
            return Epoch.of_numbers(self.sampler)  # type: ignore[arg-type]
        return Epoch.of_batches(self.batch_sampler)  # type: ignore[arg-type]

    @property
    def _ordered(self) -> bool:
        """Whether the examples are served from the first to the last, which needs no list."""
        return self._own and type(self.sampler) is SequentialSampler

    def _picked(self, epoch: Epoch) -> Iterator[Any]:
        """What is left of an epoch of a data set with numbers."""
        n = len(self.sampler) if epoch.order is None else len(epoch.order)  # type: ignore[arg-type]
        take = taker(self.dataset) if self.collate_fn is default_collate else None
        many = getattr(self.dataset, "__getitems__", None)  # PyTorch's name for several at once
        for span in epoch.spans(n, self.batch_size, self.drop_last):
            if take is not None and not isinstance(epoch.order, list):
                # In order, a slice: NumPy copies it faster than a list of rows.
                yield take(span if epoch.order is None else epoch.order[span])
                continue
            numbers = epoch.numbers(span)
            if self._single:
                yield self.collate_fn(self.dataset[numbers[0]])
            else:
                examples = many(numbers) if many else [self.dataset[number] for number in numbers]
                yield self.collate_fn(examples)

    def _streamed(self, epoch: Epoch) -> Iterator[Any]:
        """What is left of an epoch that comes as it comes; the part served before is read again."""
        examples, size = iter(self.dataset), self.batch_size
        if size is None:
            yield from map(self.collate_fn, islice(examples, epoch.served, None))
            return
        for batch in islice(iter(lambda: list(islice(examples, size)), []), epoch.served, None):
            if len(batch) == size or not self.drop_last:
                yield self.collate_fn(batch)

    # -- to go on in the middle of an epoch

    def state_dict(self) -> dict[str, Any]:
        """How many batches of the epoch in progress were handed out, and in which order it goes.

        Between two epochs there is nothing to tell: the next one draws its order itself. See
        `tinygrad_edu.serialization.save_checkpoint`.
        """
        epoch = self._resumed or self._epoch or Epoch(None)
        return {**self._shape(), "served": epoch.served, "order": epoch.order, "ends": epoch.ends}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Let the next loop serve what is left of the epoch that `state_dict` was taken in.

        An `IterableDataset` is read again from its beginning, without a word of what was served.
        Raises `StateError` where that was another data set, or in other batches.
        """
        if type(state_dict["served"]) is int and state_dict["served"] == 0:
            self._epoch = self._resumed = None  # between two epochs anything may change
            return
        shape = self._shape()
        epoch = Epoch.restored(state_dict["served"], state_dict["order"], state_dict["ends"])
        if (
            epoch is None
            or any(state_dict[name] != value for name, value in shape.items())
            or not self._fits(epoch)
        ):
            raise StateError(
                f"load_state_dict: a state with {state_dict['served']!r} batches served does not "
                f"fit this DataLoader ({', '.join(f'{k}={v}' for k, v in shape.items())}, "
                f"sampler={type(self.sampler).__name__}). Build it on the same data set, in the "
                "same way."
            )
        self._epoch, self._resumed = None, epoch

    def _fits(self, epoch: Epoch) -> bool:
        """Whether such an epoch can be one of this loader's."""
        order = epoch.order
        if self._stream or self._ordered:
            if order is not None or epoch.ends is not None:
                return False
            return not hasattr(self.dataset, "__len__") or epoch.served <= len(self)
        if order is None or (epoch.ends is None) != self._own:
            return False
        sampler = self.sampler
        if self._own and isinstance(sampler, RandomSampler) and not sampler.replacement:
            if len(order) != len(sampler):
                return False
            if len(sampler) == len(sampler.data_source) and not is_permutation(order):
                return False
        spans = epoch.spans(len(order), self.batch_size, self.drop_last, whole=True)
        return epoch.served <= len(spans) and epoch.stays_within(self._shape()["examples"])

    def _shape(self) -> dict[str, Any]:
        """What the place of a batch depends on."""
        n = len(self.dataset) if hasattr(self.dataset, "__len__") else None
        return {"examples": n, "batch_size": self.batch_size}
