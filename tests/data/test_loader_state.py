"""A loader's place in an epoch, out and in again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tinygrad_edu as te
from tinygrad_edu.data import DataLoader, TensorDataset
from tinygrad_edu.errors import StateError


def labels(loader: DataLoader, most: int | None = None) -> list[int]:
    """What the loader serves, up to `most` batches."""
    served: list[int] = []
    for number, (y,) in enumerate(loader, 1):
        served += y.tolist()
        if number == most:
            break
    return served


def numbered(n: int = 10, **options: Any) -> DataLoader:
    return DataLoader(TensorDataset(te.arange(n)), batch_size=3, **options)


@pytest.mark.parametrize("shuffle", [False, True])
def test_a_loader_serves_the_rest_of_the_epoch(shuffle: bool) -> None:
    """After `load_state_dict` the first loop serves what is left, the next one everything."""
    te.manual_seed(0)
    loader = numbered(shuffle=shuffle)
    first = labels(loader, 2)
    other = numbered(shuffle=shuffle)
    other.load_state_dict(loader.state_dict())
    assert other.state_dict()["served"] == 2  # also before its loop has begun
    rest = labels(other)
    assert len(first) == 6
    assert sorted(first + rest) == list(range(10))
    assert len(labels(other)) == 10


def test_between_two_epochs_the_next_is_a_whole_one() -> None:
    """A finished epoch leaves nothing to serve; one whose last batch is in use, nothing either."""
    loader, other = numbered(shuffle=True), numbered(shuffle=True)
    labels(loader)
    other.load_state_dict(loader.state_dict())
    assert len(labels(other)) == 10
    labels(loader, 4)  # the body of the loop still works on the last batch
    other.load_state_dict(loader.state_dict())
    assert labels(other) == []
    assert len(labels(other)) == 10


def test_loops_within_loops_keep_apart() -> None:
    """Two loops over one loader serve every example each; the state is the latest one's."""
    loader = numbered(shuffle=True)
    outer: list[int] = []
    for (y,) in loader:
        outer += y.tolist()
        assert sorted(labels(loader)) == list(range(10))
        assert loader.state_dict()["served"] == 0
    assert sorted(outer) == list(range(10))


@pytest.mark.parametrize(
    "damage",
    [
        {"examples": 11},
        {"batch_size": 4},
        {"served": -1},
        {"served": 5},
        {"served": 1.0},
        {"served": True},
        {"order": None},
        {"order": np.arange(9)},
        {"order": np.zeros(10, int)},
        {"order": np.arange(1, 11)},
        {"order": np.arange(10.0)},
        {"order": np.arange(10)[:, None]},
    ],
    ids=str,
)
def test_a_loaders_state_that_does_not_fit_is_refused(damage: dict[str, Any]) -> None:
    """More batches than there are, an order of other examples: one clear error, and no change."""
    loader = numbered(shuffle=True)
    labels(loader, 2)
    other = numbered(shuffle=True)
    with pytest.raises(StateError, match=r"does not fit this DataLoader \(examples=10, batch"):
        other.load_state_dict(loader.state_dict() | damage)
    assert len(labels(other)) == 10


def test_an_example_that_cannot_be_read_is_not_served() -> None:
    """Where the data set fails, the state still has the batch before it."""

    class Broken(TensorDataset):
        healed = False

        def __getitem__(self, index: Any) -> Any:
            if index == 4 and not self.healed:
                raise OSError("the disk is gone")
            return super().__getitem__(index)

    data = Broken(te.arange(10))
    loader = DataLoader(data, batch_size=3)
    with pytest.raises(OSError, match="the disk is gone"):
        list(loader)
    other = DataLoader(data, batch_size=3)
    other.load_state_dict(loader.state_dict())
    data.healed = True
    assert labels(other) == list(range(3, 10))
