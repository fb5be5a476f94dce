"""One node of a graph taken out of it: its op at its own values, in float64, and its rules.

A float32 graph leaves three digits to a difference; the same op on the same numbers in float64
leaves eight. So a node is never checked where it stands: its inputs are widened, its forward
function runs again, and its rule is asked about that run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..engine import Node
from ..errors import GradientError
from ..op import Rule
from ..ops.shape import sum_to

__all__ = ["Local", "RuleFailed"]


class RuleFailed(Exception):
    """A backward rule raised, or answered in an impossible shape; the message says which."""


class Local:
    """A recipe like a node's, on numbers of its own; the node and its graph stay untouched."""

    def __init__(self, node: Node) -> None:
        if node.values is None:
            raise GradientError(
                f"blame: the values of {node.op.name} ({node.where}) were freed by a backward "
                "pass, so its rule cannot be checked. Check before backward(), or call "
                "backward(retain_graph=True)."
            )
        self.origin, self.op, self.inputs = node, node.op, node.inputs
        self.params = {name: _wide_type(value) for name, value in node.params.items()}
        self.values: Any = [_wide(value) for value in node.values]
        self._rerun = getattr(node.op, "again", None)  # a Function runs with a context of its own
        try:
            self.z, self.values = self._run(self.values)
        except Exception:  # a forward function that takes nothing but float32
            self.params, self.values = dict(node.params), list(node.values)
            self.z, self.values = self._run(self.values)

    def _run(self, values: Sequence[Any]) -> tuple[np.ndarray, Any]:
        if self._rerun is not None:
            z, kept = self._rerun(self.origin, values)
            return np.asarray(z), kept
        return np.asarray(self.op.forward(*values, **self.params)), values

    def shape_of(self, i: int) -> tuple[int, ...]:
        """The shape of input `i`."""
        return np.shape(self.values[i])

    def shapes(self) -> list[tuple[int, ...]]:
        """The shapes of all inputs."""
        return [np.shape(value) for value in self.values]

    def moved(self, i: int, x: np.ndarray) -> np.ndarray:
        """The output where input `i` is `x`, flat."""
        return self.with_inputs({i: x})

    def with_inputs(self, changed: Mapping[int, np.ndarray]) -> np.ndarray:
        """The output, flat, with some inputs changed; NaN where the op refuses them (log of −1).

        Complex numbers are refused aloud: an op that does not take them has no complex step.
        """
        values = [changed.get(i, value) for i, value in enumerate(self.values)]
        try:
            return self._run(values)[0].ravel()
        except Exception:  # a forward function of the user's may raise anything
            if any(x.dtype.kind == "c" for x in changed.values()):
                raise
            return np.full(self.z.size, np.nan)

    def at(self, values: Sequence[Any]) -> Local:
        """The same node at other numbers."""
        twin = object.__new__(Local)
        twin.origin, twin.op, twin.inputs, twin.params = (
            self.origin,
            self.op,
            self.inputs,
            self.params,
        )
        twin._rerun = self._rerun
        twin.z, twin.values = twin._run(list(values))
        return twin

    def rule(self, i: int) -> Rule | None:
        """The rule of input `i`, where the engine would call it."""
        return None if self.inputs[i] is None else self.op.rule(i)

    def pull(self, g: np.ndarray, i: int) -> np.ndarray:
        """What the rule of input `i` makes of the upstream gradient `g`, in the input's shape.

        Raises `RuleFailed` with whatever the rule raised, or where its answer has a shape that
        cannot be summed up to the input's.
        """
        rule: Any = self.op.rule(i)
        try:
            with np.errstate(all="ignore"):
                share = np.asarray(rule.pull(g.reshape(self.z.shape).copy(), self), np.float64)
        except Exception as error:  # a rule of the user's may raise anything
            raise RuleFailed(f"{type(error).__name__}: {error}") from error
        shape = self.shape_of(i)
        if share.shape == shape:
            return share
        lead = share.ndim - len(shape)
        if lead < 0 or any(n not in (1, m) for n, m in zip(shape, share.shape[lead:], strict=True)):
            raise RuleFailed(f"a gradient of shape {share.shape} for an input of shape {shape}")
        return np.asarray(sum_to(share, shape))

    def floats(self) -> list[int]:
        """The inputs that can be moved."""
        return [
            i
            for i, v in enumerate(self.values)
            if isinstance(v, np.ndarray) and v.dtype.kind == "f"
        ]


def _wide(value: Any) -> Any:
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return np.array(value, np.float64)
    return value


def _wide_type(value: Any) -> Any:
    """A number type among the parameters: `cast` to float32 would round what we measure."""
    is_type = isinstance(value, np.dtype) or (isinstance(value, type) and value is not bool)
    if is_type and np.issubdtype(value, np.floating):
        return np.dtype(np.float64)
    return value
