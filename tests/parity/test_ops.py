"""Every op and function that PyTorch has gives PyTorch's numbers, gradients, types and refusals."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, note
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
    return (
        target
        if callable(target)
        else functools.reduce(getattr, (target or name).split("."), torch)
    )


class Side:
    """One of the two libraries: its tensors, its function, its gradients."""

    def __init__(
        self, name: str, function: Callable, make: Callable, grad: Callable, call: Call
    ) -> None:
        self.grad, self.make = grad, make
        self.inputs = [
            make(x, requires_grad=_may_move(name, i, x)) if isinstance(x, np.ndarray) else x
            for i, x in enumerate(call.inputs)
        ]
        self.variables = [x for x in self.inputs if getattr(x, "requires_grad", False)]
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            z = function(*self.inputs, **call.params)
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
        upstream = [self.make(x, requires_grad=True) for x in v]
        first = self.grad(moving, self.variables, upstream, create_graph=True, allow_unused=True)
        pairs = [(g, self.make(x)) for g, x in zip(first, w, strict=True) if _moves(g)]
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


def both(name: str, call: Call) -> tuple[Side | None, Side | None]:
    """The two libraries after the same call; None in place of one that refused it."""
    return (
        _attempt(name, ours(name), _ours_tensor, grad, call, TinygradEduError),
        _attempt(name, theirs(name), _their_tensor, torch.autograd.grad, call, Exception),
    )


def _attempt(
    name: str,
    function: Callable,
    make: Callable,
    grad: Callable,
    call: Call,
    refusal: type[Exception],
) -> Side | None:
    try:
        return Side(name, function, make, grad, call)
    except refusal as error:
        print(f"{type(error).__name__}: {error}")
        assume(not isinstance(error, NotImplementedError))  # a missing kernel is no opinion
        return None


def _ours_tensor(x: np.ndarray, requires_grad: bool = False) -> Tensor:
    return Tensor(x.copy(), requires_grad)


def _their_tensor(x: np.ndarray, requires_grad: bool = False) -> Any:
    return torch.tensor(x, requires_grad=requires_grad)


def same_outputs(mine: Side, other: Side) -> None:
    """Equal shapes, types, numbers, and the same answer to "can this be differentiated?"."""
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
    mine, other = both(name, call)
    assert mine is not None, "refused here, accepted by PyTorch"
    assert other is not None, "accepted here, refused by PyTorch"
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


@every_counterpart
@drawn
def test_empty_arrays(name: str, data: st.DataObject) -> None:
    """Of an array without elements both make the same, or both refuse."""
    same_or_refused(name, EVERYTHING[name].case(Draw(data.draw), data.draw(EMPTY_SHAPES)))


def same_or_refused(name: str, call: Call) -> None:
    """Compare the outputs, or the refusals."""
    note(f"{name}: {call}")
    mine, other = both(name, call)
    assert (mine is None) == (other is None), f"refused {'here' if mine is None else 'by PyTorch'}"
    if mine is not None and other is not None:
        same_outputs(mine, other)


CORNERS = [
    pytest.param(n, k, id=f"{n}-{i}") for n in COMPARABLE for i, k in enumerate(EVERYTHING[n].kinks)
]


@pytest.mark.parametrize(("name", "kink"), CORNERS)
def test_the_slope_at_a_kink(name: str, kink: Any) -> None:
    """The slopes taken at corners and ties are PyTorch's."""
    mine, other = both(name, kink.call)
    assert mine is not None and other is not None
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
        Side(name, ours(name), _ours_tensor, grad, call)
    with pytest.raises(Exception) as other:  # noqa: PT011
        Side(name, theirs(name), _their_tensor, torch.autograd.grad, call)
    assert isinstance(mine.value, type(other.value)), f"PyTorch raises {type(other.value).__name__}"
