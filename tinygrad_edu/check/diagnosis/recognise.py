"""Which network a forward is: the one whose loss is the same number on random inputs.

Nothing of the student's text is read. Shapes say how the weights chain; the few activations, losses
and scales that the course uses are tried, and two random points decide. A forward that is none of
these is not recognised, and is then judged by its slopes alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from .network import LOSSES, Network, Pass
from .work import Inputs

__all__ = ["recognise"]

OUTPUTS = (
    ("identity", "squared"),
    ("sigmoid", "squared"),
    ("softmax", "cross-entropy"),
    ("sigmoid", "binary cross-entropy"),
    ("sigmoid", "cross-entropy"),
    ("tanh", "squared"),
    ("relu", "squared"),
    ("softmax", "squared"),
)
HIDDEN = ("relu", "sigmoid", "tanh", "identity", "leaky_relu")
FACTORS = (1.0, 0.5, 2.0)
CLOSE = 1e-5  # room for log(p + 1e-7)


def recognise(
    inputs: Inputs, params: tuple[str, ...], points: list[tuple[Inputs, float]]
) -> Network | None:
    """The network whose loss equals forward's at all `points`, or None."""
    with np.errstate(all="ignore"):
        for chain in chains(inputs, params, [x for x, _ in points]):
            for net in endings(chain):
                found = scaled(net, points)
                if found is not None:
                    return found
    return None


def chains(inputs: Inputs, params: tuple[str, ...], points: list[Inputs]) -> Iterator[Network]:
    """Ways to read the shapes as a chain of layers at all points, shared and residual ones last."""
    arrays = [k for k in inputs if isinstance(inputs[k], np.ndarray)]
    data = [k for k in arrays if k not in params]
    if len(data) != 2:
        return
    weights = [k for k in params if inputs[k].ndim == 2 and 1 not in inputs[k].shape]
    thin = [k for k in params if k not in weights]
    named = [k for k in thin if k.lower().startswith(("b", "c"))]
    weights = [k for k in params if k in weights or (k in thin and k not in named)]
    if not weights or len(named) not in (0, len(weights)) or len(weights) > 5:
        return
    biases: list[str | None] = [*named] or [None] * len(weights)
    pairs = list(zip(weights, biases, strict=True))
    for order in shared(pairs, inputs):
        for columns, flipped in product((False, True), repeat=2):
            names = tuple(w for w, _ in order), tuple(b for _, b in order)
            net = Network(data[0], data[1], *names, (), "", "", 1.0, "", columns, flipped)
            for labels in (False, True):
                read = replace(net, labels=labels)
                if all(fits(read, x) for x in points):
                    yield read
                    if skips := squares(read, points):
                        yield replace(read, residual=skips)


def shared(pairs: list[tuple[Any, Any]], inputs: Inputs) -> Iterator[list[tuple[Any, Any]]]:
    """The layers in order; then with one square weight used two or three times in a row."""
    yield pairs
    for i, (name, _) in enumerate(pairs):
        shape = inputs[name].shape
        if len(shape) == 2 and shape[0] == shape[1] and len(pairs) < 4:
            for times in (2, 3):
                yield [*pairs[:i], *[pairs[i]] * times, *pairs[i + 1 :]]


def fits(net: Network, inputs: Inputs) -> bool:
    """Whether the shapes chain from the data to the target."""
    x, y = net.rows(inputs[net.data]), inputs[net.target]
    if x.ndim != 2 or y.ndim > 2 or (net.labels and y.dtype.kind not in "iu"):
        return False
    here = x.shape[1]
    for w, b in zip(net.weights, net.biases, strict=True):
        W = net.matrix(inputs[w])
        if W.ndim != 2 or W.shape[0] != here:
            return False
        here = W.shape[1]
        if b is not None and (inputs[b].size != here or max(inputs[b].shape, default=1) != here):
            return False
    if net.labels:
        return bool(y.size == len(x) and here > 1)
    return bool(net.rows(y).shape == (len(x), here))


def squares(net: Network, points: list[Inputs]) -> tuple[int, ...]:
    """The hidden layers as wide as what comes in: at one point that may be by chance."""
    shapes = [[net.matrix(x[name]).shape for x in points] for name in net.weights[:-1]]
    return tuple(i for i, all_of in enumerate(shapes) if all(a == b for a, b in all_of))


def endings(chain: Network) -> Iterator[Network]:
    """All activations and losses on a chain; one activation for all hidden layers comes first."""
    hidden = chain.depth - 1
    alike = [(name,) * hidden for name in HIDDEN] if hidden else [()]
    mixed = product(HIDDEN, repeat=hidden) if 2 <= hidden <= 3 else iter(())
    for names in [*alike, *(m for m in mixed if len(set(m)) > 1)]:
        for output, loss in OUTPUTS:
            yield replace(chain, hidden=names, output=output, loss=loss)


def scaled(net: Network, points: list[tuple[Inputs, float]]) -> Network | None:
    """The network with the factor and divisor that make its loss forward's, if any do."""
    ratios = []
    for inputs, loss in points:
        run = Pass(net, inputs)
        base = float(LOSSES[net.loss][0](run.A[-1], run.Y))
        n, k = run.Y.shape
        if not np.isfinite(base) or base == 0:
            return None
        ratios.append((loss / base, n, k))
    for factor in FACTORS:
        for divisor, of in (
            ("N", lambda n, k: n),
            ("", lambda n, k: 1),
            ("NK", lambda n, k: n * k),
        ):
            if all(abs(r * of(n, k) - factor) <= CLOSE * factor for r, n, k in ratios):
                return replace(net, factor=factor, divisor=divisor)
    return None
