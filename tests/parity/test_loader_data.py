"""The loader beside PyTorch's: options, refusals, collected batches."""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from typing import Any

import numpy as np
import pytest

import tinygrad_edu as ours
import tinygrad_edu.utils.data
from tinygrad_edu.errors import TinygradEduError

torch = pytest.importorskip("torch", reason="PyTorch is absent: pip install torch==2.13.0")
pytestmark = pytest.mark.parity

Point = namedtuple("Point", "x y")


def plain(x: Any) -> Any:
    """Kind, type, shape and numbers of a batch."""
    if isinstance(x, ours.Tensor | torch.Tensor):
        return str(x.dtype).removeprefix("torch."), tuple(x.shape), x.tolist()
    if isinstance(x, dict):
        return type(x).__name__, {k: plain(v) for k, v in x.items()}
    if isinstance(x, list | tuple):
        return type(x).__name__, [plain(v) for v in x]
    if isinstance(x, np.ndarray):
        return x.tolist()
    return x


def attempt(ask: Any) -> Any:
    """What a library answers, or the error that it raises."""
    try:
        return ask()
    except Exception as error:
        return error


def same(mine: Any, theirs: Any, made: tuple[Any, Any] = (None, None)) -> None:
    """The same answer, or a refusal of this library's own that is of the same kind."""
    mine, theirs = (
        m if isinstance(m, Exception) else x for m, x in zip(made, (mine, theirs), strict=True)
    )
    if isinstance(theirs, Exception):
        assert isinstance(mine, TinygradEduError), f"{mine!r} beside {theirs!r}"
        assert isinstance(mine, type(theirs)), f"{mine!r} beside {theirs!r}"
    else:
        assert plain(mine) == plain(theirs)


class Thing:
    """What no tensor can be made of; one is like another."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Thing)

    __hash__ = None  # type: ignore[assignment]


BATCHES = [
    lambda t: [1, 2],
    lambda t: [1.5, 2],
    lambda t: [True, False],
    lambda t: ["a", "b"],
    lambda t: [b"a", b"b"],
    lambda t: [np.float32(1), np.float32(2)],
    lambda t: [np.arange(2), np.arange(2)],
    lambda t: [t.ones(2), t.zeros(2)],
    lambda t: [(t.ones(2), 1), (t.zeros(2), 0)],
    lambda t: [[1, "a"], [2, "b"]],
    lambda t: [{"x": 1.0, "y": [1, 2]}, {"x": 2.0, "y": [3, 4]}],
    lambda t: [OrderedDict(b=1, a=2), OrderedDict(b=3, a=4)],
    lambda t: [Point(1, np.ones(2)), Point(2, np.ones(2))],
    lambda t: [((1, 2), 3.0), ((4, 5), 6.0)],
    # and what is refused
    lambda t: [None, None],
    lambda t: [Thing()],
    lambda t: [np.array(["a"]), np.array(["b"])],
    lambda t: [(1, 2), (1,)],
    lambda t: [t.ones(2), t.ones(3)],
    lambda t: [{1, 2}],
]


@pytest.mark.parametrize("name", ["default_collate", "default_convert"])
@pytest.mark.parametrize("make", BATCHES, ids=range(len(BATCHES)))
def test_examples_are_collected_alike(make: Any, name: str) -> None:
    """The same kinds, types and numbers, or a refusal of the same kind."""
    theirs = attempt(lambda: getattr(torch.utils.data, name)(make(torch)))
    mine = attempt(lambda: getattr(tinygrad_edu.utils.data, name)(make(ours)))
    same(mine, theirs)


def data(t: Any) -> Any:
    """Ten examples."""
    return t.utils.data.TensorDataset(t.arange(10), t.arange(10) * 2)


class Names:
    """What both libraries call by the same name."""

    def __init__(self, t: Any) -> None:
        self.t, self.data = t, data(t)
        self.u = t.utils.data
        self.Loader = t.utils.data.DataLoader


LOADERS = [
    lambda n: n.Loader(n.data),
    lambda n: n.Loader(n.data, 4),
    lambda n: n.Loader(n.data, 4, False, None, None, 0, None, False, True),
    lambda n: n.Loader(n.data, 3, sampler=[1, 2, 3, 9, 9]),
    lambda n: n.Loader(n.data, batch_sampler=[[1, 2], [3]]),
    lambda n: n.Loader(n.data, batch_sampler=n.u.BatchSampler(range(5), 2, True)),
    lambda n: n.Loader(n.data, batch_size=None),
    lambda n: n.Loader(n.data, batch_size=None, sampler=[4, 2]),
    lambda n: n.Loader(n.data, 4, collate_fn=lambda b: [x[1] for x in b]),
    lambda n: n.Loader(n.data, 5, sampler=n.u.SequentialSampler(range(7))),
    lambda n: n.Loader(n.u.Subset(n.data, [3, 1, 4]), 2),
    lambda n: n.Loader(n.data + n.data, 7),
    lambda n: n.Loader([{"a": i, "b": str(i)} for i in range(3)], 2),
    lambda n: n.Loader(n.data, 2, pin_memory=False, timeout=0, worker_init_fn=None, in_order=True),
    # refused
    lambda n: n.Loader(n.data, shuffle=True, sampler=[1]),
    lambda n: n.Loader(n.data, 2, batch_sampler=[[1]]),
    lambda n: n.Loader(n.data, drop_last=True, batch_sampler=[[1]]),
    lambda n: n.Loader(n.data, sampler=[1], batch_sampler=[[1]]),
    lambda n: n.Loader(n.data, shuffle=True, batch_sampler=[[1]]),
    lambda n: n.Loader(n.data, batch_size=None, drop_last=True),
    lambda n: n.Loader(n.data, batch_size=0),
    lambda n: n.Loader(n.data, num_workers=-1),
    lambda n: n.Loader(n.data, timeout=-1),
    lambda n: n.Loader(n.data, prefetch_factor=2),
    lambda n: n.Loader(n.data, persistent_workers=True),
    lambda n: n.Loader(n.data, multiprocessing_context="spawn"),
    lambda n: n.Loader(n.data, 2, sampler=[10]),
    lambda n: n.Loader(n.data, 2, sampler=[1, -11], collate_fn=list),
]


@pytest.mark.parametrize("make", LOADERS, ids=range(len(LOADERS)))
def test_loaders_serve_alike(make: Any) -> None:
    """The same batches, length and attributes, or a refusal of the same kind."""
    theirs = attempt(lambda: make(Names(torch)))
    mine = attempt(lambda: make(Names(ours)))
    same(attempt(lambda: list(mine)), attempt(lambda: list(theirs)), (mine, theirs))
    if isinstance(theirs, Exception):
        return
    assert len(mine) == len(theirs)
    for name in ("batch_size", "drop_last", "num_workers", "pin_memory", "timeout"):
        assert getattr(mine, name) == getattr(theirs, name)
    for name in ("sampler", "batch_sampler"):
        assert type(getattr(mine, name)).__name__ == type(getattr(theirs, name)).__name__


def test_what_pytorch_takes_and_this_loader_cannot_is_refused() -> None:
    """Worker processes: a clear error, with what to do."""
    with pytest.raises(TinygradEduError, match="num_workers=2, but batches are made in this"):
        tinygrad_edu.utils.data.DataLoader([1], num_workers=2)
    assert tinygrad_edu.utils.data.get_worker_info() is None


def test_names_are_pytorchs() -> None:
    """Whatever `tinygrad_edu.utils.data` offers has the same name in PyTorch."""
    assert [n for n in tinygrad_edu.utils.data.__all__ if not hasattr(torch.utils.data, n)] == []
