"""Samplers: every number that was promised, in an order that a seed fixes, and resumable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tinygrad_edu as te
from tinygrad_edu.data import (
    BatchSampler,
    DataLoader,
    Dataset,
    IterableDataset,
    RandomSampler,
    Sampler,
    SequentialSampler,
    Subset,
    SubsetRandomSampler,
    TensorDataset,
    WeightedRandomSampler,
    random_split,
)
from tinygrad_edu.data import epoch as epochs
from tinygrad_edu.errors import ArgumentError, InputTypeError, StateError
from tinygrad_edu.tensor import Tensor

DATA = TensorDataset(te.arange(10))


def seeded() -> te.Generator:
    return te.Generator().manual_seed(3)


def served(loader: DataLoader, most: int = 100) -> list[Any]:
    """What the loader serves, up to `most` batches."""
    found = []
    for number, (y,) in enumerate(loader, 1):
        found.append(y.tolist())
        if number == most:
            break
    return found


def test_sequential_and_batches() -> None:
    """In order; lists of a size, of which the last may be shorter or missing."""
    assert list(SequentialSampler(DATA)) == list(range(10))
    assert list(BatchSampler(range(5), 2, False)) == [[0, 1], [2, 3], [4]]
    assert list(BatchSampler(SequentialSampler(range(5)), 2, True)) == [[0, 1], [2, 3]]
    assert [len(BatchSampler(range(5), 2, drop)) for drop in (False, True)] == [3, 2]


def test_random_without_replacement_is_a_permutation() -> None:
    """Each once; more draws than examples are whole permutations after each other."""
    sampler = RandomSampler(DATA, generator=seeded())
    first, second = list(sampler), list(sampler)
    assert sorted(first) == sorted(second) == list(range(10))
    assert first != second
    assert list(RandomSampler(DATA, generator=seeded())) == first
    many = list(RandomSampler(DATA, num_samples=25))
    assert [sorted(many[:10]), sorted(many[10:20])] == [list(range(10))] * 2
    assert len(set(many[20:])) == 5


def test_random_with_replacement_draws_evenly() -> None:
    """10000 draws from 10 examples: about a thousand of each, and repeats next to each other."""
    counts = Counter(RandomSampler(DATA, True, 10000, generator=seeded()))
    assert sorted(counts) == list(range(10))
    assert max(abs(n - 1000) for n in counts.values()) < 150  # five standard deviations


def test_subset_is_permuted() -> None:
    """Only the numbers that were given, all of them, in another order."""
    sampler = SubsetRandomSampler([9, 2, 4, 7, 5, 1], generator=seeded())
    drawn = list(sampler)
    assert sorted(drawn) == [1, 2, 4, 5, 7, 9]
    assert drawn != [9, 2, 4, 7, 5, 1]
    assert len(sampler) == 6


def test_weights_are_chances() -> None:
    """A weight three times as large is drawn three times as often, a weight of 0 never."""
    counts = Counter(WeightedRandomSampler([1.0, 3.0, 0.0], 8000, generator=seeded()))
    assert counts[2] == 0
    assert counts[1] / counts[0] == pytest.approx(3, rel=0.1)
    once = WeightedRandomSampler(te.tensor([1.0, 3.0, 2.0]), 3, replacement=False)
    assert sorted(once) == [0, 1, 2]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: RandomSampler([]), "num_samples=0"),
        (lambda: RandomSampler(DATA, num_samples=-1), "num_samples=-1"),
        (lambda: RandomSampler(DATA, num_samples=1.5), r"num_samples=1\.5"),
        (lambda: RandomSampler(DATA, replacement=1), "replacement=1"),
        (lambda: WeightedRandomSampler([1.0], True), "num_samples=True"),
        (lambda: WeightedRandomSampler([[1.0]], 1), r"shape \(1, 1\)"),
        (lambda: WeightedRandomSampler([1.0], 1, replacement="no"), "replacement='no'"),
        (lambda: list(WeightedRandomSampler([-1.0, 2.0], 1)), "not negative"),
        (lambda: list(WeightedRandomSampler([0.0, 2.0], 2, replacement=False)), "different"),
        (lambda: BatchSampler(range(3), 0, False), "batch_size=0"),
        (lambda: BatchSampler(range(3), 2, 1), "drop_last=1"),
        (lambda: iter(Sampler()), "__iter__"),
    ],
)
def test_bad_samplers_are_refused(make: Callable[[], Any], message: str) -> None:
    """What was asked, and what would do."""
    with pytest.raises((ArgumentError, InputTypeError, NotImplementedError), match=message):
        make()


class ByLength(Sampler):
    """A sampler of the user's own, that says nothing of its length."""

    def __iter__(self) -> Iterator[int]:
        yield from (5, 3, 3, 8, 1)


def test_own_samplers_serve_in_a_loader() -> None:
    """An object or a plain list; numbers may repeat."""
    assert served(DataLoader(DATA, 2, sampler=ByLength())) == [[5, 3], [3, 8], [1]]
    assert served(DataLoader(DATA, 2, sampler=[1, 0, -1], drop_last=True)) == [[1, 0]]
    loader = DataLoader(DATA, batch_sampler=[[1], [2, 3, 4], [], [0]])
    assert served(loader) == [[1], [2, 3, 4], [], [0]]
    assert len(loader) == 4
    with pytest.raises(TypeError):
        len(DataLoader(DATA, 2, sampler=ByLength()))


def test_keys_that_are_not_numbers_reach_the_data_set() -> None:
    """A data set without a length, asked by name."""

    class Named(Dataset):
        def __getitem__(self, key: str) -> tuple[int]:
            return (len(key),)

    loader = DataLoader(Named(), 2, sampler=["a", "bbb", "cc"])
    assert served(loader) == [[1, 3], [2]]
    other = DataLoader(Named(), 2, sampler=["a", "bbb", "cc"])
    served(loader, 1)
    other.load_state_dict(loader.state_dict())
    assert served(other) == [[2]]


def test_an_endless_sampler_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Instead of filling the memory."""

    class Endless(Sampler):
        def __iter__(self) -> Iterator[int]:
            while True:
                yield 0

    monkeypatch.setattr(epochs, "LONGEST", 1000)
    with pytest.raises(ArgumentError, match="Endless has not come to an end after 1000"):
        next(iter(DataLoader(DATA, sampler=Endless())))


SAMPLED: dict[str, Callable[[te.Generator], dict[str, Any]]] = {
    "shuffle": lambda g: {"batch_size": 3, "shuffle": True, "generator": g},
    "draws": lambda g: {"batch_size": 3, "sampler": RandomSampler(DATA, True, 14, g)},
    "more than there are": lambda g: {
        "batch_size": 4,
        "sampler": RandomSampler(DATA, False, 25, g),
    },
    "subset": lambda g: {"batch_size": 2, "sampler": SubsetRandomSampler([1, 2, 4, 7, 9], g)},
    "weights": lambda g: {
        "batch_size": 3,
        "drop_last": True,
        "sampler": WeightedRandomSampler(np.arange(10.0), 20, True, g),
    },
    "batches": lambda g: {
        "batch_sampler": BatchSampler(RandomSampler(DATA, generator=g), 3, False)
    },
    "single": lambda g: {"batch_size": None, "shuffle": True, "generator": g},
    "single, in order": lambda g: {"batch_size": None},
}


@pytest.mark.parametrize("name", SAMPLED)
@pytest.mark.parametrize("stop", [1, 2, 3])
def test_resuming_serves_what_the_uninterrupted_run_would(
    name: str, stop: int, tmp_path: Path
) -> None:
    """Through a file: the rest of the epoch and the whole of the next, number by number."""
    pytest.importorskip("safetensors", reason="safetensors is not installed")
    from tinygrad_edu.serialization import load_checkpoint, save_checkpoint

    g = seeded()
    loader = DataLoader(DATA, **SAMPLED[name](g))
    served(loader, stop)
    save_checkpoint(tmp_path / "here", loader=loader, generator=g)
    other_g = te.Generator()
    other = DataLoader(DATA, **SAMPLED[name](other_g))
    load_checkpoint(tmp_path / "here", loader=other, generator=other_g)
    resumed = served(other) + served(other)

    whole_g = seeded()
    whole = DataLoader(DATA, **SAMPLED[name](whole_g))
    assert resumed == served(whole)[stop:] + served(whole)


@pytest.mark.parametrize(
    "damage",
    [
        {"ends": None},
        {"ends": np.array([3, 2, 10])},
        {"ends": np.array([3, 6, 9])},
        {"ends": np.array([3.0, 10.0])},
        {"order": None},
        {"order": np.full(10, 10)},
        {"served": 5},
    ],
    ids=str,
)
def test_a_state_of_other_batches_is_refused(damage: dict[str, Any]) -> None:
    """Ends that go back, or that lead past the order; numbers of examples that are not there."""

    def make() -> DataLoader:
        return DataLoader(DATA, batch_sampler=BatchSampler(RandomSampler(DATA), 3, False))

    loader, other = make(), make()
    served(loader, 2)
    with pytest.raises(StateError, match="does not fit this DataLoader"):
        other.load_state_dict(loader.state_dict() | damage)
    with pytest.raises(StateError, match="does not fit"):
        DataLoader(DATA, 3).load_state_dict(loader.state_dict())


class Lines(IterableDataset):
    """Examples that come one after the other."""

    def __iter__(self) -> Iterator[tuple[int]]:
        yield from ((i,) for i in range(7))


class Counted(Lines):
    """As many as it says."""

    def __len__(self) -> int:
        return 7


def test_an_iterable_data_set_is_served_as_it_comes() -> None:
    """In batches, without the last or one by one; with a length where it has one."""
    assert served(DataLoader(Lines(), 3)) == [[0, 1, 2], [3, 4, 5], [6]]
    assert served(DataLoader(Lines(), 3, drop_last=True)) == [[0, 1, 2], [3, 4, 5]]
    assert list(DataLoader(Lines(), None)) == [[i] for i in range(7)]
    assert [len(DataLoader(Counted(), n)) for n in (3, None)] == [3, 7]
    with pytest.raises(TypeError):
        len(DataLoader(Lines(), 3))
    for name, value in (("shuffle", True), ("sampler", [1]), ("batch_sampler", [[1]])):
        with pytest.raises(ArgumentError, match=f"{name}=.* an order of its own"):
            DataLoader(Lines(), **{name: value})
    with pytest.raises(NotImplementedError, match="__iter__"):
        next(iter(DataLoader(IterableDataset())))
    with pytest.raises(InputTypeError, match="Chain"):
        Lines() + Lines()


def test_an_iterable_data_set_is_resumed_by_reading_on() -> None:
    """What was served before is read again, and not handed out."""
    loader, other = DataLoader(Lines(), 3), DataLoader(Lines(), 3)
    served(loader, 1)
    other.load_state_dict(loader.state_dict())
    assert served(other) == [[3, 4, 5], [6]]
    assert served(other) == [[0, 1, 2], [3, 4, 5], [6]]
    with pytest.raises(StateError, match="does not fit"):
        DataLoader(DATA, 3, shuffle=True).load_state_dict(loader.state_dict())


def test_parts_of_tensors_are_sliced_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Subset, also of a Subset, is served without asking for one example, and with the right
    ones.
    """
    x = TensorDataset(te.arange(20))
    inner, _ = random_split(x, [12, 8], generator=seeded())
    outer = Subset(inner, [0, 5, 2, 11])
    expected = [inner[i][0].item() for i in (0, 5, 2, 11)]
    single = served(DataLoader(outer, 4, collate_fn=lambda b: [te.stack([e[0] for e in b])]))
    assert single == [expected]
    monkeypatch.setattr(Tensor, "__getitem__", None)
    assert served(DataLoader(outer, 4)) == [expected]
    (drawn,) = served(DataLoader(inner, 12, shuffle=True))
    assert sorted(drawn) == sorted(inner.indices)


def test_data_sets_are_added() -> None:
    """`a + b` is the one after the other."""
    assert [y.item() for (y,) in DATA + Subset(DATA, [3])] == [*range(10), 3]
