"""What a loader is told, checked: contradictions are refused in PyTorch's cases, with reasons."""

from __future__ import annotations

from typing import Any

from ..errors import ArgumentError, InputTypeError


def check_workers(
    num_workers: Any,
    timeout: Any,
    multiprocessing_context: Any,
    prefetch_factor: Any,
    persistent_workers: Any,
) -> None:
    """Refuse options that call for other processes: batches are made where they are used."""
    if num_workers != 0:
        raise ArgumentError(
            f"DataLoader: num_workers={num_workers!r}, but batches are made in this process. Use "
            "num_workers=0; arrays are sliced so fast that workers would gain nothing."
        )
    if timeout < 0:
        raise ArgumentError(f"DataLoader: timeout={timeout!r} is negative. Use 0, which is none.")
    for name, value, usual in (
        ("prefetch_factor", prefetch_factor, None),
        ("multiprocessing_context", multiprocessing_context, None),
        ("persistent_workers", persistent_workers, False),
    ):
        if value is not None and value != usual:
            raise ArgumentError(
                f"DataLoader: {name}={value!r} is for worker processes, and there are none. Leave "
                "it out."
            )


def check_batching(
    stream: bool,
    batch_size: Any,
    shuffle: Any,
    sampler: Any,
    batch_sampler: Any,
    drop_last: Any,
) -> None:
    """Refuse options that contradict each other, and samplers that give nothing."""
    for name, value in (("sampler", sampler), ("batch_sampler", batch_sampler)):
        if value is not None and not (hasattr(value, "__iter__") or hasattr(value, "__getitem__")):
            raise InputTypeError(
                f"DataLoader: {name}={value!r:.40} of type {type(value).__name__}, but a sampler "
                "or a list was expected. For random order, pass shuffle=True."
            )
    if stream:
        given = {"sampler": sampler, "batch_sampler": batch_sampler, "shuffle": shuffle or None}
        for name, value in given.items():
            if value is not None:
                raise ArgumentError(
                    f"DataLoader: {name}={value!r}, but an IterableDataset gives its examples in "
                    "an order of its own. Leave it out, and shuffle in the data set."
                )
    if sampler is not None and shuffle:
        raise ArgumentError(
            "DataLoader: both sampler= and shuffle=True say which example comes next. Give one of "
            "them; a RandomSampler shuffles."
        )
    if batch_sampler is not None:
        if batch_size != 1 or shuffle or sampler is not None or drop_last:
            raise ArgumentError(
                "DataLoader: batch_sampler= says all about the batches, so batch_size, shuffle, "
                "sampler and drop_last must be left out."
            )
    elif batch_size is None:
        if drop_last:
            raise ArgumentError(
                "DataLoader: drop_last=True leaves out a batch that is too small, and with "
                "batch_size=None there are no batches. Give one of them."
            )
    elif type(batch_size) is not int or batch_size < 1:
        raise ArgumentError(
            f"DataLoader: batch_size={batch_size!r}, but a batch holds at least one example. Use a "
            "whole number such as 32."
        )


def check_dataset(dataset: Any, *, needs_length: bool) -> None:
    """Refuse what has no examples to give."""
    if not hasattr(dataset, "__getitem__") or (needs_length and not hasattr(dataset, "__len__")):
        raise InputTypeError(
            f"DataLoader: a {type(dataset).__name__} is not a data set, which has a length and "
            "gives example i for dataset[i]. Wrap tensors: TensorDataset(x, y)."
        )
