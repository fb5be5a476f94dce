"""Refusals: an error that PyTorch's users catch, saying what was asked, what came, what to do."""

from __future__ import annotations

import inspect
import re

import numpy as np
import pytest

import tinygrad_edu as torch
import tinygrad_edu.nn.functional as F
from tinygrad_edu import errors, nn, optim
from tinygrad_edu.check.zoo.architecture import Architecture
from tinygrad_edu.errors import InputTypeError, TinygradEduError

ONES = torch.ones
LABELS = torch.tensor([0, 1, 2, 1])


def wants_gradient(*shape: int) -> torch.Tensor:
    """A leaf of ones."""
    return torch.ones(*shape, requires_grad=True)


def backward_twice():
    y = (wants_gradient(3) ** 2).sum()
    y.backward()
    y.backward()


def edited_saved_value():
    x = wants_gradient(3) * 1
    y = (x * x).sum()
    x += 1
    y.backward()


# What was done, the type that PyTorch raises, and what the message must tell.
REFUSALS = {
    # shapes that do not fit
    "a sum": (lambda: ONES(2, 3) + ONES(2), RuntimeError, ["add", "(2, 3)", "(2,)", "2 ≠ 3"]),
    "a product": (lambda: ONES(2, 3) @ ONES(2, 3), RuntimeError, ["matmul", "3 ≠ 2", "ranspose"]),
    "a number @": (lambda: ONES(2) @ torch.tensor(1.0), RuntimeError, ["matmul", "()", "*"]),
    "a layer": (lambda: nn.Linear(3, 2)(ONES(4, 5)), RuntimeError, ["(4, 5)", "(2, 3)"]),
    "a maximum": (lambda: torch.maximum(ONES(2), ONES(3)), RuntimeError, ["maximum", "2 ≠ 3"]),
    "cat": (lambda: torch.cat([ONES(2, 3), ONES(2, 2)]), RuntimeError, ["cat", "(2, 2)"]),
    "stack": (lambda: torch.stack([ONES(2), ONES(3)]), RuntimeError, ["stack", "(2,)", "(3,)"]),
    "reshape": (lambda: ONES(2, 3).reshape(7), RuntimeError, ["reshape", "(7,)", "6"]),
    "view": (lambda: ONES(2, 3).T.view(6), RuntimeError, ["view", "reshape"]),
    "expand": (lambda: ONES(2, 3).expand(4, 3), RuntimeError, ["expand", "(4, 3)"]),
    "einsum": (
        lambda: torch.einsum("ij,jk", ONES(2, 3), ONES(2, 3)),
        RuntimeError,
        ["einsum", "'j'", "(2, 3)"],
    ),
    "an assignment": (lambda: ONES(3).__setitem__(0, ONES(2)), RuntimeError, ["(3,)", "(2,)"]),
    # dimensions and indices that are not there
    "a dimension": (lambda: ONES(2, 3).sum(5), IndexError, ["sum", "5", "(2, 3)"]),
    "two dimensions": (
        lambda: ONES(2, 3).transpose(0, 5),
        IndexError,
        ["transpose", "5", "-2 to 1"],
    ),
    "an index": (lambda: ONES(3)[7], IndexError, ["(3,)", "7"]),
    "a tensor of indices": (lambda: ONES(3)[torch.tensor([7])], IndexError, ["(3,)", "7"]),
    "a fraction as index": (lambda: ONES(3)[1.5], IndexError, ["1.5", "whole numbers"]),
    "a mask": (lambda: ONES(2)[torch.tensor([True] * 3)], IndexError, ["(2,)", "3"]),
    "gather": (
        lambda: ONES(2, 3).gather(1, torch.tensor([[5]])),
        RuntimeError,
        ["gather", "0 to 2"],
    ),
    # labels
    "a label too large": (lambda: F.cross_entropy(ONES(4, 2), LABELS), IndexError, ["2", "0 to 1"]),
    "a negative label": (
        lambda: F.cross_entropy(ONES(1, 2), torch.tensor([-1])),
        IndexError,
        ["-1", "ignore_index"],
    ),
    "too few labels": (lambda: F.cross_entropy(ONES(5, 3), LABELS), ValueError, ["(5, 3)", "(4,)"]),
    "labels as floats": (
        lambda: F.cross_entropy(ONES(4, 3), LABELS.float()),
        RuntimeError,
        ["float32", "long()"],
    ),
    "a class for one_hot": (lambda: F.one_hot(LABELS, 2), RuntimeError, ["one_hot", "2"]),
    # (N, 1) against (N,)
    "a column against a row": (
        lambda: F.mse_loss(ONES(4, 1), ONES(4)),
        ValueError,
        ["(4, 1)", "(4,)", "(4, 4)", "squeeze"],
    ),
    "a row against a column": (
        lambda: nn.MSELoss()(ONES(4), ONES(4, 1)),
        RuntimeError,
        ["(4, 4)", "squeeze"],
    ),
    "logits against labels": (
        lambda: F.binary_cross_entropy_with_logits(ONES(4, 1), ONES(4)),
        ValueError,
        ["(4, 1)", "(4,)"],
    ),
    # number types and values
    "integers that want a gradient": (
        lambda: torch.tensor([1, 2], requires_grad=True),
        RuntimeError,
        ["int64", "float()"],
    ),
    "a mean of integers": (
        lambda: torch.tensor([1]).mean(),
        RuntimeError,
        ["mean", "int64", "float()"],
    ),
    "minus of truths": (lambda: -torch.tensor([True]), RuntimeError, ["neg", "truth", "~"]),
    "a condition of floats": (
        lambda: torch.where(ONES(2), 1.0, 0.0),
        RuntimeError,
        ["where", "float32", "bool()"],
    ),
    "a string": (lambda: ONES(2) + "a", TypeError, ["add", "'a'", "str"]),
    "None": (lambda: ONES(2) * None, TypeError, ["mul", "None"]),
    "a string assigned": (lambda: ONES(2).__setitem__(0, "a"), TypeError, ["'a'", "str"]),
    "a type as a shape": (lambda: ONES(2).view(torch.int32), TypeError, ["int32", "to()"]),
    "a probability": (
        lambda: F.binary_cross_entropy(torch.tensor([1.5]), ONES(1)),
        RuntimeError,
        ["1.5", "sigmoid"],
    ),
    "an unknown argument": (
        lambda: torch.sum(ONES(2), foo=1),
        TypeError,
        ["sum", "foo", "keepdim"],
    ),
    "a missing argument": (lambda: ONES(2).softmax(), TypeError, ["softmax", "dim"]),
    # the reverse pass
    "backward from many": (
        lambda: (wants_gradient(3) * 2).backward(),
        RuntimeError,
        ["(3,)", "sum()", "gradient="],
    ),
    "backward of a constant": (lambda: ONES(1).backward(), RuntimeError, ["requires_grad=True"]),
    "backward twice": (backward_twice, RuntimeError, ["second time", "pow", "retain_graph=True"]),
    "an edited saved value": (
        edited_saved_value,
        RuntimeError,
        ["mul", "changed in place", "clone()"],
    ),
    "a leaf changed": (lambda: wants_gradient(2).add_(1), RuntimeError, ["add_", "no_grad()"]),
    "numpy of a gradient": (lambda: wants_gradient(2).numpy(), RuntimeError, ["detach().numpy()"]),
    # the world outside
    "an unknown NumPy function": (
        lambda: np.median(ONES(3)),
        TypeError,
        ["numpy.median", "detach()"],
    ),
    "array += tensor": (
        lambda: np.zeros(2).__iadd__(ONES(2)),
        TypeError,
        ["array = array + tensor"],
    ),
    "a missing file": (
        lambda: torch.data.mnist("/no/such/file.npz"),
        FileNotFoundError,
        ["/no/such/file.npz"],
    ),
    "another device": (lambda: ONES(1).to("cuda"), RuntimeError, ["'cuda'", "CPU"]),
    # an argument of another kind
    "lists of different lengths as index": (
        lambda: ONES(3, 3)[[[0, 1], [0]]],
        TypeError,
        ["getitem", "x[i, j]"],
    ),
    "a module that is not there": (
        lambda: nn.ModuleDict({"a": nn.ReLU()})["b"],
        KeyError,
        ["'b'", "a"],
    ),
    "a module taken out that is not there": (
        lambda: nn.ModuleDict().pop("b"),
        KeyError,
        ["'b'", "nothing"],
    ),
    "the gradient of a tensor, not of a function": (
        lambda: torch.func.grad(ONES(2)),
        TypeError,
        ["Tensor", "backward()"],
    ),
    "the gradient for an argument that was not given": (
        lambda: torch.func.grad(lambda x: x.sum(), 1)(ONES(2)),
        IndexError,
        ["argnums=1", "received 1"],
    ),
    "a number for a sampler": (
        lambda: torch.data.DataLoader(range(4), sampler=3),
        TypeError,
        ["sampler=3", "shuffle=True"],
    ),
    "a number for a data source": (
        lambda: torch.data.RandomSampler(4),
        TypeError,
        ["data_source=4", "range(n)"],
    ),
    "batches that are numbers": (
        lambda: list(torch.data.DataLoader(range(4), batch_sampler=[0, 1])),
        TypeError,
        ["batch_sampler", "BatchSampler("],
    ),
    "widths that are a number": (lambda: Architecture(widths=3), ValueError, ["widths"]),
    "a hidden layer that is a number": (lambda: Architecture(hidden=3), TypeError, ["hidden", "3"]),
}


@pytest.mark.parametrize(("act", "error", "tells"), REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_says_what_came_and_what_to_do(act, error, tells):
    """Caught by the library's name and by PyTorch's; two sentences or more, the facts in them."""
    with pytest.raises(error) as caught:
        act()
    text = str(caught.value)
    assert isinstance(caught.value, TinygradEduError)
    for fact in tells:
        assert fact in text
    assert re.search(r"[.?]$", text), "a message ends as a sentence does"
    assert re.search(r"[a-z)\]'\"*0-9][.:;,?] \S", text), "what came, and then what to do"
    assert "  " not in text


@pytest.mark.parametrize("act", [backward_twice, edited_saved_value])
def test_the_source_line_is_named(act):
    """Where a value was saved, not where the pass was started: file, line number and its text."""
    lines, first = inspect.getsourcelines(act)
    (offset,) = [i for i, line in enumerate(lines) if ".sum()" in line]
    with pytest.raises(RuntimeError, match=rf"test_errors\.py:{first + offset}: y = \(") as caught:
        act()
    assert lines[offset].strip() in str(caught.value)


@pytest.mark.parametrize("act", [backward_twice, lambda: ONES(2) + ONES(3), lambda: ONES(3)[7]])
def test_numpys_own_traceback_is_not_shown(act):
    """The error stands for NumPy's; "During handling of …" would only frighten."""
    with pytest.raises(TinygradEduError) as caught:
        act()
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_nothing_is_half_done_after_a_refusal():
    """An in-place operation that was refused has written nothing."""
    x, y = torch.zeros(3), torch.tensor([1, 2])
    for act in (
        lambda: x.add_(ONES(2, 3)),
        lambda: x.__setitem__(slice(2), ONES(3)),
        lambda: y.add_(0.5),
    ):
        with pytest.raises(RuntimeError):
            act()
    assert (x.tolist(), y.tolist(), x._version, y._version) == ([0, 0, 0], [1, 2], 0, 0)


def classes() -> dict[str, type]:
    """Every error of the library."""
    return {
        name: value
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, TinygradEduError)
    }


def test_every_error_is_also_one_of_pythons():
    """No error but the root is of this library alone."""
    assert set(errors.__all__) == set(classes())
    for name, error in classes().items():
        builtin = [c for c in error.__mro__ if c.__module__ == "builtins"]
        assert name == "TinygradEduError" or builtin[0] is not Exception
        assert error.__doc__


def test_the_tree_in_the_docstring_is_the_tree_of_classes():
    """The drawing shows every class under its parent, with the Python error that it also is."""
    drawn = re.findall(
        r"^ *([│ ├└─]*)(\w+(?:Error|Missing|Installed|Ink)) *(\w+Error)?", errors.__doc__, re.M
    )
    assert {name for _, name, _ in drawn} == set(classes())
    path: list[str] = []
    for lead, name, builtin in drawn:
        depth = (len(lead) + 3) // 4
        path[depth:] = [name]
        error = classes()[name]
        if depth:
            assert issubclass(error, classes()[path[depth - 1]])
        if builtin:
            assert issubclass(error, getattr(__import__("builtins"), builtin))


@pytest.mark.parametrize(
    "product",
    [
        lambda x, y: x @ y,
        lambda x, y: torch.nn.functional.linear(x, y.T),
        lambda x, y: torch.einsum("ij,jk->ik", x, y),
        lambda x, y: torch.mm(x, y),
    ],
)
def test_a_product_of_matrices_takes_one_type(product):
    """float32 against float64 is refused as in PyTorch, with the conversion to write."""
    with pytest.raises(RuntimeError, match=r"float32 and float64.*x\.float\(\)"):
        product(torch.ones(2, 3), torch.ones(3, 2, dtype=torch.float64))


@pytest.mark.parametrize(
    "call",
    [
        lambda: torch.sum(3),
        lambda: torch.softmax([1.0, 2.0], 0),
        lambda: torch.reshape(None, (2,)),
        lambda: torch.relu("a"),
        lambda: torch.flip(3, (0,)),
        lambda: torch.cat([1, 2]),
        lambda: torch.cat([torch.ones(2), None]),
        lambda: torch.cat(1),
        lambda: torch.stack([1, 2]),
        lambda: torch.equal(torch.ones(2), None),
        lambda: torch.allclose(torch.ones(2), None),
        lambda: torch.meshgrid(1, 2),
        lambda: torch.dot(torch.ones(2), None),
        lambda: torch.outer(torch.ones(2), 1),
        lambda: torch.diag_embed("a"),
        lambda: torch.nn.functional.linear(torch.ones(2), None),
    ],
)
def test_what_is_no_tensor_is_a_type_error(call):
    """A number, a list, a string or None in a tensor's place is told so, as PyTorch's TypeError."""
    with pytest.raises(TypeError, match=r"but a tensor was expected\. Make it one"):
        call()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: torch.topk(ONES(3), "a"), "topk: k='a' of type str, but a whole number"),
        (lambda: torch.topk(ONES(3), 1.5), "topk: k=1.5 of type float, but a whole number"),
        (lambda: torch.topk(3, 1), "topk: received 3 of type int, but a tensor"),
        (lambda: ONES(3).split("a"), "split: split_size_or_sections='a' of type str"),
        (lambda: ONES(3).split(["a"]), "split: split_size_or_sections='a' of type str"),
        (lambda: torch.split(None, 1), "split: received None of type NoneType, but a tensor"),
        (lambda: ONES(3).chunk(None), "chunk: chunks=None of type NoneType"),
        (lambda: ONES(3).tensor_split("a"), "tensor_split: indices_or_sections='a'"),
        (lambda: ONES(3).narrow(0, "a", 1), "narrow: start='a' of type str, but a whole number"),
        (lambda: F.layer_norm(ONES(3), 2.5), "layer_norm: normalized_shape=2.5, but the shape"),
        (lambda: F.layer_norm("a", (3,)), "layer_norm: received 'a' of type str, but a tensor"),
        (lambda: F.dropout(ONES(3), "a"), "dropout: p='a' of type str, but a number from 0 to 1"),
        (lambda: nn.Dropout(None), "Dropout: p=None of type NoneType, but a number from 0 to 1"),
        (lambda: F.max_pool1d(ONES(1, 8), 2.5), "pooling in 1d: a size=2.5 of type float, but a"),
        (lambda: nn.AvgPool1d([2, 2]), r"pooling in 1d: a size=\[2, 2\] of type list, but a"),
        (lambda: torch.arange("a"), "arange: start=0, end='a', step=1, but numbers"),
        (lambda: torch.bernoulli("a"), "bernoulli: received 'a' of type str, but a tensor"),
        (lambda: torch.multinomial(ONES(3), "a"), "multinomial: num_samples='a' of type str"),
        (lambda: torch.randint("a", 9, (2,)), "randint: low='a' of type str, but a whole number"),
        (lambda: torch.einsum(1, ONES(3)), "einsum: the equation is 1 of type int, but a string"),
        (lambda: torch.einsum("i", "a"), "einsum: received 'a' of type str, but a tensor"),
        (lambda: torch.sigmoid("a"), "sigmoid: received 'a' of type str, but a tensor"),
        (lambda: torch.neg([]), r"neg: received \[\] of type list, but a tensor"),
        (lambda: optim.SGD([wants_gradient(2)], lr="a"), "SGD: lr='a' of type str, but a number"),
        (
            lambda: optim.Adam([wants_gradient(2)], eps=None),
            "Adam: eps=None of type NoneType, but a number",
        ),
        (
            lambda: optim.SGD([wants_gradient(2)]).step(ONES(1)),
            "SGD.step: received Tensor, but a function",
        ),
        (lambda: torch.save({}, None), "save: the file is None of type NoneType, but a path"),
        (lambda: torch.load(1), "load: received 1 of type int, but a path or an open file"),
        (
            lambda: torch.serialization.load_weights_json(1),
            "load_weights_json: received 1 of type int, but a path or an open file",
        ),
    ],
)
def test_an_argument_of_the_wrong_kind_is_named(call, message):
    """A string, a fraction or None where a number, a tensor or a path belongs: PyTorch's
    TypeError, and not Python's own words from within.
    """
    with pytest.raises(InputTypeError, match=f"^{message}"):
        call()
