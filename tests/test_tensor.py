"""The Tensor as Python sees it: leaf and history, numbers, protocols, types, text."""

from __future__ import annotations

import copy
import inspect
import pickle
import pydoc

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu.errors import DTypeError, InputTypeError, TinygradEduError

# -- leaf and history


def test_what_a_user_makes_is_a_leaf_and_what_is_computed_is_not():
    """A result has a recipe, and only if an input wants a gradient."""
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    assert (x.is_leaf, x.grad_fn, x.requires_grad) == (True, None, True)
    assert (y.is_leaf, y.grad_fn.op.name, y.requires_grad) == (False, "mul", True)
    z = torch.ones(2) * 2
    assert (z.is_leaf, z.grad_fn, z.requires_grad) == (True, None, False)


def test_detach_shares_numbers_without_history():
    """Same memory, constant; a new leaf may be made of it."""
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    d = (x * 1).detach()
    assert (d.requires_grad, d.is_leaf) == (False, True)
    y = x.detach().clone().requires_grad_()
    (y * 3).sum().backward()
    assert (x.grad, y.grad.tolist()) == (None, [3, 3])
    z = x * 2
    assert z.detach_() is z
    assert z.is_leaf


def test_clone_copies_numbers_and_keeps_history():
    """Changing the clone leaves the original alone; gradients pass through."""
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x.clone()
    y[0] = 5
    (y * y).sum().backward()
    assert x.tolist() == [1, 2]
    assert x.grad.tolist() == [0, 4]


def test_requires_grad_may_be_switched_on_a_leaf():
    """By the method or the attribute; a graph made before no longer reaches it."""
    x = torch.ones(2)
    x.requires_grad = True
    y = (x * 2).sum()
    assert x.requires_grad_(False) is x
    y.backward()
    assert x.grad is None
    with pytest.raises(RuntimeError, match="only a leaf"):
        (x.requires_grad_() * 2).requires_grad = False


def test_grad_may_be_set_reset_and_deleted():
    """It is a tensor like its owner, or None."""
    x = torch.ones(2, requires_grad=True)
    x.grad = torch.tensor([1.0, 2.0])
    (x * 3).sum().backward()
    assert x.grad.tolist() == [4, 5]
    del x.grad
    assert x.grad is None


def test_grad_accumulates_until_it_is_cleared():
    """Three passes add up."""
    x = torch.ones(2, requires_grad=True)
    for k in range(1, 4):
        (x * 2).sum().backward()
        assert x.grad.tolist() == [2 * k] * 2
    x.grad = None
    (x * 2).sum().backward()
    assert x.grad.tolist() == [2, 2]


def test_deepcopy_copies_a_leaf_with_its_gradient():
    """Numbers, gradient and flag are the copy's own; an inner tensor cannot be copied."""
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    (x * x).sum().backward()
    y = copy.deepcopy({"a": x, "b": x})
    assert y["a"] is y["b"]
    y["a"].grad.zero_()
    with torch.no_grad():
        y["a"].zero_()
    assert (x.tolist(), x.grad.tolist(), y["a"].requires_grad) == ([1, 2], [2, 4], True)
    with pytest.raises(RuntimeError, match=r"deepcopy.*detach\(\)"):
        copy.deepcopy(x * 2)


# -- Python's protocols


def test_one_number_converts_to_pythons():
    """item, float, int, bool; an integer is an index."""
    assert torch.tensor([[2.5]]).item() == 2.5
    assert isinstance(torch.tensor(2).item(), int)
    assert (float(torch.tensor(3)), int(torch.tensor(3.7)), bool(torch.tensor([0.0]))) == (
        3,
        3,
        False,
    )
    assert [10, 20, 30][torch.tensor(1)] == 20
    assert list(range(torch.tensor(2))) == [0, 1]


@pytest.mark.parametrize(
    ("convert", "error"),
    [
        (lambda: torch.ones(2).item(), RuntimeError),
        (lambda: torch.zeros(0).item(), RuntimeError),
        (lambda: float(torch.ones(2)), ValueError),
        (lambda: int(torch.ones(2)), ValueError),
        (lambda: bool(torch.ones(2)), RuntimeError),
        (lambda: bool(torch.zeros(0)), RuntimeError),
        (lambda: [1, 2][torch.tensor(1.0)], TypeError),
        (lambda: len(torch.tensor(1.0)), TypeError),
        (lambda: iter(torch.tensor(1.0)), TypeError),
    ],
)
def test_many_numbers_do_not_convert_to_one(convert, error):
    """Each refusal is PyTorch's type, and says what there is."""
    with pytest.raises(error, match=r"shape|0-d|float32") as caught:
        convert()
    assert isinstance(caught.value, TinygradEduError)


def test_iteration_len_membership_and_unpacking():
    """A tensor iterates over its first dimension; the parts are in the graph."""
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    assert len(x) == 2
    first, second = x
    (first * second).sum().backward()
    assert x.grad.tolist() == [[3, 4], [1, 2]]
    assert 3.0 in x
    assert 7 not in x
    assert max(torch.tensor([1.0, 3.0, 2.0])).item() == 3
    assert sum(torch.tensor([1.0, 3.0, 2.0])).item() == 6


def test_comparisons_are_elementwise_and_equality_with_strangers_is_no():
    """`x == None` and `x == "a"` are answers, not errors; ordering with strangers is an error."""
    x = torch.tensor([1.0, 2.0])
    assert (x == torch.tensor([1.0, 3.0])).tolist() == [True, False]
    assert (x >= 2).tolist() == [False, True]
    assert (x < 2).tolist() == [True, False]
    assert (x == None, x != None, x == "a", x != "a") == (False, True, False, True)  # noqa: E711
    with pytest.raises(TypeError):
        assert x < "a"


def test_tensors_are_hashed_by_identity():
    """Equal numbers are different keys; the same object is found again."""
    x, y = torch.ones(2), torch.ones(2)
    table = {x: "x", y: "y"}
    assert (table[x], table[y]) == ("x", "y")


def test_logic_and_bits():
    """~, &, |, ^ work on truths and on the bits of integers; `&=` writes in place."""
    t = torch.tensor
    assert (~t([True, False])).tolist() == [False, True]
    assert (~t([1, -2])).tolist() == [-2, 1]
    assert (t([6]) & t([3])).tolist() == [2]
    assert (t([True, False]) | True).tolist() == [True, True]
    mask = t([True, True])
    alias = mask
    mask &= t([True, False])
    assert alias.tolist() == [True, False]
    with pytest.raises(TypeError):
        ~torch.ones(2)


# -- number types and devices


@pytest.mark.parametrize(
    ("method", "dtype"),
    [
        ("float", "float32"),
        ("double", "float64"),
        ("half", "float16"),
        ("long", "int64"),
        ("int", "int32"),
        ("short", "int16"),
        ("bool", "bool"),
    ],
)
def test_conversion_methods_and_aliases_name_the_same_types(method, dtype):
    """x.long(), torch.long and "int64" agree."""
    assert getattr(torch, method) == np.dtype(dtype)
    assert getattr(torch.ones(2), method)().dtype == getattr(torch, method)


def test_to_takes_a_type_a_device_or_another_tensor():
    """Nothing to change returns the tensor itself; gradients return in the original type."""
    x = torch.ones(2, requires_grad=True)
    assert x.to("cpu") is x.to(torch.float32) is x.to(torch.device("cpu")) is x.cpu() is x
    assert x.to(torch.float32, copy=True) is not x
    assert x.to(torch.ones(1).double()).dtype == x.to("cpu", torch.float64).dtype == torch.float64
    assert x.type_as(torch.tensor([1])).dtype == torch.int64
    x.double().mul(3).sum().backward()
    assert (x.grad.dtype, x.grad.tolist()) == (torch.float32, [3, 3])


@pytest.mark.parametrize("device", ["cuda", "cuda:0", "mps", "nowhere"])
def test_another_device_than_the_cpu_is_refused(device):
    """By every function that takes a device; the usual question before it says no."""
    assert not torch.cuda.is_available()
    for use in (
        torch.device,
        lambda d: torch.ones(1).to(device=d),
        lambda d: torch.ones(1, device=d),
    ):
        with pytest.raises(RuntimeError, match=rf"{device}.*CPU only"):
            use(device)


def test_the_usual_choice_of_a_device_works():
    """`"cuda" if torch.cuda.is_available() else "cpu"`, as most scripts begin."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    x = torch.ones(2, device=device).to(device)
    assert (x.device.type, str(x.device), x.device == device) == ("cpu", "cpu", True)


# -- text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (1.5, "tensor(1.5000)"),
        (3, "tensor(3)"),
        (True, "tensor(True)"),
        ([], "tensor([])"),
        ([1.0, 2.0], "tensor([1., 2.])"),
        ([1e-10, 1.0], "tensor([1.0000e-10, 1.0000e+00])"),
        ([1.0, float("nan")], "tensor([ 1., nan])"),
        ([[1.0, -2.5]], "tensor([[ 1.0000, -2.5000]])"),
    ],
)
def test_repr_shows_every_number_to_four_digits(data, text):
    """One scale for the whole tensor; what is small is never shown as 0."""
    assert repr(torch.tensor(data)) == text


def test_repr_notes_what_is_not_usual():
    """Another type, an empty shape, a wish for a gradient, the op and its family."""
    assert repr(torch.ones(1, dtype=torch.float64)) == "tensor([1.], dtype=float64)"
    assert repr(torch.zeros(0, 3)) == "tensor([], size=(0, 3))"
    assert repr(torch.tensor([], dtype=torch.int64)) == "tensor([], dtype=int64)"
    x = torch.ones(1, requires_grad=True)
    assert repr(x) == "tensor([1.], requires_grad=True)"
    assert repr(x * 2) == "tensor([2.], grad_fn=<mul · switch>)"


def test_repr_of_a_large_tensor_is_short():
    """The corners of a large tensor, quickly; a matrix is printed in aligned rows."""
    text = repr(torch.zeros(1000, 1000))
    assert "..." in text
    assert len(text) < 700
    assert repr(torch.tensor([[1, 20], [300, 4]])) == "tensor([[  1,  20],\n        [300,   4]])"


def test_format_of_one_number_is_that_of_the_number():
    """f"{loss:.3f}" and f"{loss}" read like Python's float."""
    loss = torch.tensor(0.25, requires_grad=True) * 1
    assert f"{loss:.3f} {loss}" == "0.250 0.25"
    assert f"{torch.tensor([1, 2])}" == "tensor([1, 2])"


def test_size_is_a_tuple_that_counts():
    """shape, size() and numel() agree; a dimension that is not there is an IndexError."""
    x = torch.ones(2, 3)
    assert x.shape == x.size() == (2, 3)
    assert (x.size(-1), x.shape.numel(), x.numel(), x.dim(), x.ndim) == (3, 6, 6, 2, 2)
    with pytest.raises(IndexError, match="dim 2"):
        x.size(2)


def test_a_method_taken_from_the_class_is_the_op():
    """`Tensor.exp(x)` takes what `exp(x)` takes: a tensor, an array, the input by its name."""
    x = torch.tensor([0.0, 1.0], requires_grad=True)
    assert torch.Tensor.exp(x).requires_grad
    assert torch.Tensor.exp(input=x).tolist() == torch.exp(x).tolist()
    assert isinstance(torch.Tensor.exp(np.zeros(2)), np.ndarray)
    with pytest.raises(InputTypeError, match=r"exp takes \(x\).*Missing: x"):
        torch.Tensor.exp()
    with pytest.raises(InputTypeError, match=r"atan2 takes \(x, y\)"):
        x.atan2(x=x)


def test_methods_say_what_they_take():
    """Signature, name and docstring are the op's, under the name that was asked for."""
    x = torch.ones(2)
    assert list(inspect.signature(torch.Tensor.sum).parameters)[:3] == ["x", "dim", "keepdim"]
    assert list(inspect.signature(x.sum).parameters)[:2] == ["dim", "keepdim"]
    assert x.multiply.__name__ == "multiply"
    assert x.multiply.__doc__ == torch.mul.__doc__
    assert pickle.loads(pickle.dumps(torch.Tensor.exp)) is torch.Tensor.exp
    assert "multiply(x" in pydoc.render_doc(torch.Tensor, renderer=pydoc.plaintext)


@pytest.mark.parametrize("array", [np.arange(3), np.array([True, False])])
def test_whole_numbers_require_no_gradient_however_the_tensor_is_made(array):
    """The constructor refuses what `requires_grad_` refuses."""
    with pytest.raises(DTypeError, match="cannot have a gradient"):
        torch.Tensor(array, requires_grad=True)
