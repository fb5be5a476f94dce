"""`explain`: which tensor is asked about, and of which pass; the answer is a `Ledger`."""

from __future__ import annotations

import sys
from typing import Any

from ..engine import ancestors
from ..errors import InputTypeError
from ..tensor import Tensor
from .ledger import Ledger
from .record import record
from .words import language

__all__ = ["explain"]


def explain(
    x: Any,
    output: Tensor | None = None,
    *,
    gradient: Tensor | None = None,
    names: Any = "caller",
    lang: str | None = None,
    digits: int = 4,
) -> Ledger:
    """Where dL/dx comes from: every use of x, with its rule, its formula and its numbers.

    `output` is L. Without it, it is looked for among the caller's variables: the last tensor that
    was computed from x. If there is none, x is itself the output, and the whole pass from it is
    told in its order. `gradient` is dL/d(output), for an output of several numbers (ones, else);
    `names` as in `record`; `lang` is "en" or "ru", by default that of the user's locale; `digits`
    the significant digits of the numbers.

    Ask before `backward()` frees the values, or keep them: `backward(retain_graph=True)`.

    Raises `InputTypeError` where x is no tensor with a gradient, or no output is found.
    """
    if isinstance(x, Tensor) and not x.requires_grad:
        raise InputTypeError(
            f"explain: this tensor of shape {tuple(x.shape)} has no gradient: it does not require "
            "one, nor does anything that it was computed from. Create it with requires_grad=True."
        )
    edge = None
    if isinstance(x, Tensor) and x.requires_grad:
        if output is None:
            output = _last_use(x, sys._getframe(1).f_locals.values())
        edge = x.edge if output is not None and output is not x else None
        if output is None:
            output = x
    whole: Any = x if output is None else output
    if isinstance(whole, Tensor) and whole.node is None:
        raise InputTypeError(
            "explain: nothing was computed from this tensor of shape "
            f"{tuple(whole.shape)}, as far as the variables here tell. Name the loss: "
            "viz.explain(x, loss)."
        )
    passed = record(whole, gradient, names, depth=2)
    if edge is not None and edge not in set(passed.nodes) | set(passed.leaves):
        raise InputTypeError(
            f"explain: the output was not computed from this tensor of shape {tuple(x.shape)}. "
            "Pass the loss that depends on it."
        )
    return Ledger(passed, edge, language(lang), digits)


def _last_use(x: Tensor, variables: Any) -> Tensor | None:
    """The tensor among `variables` that was made last of those computed from x."""
    made = {v for v in list(variables) if isinstance(v, Tensor) and v.node is not None}
    later = sorted(made - {x}, key=lambda t: t.node.number, reverse=True)  # type: ignore[union-attr]
    for tensor in later:
        node = tensor.node
        if x.node is not None and node is not None and node.number <= x.node.number:
            break
        if any(edge is x.edge for n in ancestors([node]) for edge in n.inputs):
            return tensor
    return None
