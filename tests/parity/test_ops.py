"""Every op and function that PyTorch has gives PyTorch's numbers, gradients, types and refusals."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from tests.ops.drawing import EMPTY_SHAPES, SHAPES, Call, Draw, Samples
from tests.ops.samples import FUNCTIONS, SAMPLES
from tinygrad_edu.autograd import grad
from tinygrad_edu.errors import TinygradEduError
from tinygrad_edu.op import registry
from tinygrad_edu.tensor import Tensor

torch = pytest.importorskip("torch", reason="PyTorch is absent: pip install torch==2.13.0")
pytestmark = pytest.mark.parity

EVERYTHING: dict[str, Samples] = {**SAMPLES, **FUNCTIONS}
COMPARABLE = sorted(name for name, s in EVERYTHING.items() if s.torch is not None)
TOLERANCE = {"float64": 1e-9, "float32": 2e-4}

every_counterpart = pytest.mark.parametrize("name", COMPARABLE)
drawn = given(data=st.data())


def ours(name: str) -> Callable[..., Any]:
    """The function of this library."""
    return EVERYTHING[name].ours or registry[name]


def theirs(name: str) -> Callable[..., Any]:
    """PyTorch's counterpart: a function, or a dotted name under `torch`."""
    target = EVERYTHING[name].torch
    if callable(target):
        return target
    return functools.reduce(getattr, (target or name).split("."), torch)


class Library(NamedTuple):
    """How a library finds a function, makes a tensor and differentiates."""

    find: Callable[[str], Callable[..., Any]]
    tensor: Callable[..., Any]
    grad: Callable[..., Any]
    refusal: type[Exception]  # this library must refuse in its own words


OURS = Library(
    ours,
    lambda x, requires_grad=False: Tensor(x.copy(), requires_grad),
    grad,
    TinygradEduError,
)
THEIRS = Library(
    theirs,
    lambda x, requires_grad=False: torch.tensor(x, requires_grad=requires_grad),
    torch.autograd.grad,
    Exception,
)


class Side:
    """One library after a call: its inputs, its outputs, its gradients."""

    def __init__(self, library: Library, name: str, call: Call) -> None:
        self.grad, self.tensor = library.grad, library.tensor
        self.inputs = [
            self.tensor(x, requires_grad=_may_move(name, i, x)) if isinstance(x, np.ndarray) else x
            for i, x in enumerate(call.inputs)
        ]
        self.variables = [x for x in self.inputs if getattr(x, "requires_grad", False)]
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            z = library.find(name)(*self.inputs, **call.params)
        self.outputs = list(z) if isinstance(z, (tuple, list)) else [z]

    @property
    def moving(self) -> list[Any]:
        """The outputs that have a gradient."""
        return [z for z in self.outputs if getattr(z, "requires_grad", False)]

    def derivatives(
        self, v: Sequence[np.ndarray], w: Sequence[np.ndarray]
    ) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """The gradients of Σ⟨v, z⟩, and those of Σ⟨w, gradient⟩ in the inputs and in v."""
        moving = self.moving
        if not moving:
            return [], []
        upstream = [self.tensor(x, requires_grad=True) for x in v]
        first = self.grad(moving, self.variables, upstream, create_graph=True, allow_unused=True)
        pairs = [(g, self.tensor(x)) for g, x in zip(first, w, strict=True) if _moves(g)]
        second = [None] * len(self.variables + upstream)
        if pairs:
            gradients, weights = zip(*pairs, strict=True)
            second = self.grad(gradients, self.variables + upstream, weights, allow_unused=True)
        return (
            [_array(g, x) for g, x in zip(first, self.variables, strict=True)],
            [_array(g, x) for g, x in zip(second, self.variables + upstream, strict=True)],
        )


def _may_move(name: str, i: int, x: np.ndarray) -> bool:
    """Whether a gradient is asked for this input: not for weights, constants to PyTorch."""
    op = registry.get(name)
    free = op is None or not op.differentiable or op.rule(i) is not None
    return x.dtype.kind == "f" and free


def _moves(g: Any) -> bool:
    return g is not None and bool(g.requires_grad)


def _array(g: Any, like: Any) -> np.ndarray:
    """A gradient as an array; zeros where the library says None."""
    return np.zeros_like(like.detach().numpy()) if g is None else g.detach().numpy(force=True)


def both(name: str, call: Call) -> tuple[Side, Side] | None:
    """The two libraries after the same call; None where both refused it, or PyTorch lacks it."""
    mine, other = attempt(OURS, name, call), attempt(THEIRS, name, call)
    if isinstance(other, NotImplementedError):  # a kernel that is missing is no opinion
        return None
    refused = isinstance(mine, Exception), isinstance(other, Exception)
    assert refused[0] == refused[1], f"here: {mine!r}\nPyTorch: {other!r}"
    return None if refused[0] else (mine, other)  # type: ignore[return-value]


def attempt(library: Library, name: str, call: Call) -> Side | Exception:
    """The library after the call, or its refusal."""
    try:
        return Side(library, name, call)
    except library.refusal as error:
        return error


def same_outputs(mine: Side, other: Side) -> None:
    """Equal shapes, types and numbers."""
    assert len(mine.outputs) == len(other.outputs)
    for z, expected in zip(mine.outputs, other.outputs, strict=True):
        if not isinstance(expected, torch.Tensor):
            assert z == expected
            continue
        assert tuple(z.shape) == tuple(expected.shape)
        assert str(z.dtype) == str(expected.dtype).removeprefix("torch.")
        close(z.detach().numpy(), expected.detach().numpy())


def same_derivatives(
    mine: Side, other: Side, v: Sequence[np.ndarray], w: Sequence[np.ndarray]
) -> None:
    """Equal first and second gradients, wherever PyTorch has them."""
    try:
        first, second = other.derivatives(v, w)
    except RuntimeError as error:
        if "is not implemented" not in str(error):
            raise
        return
    assert [z.shape for z in mine.moving] == [tuple(z.shape) for z in other.moving]
    my_first, my_second = mine.derivatives(v, w)
    for g, expected in zip(my_first, first, strict=True):
        close(g, expected)
    for g, expected in zip(my_second, second, strict=True):
        # At a corner PyTorch's second derivative may be NaN: then any number is an answer.
        close(g, np.where(np.isnan(expected), g, expected))


def close(x: np.ndarray, expected: np.ndarray) -> None:
    """Equal within what the number type can tell."""
    tolerance = TOLERANCE.get(str(expected.dtype), 0)
    size = np.abs(expected[np.isfinite(expected)]).max(initial=1) if tolerance else 0
    np.testing.assert_allclose(x, expected, rtol=tolerance, atol=tolerance * size)
    assert x.dtype == expected.dtype
    assert x.shape == expected.shape


def typed(call: Call, choose: Callable[[], str]) -> Call:
    """The call with its floating point arrays in the types that `choose` gives."""
    inputs = (
        x.astype(choose()) if isinstance(x, np.ndarray) and x.dtype.kind == "f" else x
        for x in call.inputs
    )
    return Call(tuple(inputs), call.params)


@every_counterpart
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@drawn
def test_numbers_and_gradients(name: str, dtype: str, data: st.DataObject) -> None:
    """The same output, first and second gradient, in the same type."""
    draw = Draw(data.draw)
    call = EVERYTHING[name].case(draw, data.draw(SHAPES))
    call = typed(call, lambda: dtype)
    note(f"{name}: {call}")
    sides = both(name, call)
    assert sides is not None, "the samples are not legal"
    mine, other = sides
    same_outputs(mine, other)
    v = [draw.reals(z.shape, -1, 1).astype(str(z.dtype)[6:]) for z in other.moving]
    w = [draw.reals(x.shape, -1, 1).astype(dtype) for x in other.variables]
    same_derivatives(mine, other, v, w)


@every_counterpart
@drawn
def test_mixed_types(name: str, data: st.DataObject) -> None:
    """Integers, truth values and floats mixed: the same type and numbers, or both refuse."""
    draw, samples = Draw(data.draw), EVERYTHING[name]
    call = samples.case(draw, data.draw(SHAPES))
    kind = draw.one_of(*samples.types)
    same_or_refused(
        name, typed(call, lambda: kind if samples.alike else draw.one_of(*samples.types))
    )


OF_ANOTHER_MIND = {
    "sign": "sign(NaN) is NaN here, 0 in PyTorch: what is not a number has no sign",
    "std_mean": "the mean of an infinity is ∞ here; beside a std it is NaN in PyTorch",
    "var_mean": "as std_mean",
    "pow": "(−∞)^(−½) is 0 here, as IEEE 754 has it, and NaN in PyTorch, which takes 1/√x",
}
OF_ANOTHER_MIND["quantile"] = "half way to ∞ is ∞ here, and NaN in PyTorch, which goes back from ∞"
_LU = "what a factorisation makes of infinities and NaN is chance, in either library"
OF_ANOTHER_MIND |= dict.fromkeys(("det", "solve_systems", "linalg.solve", "inverse"), _LU)
SPECIAL = np.array([0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 1000.0, -1000.0, 1e-300])


@every_counterpart
@drawn
def test_special_values(name: str, data: st.DataObject) -> None:
    """Zeros, infinities, NaN and very large numbers come out as they do in PyTorch."""
    if name in OF_ANOTHER_MIND:
        pytest.skip(OF_ANOTHER_MIND[name])
    draw = Draw(data.draw)
    call = EVERYTHING[name].case(draw, data.draw(SHAPES))
    inputs = list(call.inputs)
    for i, x in enumerate(inputs):
        # Truths and weights are finite: whether infinite ones cost ∞ or NaN is chance, everywhere.
        truth = name in registry and registry[name].input_name(i) == "target"
        if isinstance(x, np.ndarray) and _may_move(name, i, x) and not truth:
            inputs[i] = np.asarray(SPECIAL[draw.whole(x.shape, 0, len(SPECIAL))])
    same_or_refused(name, Call(tuple(inputs), call.params))


@every_counterpart
@drawn
def test_empty_arrays(name: str, data: st.DataObject) -> None:
    """Of an array without elements both make the same, or both refuse."""
    same_or_refused(name, EVERYTHING[name].case(Draw(data.draw), data.draw(EMPTY_SHAPES)))


def same_or_refused(name: str, call: Call) -> None:
    """Compare the outputs, or the refusals."""
    note(f"{name}: {call}")
    sides = both(name, call)
    if sides is not None:
        same_outputs(*sides)


def test_methods() -> None:
    """What PyTorch has as a method of a tensor is a method here."""
    names = {name.split("(")[0] for name in COMPARABLE}
    assert not [n for n in sorted(names) if hasattr(torch.Tensor, n) and not hasattr(Tensor, n)]


CORNERS = [
    pytest.param(n, k, id=f"{n}-{i}") for n in COMPARABLE for i, k in enumerate(EVERYTHING[n].kinks)
]


@pytest.mark.parametrize(("name", "kink"), CORNERS)
def test_the_slope_at_a_kink(name: str, kink: Any) -> None:
    """The slopes taken at corners and ties are PyTorch's."""
    sides = both(name, kink.call)
    assert sides is not None
    mine, other = sides
    v = [np.ones(z.shape) for z in other.moving]
    w = [np.zeros(x.shape) for x in other.variables]
    same_outputs(mine, other)
    for g, expected in zip(mine.derivatives(v, w)[0], other.derivatives(v, w)[0], strict=True):
        close(g, expected)


REFUSALS = [
    pytest.param(n, c, id=f"{n}-{i}")
    for n in COMPARABLE
    for i, c in enumerate(EVERYTHING[n].errors)
]


@pytest.mark.parametrize(("name", "call"), REFUSALS)
def test_refusals(name: str, call: Call) -> None:
    """What this library refuses, PyTorch refuses too, with an error of the same built-in type."""
    with pytest.raises(TinygradEduError) as mine:
        Side(OURS, name, call)
    with pytest.raises(Exception) as other:  # noqa: PT011
        Side(THEIRS, name, call)
    kind = next(c for c in type(other.value).__mro__ if c.__module__ == "builtins")
    assert isinstance(mine.value, kind), f"PyTorch raises {kind.__name__}"
