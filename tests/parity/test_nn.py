"""Modules print, name and compute as PyTorch's do; losses agree under all their options."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import tinygrad_edu
import tinygrad_edu.nn

torch = pytest.importorskip("torch", reason="PyTorch is absent: pip install torch==2.13.0")
pytestmark = pytest.mark.parity

BOTH = (tinygrad_edu, torch)


def network(library: Any) -> Any:
    """A network with every kind of part, from the same lines in both libraries."""
    nn = library.nn

    class Block(nn.Module):
        def __init__(self, n: int) -> None:
            super().__init__()
            self.fc = nn.Linear(n, n)
            self.act = nn.ReLU()
            self.register_buffer("scale", library.ones(n))
            self.register_buffer("cache", library.ones(1), persistent=False)
            self.gain = nn.Parameter(library.ones(n))
            self.register_parameter("shift", None)

        def forward(self, x: Any) -> Any:
            return self.act(self.fc(x)) * self.scale * self.gain

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.stem = nn.Sequential(
                OrderedDict(fc=nn.Linear(4, 6), act=nn.GELU(), drop=nn.Dropout(0.2))
            )
            self.blocks = nn.ModuleList([Block(6) for _ in range(3)])
            self.heads = nn.ModuleDict({"a": nn.Linear(6, 2, bias=False), "b": nn.Sequential()})
            self.tied = self.blocks[0].fc

        def extra_repr(self) -> str:
            return "width=6"

        def forward(self, x: Any) -> Any:
            x = self.stem(x)
            for block in self.blocks:
                x = block(x)
            return self.heads["a"](x)

    return Network()


def test_print_names_and_state_agree() -> None:
    """repr, names in their order, and the keys and shapes of the state are PyTorch's."""
    ours, theirs = map(network, BOTH)
    assert repr(ours) == repr(theirs)
    for walk in ("named_parameters", "named_buffers", "named_modules", "named_children"):
        assert [n for n, _ in getattr(ours, walk)()] == [n for n, _ in getattr(theirs, walk)()]
    a, b = ours.state_dict(), theirs.state_dict()
    assert [(k, tuple(v.shape)) for k, v in a.items()] == [
        (k, tuple(v.shape)) for k, v in b.items()
    ]


def test_the_same_weights_compute_the_same() -> None:
    """Forward, gradients and backward hooks agree after a state went from PyTorch to here."""
    ours, theirs = map(network, BOTH)
    state = {k: tinygrad_edu.tensor(v.numpy()) for k, v in theirs.state_dict().items()}
    ours.load_state_dict(state)
    x = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
    seen: list[list[np.ndarray]] = []
    for library, net in zip(BOTH, (ours, theirs), strict=True):
        caught: list[np.ndarray] = []

        def hook(
            module: Any, grad_input: Any, grad_output: Any, caught: list[np.ndarray] = caught
        ) -> Any:
            caught.extend(g.numpy().copy() for g in (*grad_input, *grad_output))
            return (grad_input[0] * 2,)

        net.eval().blocks[1].register_full_backward_hook(hook)
        net.blocks[2].register_forward_hook(lambda module, args, output: output + args[0])
        output = net(library.tensor(x))
        (output**2).sum().backward()
        caught.append(output.detach().numpy())
        caught.extend(p.grad.numpy() for p in net.parameters())
        seen.append(caught)
    for a, b in zip(*seen, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "make",
    [
        *(
            lambda nn, name=name: getattr(nn, name)()
            for name in [
                "ReLU",
                "LeakyReLU",
                "ELU",
                "SELU",
                "GELU",
                "SiLU",
                "Softplus",
                "Hardtanh",
                "Sigmoid",
                "Tanh",
                "LogSigmoid",
                "Softmax",
                "LogSoftmax",
                "Dropout",
                "Flatten",
                "Identity",
                "CrossEntropyLoss",
                "NLLLoss",
                "MSELoss",
                "L1Loss",
                "HuberLoss",
                "SmoothL1Loss",
                "BCELoss",
                "BCEWithLogitsLoss",
                "KLDivLoss",
                "HingeEmbeddingLoss",
                "Sequential",
                "ModuleList",
                "ModuleDict",
            ]
        ),
        lambda nn: nn.Softmax(dim=1),
        lambda nn: nn.Hardtanh(-2, 2, True),
        lambda nn: nn.ELU(0.5, inplace=True),
        lambda nn: nn.ReLU(True),
        lambda nn: nn.Linear(3, 2, bias=False),
        lambda nn: nn.Unflatten(1, (2, 3)),
        lambda nn: nn.Sequential(nn.Sequential(nn.ReLU()), nn.Dropout(0.1)),
        lambda nn: nn.ModuleList([nn.Linear(1, 1), nn.Linear(1, 1), nn.ReLU()]),
    ],
)
def test_repr_of_every_module(make: Callable[[Any], Any]) -> None:
    """Each module prints as PyTorch's does."""
    assert repr(make(tinygrad_edu.nn)) == repr(make(torch.nn))


# -- losses: value, gradient and second derivative, option by option

Case = tuple[str, Sequence[np.ndarray], Sequence[int], dict[str, Any]]
REDUCTIONS = ("none", "mean", "sum")


def _numbers(rng: np.random.Generator, shape: tuple[int, ...]) -> list[Case]:
    x, t = rng.normal(size=shape) * 2, rng.normal(size=shape) * 2
    p, q = rng.uniform(0.01, 0.99, shape), rng.uniform(0.1, 1, shape)
    w, sign = rng.uniform(0.5, 2, shape), np.where(rng.random(shape) < 0.5, 1.0, -1.0)
    bce, logits = "binary_cross_entropy", "binary_cross_entropy_with_logits"
    return [
        ("mse_loss", (x, t), (0, 1), {}),
        ("l1_loss", (x, t), (0, 1), {}),
        ("l1_loss", (x, x.copy()), (0, 1), {}),  # at the kink
        *(("huber_loss", (x, t), (0, 1), {"delta": d}) for d in (0.3, 1.0, 3.0)),
        ("huber_loss", (x, x - 1), (0, 1), {}),
        *(("smooth_l1_loss", (x, t), (0, 1), {"beta": b}) for b in (0.0, 0.3, 1.0)),
        ("smooth_l1_loss", (x, x - 1), (0, 1), {}),
        (bce, (p, q), (0, 1), {}),
        (bce, (p, q), (0, 1), {"weight": w}),
        (logits, (x * 5, q), (0, 1), {}),
        (logits, (x * 5, q), (0, 1), {"weight": w, "pos_weight": w[:1]}),
        ("kl_div", (x, q), (0, 1), {}),
        ("kl_div", (x, np.log(q)), (0, 1), {"log_target": True}),
        ("kl_div", (x, q[0]), (0, 1), {}),
        ("hinge_embedding_loss", (x, sign), (0,), {"margin": 0.7}),
    ]


def _classes(rng: np.random.Generator, shape: tuple[int, ...]) -> list[Case]:
    axis = 0 if len(shape) == 1 else 1
    x, w = rng.normal(size=shape) * 3, rng.uniform(0.5, 2, shape[axis])
    labels = np.asarray(rng.integers(0, shape[axis], shape[:axis] + shape[axis + 1 :]))
    holes = labels.copy()
    if holes.size > 1:
        holes.flat[0] = -100
    rows = rng.uniform(size=shape)
    cases: list[Case] = []
    for weight, smoothing in itertools.product(({}, {"weight": w}), (0.0, 0.1, 1.0)):
        options = {**weight, "label_smoothing": smoothing}
        cases += [
            ("cross_entropy", (x, labels), (0,), options),
            ("cross_entropy", (x, holes), (0,), options),
            ("cross_entropy", (x, rows), (0, 1), options),
        ]
        if not smoothing:
            ignored = int(labels.flat[0]) if np.unique(labels).size > 1 else -100
            cases += [
                ("nll_loss", (x, holes), (0,), weight),
                ("nll_loss", (x, labels), (0,), {**weight, "ignore_index": ignored}),
            ]
    return cases


def _measure(library: Any, case: Case, reduction: str, upstream: np.ndarray) -> list[np.ndarray]:
    name, arrays, moving, options = case
    xs = [library.tensor(a, requires_grad=i in moving) for i, a in enumerate(arrays)]
    wanted = [xs[i] for i in moving]
    tensors = {k: library.tensor(v) if isinstance(v, np.ndarray) else v for k, v in options.items()}
    z = getattr(library.nn.functional, name)(*xs, **tensors, reduction=reduction)
    g = library.tensor(
        np.broadcast_to(upstream.flat[0] if not z.ndim else upstream, z.shape).copy()
    )
    first = library.autograd.grad(z, wanted, g, create_graph=True)
    found = [z, *first]
    slope = sum((d * d).sum() for d in first)
    if slope.requires_grad:
        second = library.autograd.grad(slope, wanted, allow_unused=True)
        zeros = [np.zeros(x.shape) for x in wanted]
        found += [z if s is None else s for s, z in zip(second, zeros, strict=True)]
    return [
        x if isinstance(x, np.ndarray) else x.detach().numpy(force=True)  # PyTorch has lazy zeros
        for x in found
    ]


@pytest.mark.filterwarnings("ignore:reduction. 'mean' divides")
@pytest.mark.parametrize("shape", [(5,), (4, 3), (3, 4, 2), (2, 3, 2, 2)])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_losses_agree(shape: tuple[int, ...], reduction: str) -> None:
    """Value, gradient and second derivative of each loss, for each option, are PyTorch's."""
    rng = np.random.default_rng(len(shape))
    for case in _numbers(rng, shape) + _classes(rng, shape):
        axis = 0 if len(shape) == 1 else 1
        classes = case[0] in ("cross_entropy", "nll_loss")
        upstream = rng.normal(size=shape[:axis] + shape[axis + 1 :] if classes else shape)
        ours = _measure(tinygrad_edu, case, reduction, upstream)
        theirs = _measure(torch, case, reduction, upstream)
        about = f"{case[0]} {case[3]} {[a.shape for a in case[1]]}"
        for i, b in enumerate(theirs):
            a = ours[i] if i < len(ours) else np.zeros_like(b)  # a constant gradient has no graph
            assert a.shape == b.shape, about
            np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-9, err_msg=about)


def test_batchmean_and_floats_agree() -> None:
    """The fourth reduction, and float32 results in float32."""
    rng = np.random.default_rng(0)
    x, t = rng.normal(size=(4, 3)).astype(np.float32), rng.uniform(size=(4, 3)).astype(np.float32)
    results = []
    for library in BOTH:
        F = library.nn.functional
        kl = F.kl_div(library.tensor(x), library.tensor(t), reduction="batchmean")
        ce = F.cross_entropy(library.tensor(x), library.tensor([0, 1, 2, 0]), label_smoothing=0.1)
        results.append((kl.numpy(), ce.numpy()))
    for a, b in zip(*results, strict=True):
        assert a.dtype == b.dtype == np.float32
        np.testing.assert_allclose(a, b, rtol=1e-5)
