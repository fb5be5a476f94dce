"""A matrix product opened: which matrices the page needs to show every scalar product in it.

    Z = X·W (+ b),   ∂L/∂X = G·Wᵀ,   ∂L/∂W = Xᵀ·G

The leading dimensions of x are rows of X, where W is one matrix for all of them. Of a stack of
matrices times a stack the first product is shown. A vector is a row on the left, a column on the
right; `linear`, x·Wᵀ + b, opens with its weight transposed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine import Node
from ..record import Step
from .arrays import Shelf

__all__ = ["opened", "zoom"]


def zoom(node: Node, shelf: Shelf) -> dict[str, Any] | None:
    """Places on the shelf of X (n, k), W (k, m), Z (n, m), the bias (1, m); None for other ops."""
    if node.op.name not in ("matmul", "linear") or node.values is None or not node.z.size:
        return None
    x, w, *rest = node.values
    x, w, z = _matrices(node, x, w, node.z)
    bias = rest[0] if rest else None
    if x.shape[1] == 0:
        return None
    return {
        "x": shelf.put(x),
        "w": shelf.put(w),
        "z": shelf.put(z),
        "b": None if bias is None else shelf.put(np.broadcast_to(bias, (1, w.shape[1]))),
        "terms": x.shape[1],
        "first": _is_stack(node),
    }


def opened(step: Step, shelf: Shelf) -> dict[str, Any] | None:
    """Places on the shelf of G, ∂L/∂X and ∂L/∂W, as this step knew them; of Xᵀ and Wᵀ, too."""
    node = step.node
    if zoom(node, shelf) is None:
        return None
    dx, dw, *_ = step.contributions
    value_x, value_w = node.values[0], node.values[1]
    x, w, g = _matrices(node, value_x, value_w, step.g)
    shown: dict[str, Any] = {"g": shelf.put(g), "xt": shelf.put(x.T), "wt": shelf.put(w.T)}
    whole = not _is_stack(node) or value_x.shape[:-2] == value_w.shape[:-2]
    if whole and dx is not None:
        shown["dx"] = shelf.put(_matrices(node, dx, value_w, step.g)[0])
    if whole and dw is not None:
        shown["dw"] = shelf.put(_matrices(node, value_x, dw, step.g)[1])
    return shown


def _is_stack(node: Node) -> bool:
    """Whether W is a stack of matrices, so that no single product tells everything."""
    return node.op.name == "matmul" and node.values[1].ndim > 2


def _matrices(
    node: Node, x: np.ndarray, w: np.ndarray, z: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The three as X (n, k), W (k, m) and Z (n, m)."""
    if _is_stack(node):
        x = x[None, :] if x.ndim == 1 else x.reshape(-1, *x.shape[-2:])[0]
        w = w.reshape(-1, *w.shape[-2:])[0]
    else:
        x = x.reshape(-1, x.shape[-1])
        w = w.T if node.op.name == "linear" else w.reshape(w.shape[0], -1)
    return x, w, np.reshape(z, -1)[: len(x) * w.shape[1]].reshape(len(x), w.shape[1])
