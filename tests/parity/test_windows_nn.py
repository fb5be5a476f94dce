"""Convolution, pooling, unfold and fold under many options: PyTorch's numbers, or its refusal."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np
import pytest

import tinygrad_edu
import tinygrad_edu.nn
from tinygrad_edu.errors import TinygradEduError

torch = pytest.importorskip("torch", reason="PyTorch is absent: pip install torch==2.13.0")
pytestmark = pytest.mark.parity

Shape = tuple[int, ...]
Case = tuple[str, Sequence[Shape], tuple[Any, ...]]


def convolutions() -> list[Case]:
    """Pictures, windows, strides, paddings, dilations and groups, in every combination."""
    pictures = [
        ((2, 4, 7, 6), (3, 2)),
        ((1, 4, 5, 5), (1, 1)),
        ((4, 6, 6), (3, 3)),
        ((2, 4, 3, 3), (4, 2)),
        ((0, 4, 5, 5), (2, 2)),
    ]
    options = product((1, 2, (2, 1), 3), (0, 1, (2, 1), "same", "valid"), (1, 2, (1, 2)), (1, 2))
    return [
        ("conv2d", [shape, (6, 4 // o[-1], *size), (6,)], o)
        for (shape, size), o in product(pictures, options)
    ]


def pools() -> list[Case]:
    """Windows that overlap, that leave gaps, that stick out."""
    shapes = [(2, 2, 5, 6), (2, 7, 5), (1, 1, 4, 4), (1, 2, 2, 2), (0, 2, 4, 4)]
    sizes = list(product((2, 3, (2, 3)), (None, 1, 2, (3, 2)), (0, 1, (0, 1))))
    dilated = product(shapes, sizes, (1, 2), (False, True), (False, True))
    averaged = product(shapes, sizes, (False, True), (True, False), (None, 3))
    return [("max_pool2d", [shape], (*size, *o)) for shape, size, *o in dilated] + [
        ("avg_pool2d", [shape], (*size, *o)) for shape, size, *o in averaged
    ]


def columns() -> list[Case]:
    """`unfold`, and `fold` of columns that fit and of those that do not."""
    found: list[Case] = []
    for size, dilation, padding, stride in product((2, (3, 2)), (1, 2), (0, 1, (0, 2)), (1, 2)):
        options = (size, dilation, padding, stride)
        for shape in ((2, 2, 5, 6), (2, 5, 5), (0, 2, 5, 5)):
            there = tuple(torch.nn.functional.unfold(torch.zeros(shape), *options).shape)
            found.append(("unfold", [shape], options))
            found += [("fold", [there], (out, *options)) for out in (shape[-2:], (4, 9))]
    return found


def measured(library: Any, case: Case) -> list[Any]:
    """Output, first and second gradients, and what else is returned."""
    name, shapes, options = case
    rng = np.random.default_rng(0)
    xs = [library.tensor(rng.normal(size=shape), requires_grad=True) for shape in shapes]
    made = getattr(library.nn.functional, name)(*xs, *options)
    y, *rest = made if isinstance(made, tuple) else (made,)
    w = library.tensor(rng.normal(size=tuple(y.shape)))
    first = library.autograd.grad((y * y * w).sum(), xs, create_graph=True)
    second = library.autograd.grad(sum((g * g * g).sum() for g in first), xs)
    return [x.detach().numpy() for x in (y, *first, *second, *rest)]


def answer(library: Any, case: Case) -> list[Any] | Exception:
    """What the library makes of it, or how it refuses."""
    try:
        return measured(library, case)
    except Exception as refusal:
        return refusal


@pytest.mark.parametrize("cases", [convolutions, pools, columns])
def test_options_agree(cases: Callable[[], list[Case]]) -> None:
    """A draw of the combinations: numbers and derivatives of both orders, or both refuse."""
    every = cases()
    for case in random.Random(0).sample(every, min(len(every), 150)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # PyTorch mentions a copy
            theirs = answer(torch, case)
        ours = answer(tinygrad_edu, case)
        if isinstance(theirs, Exception):
            assert isinstance(ours, TinygradEduError), f"{case}: {theirs!r}"
            assert isinstance(ours, type(theirs)), f"{case}: {theirs!r}"
            continue
        assert not isinstance(ours, Exception), f"{case}: {ours!r}"
        for a, b in zip(ours, theirs, strict=True):
            assert a.shape == b.shape, case
            np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-8, err_msg=str(case))
