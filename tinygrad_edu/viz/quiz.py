"""A quiz on any graph: predict a gradient, and be told why it is right or what was forgotten.

    >>> viz.quiz(loss, seed=1).ask()            # in the terminal, or in Jupyter, cell by cell
    >>> test = viz.quiz(loss, seed=1)
    >>> test.answer(1, "1/4")                   # the same, from a script
    >>> test.sheet(), test.key()                # Markdown for a class, and for its teacher

The questions go backward through the graph, so that each can be answered from the ones before; the
same seed asks the same questions.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np

from ..errors import ArgumentError
from ..tensor import Tensor
from .labels import Labels
from .ledger import Ledger
from .notation import number, numbers
from .page import Block, Page
from .record import Backward, record
from .words import language, words_in

__all__ = ["Mark", "Question", "Quiz", "quiz"]

_CLOSE = 0.005  # relative: half a unit in the third digit, as a person rounds


@dataclass(frozen=True, eq=False)
class Question:
    """What is dL/d(edge), at `place` where it is an array?"""

    edge: Any
    place: tuple[int, ...]
    asked: str
    answer: float


@dataclass(frozen=True)
class Mark(Page):
    """The verdict on an answer, in a sentence, and the ledger that shows why."""

    right: bool
    said: str
    reason: Ledger | None = field(default=None, compare=False)

    def blocks(self) -> Sequence[Block]:
        """The sentence, then the ledger."""
        told = [] if self.reason is None else list(self.reason.blocks())
        return [Block("head" if self.right else "note", (self.said,)), *told]

    __str__ = Page.__str__
    __repr__ = Page.__repr__


def quiz(
    output: Tensor | Backward,
    seed: int = 0,
    *,
    n: int = 5,
    names: Any = "caller",
    gradient: Tensor | None = None,
    lang: str | None = None,
) -> Quiz:
    """`n` questions about the gradients of a pass; the same `seed` asks the same ones.

    `names`, `gradient` and `lang` are as in `explain`. Raises `ArgumentError` where there is
    nothing to ask.
    """
    passed = record(output, gradient, names, depth=2)
    if not passed.complete or not passed.leaves or n < 1:
        raise ArgumentError(
            f"quiz: there is nothing to ask: {len(passed.steps)} of {len(passed.order)} steps are "
            f"known, and n={n}. Ask before backward() frees the values, or retain the graph."
        )
    return Quiz(passed, Random(seed), n, language(lang))


class Quiz(Page):
    """Questions with their answers; `marks` holds what was answered so far."""

    def __init__(self, passed: Backward, random: Random, n: int, lang: str) -> None:
        self.passed, self.lang = passed, lang
        self.labels, self._words = Labels(passed), words_in(lang)
        edges: list[Any] = [*passed.order[1:], *passed.leaves]
        edges = [edge for edge in edges if np.asarray(passed.gradient_of(edge)).size]
        chosen = sorted(random.sample(range(len(edges)), min(n, len(edges))))
        self.questions = [self._question(edges[k], random) for k in chosen]
        self.marks: dict[int, Mark] = {}

    def _question(self, edge: Any, random: Random) -> Question:
        gradient = np.asarray(self.passed.gradient_of(edge))
        places = list(np.ndindex(gradient.shape))[:64]
        alive = [p for p in places if gradient[p] != 0] or places  # a zero is easily guessed
        place = random.choice(alive)
        name = self.labels.of(edge)
        asked = f"dL/d{name}" if name.isidentifier() else f"dL/d({name})"
        if place:
            asked += self._words["element"].format(place=f"[{', '.join(map(str, place))}]")
        return Question(edge, place, asked, float(gradient[place]))

    # -- answering

    def answer(self, k: int, given: str | float) -> Mark:
        """Mark the answer to question `k` (from 1): a number, or text like "-3", "1/4", "2e-3"."""
        if not 1 <= k <= len(self.questions):
            raise ArgumentError(
                f"answer: there is no question {k}. The questions are 1 to {len(self.questions)}."
            )
        question, w = self.questions[k - 1], self._words
        try:
            value = _read(given)
        except ValueError:
            return Mark(False, w["unreadable"])
        right = _same(value, question.answer)
        said = w["right"] if right else w["not right"].format(answer=number(question.answer))
        if not right:
            said = f"{said} {self._mistake(question, value)}".strip()
        mark = self.marks[k] = Mark(right, said, Ledger(self.passed, question.edge, self.lang))
        return mark

    def _mistake(self, question: Question, value: float) -> str:
        """The name of a classic mistake, if this is one."""
        w, place, edge = self._words, question.place, question.edge
        if _same(-value, question.answer):
            return w["sign"]
        contributions = Ledger(self.passed, edge, self.lang).account(edge).contributions
        if len(contributions) > 1 and any(_same(value, c.array[place]) for c in contributions):
            return w["one share"]
        for c in contributions:
            if not c.upstream.ndim and _same(value, c.upstream):
                return w["upstream"].format(what=self.labels.of(c.step.node))
            if c.slope is not None and not c.slope.ndim and _same(value, c.slope):
                return w["slope"]
        held = self.passed.value_of(edge)
        if held is not None and _same(value, np.asarray(held)[place]):
            return w["value instead"].format(name=self.labels.of(edge))
        if question.answer and value:
            factor = Fraction(value / question.answer).limit_denominator(64)
            if factor and _same(float(factor) * question.answer, value):
                return w["factor"].format(factor=factor)
        return ""

    @property
    def score(self) -> str:
        """How many answers were right."""
        right = sum(mark.right for mark in self.marks.values())
        return self._words["score"].format(right=right, all=len(self.questions))

    def ask(
        self, read: Callable[[str], str] = input, say: Callable[[Any], Any] | None = None
    ) -> Quiz:
        """Ask in the terminal or a notebook's prompt, marking each answer; Enter alone skips."""
        say = say or _say
        for block in self._given():
            say(block.text)
        say(self._words["skip"])
        for k, question in enumerate(self.questions, 1):
            while True:
                try:
                    given = read(self._words["question"].format(k=k, asked=question.asked) + " ")
                except EOFError:
                    return self
                if not given.strip():
                    say(self._words["skipped"].format(answer=number(question.answer)))
                    break
                mark = self.answer(k, given)
                say(mark)
                if mark.reason is not None:
                    break
        say(self.score)
        return self

    # -- on paper

    def _given(self) -> list[Block]:
        """The graph as a person needs it: every op as it was written, with its value."""
        leaves = [f"{self.labels.of(leaf)} = {numbers(leaf.array)}" for leaf in self.passed.leaves]
        given = {  # the data, each once; a bare number stands in the op itself
            self.labels.of_input(node, i): node.values[i]
            for node in self.passed.nodes
            for i, edge in enumerate(node.inputs)
            if edge is None and isinstance(node.values[i], np.ndarray)
        }
        data = [f"{k} = {numbers(v)}" for k, v in given.items() if k != numbers(v)]
        ops = [f"{self.labels.call(node)} = {numbers(node.z)}" for node in self.passed.nodes]
        return [
            Block("title", (self._words["quiz"],)),
            Block("head", (self._words["given"],)),
            *(Block("line", (text,), 1) for text in data + leaves + ops),
        ]

    def blocks(self) -> Sequence[Block]:
        """The sheet: what is given, and the questions with room for the answers."""
        lines = self._given()
        for k, question in enumerate(self.questions, 1):
            text = self._words["question"].format(k=k, asked=question.asked)
            lines.append(Block("head", (f"{text}   ________",)))
        return lines

    def sheet(self) -> str:
        """The questions for a class, as Markdown; `to_html()` and `to_latex()` have them, too."""
        return f"{self._words['name']}: \\_\\_\\_\\_\\_\\_\\_\\_\n\n{self.to_markdown()}"

    def key(self) -> Key:
        """The answers for the teacher, each with its reason."""
        return Key(self)


class Key(Page):
    """The key to a quiz: every answer, with the ledger that shows why."""

    def __init__(self, quiz: Quiz) -> None:
        self.quiz = quiz

    def blocks(self) -> Sequence[Block]:
        """The answers, then the reasons."""
        quiz = self.quiz
        lines = [Block("title", (words_in(quiz.lang)["key"],))]
        for k, q in enumerate(quiz.questions, 1):
            lines.append(Block("total", (f"{k}. {q.asked} = {number(q.answer)}",)))
        for q in quiz.questions:
            lines += Ledger(quiz.passed, q.edge, quiz.lang).blocks()
        return lines


def _read(given: str | float) -> float:
    """A number as a person types it."""
    text = str(given).strip().replace("−", "-").replace(",", ".")
    top, slash, bottom = text.partition("/")
    try:
        return float(top) / float(bottom) if slash else float(top)
    except ZeroDivisionError:
        raise ValueError(text) from None


def _same(a: Any, b: Any) -> bool:
    a, b = float(a), float(b)
    return bool(abs(a - b) <= _CLOSE * abs(b) + 1e-12) or a == b or (a != a and b != b)


def _say(what: Any) -> None:
    """Print; in Jupyter a page is shown as HTML."""
    jupyter = sys.modules.get("IPython")  # not imported: where it is not, nobody is in a notebook
    shell = jupyter.get_ipython() if jupyter is not None else None
    if isinstance(what, Page) and type(shell).__name__ == "ZMQInteractiveShell":
        jupyter.display.display(what)  # type: ignore[union-attr]
    else:
        print(what)
