"""In-place changes: the gradient is right, or it is refused in words; never silently wrong."""

from __future__ import annotations

import copy
import random

import numpy as np
import pytest
from hypothesis import given

import tinygrad_edu as torch
from tests import programs
from tinygrad_edu.errors import DTypeError, InPlaceError, ShapeError

X = np.array([[0.5, -1.0], [2.0, 0.25]])
C = np.array([[1.0, 0.5], [-0.5, 2.0]])


def leaf(*numbers: float) -> torch.Tensor:
    """A float64 leaf."""
    return torch.tensor(numbers, dtype=torch.float64, requires_grad=True)


def outcome(program) -> np.ndarray | None:
    """The gradient of a program, or None where the library refuses it."""
    x = torch.tensor(X, requires_grad=True)
    try:
        loss = programs.run(program, x, torch.tensor(C))
        if loss.requires_grad:
            loss.backward()
    except InPlaceError:
        return None
    return np.zeros_like(X) if x.grad is None else x.grad.numpy()


@given(program=programs.programs())
def test_a_random_program_has_the_slope_of_numpy_or_is_refused(program):
    """Views, changes through views, self-assignments: as central differences on arrays say."""
    found = outcome(program)
    if found is not None:
        np.testing.assert_allclose(found, programs.slope(program, X, C), rtol=1e-4, atol=1e-4)


def test_refusing_is_the_exception():
    """Of 300 random programs at least half have an answer: the guard does not refuse everything."""
    rng = random.Random(0)
    names = [*programs.MAKES, *programs.CHANGES]
    answered = 0
    for _ in range(300):
        steps = [(rng.choice(names), rng.randrange(6), rng.randrange(6)) for _ in range(4)]
        answered += outcome(steps) is not None
    assert answered >= 150


# -- what is right


@pytest.mark.parametrize(
    ("change", "slope"),
    [
        (lambda y: y.add_(1), [12, 20]),
        (lambda y: y.mul_(3), [72, 144]),
        (lambda y: y.sub_(1, alpha=2), [0, 8]),
        (lambda y: y.div_(2), [2, 4]),
        (lambda y: y.pow_(2), [64, 512]),
        (lambda y: y.neg_(), [8, 16]),
        (lambda y: y.zero_(), [0, 0]),
        (lambda y: y.fill_(5.0), [0, 0]),
        (lambda y: y.copy_(torch.ones(2)), [0, 0]),
        (lambda y: y.clamp_(max=3.0), [8, 0]),
        (lambda y: y.masked_fill_(torch.tensor([True, False]), 9.0), [0, 16]),
        (lambda y: y.abs_(), [8, 16]),
        (lambda y: y.exp_(), [4 * np.exp(4), 4 * np.exp(8)]),
        (lambda y: y.sin_(), [2 * np.sin(4), 2 * np.sin(8)]),
        (lambda y: y.normal_(), [0, 0]),
        (lambda y: y.__setitem__(0, 7.0), [0, 16]),
        (lambda y: y.__setitem__(y > 3, 0.0), [8, 0]),
    ],
)
def test_the_slope_of_a_changed_tensor(change, slope):
    """y = 2x at (1, 2), changed; L = Σy², differentiated by hand."""
    x = leaf(1.0, 2.0)
    y = x * 2
    change(y)
    (y * y).sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), slope)


def test_a_part_changed_through_an_index():
    """`x[:, 0] *= 2` is right in all its three steps: read, change, write back."""
    x = torch.ones(2, 2, requires_grad=True)
    y = x * 1
    y[:, 0] *= 2
    y[1] += 5
    (y * y).sum().backward()
    assert x.grad.tolist() == [[8, 2], [28, 12]]


def test_gradients_flow_into_what_is_written():
    """copy_, fill_, masked_fill_ and x[i] = v give v its gradient, and make x part of the graph."""
    v, s = leaf(1.0, 2.0), torch.tensor(3.0, dtype=torch.float64, requires_grad=True)
    x = torch.zeros(3, 2, dtype=torch.float64)
    x[0] = v
    x[2, 1] = s
    assert (x.requires_grad, x.is_leaf) == (True, False)
    (x * 10).sum().backward()
    assert (v.grad.tolist(), s.grad.item()) == ([10, 10], 10)
    y = torch.zeros(2, 2, dtype=torch.float64).copy_(v)
    y.masked_fill_(torch.tensor([[True, False], [False, False]]), s)
    y.sum().backward()
    assert (v.grad.tolist(), s.grad.item()) == ([11, 12], 11)


def test_an_op_that_reads_its_own_old_value_keeps_a_copy():
    """`buffer *= w` twice: each recipe has the buffer as it was."""
    w = leaf(3.0)
    x = torch.ones(1, dtype=torch.float64)
    x.mul_(w)
    x.mul_(w)
    x.backward()
    assert w.grad.item() == 6


def test_in_place_methods_return_the_tensor_itself():
    """So that they chain; and the object stays the same under `+=`."""
    x = torch.ones(3)
    y = x
    y += 1
    assert y is x
    assert x.mul_(2).add_(1).clamp_(max=4) is x
    assert x.tolist() == [4, 4, 4]


def test_views_share_memory_and_version():
    """A change of a view is a change of the base, of the detached tensor and of NumPy's array."""
    x = torch.zeros(4)
    view, detached, array = x.view(2, 2), x.detach(), x.numpy()
    before = x._version
    view[1] = 5
    detached.add_(1)
    array[0] = 9
    assert x.tolist() == [9, 1, 6, 6]
    assert x._version == view._version == detached._version == before + 2
    assert x.clone()._version == 0


# -- what is refused


@pytest.mark.parametrize(
    "edit",
    [
        lambda y: y.add_(1),
        lambda y: y.__setitem__(0, 0.0),
        lambda y: y[:1].zero_(),
        lambda y: y.detach().mul_(2),
        lambda y: y.data.mul_(2),
        lambda y: torch.from_numpy(y.detach().numpy()).add_(1),
        lambda y: torch.no_grad()(lambda: y.add_(1))(),
    ],
)
@pytest.mark.parametrize(
    "use", [lambda y: y * y, lambda y: y.sin(), lambda y: y @ y, lambda y: y**3]
)
def test_a_saved_value_that_was_changed_is_refused_with_op_and_line(use, edit):
    """By whatever way it was changed: backward names the op and the line that used the value."""
    y = leaf(1.0, 2.0) * 2
    z = use(y).sum()
    edit(y)
    with pytest.raises(InPlaceError, match=r"test_inplace\.py:\d+: .*changed in place") as caught:
        z.backward()
    assert isinstance(caught.value, RuntimeError)


def test_a_value_that_nobody_reads_may_be_changed():
    """y + y and sums save no values: changing y afterwards is allowed, and right."""
    x = leaf(1.0, 2.0)
    y = x * 2
    z = (y + y).sum()
    y.add_(100)
    z.backward()
    assert x.grad.tolist() == [4, 4]


def test_an_output_that_its_own_rule_reads_is_guarded_too():
    """The rule of exp reads the output, so changing that unrecorded is refused."""
    x = leaf(1.0)
    y = x.exp()
    with torch.no_grad():
        y.mul_(0)
    with pytest.raises(InPlaceError, match="output"):
        y.backward()


@pytest.mark.parametrize(
    "edit",
    [
        lambda x: x.add_(1),
        lambda x: x.__setitem__(0, 1.0),
        lambda x: x[:1].add_(1),
        lambda x: x.view(2, 1).mul_(2),
        lambda x: x.T.relu_(),
    ],
)
def test_a_leaf_that_wants_a_gradient_is_not_changed_while_recording(edit):
    """Neither itself nor through a view; the message says how to update parameters."""
    x = leaf(1.0, 2.0)
    with pytest.raises(InPlaceError, match=r"no_grad\(\)"):
        edit(x)
    assert x.tolist() == [1, 2]


@pytest.mark.parametrize(
    "use",
    [
        lambda y: (y * 1).sum(),
        lambda y: y.sum().backward(),
        lambda y: torch.stack([y, y]),
        lambda y: y.add_(1),
        lambda y: y[0],
    ],
)
def test_a_tensor_whose_view_was_changed_is_out_of_date(use):
    """y's own history does not know of `view *= 2`, so using y is refused, not silently wrong."""
    y = leaf(1.0, 2.0) * 1
    view = y[:1]
    view *= 2
    with pytest.raises(InPlaceError, match="out of date"):
        use(y)
    assert view.sum().item() == 2  # the changed view itself may be used


def test_writing_a_tensor_onto_itself_does_not_bring_it_up_to_date():
    """`y[...] = y` after `view *= 2` would make y the heir of a history that it does not have."""
    for value in (lambda y: y, lambda y: y.detach()):
        y = leaf(1.0, 2.0) * 1
        view = y[:1]
        view *= 2
        with pytest.raises(InPlaceError, match="out of date"):
            y[...] = value(y)
        with pytest.raises(InPlaceError, match="out of date"):
            y.sum()


def test_a_pass_may_not_start_at_a_tensor_whose_view_was_changed():
    """y.backward() itself asks the same question as an op."""
    y = (leaf(1.0, 2.0) ** 2).sum()
    y.view(1).mul_(3)
    with pytest.raises(InPlaceError, match="out of date"):
        y.backward()


def test_constants_taken_after_a_recorded_change_are_current():
    """After `y += w`, what is detached or sliced without recording may be used freely."""
    w = leaf(2.0)
    y = w * torch.ones(2, 2, dtype=torch.float64)
    y += w
    assert (y.detach()[0] * 2).tolist() == [8, 8]
    with torch.no_grad():
        assert (y[0] * 2).sum().item() == 16


def test_an_expanded_tensor_is_not_written_to():
    """Several elements share one place: clone() first."""
    with pytest.raises(InPlaceError, match=r"clone\(\)"):
        torch.ones(3).expand(2, 3).add_(1)


@pytest.mark.parametrize(
    ("edit", "error", "says"),
    [
        (lambda: torch.ones(2).add_(torch.ones(3, 2)), ShapeError, r"\(3, 2\).*\(2,\)"),
        (lambda: torch.tensor([1, 2]).add_(1.5), DTypeError, "float32.*int64"),
        (lambda: torch.tensor([1, 2]).normal_(), DTypeError, "fractions"),
        (lambda: torch.ones(2).fill_(torch.ones(2)), ShapeError, "one number"),
        (lambda: torch.ones(2).copy_(torch.ones(3)), ShapeError, r"\(3,\)"),
        (lambda: torch.ones(2).uniform_(2, 1), ValueError, "from 2 to 1"),
        (lambda: torch.ones(2).__setitem__(5, 1), IndexError, "out of bounds"),
        (lambda: torch.ones(2).__setitem__(slice(None), torch.ones(3)), ShapeError, "shape"),
    ],
)
def test_a_change_that_does_not_fit_is_refused(edit, error, says):
    """A tensor keeps its shape and its number type."""
    with pytest.raises(error, match=says):
        edit()


def test_data_replaces_the_numbers_of_a_leaf():
    """`x.data = new` keeps leaf and gradient; a graph made before has its own values."""
    x = leaf(1.0, 2.0)
    y = (x * x).sum()
    x.data = torch.tensor([10.0, 20.0], dtype=torch.float64)
    y.backward()
    assert (x.tolist(), x.grad.tolist(), x.is_leaf) == ([10, 20], [2, 4], True)
    with pytest.raises(TypeError, match="float"):
        x.data = 1.0
    z = (x**3).sum()
    x.data = torch.zeros(2, dtype=torch.float64)
    with pytest.raises(InPlaceError, match=r"\.data"):
        z.backward(create_graph=True)


def test_a_change_without_a_slope_is_refused_on_a_recorded_tensor():
    """After `y //= 2` the old history of y would be a lie."""
    y = leaf(5.0, 7.0) * 3
    with pytest.raises(InPlaceError, match="//="):
        y //= 2
    assert y.tolist() == [15, 21]


@pytest.mark.parametrize(
    "change", [lambda x, y: x.add_(y), lambda x, y: x.sub_(y), lambda x, y: x.copy_(y)]
)
def test_the_gradient_of_what_is_written_has_its_own_type(change):
    """float64 written into float32: its gradient is float64 again."""
    x, y = torch.zeros(3), leaf(1.0, 2.0, 3.0)
    change(x, y)
    x.sum().backward()
    assert y.grad.dtype == torch.float64


def test_a_view_of_a_leaf_is_no_less_one_when_its_graph_is_freed():
    """The edit is refused, not the parameter's next use."""
    x = leaf(1.0, 2.0)
    v = x.view(-1)
    (v * v).sum().backward()
    with pytest.raises(InPlaceError, match="leaf"):
        v.mul_(2)
    assert (x * x).sum().item() == 5


def test_a_base_out_of_date_does_not_slip_out_as_an_array():
    """Its history is not what `requires_grad` says, so `numpy()` and a deep copy refuse it too."""
    base = torch.zeros(2, dtype=torch.float64)
    base[:1].mul_(leaf(3.0))
    for leave in (base.numpy, lambda: copy.deepcopy(base)):
        with pytest.raises(InPlaceError, match="changed in place"):
            leave()
    assert (torch.from_numpy(base.detach().numpy()) * 2).tolist() == [0, 0]
    with torch.no_grad():
        assert base.sum().item() == 0


def test_a_gradient_that_cannot_be_written_into_is_replaced():
    """`x.grad = zeros(1).expand(2)` is one number seen twice."""
    x = leaf(1.0, 2.0)
    x.grad = torch.zeros(1, dtype=torch.float64).expand(2)
    (3 * x).sum().backward()
    assert x.grad.tolist() == [3, 3]
