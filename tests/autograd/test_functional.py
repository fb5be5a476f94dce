"""`autograd.functional`: Jacobians, Hessians and their products."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu.autograd.functional import hessian, hvp, jacobian, jvp, vhp, vjp
from tinygrad_edu.errors import GradientError, InputTypeError, ShapeError


def vector(*numbers: float, grad: bool = False) -> torch.Tensor:
    """A float64 tensor."""
    return torch.tensor(numbers, dtype=torch.float64, requires_grad=grad)


A = np.array([[1.0, 2.0, 3.0], [-1.0, 0.5, 4.0]])


def affine(x):
    """Ax + x₀², so that J = A + a column that depends on x."""
    return torch.tensor(A) @ x + x[0] ** 2


def jacobian_of_affine(x0: float) -> np.ndarray:
    """J of `affine` at x₀."""
    return A + np.array([2 * x0, 0, 0])


def test_a_jacobian_has_the_output_before_the_input():
    """J[i, j] = dyᵢ/dxⱼ."""
    found = jacobian(affine, vector(1.0, 2.0, 3.0))
    np.testing.assert_allclose(found.numpy(), jacobian_of_affine(1.0))


def test_products_with_the_jacobian_agree_with_it():
    """vjp is vᵀJ, jvp is Jv; both also return the value."""
    x, u, v = vector(1.0, 2.0, 3.0), vector(1.0, -2.0), vector(0.5, 1.0, 2.0)
    J = jacobian_of_affine(1.0)
    y, left = vjp(affine, x, u)
    np.testing.assert_allclose(left.numpy(), u.numpy() @ J)
    z, right = jvp(affine, x, v)
    np.testing.assert_allclose(right.numpy(), J @ v.numpy())
    np.testing.assert_allclose(y.numpy(), z.numpy())
    np.testing.assert_allclose(y.numpy(), A @ x.numpy() + 1)


def test_shapes_of_a_jacobian():
    """The shape is that of the output followed by that of the input; scalars have none."""
    assert jacobian(lambda x: x * 2, torch.ones(2, 3)).shape == (2, 3, 2, 3)
    assert jacobian(lambda x: x.sum(), torch.ones(2, 3)).shape == (2, 3)
    assert jacobian(lambda x: x.expand(4), torch.tensor(1.0)).shape == (4,)


def test_several_inputs_and_outputs_give_nested_tuples():
    """J[i][j] of output i by input j; a tuple in makes a tuple, a tensor in makes none."""
    x, y = vector(1.0, 2.0), vector(3.0, 4.0)
    table = jacobian(lambda x, y: (x * y, x.sum()), (x, y))
    assert [[block.tolist() for block in row] for row in table] == [
        [[[3, 0], [0, 4]], [[1, 0], [0, 2]]],
        [[1, 1], [0, 0]],
    ]
    (only,) = jacobian(lambda x: x * 2, (x,))
    assert only.tolist() == [[2, 0], [0, 2]]


def test_hessian_of_several_inputs():
    """H[i][j] = d²f/dxᵢdxⱼ, mixed blocks included."""
    x, y = vector(3.0), vector(2.0)
    table = hessian(lambda x, y: (x**2 * y**3).sum(), (x, y))
    assert [[block.item() for block in row] for row in table] == [[16, 72], [72, 108]]


def test_products_with_the_hessian_agree_with_it():
    """hvp = Hv and vhp = vᵀH, without forming H."""
    x, v = vector(1.0, 2.0, 3.0), vector(1.0, -1.0, 0.5)

    def f(x):
        return (x[0] * x[1] * x[2] + x.exp().sum() + (x**3).sum()).reshape(1)

    H = hessian(f, x).numpy()
    np.testing.assert_allclose(H, H.T)
    np.testing.assert_allclose(hvp(f, x, v)[1].numpy(), H @ v.numpy())
    np.testing.assert_allclose(vhp(f, x, v)[1].numpy(), v.numpy() @ H)
    assert hvp(f, x, v)[0].item() == f(x).item()


def test_of_one_number_the_direction_may_be_left_out():
    """v is 1 where there is but one number."""
    x = torch.tensor(3.0)
    assert jvp(lambda x: x**2, x)[1].item() == 6
    assert vjp(lambda x: (x**2).sum(), vector(1.0, 2.0))[1].tolist() == [2, 4]
    assert hvp(lambda x: x**3, x)[1].item() == 18


@pytest.mark.parametrize("call", [vjp, jvp, jacobian, hessian, hvp, vhp])
def test_the_users_tensors_are_left_alone(call):
    """No .grad appears, no requires_grad changes, and results are constants."""
    x = vector(2.0, grad=True)
    result = call(lambda x: (x**3).sum(), x)
    assert x.grad is None
    for t in result if isinstance(result, tuple) else (result,):
        assert not t.requires_grad


@pytest.mark.parametrize("call", [vjp, jvp, jacobian, hessian, hvp, vhp])
def test_inside_no_grad_the_answer_is_the_same(call):
    """Derivatives were asked for: no_grad around the call does not make them zero."""
    x, v = vector(1.5), vector(1.0)
    arguments = (x,) if call in (jacobian, hessian) else (x, v)
    f = (lambda x: x**3) if call in (vjp, jvp, jacobian) else (lambda x: (x**3).sum())
    outside = call(f, *arguments)
    with torch.no_grad():
        inside = call(f, *arguments)
    flat = [
        t.reshape(-1).tolist() for r in (outside, inside) for t in (r if type(r) is tuple else (r,))
    ]
    assert flat[: len(flat) // 2] == flat[len(flat) // 2 :]
    assert flat[-1] != [0]


@pytest.mark.parametrize(
    ("call", "slope"),
    [
        (lambda x: jacobian(lambda x: x**3, x, create_graph=True).sum(), [12, 18]),
        (lambda x: hessian(lambda x: (x**4).sum(), x, create_graph=True).sum(), [48, 72]),
        (lambda x: vjp(lambda x: x**3, x, vector(1.0, 1.0), create_graph=True)[1].sum(), [12, 18]),
        (lambda x: jvp(lambda x: x**3, x, vector(1.0, 1.0), create_graph=True)[1].sum(), [12, 18]),
        (
            lambda x: hvp(lambda x: (x**4).sum(), x, vector(1, 1), create_graph=True)[1].sum(),
            [48, 72],
        ),
        (
            lambda x: vhp(lambda x: (x**4).sum(), x, vector(1, 1), create_graph=True)[1].sum(),
            [48, 72],
        ),
    ],
)
def test_create_graph_makes_the_result_differentiable(call, slope):
    """Results made with create_graph flow back into the user's leaf."""
    x = vector(2.0, 3.0, grad=True)
    call(x).backward()
    np.testing.assert_allclose(x.grad.numpy(), slope)


def test_independence_gives_zeros_or_with_strict_an_error():
    """A function that ignores its input has the Jacobian 0; strict=True asks for a reason."""
    x, y = vector(1.0, 2.0), vector(3.0, 4.0)
    assert jacobian(lambda x: torch.ones(2), x).tolist() == [[0, 0], [0, 0]]
    assert vjp(lambda x, y: x * 2, (x, y), vector(1, 1))[1][1].tolist() == [0, 0]
    assert hvp(lambda x: x.sum(), x, vector(1, 1))[1].tolist() == [0, 0]
    assert hessian(lambda x: x.sum(), x).tolist() == [[0, 0], [0, 0]]
    with pytest.raises(GradientError, match=r"does not depend|do not depend"):
        jacobian(lambda x: torch.ones(2), x, strict=True)
    with pytest.raises(GradientError, match="do not depend on input 1"):
        vjp(lambda x, y: x * 2, (x, y), vector(1, 1), strict=True)


@pytest.mark.parametrize(
    ("ask", "error", "says"),
    [
        (lambda x: vjp(lambda x: x * 2, x), GradientError, "v may be left out only"),
        (lambda x: jvp(lambda x: x * 2, x), GradientError, "v may be left out only"),
        (lambda x: vjp(lambda x: x * 2, x, vector(1.0)), ShapeError, r"\(1,\).*\(2,\)"),
        (lambda x: vjp(lambda x: (x, x), x, (x,)), ShapeError, "must be equal"),
        (lambda x: hessian(lambda x: x * 2, x), GradientError, "one single number"),
        (lambda x: hvp(lambda x: x * 2, x, x), GradientError, "one single number"),
        (lambda x: vjp(lambda x: 1, x, x), InputTypeError, "int"),
        (lambda x: vjp(lambda x: x, 3.0, x), InputTypeError, "float"),
        (lambda x: jacobian(lambda x: x, torch.tensor([1])), RuntimeError, "floating point"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(ask, error, says):
    """The message says what came, and what was expected."""
    with pytest.raises(error, match=says):
        ask(vector(1.0, 2.0))


def test_the_hessian_of_a_power_is_symmetric_at_an_exponent_of_zero():
    """d²(x^y)/dx dy = x^(y−1)·(1 + y·ln x), which is 1/x at y = 0, whichever comes first."""
    x, y = (torch.tensor(n, dtype=torch.float64) for n in (2.0, 0.0))
    h = torch.autograd.functional.hessian(lambda x, y: x**y, (x, y))
    assert h[0][1].item() == h[1][0].item() == 0.5
