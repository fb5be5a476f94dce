"""What an optimizer keeps for its parameters lies apart in memory."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import optim
from tinygrad_edu.optim.placing import PAGE, PART, apart


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int64, "<U3", bool])
@pytest.mark.parametrize("k", range(6))
def test_a_large_array_begins_its_quarter_of_a_page(dtype: Any, k: int) -> None:
    """And is an ordinary one: contiguous, aligned, writeable, of its shape and type."""
    array = apart((70, 61), dtype, k)
    assert array.ctypes.data % PAGE == PART * k % PAGE
    assert (array.shape, array.dtype) == ((70, 61), np.dtype(dtype))
    assert array.flags.c_contiguous
    assert array.flags.aligned
    assert array.flags.writeable
    array[...] = np.ones(61).astype(dtype)
    assert (array == array[0, 0]).all()


@pytest.mark.parametrize("shape", [(), (0,), (3,), (5000, 0, 5000)])
@pytest.mark.parametrize("dtype", [np.float32, object])
def test_small_and_empty_arrays_are_numpys(shape: tuple[int, ...], dtype: Any) -> None:
    """They own their memory: a page for each would be many times what they hold."""
    array = apart(shape, dtype, 1)
    assert (array.shape, array.dtype) == (shape, np.dtype(dtype))
    assert array.base is None


def test_what_a_rule_keeps_may_be_objects_of_pythons() -> None:
    """A state of any kind is restored, however large."""

    class Diary(optim.Optimizer):
        def update(self, p: Any, g: Any, state: Any, group: Any) -> None:
            state["diary"] = np.array([None, "a"] * PAGE)

    p = torch.ones(2, requires_grad=True)
    p.grad = torch.ones(2)
    first, second = Diary([p], {}), Diary([p], {})
    first.step()
    second.load_state_dict(first.state_dict())
    assert second.state[p]["diary"].array.tolist() == [None, "a"] * PAGE


def test_adams_memories_share_no_place_of_a_page_also_after_loading() -> None:
    """Neither with each other nor with anything else; saved or copied, the numbers are the same."""
    p = torch.ones(100, 30, requires_grad=True)
    p.grad = torch.rand(100, 30)
    first = optim.Adam([p], amsgrad=True)
    first.step()
    second = optim.Adam([p], amsgrad=True)
    second.load_state_dict(first.state_dict())
    copied = copy.deepcopy(first)
    names = ("exp_avg", "exp_avg_sq", "max_exp_avg_sq")
    for optimizer in (first, second):
        arrays = [optimizer.state[p][name].array for name in names]
        assert len({a.ctypes.data % PAGE for a in arrays}) == len(names)
    (state,) = copied.state.values()
    for name in names:
        kept = first.state[p][name].array
        for other in (second.state[p][name].array, state[name].array):
            assert not np.shares_memory(kept, other)
            np.testing.assert_array_equal(kept, other)
