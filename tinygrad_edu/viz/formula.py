"""One contribution explained: by which rule, with which numbers, a gradient came back.

    upstream × local derivative = contribution

`explained(step, i)` reads the rule of input i (see `trace`) and keeps the numbers that the pass
itself had, so what is told can be computed again by hand. Arrays too large to be told number by
number are told by shape, range and norm.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..engine import Node
from ..op import Family
from .notation import TEXT, Notation, written
from .record import Step
from .trace import Expression, copies_summed, derivative, is_pointwise, jacobian, rule_of

__all__ = ["Contribution", "Term", "explained"]

FEW = 16  # elements that are told one by one
_BASIS = 400  # entries of a Jacobian that is worked out, to tell the elements of a contribution


@dataclass(frozen=True, slots=True)
class Term:
    """upstream · slope: what element `k` of the output sent to one element of the input."""

    k: tuple[int, ...]
    upstream: float
    slope: float

    @property
    def product(self) -> float:
        """The term's value."""
        return 0.0 if self.slope == 0 else self.upstream * self.slope


@dataclass(eq=False)
class Contribution:
    """What input `i` of the node of `step` received, and why.

    formula     the whole contribution as an expression in g (upstream), z and the inputs, or None
    local       the local derivative dz/dx as an expression, where the rule works element by element
    """

    step: Step
    i: int
    formula: Expression | None
    local: Expression | None

    @property
    def family(self) -> Family:
        """The family of the rule."""
        return self.step.node.op.family

    @property
    def upstream(self) -> np.ndarray:
        """dL/dz, the gradient that the node received."""
        return self.step.g

    @property
    def array(self) -> np.ndarray:
        """The contribution itself."""
        array = self.step.contributions[self.i]
        assert array is not None
        return array

    @cached_property
    def slope(self) -> np.ndarray | None:
        """The values of the local derivative, shaped like the output; None for other rules."""
        node = self.step.node
        if self.local is None:
            return None
        return _at_one(node, self.i)

    @property
    def broadcast(self) -> bool:
        """Whether the input was broadcast, so that the gradients of its copies were added up."""
        slope = self.slope
        return slope is not None and slope.size > self.array.size

    def rule_text(self, way: Notation = TEXT, **options: Any) -> str:
        """The formula of the whole contribution, as `written` has it; "" for none."""
        return "" if self.formula is None else self._written(self.formula, way, **options)

    def local_text(self, way: Notation = TEXT, **options: Any) -> str:
        """The local derivative, written; "" where the rule has none."""
        return "" if self.local is None else self._written(self.local, way, **options)

    def _written(self, x: Expression, way: Notation, letters: Any = None, **options: Any) -> str:
        return written(x, way, letters={"": self._constant, **(letters or {})}, **options)

    @property
    def _constant(self) -> str:
        """What the array is called that a rule made of values which no gradient follows."""
        node = self.step.node
        if node.op.name not in ("cross_entropy", "nll_loss"):
            return "c"
        plain = node.params.get("label_smoothing", 0) == 0 and node.values[2] is None
        whole = np.asarray(node.values[1]).dtype.kind in "iu"
        return "onehot(target)" if plain and whole else "q"

    @cached_property
    def _slopes(self) -> np.ndarray | None:
        """The Jacobian (z.size, x.size), where it is small enough to be told."""
        node = self.step.node
        if node.z.size * self.array.size > _BASIS or self.array.size > FEW:
            return None
        return jacobian(node, self.i)

    def terms(self, place: tuple[int, ...]) -> list[Term] | None:
        """The terms whose sum is element `place` of the contribution, without those of slope 0.

        A single term stays whatever its slope. None where the arrays are too large for that.
        """
        if self._slopes is None:
            return None
        j = int(np.ravel_multi_index(place, self.array.shape)) if place else 0
        shape, upstream = self.step.node.z.shape, np.ravel(self.upstream)
        if self.local is not None and shape == self.array.shape:
            return [Term(place, float(upstream[j]), float(self._slopes[j, j]))]
        return [
            Term(
                tuple(map(int, np.unravel_index(k, shape))) if shape else (),
                float(upstream[k]),
                float(slope),
            )
            for k, slope in enumerate(self._slopes[:, j])
            if slope != 0
        ]


def _at_one(node: Node, i: int) -> np.ndarray:
    """What the rule of input `i` gives for an upstream gradient of ones."""
    rule = node.op.rule(i)
    assert rule is not None
    with np.errstate(all="ignore"):
        return np.asarray(rule.pull(np.ones_like(node.z), node))


def explained(step: Step, i: int) -> Contribution:
    """How input `i` of the step's node came by its contribution."""
    node = step.node
    formula = rule_of(node, i, step.g)
    local = None
    single = not node.z.ndim and not node.shape_of(i)
    if formula is not None and (single or is_pointwise(formula)):
        local = derivative(node, i)
        # `reshape` and sums over one dimension move elements too, though no op in the rule does.
        if local is not None and node.z.ndim and _at_one(node, i).shape != node.z.shape:
            local = None
    if formula is not None and _at_one(node, i).shape != node.shape_of(i):
        formula = copies_summed(formula, node.shape_of(i))
    return Contribution(step, i, formula, local)
