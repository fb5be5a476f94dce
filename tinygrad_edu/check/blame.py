"""Blame the op: which backward rule of this graph is wrong?

    report = check.blame(loss)
    if not report:
        print(report)

A gradient check of the whole graph says that some gradient is wrong; it cannot say where, for every
rule between the loss and the leaf has had a hand in it. Here each node is checked by itself, at the
values that it has in the graph: its rule, for a random upstream gradient, against the measured
slopes of its own forward function. The verdict on a node does not depend on any other node, so
several wrong rules are all found.

The *first* wrong one is the first that the backward pass meets, the one nearest to the loss: every
gradient that the pass computed before it is right, and every one that flowed through it is not.
That is where to begin; the others stand below it in the same order.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from ..autograd import enable_grad
from ..engine import Node, ancestors
from ..errors import GradcheckError, InputTypeError
from ..op import Op
from ..tensor import Tensor
from . import blame_words
from .kinks import Kink
from .local import Local
from .node_check import Checked, Proof, check_node

__all__ = ["Report", "Wrong", "blame"]


@dataclass(frozen=True, slots=True)
class Wrong:
    """A wrong rule: of the `number`-th node of the backward pass, made at the user's `where`."""

    node: Node = field(repr=False)
    number: int
    op: str
    argument: str
    where: str
    rule: str
    proof: Proof


@dataclass
class Report:
    """What `blame` found; true where every rule is right.

    wrong      the wrong rules in the order of the backward pass, the first foremost
    kinks      the corners that the values stand on, with the interval and the value taken
    nodes, rules      how many were checked
    certainty  the worst relative error among the measurements that say "right"
    exact      how many of them a complex step confirmed
    doubtful   nodes where rounding, or a forward function that never repeats itself, forbids a
    verdict;  skipped: outputs without a finite slope (a jump, √ at 0) or without a value
    """

    loss: Any = field(repr=False)
    wrong: list[Wrong] = field(default_factory=list)
    kinks: list[Kink] = field(default_factory=list)
    nodes: int = 0
    rules: int = 0
    exact: int = 0
    certainty: float = 0.0
    skipped: int = 0
    doubtful: list[str] = field(default_factory=list)
    lang: str = "en"

    def __bool__(self) -> bool:
        return not self.wrong

    def __str__(self) -> str:
        return blame_words.report(self, self.lang)

    def text(self, lang: str) -> str:
        """The report in "en" or "ru"."""
        return blame_words.report(self, lang)

    def _repr_html_(self) -> str:
        return blame_words.html(self, self.lang)

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers and strings, for JSON."""
        return {
            "right": bool(self),
            "wrong": [
                {k: getattr(w, k) for k in ("number", "op", "argument", "where", "rule")}
                | {"proof": blame_words.plain(asdict(w.proof))}
                for w in self.wrong
            ],
            "kinks": [blame_words.plain(asdict(k) | {"valid": k.valid}) for k in self.kinks],
            "doubtful": list(self.doubtful),
            **{k: getattr(self, k) for k in ("nodes", "rules", "exact", "certainty", "skipped")},
        }

    def marks(self, lang: str | None = None) -> dict[Node, str]:
        """The wrong nodes, each with what is wrong there: for a picture."""
        return {w.node: blame_words.mark(w, lang or self.lang) for w in reversed(self.wrong)}

    def graph(self, *, lang: str | None = None, **options: Any) -> Any:
        """The graph as a picture with the wrong nodes marked (see `viz.graph`)."""
        from .. import viz

        pictures: Any = viz
        return pictures.graph(self.loss, marks=self.marks(lang), lang=lang or self.lang, **options)

    def stepper(self, *, lang: str | None = None, **options: Any) -> Any:
        """The backward pass step by step with the wrong nodes marked (see `viz.stepper`)."""
        from .. import viz

        pictures: Any = viz
        return pictures.stepper(
            self.loss, marks=self.marks(lang), lang=lang or self.lang, **options
        )

    def raise_if_wrong(self) -> None:
        """Raise `GradcheckError` with the report, unless every rule is right."""
        if self.wrong:
            raise GradcheckError(str(self))


def blame(
    loss: Tensor | Callable[..., Any], inputs: Any = None, *, seed: int = 0, lang: str = "en"
) -> Report:
    """Check every rule that `loss.backward()` would run, each at its own node's values.

    `blame(fn, inputs)` builds the graph of `fn(*inputs)` first. Nothing is changed: no `.grad`, no
    saved value, no random number of the library's. `seed` chooses the random directions; `lang` is
    the report's language, "en" or "ru".

    Raises `InputTypeError` where there is no graph, `GradientError` where its values were freed.
    """
    blame_words.check(lang)
    if not isinstance(loss, Tensor):
        loss = _computed(loss, inputs)
    if loss.node is None:
        raise InputTypeError(
            f"blame: the tensor of shape {loss.shape} has no recipe, so there is no rule to check. "
            "Pass one that was computed from tensors with requires_grad=True."
        )
    report = Report(loss, lang=lang)
    nodes = list(reversed(ancestors([loss.node])))
    report.nodes = len(nodes)
    rng = np.random.default_rng(seed)
    locals_ = ((number, Local(node)) for number, node in enumerate(nodes, 1))
    with np.errstate(all="ignore"):
        for number, local in locals_:
            for argument, found in check_node(local, rng).items():
                _enter(report, local, argument, number, found)
    return report


def _computed(fn: Any, inputs: Any) -> Tensor:
    """The output of `fn(*inputs)`; several outputs are joined, for all of their rules count."""
    if not callable(fn):
        raise InputTypeError(
            f"blame: received {type(fn).__name__}, but a tensor or a function was expected. "
            "Write blame(loss), or blame(fn, inputs)."
        )
    given = inputs if isinstance(inputs, list | tuple) else () if inputs is None else (inputs,)
    with enable_grad():
        result = fn(*given)
        outputs = (
            result
            if isinstance(result, Iterable) and not isinstance(result, Tensor)
            else ([result])
        )
        parts = [y for y in outputs if isinstance(y, Tensor) and y.requires_grad]
        if not parts:
            raise InputTypeError(
                "blame: the function returned no tensor that requires a gradient. Give it inputs "
                "with requires_grad=True."
            )
        loss = parts[0]
        for more in parts[1:]:
            loss = loss.sum() + more.sum()
    return loss


def _enter(report: Report, local: Local, argument: str, number: int, found: Checked) -> None:
    """Put what was found about one argument into the report."""
    op, where = local.op, local.origin.where
    report.rules += "," not in argument
    report.exact += found.exact
    report.skipped += found.skipped
    report.kinks += found.kinks
    if found.proof is not None:
        rule = _rule_line(op, argument)
        wrong = Wrong(local.origin, number, op.name, argument, where, rule, found.proof)
        report.wrong.append(wrong)
    elif found.doubtful:
        report.doubtful.append(f"{op.name}.{argument} ({where})")
    else:
        report.certainty = max(report.certainty, found.certainty)


def _rule_line(op: Op, argument: str) -> str:
    """Where the rule itself is written: `file.py:12`."""
    i = 0 if op.variadic else op.inputs.index(argument.split(",")[0])
    rule: Any = op.rule(i)
    fn = getattr(rule, "fn", None) or getattr(getattr(rule, "function", None), "backward", None)
    code = getattr(inspect.unwrap(fn), "__code__", None) if fn is not None else None
    return f"{os.path.basename(code.co_filename)}:{code.co_firstlineno}" if code else ""
