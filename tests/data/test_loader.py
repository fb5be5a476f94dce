"""Loaders: every example once, in the order that was asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tinygrad_edu.utils.data
from tinygrad_edu.creation import arange, tensor
from tinygrad_edu.data import DataLoader, Dataset, TensorDataset
from tinygrad_edu.errors import ArgumentError, InputTypeError, ShapeError
from tinygrad_edu.random import Generator, manual_seed
from tinygrad_edu.tensor import Tensor


def numbered(n: int = 10) -> TensorDataset:
    """Examples that are recognised: row i is (2i, 2i+1), its label i."""
    return TensorDataset(Tensor(np.arange(2 * n, dtype=np.float32).reshape(n, 2)), arange(n))


class Squares(Dataset):
    """A data set of single examples."""

    def __len__(self) -> int:
        return 5

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        if not 0 <= index < 5:
            raise IndexError(index)
        return tensor([float(index), float(index**2)]), index


def test_pytorchs_place_gives_the_same_classes() -> None:
    """`from tinygrad_edu.utils.data import DataLoader` is the loader of `tinygrad_edu.data`."""
    assert tinygrad_edu.utils.data.DataLoader is DataLoader
    assert tinygrad_edu.utils.data.TensorDataset is TensorDataset
    assert tinygrad_edu.utils.data.Dataset is Dataset
    assert tinygrad_edu.utils.data.dataloader.DataLoader is DataLoader
    assert tinygrad_edu.utils.data.dataset.Dataset is Dataset
    assert tinygrad_edu.utils.data.sampler.Sampler is tinygrad_edu.utils.data.Sampler


@pytest.mark.parametrize(("drop_last", "sizes"), [(False, [4, 4, 2]), (True, [4, 4])])
def test_batches_in_order(drop_last: bool, sizes: list[int]) -> None:
    """Without shuffling the batches are consecutive, the last is smaller or left out."""
    loader = DataLoader(numbered(), batch_size=4, drop_last=drop_last)
    batches = list(loader)
    assert [len(y) for _, y in batches] == sizes
    assert len(loader) == len(sizes)
    assert np.concatenate([y.array for _, y in batches]).tolist() == list(range(sum(sizes)))
    for x, y in batches:
        assert np.array_equal(x.array[:, 0], 2 * y.array)


def test_shuffling_serves_every_example_once() -> None:
    """A shuffled epoch is a permutation, each epoch another; rows stay with their labels."""
    generator = Generator().manual_seed(0)
    loader = DataLoader(numbered(100), batch_size=7, shuffle=True, generator=generator)
    orders = []
    for _ in range(2):
        labels = []
        for x, y in loader:
            assert np.array_equal(x.array[:, 0], 2 * y.array)
            labels += y.tolist()
        assert sorted(labels) == list(range(100))
        orders.append(labels)
    assert orders[0] != orders[1]
    assert orders[0] != list(range(100))


def test_the_same_seed_gives_the_same_order() -> None:
    """Both a generator of one's own and the library's seed fix the order."""

    def labels(generator: Generator | None) -> list[int]:
        loader = DataLoader(numbered(), batch_size=3, shuffle=True, generator=generator)
        return [i for _, y in loader for i in y.tolist()]

    assert labels(Generator().manual_seed(5)) == labels(Generator().manual_seed(5))
    manual_seed(7)
    first = labels(None)
    manual_seed(7)
    assert labels(None) == first


@pytest.mark.parametrize("shuffle", [False, True])
def test_editing_a_batch_leaves_the_data_alone(shuffle: bool) -> None:
    """A batch has memory of its own."""
    data = numbered()
    for x, y in DataLoader(data, batch_size=5, shuffle=shuffle):
        x.array[:] = -1
        y.array[:] = -1
    assert data.tensors[0].array.min() == 0
    assert data.tensors[1].array.min() == 0


def test_a_data_set_of_single_examples_is_collected() -> None:
    """Examples of any data set are stacked: tensors, numbers, arrays, tuples, dicts."""
    batches = list(DataLoader(Squares(), batch_size=2))
    assert [b[0].shape for b in batches] == [(2, 2), (2, 2), (1, 2)]
    assert batches[1][0].tolist() == [[2.0, 4.0], [3.0, 9.0]]
    assert batches[1][1].dtype == np.int64
    records = [{"x": np.float32(i), "name": str(i), "w": 0.5} for i in range(3)]
    (batch,) = DataLoader(records, batch_size=3)
    assert batch["x"].tolist() == [0.0, 1.0, 2.0]
    assert batch["x"].dtype == np.float32
    assert batch["w"].dtype == np.float64
    assert batch["name"] == ["0", "1", "2"]


def test_a_subclass_that_changes_examples_is_asked_for_each() -> None:
    """A TensorDataset whose `__getitem__` is overridden is not read past it."""

    class Doubled(TensorDataset):
        def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
            x, y = super().__getitem__(index)
            return Tensor(x.array * 2), y

    x = Tensor(np.ones((3, 1), np.float32))
    (batch,) = DataLoader(Doubled(x, arange(3)), batch_size=3)
    assert batch[0].tolist() == [[2.0], [2.0], [2.0]]


def test_an_empty_data_set_has_no_batches() -> None:
    """A loader over nothing ends at once; to shuffle nothing is refused, as in PyTorch."""
    nothing = TensorDataset(Tensor(np.zeros((0, 3))))
    loader = DataLoader(nothing, batch_size=4)
    assert len(loader) == 0
    assert list(loader) == []
    with pytest.raises(ValueError, match=r"num_samples=0.*empty"):
        DataLoader(nothing, batch_size=4, shuffle=True)


@pytest.mark.parametrize("size", [0, -1, 2.5, True, "4"])
def test_a_batch_size_that_is_none_is_refused(size: Any) -> None:
    """A batch holds at least one example, and a whole number of them."""
    with pytest.raises(ArgumentError, match="a batch holds at least one example"):
        DataLoader(numbered(), batch_size=size)
    with pytest.raises(ValueError, match="batch_size"):  # what a PyTorch user would catch
        DataLoader(numbered(), batch_size=size)


def test_tensors_of_different_lengths_are_refused() -> None:
    """The shapes are named, and a transposed matrix is suspected."""
    with pytest.raises(ShapeError, match=r"shapes \(2, 10\), \(10,\).*transposed"):
        TensorDataset(Tensor(np.zeros((2, 10))), arange(10))
    with pytest.raises(ShapeError, match=r"\(\)"):
        TensorDataset(tensor(1.0))
    with pytest.raises(ArgumentError, match="no tensors"):
        TensorDataset()


def test_what_is_no_data_set_is_refused() -> None:
    """A thing without a length or without examples by number is named."""
    with pytest.raises(InputTypeError, match="a generator is not a data set"):
        DataLoader(i for i in range(3))
    with pytest.raises(NotImplementedError, match="define __getitem__"):
        Dataset()[0]
