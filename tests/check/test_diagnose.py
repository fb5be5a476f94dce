"""A hand-written backward: right work is left in peace, a mistake gets its name and a proof."""

from __future__ import annotations

import json
import random
from typing import Any

import numpy as np
import pytest

from tests.diagnosis.cases import judged, right_cases, wrong_cases
from tinygrad_edu import check
from tinygrad_edu.check import zoo
from tinygrad_edu.errors import ArgumentError, InputTypeError

from .students import STUDENTS, laboratory, penalised, recurrent, two_outputs, worked_example


@pytest.mark.parametrize("student", STUDENTS)
def test_right_work_is_right(student: Any) -> None:
    """However it is laid out, right work is called right, and its arrays are left as they were."""
    forward, backward, inputs = student()
    before = {k: np.copy(v) for k, v in inputs.items()}
    report = check.diagnose(backward, forward, inputs)
    assert report.ok
    assert report.name == "right"
    assert all(np.array_equal(inputs[k], before[k]) for k in inputs)


@pytest.mark.parametrize("student", [laboratory, two_outputs, worked_example])
def test_the_courses_networks_are_recognised(student: Any) -> None:
    """The course's own networks are recognised from their losses alone."""
    forward, backward, inputs = student()
    assert check.diagnose(backward, forward, inputs).network


@pytest.mark.parametrize("specimen", list(zoo.SPECIMENS))
def test_every_specimen_gets_its_name(specimen: str) -> None:
    """A specimen of the zoo in a random network is found under its own name."""
    for case in wrong_cases(2, 77):
        if case[0] == specimen:
            assert judged(case) == specimen, case


def test_right_networks_raise_no_alarm() -> None:
    """Random right networks in both conventions are called right."""
    for case in right_cases(20, 77):
        assert judged(case) == "right", case


@pytest.mark.parametrize(
    "specimen", ["bias-not-summed", "no-derivative", "sum-for-mean", "z-for-a"]
)
@pytest.mark.parametrize("convention", ["rows", "columns"])
def test_the_evidence_is_true_and_small(specimen: str, convention: str) -> None:
    """The numbers of the report can be checked by hand: forward has that slope, backward says
    that.
    """
    net = zoo.Architecture((4, 5, 3), convention=convention)
    work = zoo.build(net, specimen, batch=8)
    report = check.diagnose(work.backward, work.forward, work.inputs)
    proof = report.evidence
    assert sum(np.size(v) for v in proof.inputs.values()) <= 16
    got = work.backward(**proof.inputs)[f"d{proof.param}"]
    if np.shape(proof.want):
        assert np.shape(got) != np.shape(proof.want)
        return
    slopes = []
    for step in (1e-6, -1e-6):
        moved = {k: np.copy(v) for k, v in proof.inputs.items()}
        moved[proof.param][proof.index] += step
        slopes.append(work.forward(**moved)[0])
    assert np.isclose((slopes[0] - slopes[1]) / 2e-6, proof.want, atol=1e-6)
    assert np.isclose(got[proof.index], proof.got)
    assert abs(proof.got - proof.want) > 1e-3


def test_the_answer_is_a_sentence_in_both_languages() -> None:
    """Name, sentence, formula, JSON and HTML say the same, in English and in Russian."""
    work = zoo.build(zoo.Architecture(hidden="sigmoid"), "no-derivative", 1)
    english = check.diagnose(work.backward, work.forward, work.inputs)
    russian = check.diagnose(work.backward, work.forward, work.inputs, lang="ru")
    assert english.sentence.startswith("The derivative of the activation is forgotten in layer 1.")
    assert russian.sentence.startswith("В слое 1 забыта производная функции активации.")
    assert english.formula == "δ = ∂L/∂A ⊙ f′(Z)"
    told = json.loads(json.dumps(english.to_dict()))
    assert told["name"] == "no-derivative"
    assert told["sentence"] == {"en": english.sentence, "ru": russian.sentence}
    assert "no-derivative" in english._repr_html_()
    assert english.formula in str(english)


def test_an_unknown_mistake_is_not_guessed() -> None:
    """What fits nothing is called unknown, with the first wrong entry."""
    forward, backward, inputs = laboratory()

    def strange(X: Any, Y: Any, Z1: Any, A1: Any, A2: Any, W2: Any) -> Any:
        dW1, db1, dW2, db2 = backward(X, Y, Z1, A1, A2, W2)
        return dW1, db1, dW2 * np.cos(dW2), db2

    report = check.diagnose(strange, forward, inputs)
    assert report.name == "unknown"
    assert report.findings[0].params == ("W2",)
    assert report.evidence.param == "W2"


def test_two_mistakes_are_both_named() -> None:
    """Two mistakes at once are told apart where together they give just these numbers."""
    forward, _, inputs = two_outputs()

    def twice(cache: Any) -> Any:
        X, T, H, O, V = cache
        d = (T - O) * O * (1 - O)
        e = d @ V.T
        return {"W": X.T @ e, "b": e.sum(0), "V": H.T @ d, "c": d.sum(0)}

    assert check.diagnose(twice, forward, inputs).name == "sign + no-derivative"


def test_what_is_known_is_said_beside_what_is_not() -> None:
    """One known and one strange mistake: the first is named, the second's place is given."""
    forward, backward, inputs = laboratory()

    def half(X: Any, Y: Any, Z1: Any, A1: Any, A2: Any, W2: Any) -> Any:
        dW1, db1, dW2, db2 = backward(X, Y, Z1, A1, A2, W2)
        return np.sin(7 * dW1), db1, dW2, -db2

    report = check.diagnose(half, forward, inputs)
    assert report.name == "sign"
    assert report.unexplained == ("W1",)
    assert "dW1 is wrong in a way that no known mistake fits" in report.sentence


def test_an_unrecognised_forward_is_judged_by_its_slopes() -> None:
    """Factors, signs, transposes and a missing penalty need no recognised network."""
    forward, backward, inputs = recurrent()
    for wrong, name in (
        (lambda X, Y, U, W: tuple(-g for g in backward(X, Y, U, W)), "sign"),
        (lambda X, Y, U, W: (backward(X, Y, U, W)[0], backward(X, Y, U, W)[1].T), "transposed"),
        (lambda X, Y, U, W: (backward(X, Y, U, W)[0] / X.shape[1], backward(X, Y, U, W)[1]),
         "mean-for-sum"),
    ):  # fmt: skip
        assert check.diagnose(wrong, forward, inputs).name == name
    forward, backward, inputs = penalised()
    report = check.diagnose(lambda X, y, w, b: backward(X, y, w, b, 0), forward, inputs)
    assert report.name == "no-penalty"
    assert report.findings[0].detail == "0.3"


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (lambda good: None, "bad-answer"),
        (lambda good: "dW", "bad-answer"),
        (lambda good: good[:3], "bad-answer"),
        (lambda good: (*good[:3], "x"), "bad-answer"),
        (lambda good: (*good[:3], None), "missing-gradient"),
        (lambda good: (*good[:3], good[3] * np.nan), "not-finite"),
        (lambda good: [g.tolist() for g in good], "right"),
        (lambda good: 1 / 0, "exception"),
    ],
)
def test_any_answer_is_judged(answer: Any, name: str) -> None:
    """None, text, NaN, lists, an exception: each is a finding, none is a crash."""
    forward, backward, inputs = laboratory()

    def odd(X: Any, Y: Any, Z1: Any, A1: Any, A2: Any, W2: Any) -> Any:
        return answer(backward(X, Y, Z1, A1, A2, W2))

    assert check.diagnose(odd, forward, inputs).name == name


def test_forward_that_cannot_be_used_is_refused() -> None:
    """A loss that is no number, unknown arguments, no parameters: an error says what to do."""
    x = {"X": np.ones((2, 3)), "W": np.ones(3)}
    with pytest.raises(InputTypeError, match="the loss is one number"):
        check.diagnose(lambda X, W: W, lambda X, W: X @ W, x)
    with pytest.raises(ArgumentError, match="asks for bias"):
        check.diagnose(lambda X, W: W, lambda bias, X, W, more: 0.0, x)
    with pytest.raises(ArgumentError, match="looks like a parameter"):
        check.diagnose(lambda X: X, lambda X: X.sum(), {"X": np.ones(3)})
    with pytest.raises(ArgumentError, match="not among the inputs"):
        check.diagnose(lambda X: X, lambda X, W: X.sum(), x, params="V")
    with pytest.raises(ArgumentError, match="NaN or infinite"):
        check.diagnose(lambda X, W: W, lambda X, W: np.log(-W).sum(), x)
    with pytest.raises(ArgumentError, match="not spoken here"):
        check.diagnose(lambda X, W: W, lambda X, W: (X @ W).sum(), x, lang="de")


def test_sizes_that_coincide_do_not_confuse() -> None:
    """A batch as long as every width, and one-hot targets whose columns sum to 1 too."""
    net = zoo.Architecture((3, 3, 3), scale="sum")
    for specimen, name in ((None, "right"), ("mean-for-sum", "mean-for-sum")):
        work = zoo.build(net, specimen, batch=3, seed=4)
        work.inputs["Y"] = np.eye(3)
        assert check.diagnose(work.backward, work.forward, work.inputs).name == name


def test_the_answer_does_not_depend_on_chance() -> None:
    """The same work gets the same report, whatever the global generators have drawn."""
    work = zoo.build(zoo.Architecture(), "sign")
    first = str(check.diagnose(work.backward, work.forward, work.inputs))
    random.seed(5)
    np.random.seed(5)  # noqa: NPY002
    assert str(check.diagnose(work.backward, work.forward, work.inputs)) == first
