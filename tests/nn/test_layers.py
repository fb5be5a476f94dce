"""Layers, dropout and initialisation do what their formulas say."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tinygrad_edu as torch
import tinygrad_edu.nn.functional as F
from tinygrad_edu import nn
from tinygrad_edu.nn import init


def test_linear_is_x_w_transposed_plus_b() -> None:
    """y = x Wᵀ + b over the last dimension, whatever stands before it."""
    layer = nn.Linear(3, 2)
    x = torch.randn(4, 5, 3)
    expected = x.numpy() @ layer.weight.detach().numpy().T + layer.bias.detach().numpy()
    np.testing.assert_allclose(layer(x).detach().numpy(), expected, rtol=1e-5, atol=1e-6)
    assert nn.Linear(3, 2, bias=False).bias is None
    assert nn.Linear(3, 2, dtype=torch.float64).weight.dtype == torch.float64


def test_linear_starts_uniform_within_one_over_root_n() -> None:
    """Weight and bias fill ±1/√in, and the same seed gives the same layer."""
    torch.manual_seed(0)
    a = nn.Linear(100, 200)
    torch.manual_seed(0)
    b = nn.Linear(100, 200)
    assert np.array_equal(a.weight.numpy(force=True), b.weight.numpy(force=True))
    for p in a.parameters():
        assert 0.09 < np.abs(p.numpy(force=True)).max() <= 0.1


@pytest.mark.parametrize(
    ("module", "function"),
    [
        (nn.ReLU(), F.relu),
        (nn.LeakyReLU(0.1), lambda x: F.leaky_relu(x, 0.1)),
        (nn.ELU(0.5), lambda x: F.elu(x, 0.5)),
        (nn.SELU(), F.selu),
        (nn.GELU("tanh"), lambda x: F.gelu(x, approximate="tanh")),
        (nn.SiLU(), F.silu),
        (nn.Softplus(2), lambda x: F.softplus(x, 2)),
        (nn.Hardtanh(-0.5, 0.5), lambda x: F.hardtanh(x, -0.5, 0.5)),
        (nn.Sigmoid(), F.sigmoid),
        (nn.LogSigmoid(), F.logsigmoid),
        (nn.Tanh(), F.tanh),
        (nn.Step(), F.step),
        (nn.Softmax(1), lambda x: F.softmax(x, 1)),
        (nn.LogSoftmax(1), lambda x: F.log_softmax(x, 1)),
        (nn.Identity(), lambda x: x),
        (nn.Flatten(), lambda x: x.reshape(x.shape[0], -1)),
        (nn.Unflatten(1, (3, 1)), lambda x: x.reshape(x.shape[0], 3, 1)),
    ],
)
def test_modules_call_their_functions(module: nn.Module, function: object) -> None:
    """Each activation module is the function of the same name with its options set."""
    x = torch.randn(4, 3)
    assert np.array_equal(module(x).numpy(), function(x).numpy())  # type: ignore[operator]


def test_inplace_relu_writes_over_its_input() -> None:
    """`inplace=True` gives the same numbers and gradients, in the input's memory."""
    x = torch.tensor([-1.0, 2.0], requires_grad=True)
    h = x * 1
    out = nn.ReLU(inplace=True)(h)
    assert out is h
    out.sum().backward()
    assert np.array_equal(x.grad.numpy(), [0, 1])


def test_dropout_keeps_the_mean_and_rests_in_evaluation() -> None:
    """About p of the elements are zero, the others 1/(1 − p); evaluation changes nothing."""
    torch.manual_seed(0)
    drop, x = nn.Dropout(0.25), torch.ones(100, 100)
    y = drop(x).numpy()
    assert set(np.unique(y)) == {0, np.float32(1 / 0.75)}
    assert abs((y == 0).mean() - 0.25) < 0.02
    assert drop.eval()(x) is x
    assert not F.dropout(x, 1.0).numpy().any()
    assert y.dtype == np.float32


def test_softmax_wants_its_dimension() -> None:
    """Without a dim PyTorch guesses with a warning; here the guess is refused."""
    with pytest.raises(ValueError, match="dim was left out"):
        nn.Softmax()(torch.ones(2, 2))


def _std(fill: object, *args: object, **options: object) -> float:
    torch.manual_seed(0)
    return float(fill(torch.empty(300, 200), *args, **options).numpy().std())  # type: ignore[operator]


def test_initialisers_have_the_spread_of_their_papers() -> None:
    """Standard deviations follow fan-in, fan-out and gain."""
    for fill, options, std in (
        (init.uniform_, {}, 1 / math.sqrt(12)),
        (init.normal_, {"std": 0.3}, 0.3),
        (init.xavier_uniform_, {}, math.sqrt(2 / 500)),
        (init.xavier_normal_, {"gain": 2.0}, 2 * math.sqrt(2 / 500)),
        (init.kaiming_uniform_, {"nonlinearity": "relu"}, math.sqrt(2 / 200)),
        (init.kaiming_normal_, {"mode": "fan_out"}, math.sqrt(2 / 300)),
        (init.course_normal_, {}, 0.1),
        (init.course_uniform_, {}, 1 / math.sqrt(200 * 12)),
    ):
        assert _std(fill, **options) == pytest.approx(std, rel=0.02), fill.__name__


def test_initialisers_with_exact_values() -> None:
    """Constants, the identity, a truncated bell, and rows at right angles."""
    w = torch.empty(3, 4)
    assert init.constant_(w, 2.5) is w
    assert set(w.numpy().flat) == {2.5}
    assert not init.zeros_(w).numpy().any()
    assert init.ones_(w).numpy().all()
    assert np.array_equal(init.eye_(w).numpy(), np.eye(3, 4))
    for shape in ((3, 4), (4, 3), (5, 2, 2)):
        q = init.orthogonal_(torch.empty(*shape, dtype=torch.float64), gain=2.0).numpy()
        q = q.reshape(shape[0], -1)
        square = q @ q.T if q.shape[0] <= q.shape[1] else q.T @ q
        np.testing.assert_allclose(square, 4 * np.eye(len(square)), atol=1e-12)
    bell = init.trunc_normal_(torch.empty(1000), std=2.0, a=-1.0, b=3.0).numpy()
    assert -1 <= bell.min() < -0.9
    assert 2.8 < bell.max() <= 3
    assert np.all(init.course_uniform_(torch.empty(2, 4)).numpy() >= 0)


def test_initialisers_take_a_generator_and_refuse_vectors() -> None:
    """A generator of one's own repeats itself; fans of a bias are not defined."""
    draws = [
        init.normal_(torch.empty(3), generator=torch.Generator().manual_seed(1)).tolist()
        for _ in range(2)
    ]
    assert draws[0] == draws[1]
    with pytest.raises(ValueError, match=r"weight \(out, in\)"):
        init.xavier_uniform_(torch.empty(3))
    with pytest.raises(ValueError, match="fan_in"):
        init.kaiming_normal_(torch.empty(3, 3), mode="fan")
    with pytest.raises(ValueError, match="nothing"):
        init.trunc_normal_(torch.empty(3), a=5.0, b=6.0)
    assert init.calculate_gain("leaky_relu", 0.2) == pytest.approx(math.sqrt(2 / 1.04))


def test_dropout2d_drops_whole_channels() -> None:
    """In training each channel is zero or doubled as a whole; in evaluation nothing happens."""
    x = torch.ones(40, 5, 3, 2)
    layer = nn.Dropout2d(0.5)
    z = layer(x)
    assert ((z == 0).all((2, 3)) | (z == 2).all((2, 3))).all()
    assert 60 < (z[:, :, 0, 0] == 0).sum().item() < 140
    assert layer.eval()(x) is x
    with pytest.raises(RuntimeError, match="pictures"):
        nn.Dropout2d()(torch.ones(2, 3))
