"""The naive engine itself: its slopes and curvature are what differences of its values give."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from . import reference as ref

P = 4  # directions: the elements of one 2×2 variable
X = np.array([[0.3, -0.7], [1.1, 0.6]])


def variable(x: np.ndarray) -> ref.Value:
    v = ref.constant(x, P)
    v.leaf = True
    ref.mark(v, 0)
    return v


def edited(x: ref.Value) -> ref.Value:
    """y = sin x; y[0] *= x[1]; the view changes what it looks at."""
    y = ref.elementwise("sin", x)
    v = ref.moved(y, lambda a, k: ref.at(a, k, (0,)), view=True)
    row = ref.moved(x, lambda a, k: ref.at(a, k, (1,)), view=True)
    ref.overwrite(v, ref.binary("mul", v, row), recording=True)
    return y


PROGRAMS: dict[str, Callable[[ref.Value], ref.Value]] = {
    **{name: lambda x, name=name: ref.elementwise(name, x) for name in ref.FUNCTIONS},
    **{
        name: lambda x, name=name: ref.binary(name, ref.elementwise("sin", x), x)
        for name in ("add", "sub", "mul", "div", "maximum", "matmul")
    },
    "largest": lambda x: ref.largest(ref.elementwise("square", x)),
    "broadcast": lambda x: ref.binary("mul", x, ref.moved(x, lambda a, _: a.sum(axis=-1))),
    "joined": lambda x: ref.joined([x, ref.elementwise("exp", x)], partial(np.stack, axis=-1)),
    "placed": lambda x: ref.placed(x, ([0, 0],), ref.elementwise("square", x)),
    "edited": edited,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_slopes_and_curvature_are_those_of_the_values(name: str) -> None:
    """d[p] and h[p, q] are central differences of x and of d along p and q."""
    f = PROGRAMS[name]
    z, h = f(variable(X)), 1e-6
    for p, place in enumerate(np.ndindex(X.shape)):
        step = np.zeros(X.shape)
        step[place] = h
        more, less = f(variable(X + step)), f(variable(X - step))
        np.testing.assert_allclose((more.x - less.x) / (2 * h), z.d[p], rtol=1e-6, atol=1e-8)
        np.testing.assert_allclose((more.d - less.d) / (2 * h), z.h[p], rtol=1e-6, atol=1e-8)


def test_an_unrecorded_edit_changes_numbers_alone() -> None:
    """What happens under no_grad leaves derivatives as they are."""
    x = variable(X)
    ref.overwrite(x, ref.elementwise("neg", x, recording=False), recording=False)
    np.testing.assert_array_equal(x.x, -X)
    np.testing.assert_array_equal(x.d.reshape(P, P), np.eye(P))


def test_the_books_know_what_may_be_refused() -> None:
    """x² reads x, so an edit of x, or a pass without retaining, is a reason; x + x has none."""
    x = variable(X)
    y = ref.elementwise("sin", x)
    z, total = ref.elementwise("square", y), ref.binary("add", y, y)
    assert ref.may_refuse(z) == ref.may_refuse(total) == ""
    ref.overwrite(y, ref.elementwise("neg", y, recording=False), recording=False)
    assert (ref.may_refuse(z), ref.may_refuse(total)) == ("edited", "")
    y.record.spent = True
    assert ref.may_refuse(total) == "spent"
