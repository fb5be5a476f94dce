"""The record of a backward pass: every step of it, kept, so that it can be told and drawn.

    >>> passed = record(loss)
    >>> for step in passed.steps:
    ...     print(step.number, step.node.op.name, step.g, step.contributions)

The pass is one of its own, over any graph: it goes through the engine's stream of events, retains
the graph, and touches nobody's `.grad`. Hooks run in it as in every pass, for they change the
gradient; only what `retain_grad` asked for is held back. All walks are loops, linear in the edges.

An *edge* is the engine's word for where a value came from: a node, a leaf, or None for a constant.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..engine import LIBRARY, Node, ancestors, listen, run, spell_place
from ..errors import GradientError, InputTypeError, TinygradEduError
from ..hooks import nothing_retained
from ..tensor import Tensor, apply, operate, seed
from .names import Names, names_of

__all__ = ["Backward", "Failure", "Share", "Step", "record"]


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One step of the pass: `node` received `g`; `contributions[i]` went to `node.inputs[i]`.

    `number` counts the steps from 1 in their order; a contribution is None where nothing flows.
    """

    number: int
    node: Node
    g: np.ndarray
    contributions: tuple[np.ndarray | None, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Share:
    """What one use of a value sent back: input `i` of the node of `step` received `array`."""

    step: Step
    i: int
    array: np.ndarray

    def __iter__(self) -> Iterator[Any]:
        return iter((self.step, self.i, self.array))


@dataclass(frozen=True, slots=True, eq=False)
class Failure:
    """Where a script stopped in the forward pass: op, inputs, error, the user's line."""

    op: Any
    inputs: tuple[Any, ...]
    error: BaseException
    where: str


@dataclass(eq=False)
class Backward:
    """A backward pass, complete or as far as it came.

    nodes        every node of the graph, in the order in which they were made
    leaves       the leaves, in the order in which they were first used
    steps        the steps of the pass, consumers first
    error        what stopped the pass (values that were freed or edited, a hook), or None
    failure      where the script stopped in the forward pass, if it did: then there are no steps
    output       the tensor that the pass began at; None for a failed script
    """

    nodes: list[Node]
    output: Tensor | None = None
    names: Names = field(default_factory=Names)
    steps: list[Step] = field(default_factory=list)
    error: TinygradEduError | None = None
    failure: Failure | None = None

    def __post_init__(self) -> None:
        uses: dict[Any, list[tuple[Node, int]]] = {}
        for node in self.nodes:
            for i, edge in enumerate(node.inputs):
                if edge is not None:
                    uses.setdefault(edge, []).append((node, i))
        self._uses = uses
        self.leaves = [edge for edge in uses if edge.__class__ is not Node]
        for x in self.failure.inputs if self.failure else ():
            edge = getattr(x, "edge", None)
            if edge is not None and edge.__class__ is not Node and edge not in uses:
                self.leaves.append(edge)
        self.order = self._order()
        self._numbers = {node: k for k, node in enumerate(self.order, 1)}
        self._leaf_gradients: dict[Any, np.ndarray] = {}

    def _order(self) -> list[Node]:
        """The nodes in the order in which a whole pass visits them: those that a gradient reaches.

        Known without running it: it depends only on which inputs have a rule.
        """
        reached = set() if self.output is None else {self.output.node}
        order = []
        for node in reversed(self.nodes):
            if node in reached:
                order.append(node)
                pairs = enumerate(node.inputs)
                reached.update(e for i, e in pairs if e.__class__ is Node and node.op.rule(i))
        return order

    @property
    def complete(self) -> bool:
        """Whether every node that a gradient can reach was reached."""
        return len(self.steps) == len(self.order) and self.failure is None

    @property
    def stopped_at(self) -> Node | None:
        """The node at which the pass stopped, or None."""
        return None if self.complete or self.failure else self.order[len(self.steps)]

    def number_of(self, node: Node) -> int | None:
        """The node's place in the order of the backward pass, or None where no gradient arrives."""
        return self._numbers.get(node)

    def step_of(self, node: Node) -> Step | None:
        """The step that visited `node`, or None where the pass did not come so far."""
        number = self._numbers.get(node)
        return None if number is None or number > len(self.steps) else self.steps[number - 1]

    def gradient_of(self, edge: Any) -> np.ndarray | None:
        """dL/d(edge), or None where it was not computed: that is not the same as 0."""
        if edge.__class__ is not Node:
            return self._leaf_gradients.get(edge)
        step = self.step_of(edge)
        return None if step is None else step.g

    def uses_of(self, edge: Any) -> list[tuple[Node, int]]:
        """Every use of a value, (node, input index), in the order of the forward pass."""
        return self._uses.get(edge, [])

    def consumers_of(self, edge: Any) -> list[Share]:
        """What each use of a value sent back to it, in the order of the backward pass."""
        shares = []
        for node, i in reversed(self.uses_of(edge)):
            step = self.step_of(node)
            array = None if step is None else step.contributions[i]
            if step is not None and array is not None:
                shares.append(Share(step, i, array))
        # Uses by one node are in the order of its inputs.
        return sorted(shares, key=lambda share: (share.step.number, share.i))

    def value_of(self, edge: Any) -> np.ndarray | None:
        """The number or the array of an edge, or None where it was freed."""
        value: np.ndarray | None = edge.z if edge.__class__ is Node else edge.array
        return value

    def hooked(self, edge: Any) -> bool:
        """Whether a hook may have changed the gradient after its contributions were added up."""
        hooks = edge.hooks if edge.__class__ is Node else edge._hooks
        return bool(hooks)


def record(
    output: Tensor | BaseException | Backward,
    gradient: Tensor | None = None,
    names: Any = None,
    depth: int = 1,
) -> Backward:
    """Run a backward pass from `output` beside all others, and return the record of it.

    `gradient` is dL/d(output); without it L is the sum of the output's elements. `names` is a
    mapping of names to tensors, a module (its parameters are named), "caller" (the variables of the
    function that calls, `depth` frames up), or a list of these. Where values were freed or edited,
    the record holds the steps up to there, and `.error`.

    An exception in place of `output` gives the graph as far as the script came: what the inputs of
    the op that failed had been computed from. A record is returned as it is.

    Raises `InputTypeError` for anything without a recipe.
    """
    if isinstance(output, Backward):
        return output
    known = names_of(names, sys._getframe(depth) if _wants_caller(names) else None)
    if isinstance(output, BaseException):
        return _of_failure(output, known)
    if getattr(output, "node", None) is None:
        raise InputTypeError(
            f"record: {str(output)[:60]} of type {type(output).__name__} has no recipe to tell of. "
            "Pass a tensor that was computed from one with requires_grad=True."
        )
    passed = Backward(ancestors([output.node]), output, known)
    if gradient is None:
        gradient = Tensor(np.ones_like(output.array))
    _run(passed, seed(output, gradient, False))
    return passed


def _run(passed: Backward, start: tuple[Any, Any]) -> None:
    """The pass itself, unnoticed by anybody else."""

    def note(event: Any) -> None:
        sent = tuple(None if share is None else np.asarray(share) for share in event.contributions)
        passed.steps.append(Step(len(passed.steps) + 1, event.node, np.asarray(event.g), sent))

    with listen(note, alone=True), nothing_retained(passed.nodes):
        try:
            found = run([start], targets=passed.leaves, retain_graph=True)
            passed._leaf_gradients = {edge: np.asarray(g) for edge, g in found.items()}
        except GradientError as error:
            passed.error = error


def _wants_caller(names: Any) -> bool:
    several = names if isinstance(names, list | tuple) else [names]
    return any(isinstance(one, str) for one in several)


def _of_failure(error: BaseException, names: Names) -> Backward:
    """The graph that stood when `error` was raised by an op."""
    trace, found, where = error.__traceback__, None, ""
    while trace is not None:
        code = trace.tb_frame.f_code
        if code in (apply.__code__, operate.__code__):
            found = trace.tb_frame.f_locals
        elif found is None and not code.co_filename.startswith(LIBRARY):
            where = spell_place(code.co_filename, trace.tb_lineno)
        trace = trace.tb_next
    if found is None:
        raise InputTypeError(
            f"record: no op failed in {type(error).__name__}: {str(error)[:60]}. Pass the "
            "exception that an op raised, or the last tensor that was computed."
        )
    inputs = tuple(found.get("inputs") or (found["x"], found["y"]))
    edges = [x.edge for x in inputs if isinstance(x, Tensor)]
    nodes = ancestors(edge for edge in edges if edge.__class__ is Node)
    return Backward(nodes, names=names, failure=Failure(found["op"], inputs, error, where))
