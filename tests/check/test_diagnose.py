"""A hand-written backward: right work is left in peace, a mistake gets its name and a proof."""

from __future__ import annotations

import json
import random
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.diagnosis.cases import Case, distinct, judged, mistaken, right
from tinygrad_edu import check
from tinygrad_edu.check import zoo
from tinygrad_edu.check.diagnosis.words import MISTAKES
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
@settings(max_examples=max(2, settings().max_examples // 8))
@given(data=st.data())
def test_every_specimen_gets_its_name(specimen: str, data: st.DataObject) -> None:
    """A specimen of the zoo in any network is found under its own name."""
    assert judged(data.draw(mistaken(specimen))) == specimen


@given(right())
def test_right_networks_raise_no_alarm(case: Case) -> None:
    """Any right network, in both conventions, is called right."""
    assert judged(case) == "right"


def test_the_sample_is_drawn_from_its_seed_and_repeats_nothing() -> None:
    """`python -m tests.diagnosis` counts different networks, the same ones on every run."""
    cases = distinct(mistaken("sign"), 40, "0 sign")
    assert cases == distinct(mistaken("sign"), 40, "0 sign") != distinct(mistaken("sign"), 40, "1")
    assert len({(c.architecture, c.place) for c in cases}) == 40
    assert {c.architecture.convention for c in cases} == {"rows", "columns"}


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


def test_a_proof_by_two_calls_holds_in_a_fresh_copy() -> None:
    """Stale weights show in a second call: made anew, backward gives the report's numbers."""
    net = zoo.Architecture((4, 5, 3), hidden="tanh", convention="columns")
    used, fresh = (zoo.build(net, "stale-weights", batch=8) for _ in range(2))
    proof = check.diagnose(used.backward, used.forward, used.inputs).evidence
    assert proof.earlier
    assert sum(np.size(v) for v in proof.inputs.values()) <= 16
    fresh.backward(**{**proof.inputs, **proof.earlier})
    assert np.isclose(fresh.backward(**proof.inputs)[f"d{proof.param}"][proof.index], proof.got)
    right = zoo.build(net).backward(**proof.inputs)[f"d{proof.param}"]
    assert np.isclose(right[proof.index], proof.want)
    assert abs(proof.got - proof.want) > 1e-3


def test_a_change_in_place_is_shown() -> None:
    """The report says what the input was, and what backward made of it."""
    work = zoo.build(zoo.Architecture((4, 5, 3)), "in-place", "W1", batch=8)
    report = check.diagnose(work.backward, work.forward, work.inputs)
    proof = report.evidence
    assert sum(np.size(v) for v in proof.inputs.values()) <= 16
    assert proof.inputs["W1"][proof.index] == proof.want != proof.got
    work.backward(**proof.inputs)
    assert proof.inputs["W1"][proof.index] == proof.got
    assert "before the call of backward" in report.sentence


def test_widths_that_must_be_equal_shrink_together() -> None:
    """The mask of another layer needs two layers of one width: one unit each is enough."""
    net = zoo.Architecture((4, 5, 5, 3), output="sigmoid", loss="squared")
    work = zoo.build(net, "wrong-layer-derivative")
    proof = check.diagnose(work.backward, work.forward, work.inputs).evidence
    assert sum(np.size(v) for v in proof.inputs.values()) <= 8


def test_a_residual_layer_stays_one_at_smaller_sizes() -> None:
    """At a width of 1 every layer is square, and still only those that skipped do."""
    net = zoo.Architecture(
        (5, 5, 5, 3, 4), "tanh", "sigmoid", "binary cross-entropy", residual=True
    )
    work = zoo.build(net, "shape", "b1")
    proof = check.diagnose(work.backward, work.forward, work.inputs).evidence
    assert np.any(proof.want)


@pytest.mark.parametrize(
    ("specimen", "scale", "words", "formula"),
    [
        ("factor-2", "half sum", "cancelled by the ½", "L = ½ Σ (ŷ − y)²  ⇒  ∂L/∂ŷ = ŷ − y"),
        ("factor-2", "sum", "one 2, not two", "L = Σ (ŷ − y)²  ⇒  ∂L/∂ŷ = 2 (ŷ − y)"),
        ("factor-half", "sum", "forward has no ½", "L = Σ (ŷ − y)²  ⇒  ∂L/∂ŷ = 2 (ŷ − y)"),
        ("factor-half", "half mean", "cancelled already", "L = ½ Σ (ŷ − y)²  ⇒  ∂L/∂ŷ = ŷ − y"),
        ("mean-for-sum", "sum", "forward a sum", "L = Σₙ Lₙ  ⇒  ∂L/∂W = Σₙ ∂Lₙ/∂W"),
        ("mean-for-sum", "mean", "divides once more", "L = 1/N Σₙ Lₙ"),
        ("sum-for-mean", "mean of all", "forward takes a mean", "L = 1/(N·K) Σ Lₙ"),
    ],
)
def test_the_words_are_true_of_this_forward(
    specimen: str, scale: str, words: str, formula: str
) -> None:
    """Whether a ½ or an N stands in front of the loss decides which explanation is given."""
    net = zoo.Architecture(output="sigmoid", loss="squared", scale=scale)
    work = zoo.build(net, specimen)
    report = check.diagnose(work.backward, work.forward, work.inputs)
    assert report.name == specimen
    assert words in report.sentence
    assert report.formula.startswith(formula)


@pytest.mark.parametrize(
    ("convention", "formula"),
    [("rows", ("∂L/∂W = Aᵀ δ", "∂L/∂A = δ Wᵀ")), ("columns", ("∂L/∂W = δ Aᵀ", "∂L/∂A = Wᵀ δ"))],
)
def test_the_formula_is_in_the_students_convention(
    convention: str, formula: tuple[str, str]
) -> None:
    """Who keeps examples in columns is not told the rule for rows."""
    net = zoo.Architecture((3, 4, 4, 2), "tanh", convention=convention)
    for place, right_one in zip(("W1", "A1"), formula, strict=True):
        work = zoo.build(net, "transposed", place)
        assert check.diagnose(work.backward, work.forward, work.inputs).formula == right_one


def test_a_minus_on_the_way_down_is_no_wrong_error() -> None:
    """Where the output's gradients are right, ŷ − y is right as well."""
    work = zoo.build(zoo.Architecture(), "sign", 2)
    said = check.diagnose(work.backward, work.forward, work.inputs).sentence
    assert "a minus crept in" in said
    assert "y − ŷ" not in said


def test_every_formula_is_in_both_languages() -> None:
    """A Russian formula has no English words in it (softmax is a name in both)."""
    for name, words in MISTAKES.items():
        left = re.sub(r"softmax|relu|exp|diag|backward|NaN|tanh|\{\w+\}", "", words.right("ru"))
        assert not re.search("[a-z]{3}", left), name
        assert set(re.findall(r"{\w+}", words.en)) == set(
            re.findall(r"{\w+}", words.ru.replace("{l_of}", "{l}"))
        ), name


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


@pytest.mark.parametrize(
    ("network", "place", "seed"),
    [
        # units that are dead in one call, and say nothing about η there
        ({"widths": (3, 5, 5, 3, 5), "output": "tanh", "scale": "sum", "residual": True}, 2, 5),
        # a weight of several layers, whose gradient is a sum when the update comes
        ({"widths": (4, 2, 2, 2, 4), "hidden": "tanh", "shared": True}, 2, 10),
        # gradients so small that W − η·dW is W to five digits
        ({"widths": (5, 3, 3, 3, 5), "hidden": "sigmoid", "scale": "mean of all"}, 2, 69),
    ],
)
def test_an_update_before_its_time_is_found(network: Any, place: int, seed: int) -> None:
    """However little it changes: η is found, and the difference is just what it makes."""
    net = zoo.Architecture(**{"output": "sigmoid", "loss": "squared", "fused": False} | network)
    work = zoo.build(net, "weights-updated-too-early", place, seed=seed)
    report = check.diagnose(work.backward, work.forward, work.inputs)
    assert report.name == "weights-updated-too-early"
    assert "η = 0.1" in report.sentence


def test_a_logarithm_with_an_epsilon_is_no_mistake() -> None:
    """−log(p + 1e-7) has another slope than −log p, and ŷ − y is right for both."""
    work = zoo.build(zoo.Architecture((4, 5, 3), scale="mean"))

    def forward(**inputs: Any) -> Any:
        _, cache = work.forward(**inputs)
        return -np.mean(np.sum(inputs["Y"] * np.log(cache["A2"] + 1e-7), 1)), cache

    assert check.diagnose(work.backward, forward, work.inputs).ok


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
