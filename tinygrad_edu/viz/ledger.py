"""The ledger: where a tensor's gradient came from, use by use, and that the sum is right.

>>> print(viz.explain(b, loss))
Where the gradient of b comes from: 6
1. used by d = add(b, 1) (step 2)  «distributor»: the gradient goes to every input unchanged
   script.py:4: d = b + 1
   ∂d/∂b = 1
   g · ∂d/∂b = 2 · 1 = 2
…
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .formula import FEW, Contribution, explained
from .labels import Labels
from .latex import latex_name
from .notation import LATEX, TEXT, number, numbers
from .page import Block, Formula, Page, Word
from .plain import plain_formula
from .record import Backward, Step
from .words import family_name, family_says, words_in

__all__ = ["Account", "Ledger"]

_ELEMENTS = 6  # elements whose sums are written out
_WIDE = 160  # letters of a formula that is repeated with its numbers
_TERMS = 8  # terms of such a sum
_STEPS = 60  # steps of a pass that are told; of a longer one the first and the last


@dataclass(eq=False)
class Account:
    """The gradient of one value: its contributions and their sum."""

    edge: Any
    name: str
    gradient: np.ndarray | None
    contributions: list[Contribution]


class Ledger(Page):
    """What `explain` found; `accounts` holds the numbers, the page tells them."""

    def __init__(
        self, passed: Backward, edge: Any = None, lang: str = "en", digits: int = 4
    ) -> None:
        self.passed, self.edge, self.lang, self.digits = passed, edge, lang, digits
        self.labels = Labels(passed)
        self._words = words_in(lang)

    def account(self, edge: Any) -> Account:
        """The account of one node's output or of one leaf."""
        shares = self.passed.consumers_of(edge)
        found = [explained(share.step, share.i) for share in shares]
        return Account(edge, self.labels.of(edge), self.passed.gradient_of(edge), found)

    @property
    def accounts(self) -> list[Account]:
        """The account asked for, or those of all nodes (in the order of the pass) and leaves."""
        edges = [self.edge] if self.edge is not None else [*self.passed.order, *self.passed.leaves]
        return [self.account(edge) for edge in edges]

    def blocks(self) -> Sequence[Block]:
        """The lines of the ledger."""
        return list(self._told_pass() if self.edge is None else self._told(self.edge))

    # -- one value

    def _told(self, edge: Any) -> Iterator[Block]:
        account, w = self.account(edge), self._words
        title = w["account"].format(name=account.name)
        yield Block("title", (title,))
        yield Block("line", (f"{account.name} = {self._numbers(self.passed.value_of(edge))}",))
        if self.passed.complete and not account.contributions and not self._is_output(edge):
            yield Block("note", (w["unused"].format(name=account.name),))
        for k, c in enumerate(account.contributions, 1):
            what = self.labels.call(c.step.node)
            yield Block("head", (w["use"].format(k=k, what=what, number=c.step.number),))
            yield from self._rule(c)
            yield from self._contribution(c)
        yield from self._total(account)
        yield from self._end()

    def _is_output(self, edge: Any) -> bool:
        output = self.passed.output
        return output is not None and edge is output.node

    def _rule(self, c: Contribution) -> Iterator[Block]:
        node, family = c.step.node, c.family
        name = Word(f"«{family_name(family, self.lang)}»", family)
        formula = Formula(plain_formula(node.op.formula), node.op.formula)
        yield Block("line", (name, ": ", family_says(family, self.lang), "; ", formula), 1)
        yield Block("place", (clean_line(node.where),), 1)

    def _contribution(self, c: Contribution) -> Iterator[Block]:
        """Upstream × local derivative = contribution, with letters and with numbers."""
        letters, d = self.labels.letters(c.step.node), self.digits
        name = self.labels.of_input(c.step.node, c.i)
        yield Block("line", self._upstream(c.step), 1)
        small = c.array.size <= FEW and c.upstream.size <= FEW
        if c.local is not None:
            z = self.labels.of(c.step.node)
            slope = _ratio(z, name, "∂")
            pieces: list[Any] = [slope, " = ", self._formula(c.local_text, letters)]
            if small and c.slope is not None:
                inner = self._formula(c.local_text, letters, numbers=True, digits=d)
                uniform = c.slope.size > 0 and bool((c.slope == c.slope.flat[0]).all())
                value = self._numbers(c.slope.flat[0] if uniform else c.slope)
                pieces += [" = ", inner] if inner.text != pieces[-1].text else []
                pieces += [f" = {value}"] if inner.text != value else []
            yield Block("line", tuple(pieces), 1)
        elif c.formula is not None:
            formula = self._formula(c.rule_text, letters)
            yield Block("line", (_ratio("L", name, "d"), " ← ", formula), 1)
            inner = self._formula(c.rule_text, letters, numbers=True, digits=d)
            if small and inner.text != formula.text and len(inner.text) <= _WIDE:
                yield Block("line", ("= ", inner), 2)
        if c.broadcast and c.slope is not None:
            old, new = (str(tuple(a.shape)) for a in (c.array, c.slope))
            yield Block("line", (self._words["copies"].format(name=name, old=old, new=new),), 1)
        yield from self._arithmetic(c, small)

    def _arithmetic(self, c: Contribution, small: bool) -> Iterator[Block]:
        if c.array.ndim == 0 and c.upstream.ndim == 0 and c.slope is not None:
            values = (self._number(c.upstream), self._number(c.slope))
            node = c.step.node
            slope = _ratio(self.labels.of(node), self.labels.of_input(node, c.i), "∂")
            numbers = " = {} · {}".format(*map(_fenced, values)) + f" = {self._number(c.array)}"
            yield Block("line", ("g · ", slope, numbers), 1)
            return
        places = list(np.ndindex(c.array.shape))[: _ELEMENTS + 1] if small else []
        for place in places[:_ELEMENTS]:
            terms = c.terms(place)
            if terms is None or len(terms) > _TERMS:
                break
            products = [
                f"{_fenced(self._number(t.upstream))} · {_fenced(self._number(t.slope))}"
                for t in terms
            ]
            total = self._number(c.array[place])
            where = f"[{', '.join(map(str, place))}]: " if place else ""
            yield Block("line", (f"{where}{' + '.join(products) or '0'} = {total}",), 2)
        else:
            if len(places) > _ELEMENTS:
                yield Block("line", ("…",), 2)
        yield Block("line", (f"→ {self._numbers(c.array)}",), 1)

    def _total(self, account: Account) -> Iterator[Block]:
        if self._is_output(account.edge):
            yield Block("line", self._beginning(), 1)
        slope = _ratio("L", account.name, "d")
        if account.gradient is None:
            words = self._words["not computed" if self.passed.error else "no gradient"]
            yield Block("total", (slope, f": {words}"))
            return
        parts = [c.array for c in account.contributions]
        if self._is_output(account.edge):
            parts = []
        shown = all(p.size <= FEW for p in parts)
        text = " + ".join(_fenced(self._numbers(p)) for p in parts) if len(parts) > 1 else ""
        text = f"{text} = " if text and shown else ""
        yield Block("total", (slope, f" = {text}{self._numbers(account.gradient)}"))
        total = sum(parts) if parts else account.gradient
        if self.passed.hooked(account.edge) and not np.array_equal(total, account.gradient):
            yield Block("note", (self._words["hooked"],))

    def _beginning(self) -> tuple[Any, ...]:
        output, w = self.passed.output, self._words
        if output is None or output.node is None:
            return ()
        name = self.labels.of(output.node)
        if output.array.size > 1:
            return (w["begins sum"].format(name=name),)
        return (w["begins"].format(g=f"dL/d{name}"),)

    def _upstream(self, step: Step) -> tuple[Any, ...]:
        slope = _ratio("L", self.labels.of(step.node), "d")
        return ("g = ", slope, f" = {self._numbers(step.g)}")

    # -- the whole pass

    def _told_pass(self) -> Iterator[Block]:
        passed, w = self.passed, self._words
        start = passed.output.node if passed.output is not None else None
        name = self.labels.of(start) if start is not None else "?"
        yield Block("title", (w["pass"].format(name=name),))
        steps = passed.steps
        head = steps if len(steps) <= _STEPS else steps[: _STEPS // 2]
        tail = [] if len(steps) <= _STEPS else steps[-_STEPS // 2 :]
        for step in head:
            yield from self._told_step(step)
        if tail:
            yield Block("note", (w["cut"].format(n=len(steps) - len(head) - len(tail)),))
        for step in tail:
            yield from self._told_step(step)
        if passed.steps and passed.leaves:
            yield Block("head", (w["sums"],))
            for leaf in passed.leaves[:_STEPS]:
                yield from self._total(self.account(leaf))
        yield from self._end()

    def _told_step(self, step: Step) -> Iterator[Block]:
        w, node = self._words, step.node
        what = self.labels.call(node)
        title = w["step"].format(number=step.number, all=len(self.passed.order), what=what)
        yield Block("head", (title,))
        shares = [
            explained(step, i) for i, share in enumerate(step.contributions) if share is not None
        ]
        if self._is_output(node):
            yield Block("line", self._beginning(), 1)
        for k, c in enumerate(shares):
            if k == 0:
                yield from self._rule(c)
            lines = list(self._contribution(c))
            if k == 0:
                yield lines[0]
            yield Block("line", (w["sends"].format(name=self.labels.of_input(node, c.i)),), 1)
            for line in lines[1:]:
                yield Block(line.kind, line.pieces, line.depth + 1)

    def _end(self) -> Iterator[Block]:
        passed, w = self.passed, self._words
        if passed.failure is not None:
            failure = passed.failure
            what = f"{failure.op.name} ({failure.where})"
            yield Block("note", (w["failed"].format(what=what, error=failure.error),))
        if passed.stopped_at is not None:
            what = self.labels.call(passed.stopped_at)
            why = "used up" if passed.stopped_at.values is None else "stopped"
            yield Block("note", (w[why].format(what=what, error=passed.error),))

    # -- numbers and formulas

    def _formula(self, write: Any, letters: dict[str, str], **options: Any) -> Formula:
        return Formula(
            write(TEXT, letters=letters, **options), write(LATEX, letters=letters, **options)
        )

    def _number(self, x: Any) -> str:
        return number(x, self.digits)

    def _numbers(self, x: Any) -> str:
        return self._words["freed"] if x is None else numbers(x, self.digits)


def clean_line(text: str) -> str:
    """A line of source: printable, whatever it holds."""
    return "".join(c if c.isprintable() else " " for c in text)


def _fenced(text: str) -> str:
    return f"({text})" if text.startswith("−") else text


def _ratio(over: str, under: str, d: str) -> Formula:
    """dL/dx, or ∂z/∂x."""
    sign = "d" if d == "d" else r"\partial "
    latex = rf"\frac{{{sign}{latex_name(over)}}}{{{sign}{latex_name(under)}}}"
    return Formula(f"{d}{over}/{d}{under}", latex)
