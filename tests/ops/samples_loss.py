"""Samples for losses: predictions, targets, and every way to reduce and to weigh."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .drawing import FLOATS, Call, Case, Draw, Kink, Samples, Shape, call, torch

REDUCTIONS = ("mean", "sum", "none")
COLUMN = (call(np.ones((3, 1)), np.ones(3)), call(np.ones(2), np.ones(3)))
SAME = np.array([1.0, -2.0])


def pair(
    x: tuple[float, float] = (-4.0, 4.0),
    target: tuple[float, float] = (-4.0, 4.0),
    **params: Sequence[Any],
) -> Case:
    """A prediction and a target of one shape, and a way to reduce."""

    def case(draw: Draw, shape: Shape) -> Call:
        chosen = {name: draw.one_of(*options) for name, options in params.items()}
        reduction = draw.one_of(*chosen.pop("reductions", REDUCTIONS))
        return call(
            draw.reals(shape, *x), draw.reals(shape, *target), reduction=reduction, **chosen
        )

    return case


def _signs(draw: Draw, shape: Shape) -> np.ndarray:
    return np.where(draw.truths(shape), 1.0, -1.0)


def _hinge(draw: Draw, shape: Shape) -> Call:
    return call(
        draw.reals(shape),
        _signs(draw, shape),
        margin=draw.one_of(1.0, 0.5),
        reduction=draw.one_of(*REDUCTIONS),
    )


def _weight(draw: Draw, shape: Shape) -> np.ndarray | None:
    return draw.one_of(None, draw.reals(draw.broadcastable(shape), 0.5, 2.0))


def _binary(draw: Draw, shape: Shape) -> Call:
    x, target = draw.reals(shape, 0.0625, 0.9375), draw.reals(shape, 0.0, 1.0)
    return call(x, target, _weight(draw, shape), reduction=draw.one_of(*REDUCTIONS))


def _binary_logits(draw: Draw, shape: Shape) -> Call:
    x, target = draw.reals(shape), draw.reals(shape, 0.0, 1.0)
    weights = _weight(draw, shape), _weight(draw, shape)
    return call(x, target, *weights, reduction=draw.one_of(*REDUCTIONS))


def _kl(draw: Draw, shape: Shape) -> Call:
    log_target = draw.chance()
    target = draw.reals(shape, -3.0, 0.0) if log_target else draw.reals(shape, 0.0625, 0.9375)
    return call(
        draw.reals(shape, -3.0, 0.0),
        target,
        reduction=draw.one_of(*REDUCTIONS, "batchmean") if shape else draw.one_of(*REDUCTIONS),
        log_target=log_target,
    )


def _classes(draw: Draw, shape: Shape, labels: bool) -> tuple[Any, ...]:
    """Logits (C), (N, C) or (N, C, d), labels or probabilities for a target, weights or None."""
    c = draw.number(2, 3)
    shape = (*shape[:1], c, *shape[1:]) if shape else (c,)
    axis = min(1, len(shape) - 1)
    x = draw.reals(shape)
    weight = draw.one_of(None, draw.reals((c,), 0.5, 2.0))
    if labels:
        return x, draw.whole((*shape[:axis], *shape[axis + 1 :]), 0, c), weight
    return x, draw.reals(shape, 0.0, 1.0), weight


def _ignoring(draw: Draw, target: np.ndarray) -> int:
    """A class to ignore, or none. One example is always kept: a mean over none is refused here."""
    if not target.size or draw.chance():
        return -100
    kept, ignored = int(target.flat[0]), draw.one_of(0, 1, -1)
    if ignored == -1:
        target.flat[1:2] = -1
    return -100 if kept == ignored else ignored


def _cross_entropy(draw: Draw, shape: Shape) -> Call:
    if draw.chance():  # labels that all count alike are the usual case, and have a way of their own
        logits, target = _class_error(draw, shape).inputs
        return call(logits, target, reduction=draw.one_of(*REDUCTIONS))
    labels = draw.chance()
    x, target, weight = _classes(draw, shape, labels)
    return call(
        x,
        target,
        weight,
        ignore_index=_ignoring(draw, target) if labels else -100,
        reduction=draw.one_of(*REDUCTIONS),
        label_smoothing=draw.one_of(0.0, 0.25),
    )


def _class_error(draw: Draw, shape: Shape) -> Call:
    n, classes = shape[0] if shape else 1, draw.number(2, 3)
    return call(draw.reals((n, classes)), draw.whole((n,), 0, classes))


def _torch_class_error(x: Any, target: Any) -> Any:
    return torch.softmax(x, 1) - torch.nn.functional.one_hot(target, x.shape[1])


def _nll(draw: Draw, shape: Shape) -> Call:
    x, target, weight = _classes(draw, shape, True)
    return call(
        x,
        target,
        weight,
        ignore_index=_ignoring(draw, target),
        reduction=draw.one_of(*REDUCTIONS),
    )


def _torch_hinge(x: Any, target: Any, margin: float = 1.0, reduction: str = "mean") -> Any:
    losses = (margin - target * x).relu()
    return losses if reduction == "none" else getattr(losses, reduction)()


def _torch_asymmetric(x: Any, target: Any, a: float, b: float, reduction: str) -> Any:
    d = target - x
    losses = torch.where(d < 0, a * d * d, b * d * d)
    return losses if reduction == "none" else getattr(losses, reduction)()


def _torch_logits(
    x: Any, target: Any, weight: Any = None, pos_weight: Any = None, reduction: str = "mean"
) -> Any:
    return torch.nn.functional.binary_cross_entropy_with_logits(
        x, target, weight, pos_weight=pos_weight, reduction=reduction
    )


LOGITS = np.zeros((2, 3))

SAMPLES = {
    "mse_loss": Samples(pair(), torch="nn.functional.mse_loss", types=FLOATS, errors=COLUMN[1:]),
    "l1_loss": Samples(
        pair(),
        types=FLOATS,
        alike=True,
        torch="nn.functional.l1_loss",
        errors=COLUMN[1:],
        kinks=[Kink(call(SAME, SAME), (np.zeros(2), np.zeros(2)))],
    ),
    "huber_loss": Samples(
        pair(delta=(1.0, 0.5)),
        types=FLOATS,
        alike=True,
        torch="nn.functional.huber_loss",
        errors=[*COLUMN[1:], call(SAME, SAME, delta=0.0)],
    ),
    "smooth_l1_loss": Samples(
        pair(beta=(1.0, 0.5, 0.0)),
        types=FLOATS,
        alike=True,
        torch="nn.functional.smooth_l1_loss",
        errors=[*COLUMN[1:], call(SAME, SAME, beta=-1.0)],
        kinks=[Kink(call(SAME, SAME, beta=0.0), (np.zeros(2), np.zeros(2)))],
    ),
    "asymmetric_mse_loss": Samples(
        pair(a=(1.0, 3.0), b=(2.0, 0.5)), torch=_torch_asymmetric, types=FLOATS
    ),
    "hinge_loss": Samples(
        _hinge,
        types=FLOATS,
        alike=True,
        torch=_torch_hinge,
        kinks=[Kink(call(np.ones(2), np.ones(2)), (np.zeros(2), np.zeros(2)))],
    ),
    "hinge_embedding_loss": Samples(
        _hinge,
        types=FLOATS,
        alike=True,
        torch="nn.functional.hinge_embedding_loss",
        kinks=[Kink(call(np.ones(2), -np.ones(2), reduction="sum"), (-np.ones(2),))],
    ),
    "binary_cross_entropy": Samples(
        _binary,
        types=FLOATS,
        alike=True,
        torch="nn.functional.binary_cross_entropy",
        errors=[*COLUMN, call(np.array([1.5]), np.array([1.0]))],
    ),
    "binary_cross_entropy_with_logits": Samples(
        _binary_logits,
        types=FLOATS,
        alike=True,
        torch=_torch_logits,
        errors=COLUMN,
    ),
    "kl_div": Samples(_kl, types=FLOATS, alike=True, torch="nn.functional.kl_div"),
    "cross_entropy": Samples(
        _cross_entropy,
        types=FLOATS,
        alike=True,
        torch="nn.functional.cross_entropy",
        errors=[
            call(LOGITS, np.array([0, 3])),
            call(LOGITS, np.array([0, 1, 2])),
            call(LOGITS, np.array([0, 1]), np.ones(2)),
        ],
    ),
    "class_error": Samples(_class_error, types=FLOATS, alike=True, torch=_torch_class_error),
    "nll_loss": Samples(
        _nll,
        types=FLOATS,
        alike=True,
        torch="nn.functional.nll_loss",
        errors=[call(LOGITS, np.array([0, -1])), call(LOGITS, np.zeros((2, 3)))],
    ),
}
