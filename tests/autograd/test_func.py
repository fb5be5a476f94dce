"""`func`: gradients as functions, and modules as functions of their parameters."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import nn
from tinygrad_edu.func import functional_call, grad, grad_and_value


def test_a_module_is_called_with_other_parameters() -> None:
    """The gradient reaches what they were computed from; the module stays as it was."""
    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 1)).eval()
    x, before = torch.ones(4, 2), {k: v.clone() for k, v in model.state_dict().items()}
    factor = torch.tensor(2.0, requires_grad=True)
    doubled = {k: factor * v.detach() for k, v in model.named_parameters() if k.startswith("2")}
    y = functional_call(model, doubled, (x,))
    np.testing.assert_allclose(y.detach().numpy(), 2 * model(x).detach().numpy(), rtol=1e-5)
    (slope,) = torch.autograd.grad(y.sum(), factor)
    assert slope.item() == pytest.approx(model(x).sum().item(), rel=1e-5)
    assert functional_call(model, {"1.running_mean": torch.ones(3)}, x).shape == (4, 1)
    assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items())


def test_an_error_inside_leaves_the_module_as_it_was() -> None:
    """Neither a wrong name nor a wrong shape changes a parameter."""
    model = nn.Linear(2, 1)
    weight = model.weight
    with pytest.raises(AttributeError, match="no parameter or buffer 'wieght'"):
        functional_call(model, {"weight": torch.zeros(1, 2), "wieght": weight}, (torch.ones(2),))
    with pytest.raises(RuntimeError, match="do not chain"):
        functional_call(model, {"weight": torch.ones(1, 5)}, (torch.ones(2),))
    assert model.weight is weight


def test_gradients_of_functions() -> None:
    """In any argument, in several, twice, beside the value, and nothing is accumulated."""
    x, y = torch.tensor(2.0, requires_grad=True), torch.tensor(3.0)
    cube = lambda x, y: x**3 * y  # noqa: E731
    assert grad(cube)(x, y).item() == 36
    assert grad(cube, argnums=1)(x, y).item() == 8
    assert [g.item() for g in grad(cube, argnums=(0, 1))(x, y)] == [36, 8]
    assert grad(grad(cube))(x, y).item() == 36
    assert [g.item() for g in grad_and_value(cube)(x, y)] == [36, 24]
    g, aux = grad(lambda x: (x * x, "seen"), has_aux=True)(y)
    assert (g.item(), aux, x.grad, y.requires_grad) == (6, "seen", None, False)
    assert not grad(cube)(y, 2.0 * y).requires_grad  # nothing could be done with its graph
    assert grad(lambda y: x * y * y)(y).requires_grad  # x lies outside, and may be trained
    with pytest.raises(TypeError, match="argument 0 is float"):
        grad(cube)(2.0, y)


@pytest.mark.parity
def test_maml_agrees_with_pytorch() -> None:
    """One inner step on each task, and the gradient through it, are PyTorch's."""
    pytorch = pytest.importorskip("torch", reason="PyTorch is absent: pip install torch==2.13.0")
    found = []
    for t in (torch, pytorch):
        rng = np.random.default_rng(0)
        model = t.nn.Sequential(t.nn.Linear(1, 5), t.nn.Tanh(), t.nn.Linear(5, 1)).double()
        for p in model.parameters():
            p.data = t.tensor(rng.normal(size=tuple(p.shape)))
        call, losses = t.func.functional_call, []
        for phase in (0.0, 1.0):
            x = t.tensor(rng.normal(size=(6, 1)))
            parameters = dict(model.named_parameters())
            loss = ((call(model, parameters, (x,)) - t.sin(x + phase)) ** 2).mean()
            slopes = t.autograd.grad(loss, tuple(parameters.values()), create_graph=True)
            steps = zip(parameters.items(), slopes, strict=True)
            adapted = {name: p - 0.1 * g for (name, p), g in steps}
            losses.append(((call(model, adapted, (x,)) - t.sin(x + phase)) ** 2).mean())
        sum(losses).backward()
        found.append([*(p.grad.numpy() for p in model.parameters()), sum(losses).item()])
    for mine, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-10)
