"""Layers beside PyTorch's: names, text, numbers, gradients of both orders, and what they store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tinygrad_edu
import tinygrad_edu.nn

torch = pytest.importorskip("torch", reason="PyTorch is absent: pip install torch==2.13.0")
pytestmark = pytest.mark.parity

BOTH = (tinygrad_edu, torch)
Make = Callable[[Any], Any]
Shape = tuple[int, ...]

# A layer, and the shape of what it takes; for an embedding, the number of rows as well.
LAYERS: list[tuple[Make, Shape]] = [
    (lambda nn: nn.BatchNorm1d(4), (5, 4)),
    (lambda nn: nn.BatchNorm1d(4, momentum=None, eps=0.1), (5, 4, 3)),
    (lambda nn: nn.BatchNorm1d(4, affine=False), (5, 4)),
    (lambda nn: nn.BatchNorm1d(4, track_running_stats=False, momentum=0.3), (5, 4, 3)),
    (lambda nn: nn.BatchNorm2d(4, bias=False), (3, 4, 3, 2)),
    (lambda nn: nn.LayerNorm(4), (3, 4)),
    (lambda nn: nn.LayerNorm((3, 4), eps=0.1, bias=False), (2, 3, 4)),
    (lambda nn: nn.LayerNorm([3, 4], elementwise_affine=False), (2, 2, 3, 4)),
    (lambda nn: nn.GroupNorm(2, 4), (3, 4)),
    (lambda nn: nn.GroupNorm(3, 6, eps=0.1, bias=False), (2, 6, 3, 2)),
    (lambda nn: nn.GroupNorm(1, 4, affine=False), (2, 4, 3)),
    (lambda nn: nn.RNNCell(3, 4), (2, 3)),
    (lambda nn: nn.RNNCell(3, 4, False, "relu"), (3,)),
    (lambda nn: nn.GRUCell(3, 4), (2, 3)),
    (lambda nn: nn.GRUCell(3, 2, bias=False), (3,)),
    (lambda nn: nn.Conv2d(2, 3, 3), (2, 2, 5, 4)),
    (lambda nn: nn.Conv2d(4, 6, (3, 2), (2, 1), 1, (1, 2), 2, bias=False), (2, 4, 5, 6)),
    (lambda nn: nn.Conv2d(2, 3, (2, 3), padding="same", dilation=2), (2, 5, 4)),
    (lambda nn: nn.Conv2d(2, 2, 3, padding="same", padding_mode="reflect"), (1, 2, 5, 4)),
    (lambda nn: nn.Conv2d(2, 2, 3, padding=(1, 2), padding_mode="circular"), (1, 2, 5, 4)),
    (lambda nn: nn.Conv1d(2, 3, 3), (2, 2, 5)),
    (lambda nn: nn.Conv1d(4, 6, 3, 2, 1, 2, 2, bias=False), (2, 4, 7)),
    (lambda nn: nn.Conv1d(2, 3, (2,), padding="same", dilation=2), (2, 5)),
    (lambda nn: nn.Conv1d(2, 2, 3, padding="same", padding_mode="circular"), (1, 2, 5)),
    (lambda nn: nn.MaxPool2d(2), (2, 3, 5, 6)),
    (lambda nn: nn.MaxPool2d((2, 3), 2, 1, (2, 1), ceil_mode=True), (2, 6, 7)),
    (lambda nn: nn.AvgPool2d(2), (2, 3, 5, 6)),
    (lambda nn: nn.AvgPool2d((2, 3), (1, 2), 1, ceil_mode=True), (2, 3, 5, 6)),
    (lambda nn: nn.AvgPool2d(3, 2, 1, True, count_include_pad=False), (2, 3, 6, 6)),
    (lambda nn: nn.AvgPool2d(2, divisor_override=3), (1, 4, 4)),
    (lambda nn: nn.MaxPool1d(2), (2, 3, 7)),
    (lambda nn: nn.MaxPool1d(3, 2, 1, ceil_mode=True), (3, 8)),
    (lambda nn: nn.AvgPool1d(2), (2, 3, 7)),
    (lambda nn: nn.AvgPool1d(3, 2, 1, True, False), (2, 3, 8)),
    (lambda nn: nn.AdaptiveAvgPool2d(1), (2, 3, 5, 4)),
    (lambda nn: nn.AdaptiveAvgPool2d((3, None)), (2, 3, 7, 4)),
    (lambda nn: nn.PReLU(), (2, 3)),
    (lambda nn: nn.PReLU(3, 0.1), (2, 3, 4, 2)),
    (lambda nn: nn.ReLU6(), (2, 30)),
    (lambda nn: nn.Mish(), (2, 5)),
    (lambda nn: nn.Softsign(), (2, 5)),
    (lambda nn: nn.Unfold((2, 3), 2, 1, 2), (2, 3, 6, 7)),
    (lambda nn: nn.Fold((4, 5), (2, 3), 1, 1, (2, 1)), (2, 12, 15)),
]
TABLES: list[Make] = [
    lambda nn: nn.Embedding(6, 3),
    lambda nn: nn.Embedding(6, 3, padding_idx=1),
    lambda nn: nn.Embedding(6, 3, padding_idx=-1, max_norm=1.0),
    lambda nn: nn.Embedding(6, 3, max_norm=1.5, norm_type=1.0),
    lambda nn: nn.Embedding(6, 3, scale_grad_by_freq=True),
]


def filled(module: Any, library: Any) -> Any:
    """The module in float64, with numbers that are the same in both libraries."""
    module.double()
    for i, p in enumerate(module.parameters()):
        p.data = library.tensor(np.random.default_rng(i).normal(size=tuple(p.shape)))
    return module


def orders(library: Any, y: Any, wanted: list[Any], twice: bool = True) -> list[Any]:
    """The gradients of Σ w y², and those of the sum of their cubes."""
    w = library.tensor(np.random.default_rng(5).normal(size=tuple(y.shape)))
    first = library.autograd.grad((y * y * w).sum(), wanted, create_graph=True)
    if not twice:
        return list(first)
    second = library.autograd.grad(sum((g * g * g).sum() for g in first), wanted)
    return [*first, *second]


def trained(library: Any, make: Make, shape: Shape) -> tuple[Any, list[Any]]:
    """A layer after three passes in training and one in evaluation; all that came of it."""
    layer = filled(make(library.nn), library)
    x = library.tensor(np.random.default_rng(0).normal(1, 2, shape), requires_grad=True)
    for factor in (1, 2):
        layer(x * factor)
    y = layer(x)
    found = [y, *orders(library, y, [x, *layer.parameters()])]
    layer.eval()
    z = layer(x)
    return layer, [*found, z, *orders(library, z, [x, *layer.parameters()])]


def agree(ours: list[Any], theirs: list[Any]) -> None:
    """The same numbers in the same types."""
    for a, b in zip(ours, theirs, strict=True):
        assert str(b.dtype) == f"torch.{a.dtype}"
        np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize(("make", "shape"), LAYERS)
def test_layers_agree(make: Make, shape: Shape) -> None:
    """Output, first and second gradients, in training and after it; state and text."""
    (a, ours), (b, theirs) = (trained(library, make, shape) for library in BOTH)
    agree(ours, theirs)
    assert repr(a) == repr(b)
    assert list(a.state_dict()) == list(b.state_dict())
    agree(list(a.state_dict().values()), list(b.state_dict().values()))


def steps(library: Any, make: Make, start: Shape) -> tuple[Any, list[Any]]:
    """A cell that goes three steps from a state, or from none; its states and gradients."""
    cell = filled(make(library.nn), library)
    rng = np.random.default_rng(0)
    xs = [library.tensor(rng.normal(size=(2, 3)), requires_grad=True) for _ in range(3)]
    h = library.tensor(rng.normal(size=start), requires_grad=True)
    pair = isinstance(cell, library.nn.LSTMCell)
    state = (h, h * 2) if pair else h
    for x in xs:
        state = cell(x, state)
    y = library.cat([*state, *cell(xs[0])]) if pair else library.cat([state, cell(xs[0])])
    return cell, [y, *orders(library, y, [*xs, h, *cell.parameters()])]


@pytest.mark.parametrize("name", ["RNNCell", "GRUCell", "LSTMCell"])
def test_recurrent_cells_agree(name: str) -> None:
    """Three steps through time, with a state and without; gradients of both orders; text."""
    (a, ours), (b, theirs) = (
        steps(lib, lambda nn: getattr(nn, name)(3, 4), (2, 4)) for lib in BOTH
    )
    agree(ours, theirs)
    assert repr(a) == repr(b)
    assert list(a.state_dict()) == list(b.state_dict())


@pytest.mark.parametrize("make", TABLES)
def test_embeddings_agree(make: Make) -> None:
    """Rows, gradients, the table after it was shortened, text."""
    sides = []
    for library in BOTH:
        table = filled(make(library.nn), library)
        y = table(library.tensor(np.array([[0, 3, 3], [5, 5, 1]])))
        # A gradient that is divided by a count is nobody's derivative, so it has no second one.
        twice = not table.scale_grad_by_freq
        sides.append((repr(table), [y, *orders(library, y, [table.weight], twice), table.weight]))
    (ours, a), (theirs, b) = sides
    assert ours == theirs
    agree(a, b)


@pytest.mark.parametrize(
    "change",
    [
        lambda utils, ps: utils.clip_grad_norm_(ps, 1.0),
        lambda utils, ps: utils.clip_grad_norm_(iter(ps), 100.0),
        lambda utils, ps: utils.clip_grad_norm_(ps[0], 0.5, float("inf")),
        lambda utils, ps: utils.clip_grad_norm_(ps, 0.5, 1),
        lambda utils, ps: utils.clip_grad_norm_(ps, 0.5, 0.5),
        lambda utils, ps: utils.get_total_norm([p.grad for p in ps[:2]]),
        lambda utils, ps: utils.clip_grad_value_(ps, 0.5),
        lambda utils, ps: utils.parameters_to_vector(ps),
    ],
)
def test_clipping_and_vectors_agree(change: Callable[[Any, list[Any]], Any]) -> None:
    """What is returned, and what the gradients are afterwards."""
    sides = []
    for library in BOTH:
        rng = np.random.default_rng(0)
        shapes: list[Shape] = [(2, 3), (4,), ()]
        ps = [library.nn.Parameter(library.tensor(rng.normal(size=s))) for s in shapes]
        for p in ps[:2]:  # the last one has none
            p.grad = library.tensor(rng.normal(size=tuple(p.shape)))
        returned = change(library.nn.utils, ps)
        sides.append([p.grad for p in ps[:2]] + ([] if returned is None else [returned]))
    agree(*sides)


MASK = np.array([[True, False, True], [False, False, False], [True, True, True], [False] * 3])


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"scale": 0.3},
        {"is_causal": True},
        {"attn_mask": MASK},
        {"attn_mask": np.where(MASK, np.arange(3.0), -np.inf)},
        {"attn_mask": np.ones((2, 1, 4, 3)) > 0},
    ],
)
@pytest.mark.parametrize("batch", [(), (2,), (2, 5)])
def test_attention_agrees(batch: Shape, options: dict[str, Any]) -> None:
    """Output, first and second gradients, with masks of both kinds and without."""
    if np.ndim(options.get("attn_mask", 0)) == 4 and len(batch) < 2:
        return
    sides = []
    for library in BOTH:
        rng = np.random.default_rng(0)
        shapes = [(*batch, 4, 6), (*batch, 3, 6), (*batch, 3, 2)]
        qkv = [library.tensor(rng.normal(size=s), requires_grad=True) for s in shapes]
        there = {
            k: library.tensor(v) if isinstance(v, np.ndarray) else v for k, v in options.items()
        }
        y = library.nn.functional.scaled_dot_product_attention(*qkv, **there)
        sides.append([y, *orders(library, y, qkv)])
    agree(*sides)


def test_attention_with_shared_heads_agrees() -> None:
    """Four heads of queries look at two of keys and values."""
    sides = []
    for library in BOTH:
        rng = np.random.default_rng(0)
        shapes = [(2, 4, 3, 2), (2, 2, 5, 2), (2, 2, 5, 3)]
        qkv = [library.tensor(rng.normal(size=s), requires_grad=True) for s in shapes]
        y = library.nn.functional.scaled_dot_product_attention(*qkv, enable_gqa=True)
        sides.append([y, *orders(library, y, qkv)])
    agree(*sides)


HIDDEN = np.array([[False, True, False], [True, True, False], [False] * 3, [False] * 3])
PADDED = np.array([[True, False, False], [False, False, False]])


@pytest.mark.parametrize(
    ("build", "ask"),
    [
        ({}, {}),
        ({"bias": False, "kdim": 5, "vdim": 3}, {"average_attn_weights": False}),
        ({"batch_first": True}, {"need_weights": False}),
        ({}, {"attn_mask": HIDDEN, "key_padding_mask": PADDED}),
        ({}, {"attn_mask": HIDDEN[:, ::-1] * -1.5, "is_causal": True}),
        ({}, {"attn_mask": np.broadcast_to(HIDDEN, (4, 4, 3)).copy()}),
        ({"kdim": 5}, {"batched": False}),
    ],
)
def test_multihead_attention_agrees(build: dict[str, Any], ask: dict[str, Any]) -> None:
    """Text, state, output, weights, and gradients of both orders."""
    ask = dict(ask)
    batch: Shape = (2,) if ask.pop("batched", True) else ()
    sides = []
    for library in BOTH:
        layer = library.nn.MultiheadAttention(6, 2, **build)
        before = sorted(layer.state_dict())
        filled(layer, library)
        rng = np.random.default_rng(1)
        widths = (6, build.get("kdim", 6), build.get("vdim", 6))
        shapes = [(n, *batch, d) for n, d in zip((4, 3, 3), widths, strict=True)]
        arrays = [rng.normal(size=s) for s in shapes]
        if build.get("batch_first"):
            arrays = [a.swapaxes(0, 1).copy() for a in arrays]
        qkv = [library.tensor(a, requires_grad=True) for a in arrays]
        options = {k: library.tensor(v) if isinstance(v, np.ndarray) else v for k, v in ask.items()}
        y, weights = layer(*qkv, **options)
        found = [y, *([] if weights is None else [weights])]
        wanted = [*qkv, *layer.parameters()]
        twice = ask.get("need_weights", True)  # PyTorch's fast way has no second derivative
        sides.append((repr(layer), before, [*found, *orders(library, y, wanted, twice)]))
    (text, names, a), (their_text, their_names, b) = sides
    assert (text, names) == (their_text, their_names)
    agree(a, b)


@pytest.mark.parametrize(
    "make",
    [
        lambda library: library.nn.ParameterList(),
        lambda library: library.nn.ParameterList([library.ones(2, 3), library.ones(()), 3]),
        lambda library: library.nn.ParameterDict({"a": library.ones(2), "b": 3}),
        lambda library: library.nn.ParameterDict({"x": library.ones(1)}).double(),
        lambda library: library.nn.ParameterList([library.nn.ParameterList([library.ones(1)])]),
        lambda library: library.nn.Sequential(
            library.nn.ParameterDict({"l": library.nn.Linear(1, 1), "p": library.ones(2)})
        ),
    ],
)
def test_lists_and_dicts_of_parameters_agree(make: Make) -> None:
    """Text and state."""
    ours, theirs = map(make, BOTH)
    assert repr(ours) == repr(theirs)
    assert list(ours.state_dict()) == list(theirs.state_dict())
