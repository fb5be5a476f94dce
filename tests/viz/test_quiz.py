"""The quiz: its key is the engine's gradient, and a wrong answer is told what was forgotten."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

import tinygrad_edu as torch
from tinygrad_edu import nn, viz
from tinygrad_edu.errors import ArgumentError
from tinygrad_edu.viz.record import record

from .graphs import graphs


def diamond():
    """dL/da = 4, dL/db = 6, dL/dc = 4, dL/dd = 2 at a = −1, b = 3."""
    a = torch.tensor(-1.0, requires_grad=True)
    b = torch.tensor(3.0, requires_grad=True)
    c = a + b
    d = b + 1
    e = c * d
    return viz.quiz(e, lang="en")


def number_of(test, name):
    """The number of the question about `name`."""
    return next(k for k, q in enumerate(test.questions, 1) if q.asked == f"dL/d{name}")


@given(graphs())
def test_the_key_is_the_engines_gradient(drawn):
    """On random graphs: every answer of the key is marked right."""
    loss, made = drawn
    test = viz.quiz(loss, n=3)
    passed = record(loss)
    for k, question in enumerate(test.questions, 1):
        gradient = passed.gradient_of(question.edge)
        assert question.answer == np.asarray(gradient)[question.place]
        assert test.answer(k, question.answer).right
    assert test.score == f"{len(test.questions)} of {len(test.questions)} right."
    assert all(t.grad is None for t in made if t.node is None)


def test_the_same_seed_asks_the_same_questions():
    """For a class: everybody's sheet, or each their own."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 2))
    loss = model(torch.randn(3, 5)).sum()
    asked = [[q.asked for q in viz.quiz(loss, seed).questions] for seed in (1, 1, 2)]
    assert asked[0] == asked[1]
    assert asked[0] != asked[2]


@pytest.mark.parametrize("given", ["6", "6.0", " 12/2 ", 6, "6,00", "6.01", "+6"])
def test_a_right_answer_may_be_written_in_many_ways(given):
    """Fractions, commas, half a unit in the third digit."""
    test = diamond()
    assert test.answer(number_of(test, "b"), given).right


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("b", "-6", "the sign is not"),
        ("b", "2", "one contribution alone"),
        ("c", "1", "still has to be multiplied"),
        ("a", "-1", "the value of a"),
        ("a", "8", "2 times the right one"),
        ("b", "x", "number was expected"),
        ("b", "1/0", "number was expected"),
    ],
)
def test_a_classic_mistake_is_named(name, given, said):
    """Not only that it is wrong, but what was probably done."""
    test = diamond()
    mark = test.answer(number_of(test, name), given)
    assert not mark.right
    assert said in mark.said


def test_the_mark_gives_the_reason():
    """The ledger of the tensor asked about stands under the verdict, in every form."""
    test = diamond()
    mark = test.answer(number_of(test, "b"), "5")
    assert "No: it is 6." in mark.to_text(False)
    assert "dL/db = 2 + 4 = 6" in mark.to_text(False)
    assert "distributor" in mark._repr_html_()


def test_asked_in_the_terminal():
    """A conversation: right, wrong, unreadable, skipped; the end of the input ends it."""
    test = diamond()
    answers = iter(["1", "hm", "", "4", "6"])
    said = []

    def read(question):
        said.append(question)
        try:
            return next(answers)
        except StopIteration:
            raise EOFError from None

    test.ask(read, lambda line: said.append(str(line)))
    text = "\n".join(said)
    assert "What is dL/d" in text
    assert "A number was expected" in text
    assert "Skipped: it is" in text
    assert len(test.marks) == 3


def test_a_sheet_and_its_key_for_a_class():
    """The sheet has the graph and no answer; the key has the answers; both languages."""
    a = torch.tensor(7.0, requires_grad=True)
    y = a * 13
    for lang, title, key in (("en", "Predict", "Key"), ("ru", "Предскажите", "Ключ")):
        test = viz.quiz(y, lang=lang)
        assert title in test.sheet()
        assert "13" in test.sheet()
        assert "= 13" not in test.sheet()
        assert "dL/da = 13" in test.key().to_text(False)
        assert key in test.key().to_markdown()
        assert "<h3" in test.to_html()
        assert r"\paragraph" in test.key().to_latex()


def test_the_sheet_gives_the_data_too():
    """Who is to answer needs every number that the pass used."""
    x = torch.tensor([2.0, 5.0])
    w = torch.tensor([1.0, 3.0], requires_grad=True)
    loss = (w * x).sum()
    assert "x = [2, 5]" in viz.quiz(loss).to_text(False)


def test_a_graph_without_values_has_no_questions():
    """Asked after backward() freed them: the error says what to do."""
    a = torch.tensor(7.0, requires_grad=True)
    y = a * a
    y.backward()
    with pytest.raises(ArgumentError, match="retain"):
        viz.quiz(y)
    with pytest.raises(ArgumentError, match="no question 9"):
        diamond().answer(9, 1)
