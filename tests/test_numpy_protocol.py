"""NumPy's functions on a tensor record the graph or raise; they never detach it in silence."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu.autograd import gradcheck
from tinygrad_edu.errors import GradientError, InputTypeError

X = np.array([[1.0, 2.0, 0.5], [3.0, 0.25, 4.0]])

RECORDED = {
    "exp": np.exp,
    "log1p": np.log1p,
    "abs": np.abs,
    "arctan2": lambda x: np.arctan2(x, x + 1),
    "power": lambda x: np.power(x, 2),
    "maximum with a number first": lambda x: np.maximum(1.1, x),
    "mod": lambda x: np.mod(x, 0.7),
    "sum": np.sum,
    "sum over an axis": lambda x: np.sum(x, axis=0),
    "sum, kept": lambda x: np.sum(x, axis=(0, 1), keepdims=True),
    "sum, by position": lambda x: np.sum(x, 1, None, None, True),
    "sum, with a type": lambda x: np.sum(x, 0, np.float64),
    "mean": lambda x: np.mean(x, axis=-1),
    "var": lambda x: np.var(x, axis=0),
    "std": lambda x: np.std(x, ddof=1),
    "std, by position": lambda x: np.std(x, 1, None, None, 1),
    "max": lambda x: np.max(x, axis=0),
    "max, by position": lambda x: np.max(x, 0, None, True),
    "min": np.min,
    "prod": lambda x: np.prod(x, axis=1),
    "cumsum": lambda x: np.cumsum(x, axis=1),
    "cumsum of all": np.cumsum,
    "add.reduce": np.add.reduce,
    "matmul": lambda x: np.matmul(x, x.T),
    "dot": lambda x: np.dot(x, x.T),
    "dot of vectors": lambda x: np.dot(x[0], x[1]),
    "array @ tensor": lambda x: np.ones((4, 2)) @ x,
    "tensor @ array": lambda x: x @ np.ones((3, 4)),
    "array * tensor": lambda x: np.arange(3.0) * x,
    "array - tensor": lambda x: np.arange(3.0) - x,
    "array / tensor": lambda x: np.arange(3.0) / x,
    "array ** tensor": lambda x: np.arange(1.0, 4.0) ** x,
    "NumPy's number + tensor": lambda x: np.float64(2) + x,
    "einsum": lambda x: np.einsum("ij,kj->ik", x, x),
    "where": lambda x: np.where(np.array([True, False, True]), x, 0.0),
    "clip": lambda x: np.clip(x, 0.6, 3.5),
    "clip, by keyword": lambda x: np.clip(x, a_min=0.6, a_max=None),
    "concatenate": lambda x: np.concatenate([x, x], axis=1),
    "stack": lambda x: np.stack((x[0], x[1]), axis=1),
    "vstack": lambda x: np.vstack([x, x]),
    "transpose": np.transpose,
    "transpose with axes": lambda x: np.transpose(x, (1, 0)),
    "reshape": lambda x: np.reshape(x, (3, 2)),
    "ravel": np.ravel,
    "expand_dims": lambda x: np.expand_dims(x, 1),
    "squeeze": lambda x: np.squeeze(x[None]),
    "flip": np.flip,
    "roll": lambda x: np.roll(x, 1),
    "roll along an axis": lambda x: np.roll(x, 1, axis=1),
    "tile": lambda x: np.tile(x, (2, 1)),
    "sort": lambda x: np.sort(x, axis=1),
    "sort of all": lambda x: np.sort(x, axis=None),
    "tril": np.tril,
    "outer": lambda x: np.outer(x[0], x[1]),
    "norm": np.linalg.norm,
    "norm over an axis": lambda x: np.linalg.norm(x, 1, axis=0),
    "broadcast_to": lambda x: np.broadcast_to(x, (2, 2, 3)),
    "copy": np.copy,
}


@pytest.mark.parametrize("function", RECORDED.values(), ids=RECORDED)
def test_a_known_function_gives_numpys_numbers_and_records(function):
    """The value is NumPy's on the bare array, and the gradient is that of the value."""
    x = torch.tensor(X, requires_grad=True)
    y = function(x)
    np.testing.assert_allclose(y.detach().numpy(), function(X))
    assert y.requires_grad
    assert gradcheck(function, x)


COUNTED = {
    "argmax": lambda x: np.argmax(x, axis=1),
    "argsort": np.argsort,
    "isnan": np.isnan,
    "greater": lambda x: np.ones(3) > x,
    "all": lambda x: np.all(x > 0),
    "count_nonzero": np.count_nonzero,
    "ones_like": np.ones_like,
    "full_like": lambda x: np.full_like(x, 2),
    "shape": np.shape,
    "size": np.size,
    "allclose": lambda x: np.allclose(x, x),
}


@pytest.mark.parametrize("function", COUNTED.values(), ids=COUNTED)
def test_functions_without_a_slope_give_numpys_answer(function):
    """Indices, truths and constants carry no gradient, and need none."""
    answer = function(torch.tensor(X, requires_grad=True))
    np.testing.assert_array_equal(getattr(answer, "array", answer), function(X))
    assert not getattr(answer, "requires_grad", False)


def test_float32_stays_float32():
    """NumPy's numbers are numbers: they do not widen a tensor."""
    x = torch.ones(2)
    for y in (np.float64(2) * x, x * np.float64(2), np.exp(x), np.sum(x), np.maximum(x, 2.0)):
        assert y.dtype == torch.float32


UNKNOWN = {
    "a ufunc": np.hypot,
    "a function": np.median,
    "a linear solver": np.linalg.inv,
    "a transform": np.fft.fft,
    "a method of a ufunc": np.add.accumulate,
    "an outer product of a ufunc": lambda *x: np.add.outer(x[0], x[0]),
    "a matrix norm": lambda *x: np.linalg.norm(x[0], 2),
    "another matrix norm": lambda *x: np.linalg.norm(x[0], 1),
    "a writer of files": lambda *x: np.savetxt("never.txt", x[0]),
    "a splitter": lambda *x: np.split(x[0], 2),
    "an interpolation": lambda *x: np.interp(x[0], np.arange(2), np.arange(2)),
    "an unknown option": lambda *x: np.sum(x[0], initial=5.0),
    "a mask": lambda *x: np.exp(x[0], where=np.array([True, False])),
}


@pytest.mark.parametrize("function", UNKNOWN.values(), ids=UNKNOWN)
@pytest.mark.parametrize("requires_grad", [True, False])
def test_an_unknown_function_raises(function, requires_grad):
    """TypeError, as Python says "not supported", with the way out; no bare array comes back."""
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=requires_grad)
    with pytest.raises(InputTypeError) as caught:
        function(x, x) if function is np.hypot else function(x)
    assert isinstance(caught.value, TypeError)


def test_the_refusal_names_the_function_and_the_way_out():
    """It says which function, why not, and what to write."""
    with pytest.raises(InputTypeError, match=r"numpy\.median.*lose the gradient.*detach\(\)"):
        np.median(torch.ones(3))


@pytest.mark.parametrize("requires_grad", [True, False])
def test_an_array_cannot_take_in_a_tensor(requires_grad):
    """`array += tensor` and out= would lose the history: they raise, and nothing is written."""
    x, array = torch.ones(2, requires_grad=requires_grad), np.zeros(2)
    with pytest.raises(InputTypeError, match=r"array = array \+ tensor"):
        array += x
    with pytest.raises(InputTypeError, match="history is lost"):
        np.exp(x, out=array)
    with pytest.raises(InputTypeError, match="out"):
        np.sum(x, axis=0, out=np.zeros(()))
    assert array.tolist() == [0, 0]


@pytest.mark.parametrize(
    "convert",
    [
        lambda x: x.numpy(),
        np.asarray,
        np.array,
        lambda x: np.array([1.0, 2.0]).__setitem__(slice(None), x),
        lambda x: np.testing.assert_allclose(x, x),
        lambda x: np.vectorize(lambda v: v)(x),
    ],
)
def test_conversion_refuses_where_a_gradient_would_be_lost(convert):
    """An array cannot carry a gradient; detach() says that this is meant."""
    x = torch.ones(2, requires_grad=True)
    with pytest.raises(GradientError, match=r"detach\(\)\.numpy\(\)"):
        convert(x)
    convert(x.detach())


def test_conversion_shares_memory_or_copies_as_numpy_asks():
    """asarray shares, array copies, a type converts; force=True detaches."""
    x = torch.zeros(2)
    shared, copied = np.asarray(x), np.array(x)
    x.add_(1)
    assert (shared.tolist(), copied.tolist()) == ([1, 1], [0, 0])
    assert np.asarray(x, dtype=np.float64).dtype == np.float64
    y = torch.ones(2, requires_grad=True)
    assert np.shares_memory(y.numpy(force=True), y.array)


def test_a_computation_in_numpys_words_trains():
    """A least-squares step written with NumPy alone reaches every parameter."""
    data, target = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1.0, 0.0])
    w = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    loss = np.mean((data @ w - target) ** 2)
    loss.backward()
    np.testing.assert_allclose(w.grad.numpy(), data.T @ (data @ np.zeros(2) - target))


def test_a_reduction_takes_numpys_options_or_refuses_them():
    """`initial=` and `where=` change the result, so they are not passed over."""
    t = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    assert np.add.reduce(t).item() == 6
    assert np.add.reduce(t, dtype=np.float64).dtype == torch.float64
    for options in ({"initial": 10.0}, {"where": [True, False, False]}):
        with pytest.raises(TypeError, match=r"add\.reduce"):
            np.add.reduce(t, **options)
