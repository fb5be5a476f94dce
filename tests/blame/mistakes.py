"""What people get wrong in a backward rule, done to one input of one node of a finished graph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tinygrad_edu.check.local import Local
from tinygrad_edu.engine import Node, ancestors

Share = np.ndarray


def _transposed(share: Share, g: Share) -> Share:
    square = share.ndim > 1 and share.shape[-1] == share.shape[-2]
    return np.swapaxes(share, -1, -2) if square else share


def _one_copy(share: Share, g: Share) -> Share:
    """Of the copies whose gradients should add up, only the first is used."""
    new = np.array(share)
    if new.ndim:
        new[1:] = 0
    return new


def _averaged(share: Share, g: Share) -> Share:
    return share / share.shape[0] if share.ndim and share.shape[0] > 1 else share


def _unsloped(share: Share, g: Share) -> Share:
    """The local slope was forgotten."""
    return g + 0 * share if g.shape == share.shape else share


def _first_lost(share: Share, g: Share) -> Share:
    new = np.array(share)
    if new.size:
        new.flat[0] = 0
    return new


MISTAKES: dict[str, Callable[[Share, Share], Share]] = {
    "sign": lambda share, g: -share,
    "factor 2": lambda share, g: 2 * share,
    "factor ½": lambda share, g: share / 2,
    "1 % too much": lambda share, g: 1.01 * share,
    "transposed": _transposed,
    "rows in the wrong order": lambda share, g: share[::-1] if share.ndim else share,
    "a copy's gradient missing": _one_copy,
    "mean for sum": _averaged,
    "the slope forgotten": _unsloped,
    "one element missing": _first_lost,
    "squared": lambda share, g: share * np.abs(share),
    "a constant added": lambda share, g: share + 0.01,
    "nothing sent": lambda share, g: 0 * share,
}


@dataclass(frozen=True)
class Planted:
    """The mistake, and the place where `blame` should find it."""

    mistake: str
    node: Node
    i: int


class _Bent:
    """A rule with a mistake in it."""

    def __init__(self, rule: Any, mistake: Callable[[Share, Share], Share]) -> None:
        self.rule, self.mistake = rule, mistake
        self.reads, self.reads_output = rule.reads, rule.reads_output

    def pull(self, g: Any, recipe: Any) -> Any:
        return self.mistake(np.asarray(self.rule.pull(g, recipe)), np.asarray(g))


def plant(loss: Any, rng: np.random.Generator) -> Planted | None:
    """Bend one rule of one node; None where no choice made a difference there."""
    nodes = ancestors([loss.node])
    for _ in range(60):
        kinds = sorted({node.op.name for node in nodes})
        kind = kinds[int(rng.integers(len(kinds)))]  # by op, or most would be sums and products
        like = [node for node in nodes if node.op.name == kind]
        node = like[int(rng.integers(len(like)))]
        live = [i for i, e in enumerate(node.inputs) if e is not None and node.op.rule(i)]
        i = live[int(rng.integers(len(live)))]
        name = list(MISTAKES)[int(rng.integers(len(MISTAKES)))]
        right = node.op
        wrong = _bent_op(right, i, MISTAKES[name])
        if _differs(node, right, wrong, i, rng):
            node.op = wrong
            return Planted(name, node, i)
    return None


def _bent_op(op: Any, i: int, mistake: Any) -> Any:
    twin = object.__new__(type(op))
    twin.__dict__.update(op.__dict__)
    bent: Any = _Bent(op.rule(i), mistake)
    if op.variadic:
        twin._variadic_rules = {**op._variadic_rules, i: bent}
    else:
        twin.rules = tuple(bent if k == i else rule for k, rule in enumerate(op.rules))
    return twin


def _differs(node: Node, right: Any, wrong: Any, i: int, rng: np.random.Generator) -> bool:
    """Whether the mistake is one here: −0 is no mistake, nor is a transposed symmetric matrix."""
    local = Local(node)
    g = rng.standard_normal(local.z.size)
    local.op = right
    a = local.pull(g, i)
    local.op = wrong
    b = local.pull(g, i)
    return bool(np.abs(a - b).max(initial=0) > 1e-4 * np.abs(a).max(initial=0) + 1e-9)
