"""How a law asks the registry: of which ops, with which calls, and what counts as agreement."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, note
from hypothesis import strategies as st

import tinygrad_edu  # noqa: F401  (fills the registry)
from tinygrad_edu.op import registry

from .drawing import SHAPES, Draw
from .samples import SAMPLES

ALL = sorted(registry.keys() & SAMPLES.keys())
WITH_RULES = [name for name in ALL if registry[name].differentiable]

every_op = pytest.mark.parametrize("name", ALL)
every_op_with_rules = pytest.mark.parametrize("name", WITH_RULES)
drawn = given(data=st.data())


def ops_that(prop: str) -> pytest.MarkDecorator:
    """The ops whose samples say that they have a property."""
    return pytest.mark.parametrize("name", [n for n in ALL if getattr(SAMPLES[n], prop)])


def draw_call(name: str, data: st.DataObject, shapes: st.SearchStrategy = SHAPES) -> tuple:
    """The op, a drawn call of it, and the drawer, for whatever else the law wants."""
    draw = Draw(data.draw)
    call = SAMPLES[name].case(draw, data.draw(shapes))
    note(f"{name}: {call}")
    return registry[name], call, draw


def directions(draw: Draw, like: list[np.ndarray]) -> list[np.ndarray]:
    """A direction for each array."""
    return [draw.reals(x.shape, -1, 1) for x in like]


def agree(analytic: float, numeric: float, size: float) -> None:
    """Compare two slopes, with the error that a difference of numbers of this size has."""
    assert abs(analytic - numeric) <= 1e-6 * (1 + abs(size)) + 1e-5 * abs(analytic), (
        f"by the rules {analytic:.10g}, by differences {numeric:.10g}"
    )


def same(xs: list[np.ndarray], ys: list[np.ndarray]) -> None:
    """Equal shapes, and numbers equal up to the order of additions."""
    for x, y in zip(xs, ys, strict=True):
        assert x.shape == y.shape
        np.testing.assert_allclose(x, y, rtol=1e-10, atol=1e-12)


def layouts(x: np.ndarray) -> list[np.ndarray]:
    """The same numbers, differently placed in memory: backwards, by columns, every other one."""
    back = (slice(None, None, -1),) * x.ndim
    wide = np.zeros(tuple(2 * n for n in x.shape), dtype=x.dtype)
    wide[(slice(None, None, 2),) * x.ndim] = x
    views = [x[back].copy()[back], np.array(x, order="F"), wide[(slice(None, None, 2),) * x.ndim]]
    return [np.asarray(view) for view in views]
