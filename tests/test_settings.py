"""What scripts set before they begin."""

from __future__ import annotations

import sys

import pytest

import tinygrad_edu as torch


def test_threads_are_set_and_read_back() -> None:
    """`set_num_threads` reaches the library that multiplies matrices."""
    pytest.importorskip("threadpoolctl", reason="threadpoolctl is not installed")
    before = torch.get_num_threads()
    try:
        for n in (2, 1):
            torch.set_num_threads(n)
            assert torch.get_num_threads() == n
    finally:
        torch.set_num_threads(before)


def test_without_the_package_a_warning_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A script goes on; its numbers do not depend on threads."""
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    with pytest.warns(UserWarning, match="pip install threadpoolctl"):
        torch.set_num_threads(1)
    assert torch.get_num_threads() >= 1


def test_what_scripts_set_before_they_begin_changes_nothing() -> None:
    """Lines for graphics cards may stand in a script: the numbers after them are the same."""
    torch.use_deterministic_algorithms(True)
    torch.set_float32_matmul_precision("high")
    torch.set_default_device("cpu")
    torch.backends.cuda.matmul.allow_tf32 = True
    torch.backends.cudnn.allow_tf32 = True
    torch.cuda.empty_cache()
    torch.cuda.synchronize()
    x = torch.ones(2)
    assert x.to("cpu", non_blocking=True) is x
    assert (torch.ones(2, 2) @ x).tolist() == [2, 2]
    assert torch.optim.lr_scheduler._LRScheduler is torch.optim.lr_scheduler.LRScheduler


def test_refusals() -> None:
    """No threads, and what is no number."""
    with pytest.raises(RuntimeError, match="compute nothing"):
        torch.set_num_threads(0)
    with pytest.raises(TypeError, match="whole number"):
        torch.set_num_threads("2")
    with pytest.raises(RuntimeError, match="device"):
        torch.set_default_device("nowhere")
    with pytest.raises(ValueError, match="profile='long' is unknown"):
        torch.set_printoptions(profile="long")
