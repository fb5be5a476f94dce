"""Parts of data sets, and several as one."""

from __future__ import annotations

import pytest

import tinygrad_edu as te
from tinygrad_edu.utils.data import (
    ChainDataset,
    ConcatDataset,
    DataLoader,
    IterableDataset,
    StackDataset,
    Subset,
    TensorDataset,
    random_split,
)


@pytest.fixture
def squares() -> TensorDataset:
    """Ten numbers and their squares."""
    x = te.arange(10.0)
    return TensorDataset(x, x * x)


def test_a_subset_is_the_named_examples_in_their_order(squares):
    """Numbers of a subset count its own examples; lists of them work too."""
    part = Subset(squares, [7, 2])
    assert len(part) == 2
    assert [v.item() for v in part[0]] == [7.0, 49.0]
    assert part[[0, 1]][0].tolist() == [7.0, 2.0]
    assert part[-1][0].item() == 2.0


def test_a_subset_is_served_by_the_loader(squares):
    """The loader batches the examples of a subset, and those alone."""
    batches = list(DataLoader(Subset(squares, [1, 3, 5]), batch_size=2))
    assert [x.tolist() for x, _ in batches] == [[1.0, 3.0], [5.0]]


def test_joined_sets_follow_each_other(squares):
    """Example 10 of two joined sets of ten is the first of the second; −1 is the last."""
    joined = ConcatDataset([squares, Subset(squares, [4])])
    assert len(joined) == 11
    assert joined[10][0].item() == joined[-1][0].item() == 4.0
    assert joined[9][0].item() == 9.0
    with pytest.raises(IndexError, match="example 11 of 11"):
        joined[11]
    with pytest.raises(ValueError, match="at least one"):
        ConcatDataset([])


@pytest.mark.parametrize(
    ("lengths", "sizes"),
    [([7, 3], [7, 3]), ([0.8, 0.2], [8, 2]), ([1 / 3, 1 / 3, 1 / 3], [4, 3, 3]), ([10], [10])],
)
def test_a_random_split_deals_every_example_once(squares, lengths, sizes):
    """Whole numbers or fractions: the parts have these sizes, and together they are the set."""
    parts = random_split(squares, lengths, generator=te.Generator().manual_seed(0))
    assert [len(p) for p in parts] == sizes
    assert sorted(i for p in parts for i in p.indices) == list(range(10))
    again = random_split(squares, lengths, generator=te.Generator().manual_seed(0))
    assert [p.indices for p in again] == [p.indices for p in parts]


@pytest.mark.parametrize("lengths", [[5, 4], [0.5, 0.4], [12, -2]])
def test_a_split_that_does_not_add_up_is_refused(squares, lengths):
    """The message names the sum and the number of examples."""
    with pytest.raises(ValueError, match="10 examples"):
        random_split(squares, lengths)


def test_iterables_are_chained(squares):
    """What has no numbers is joined one after the other, and the loader batches it."""

    class Three(IterableDataset):
        def __iter__(self):
            return iter(range(3))

    chained = ChainDataset([Three(), Three()])
    assert [b.tolist() for b in DataLoader(chained, batch_size=4)] == [[0, 1, 2, 0], [1, 2]]


def test_sets_side_by_side_give_tuples_or_dicts(squares):
    """Example i of a stack is example i of each; all have one length, and names or none."""
    pair = StackDataset(squares, range(10))
    assert len(pair) == 10
    assert pair[3][0][1].item() == 9.0 and pair[3][1] == 3
    assert StackDataset(n=range(3), m=range(3))[2] == {"n": 2, "m": 2}
    with pytest.raises(RuntimeError, match="10, 3 examples"):
        StackDataset(squares, range(3))
    with pytest.raises(ValueError, match="names, or none"):
        StackDataset()
