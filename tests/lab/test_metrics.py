"""Metrics are scikit-learn's, of all answers at once and fed batch by batch."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygrad_edu import lab, tensor
from tinygrad_edu.errors import ArgumentError, InputTypeError, ShapeError, TargetError

REFERENCE = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")

AVERAGES = ("micro", "macro", "weighted", None)
labels = st.integers(0, 4)
answers = st.lists(st.tuples(labels, labels), min_size=1, max_size=30)
finite = st.floats(-1e3, 1e3, width=32)


def silently(function: Any, *args: Any, **options: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*args, **options)


@given(answers, st.sampled_from(AVERAGES), st.sampled_from([0.0, 1.0, math.nan, "warn"]))
def test_scores_are_scikit_learns(pairs: Any, average: Any, nothing: Any) -> None:
    """Precision, recall and F1 under every average, with every value of 0/0."""
    true, answered = np.array(pairs).T
    for name in ("precision_score", "recall_score", "f1_score"):
        options = {"average": average, "zero_division": nothing}
        ours = silently(getattr(lab, name), true, answered, **options)
        theirs = silently(getattr(REFERENCE, name), true, answered, **options)
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)


@given(answers, st.lists(labels, min_size=1, max_size=4, unique=True), st.sampled_from(AVERAGES))
def test_chosen_labels(pairs: Any, chosen: list[int], average: Any) -> None:
    """With `labels` the same classes are scored, in the same order, and the rest counts against."""
    true, answered = np.array(pairs).T
    for name in ("precision_score", "recall_score", "f1_score"):
        options = {"average": average, "labels": chosen, "zero_division": 0}
        if not np.isin(chosen, true).any():
            continue
        theirs = silently(getattr(REFERENCE, name), true, answered, **options)
        np.testing.assert_allclose(getattr(lab, name)(true, answered, **options), theirs)


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=20))
def test_two_classes(pairs: Any) -> None:
    """By default the scores are those of class 1; other positive labels can be named."""
    true, answered = np.array(pairs).T
    for name in ("precision_score", "recall_score", "f1_score"):
        for options in ({}, {"pos_label": 0}):
            if options and len(np.union1d(true, answered)) < 2:
                continue
            ours = silently(getattr(lab, name), true, answered, **options)
            assert ours == pytest.approx(
                silently(getattr(REFERENCE, name), true, answered, **options)
            )


@given(answers)
def test_counts_are_scikit_learns(pairs: Any) -> None:
    """The confusion matrix and the accuracy, of numbers and of names."""
    true, answered = np.array(pairs).T
    names = np.array(["eel", "ant", "dog", "cat", "bee"])
    for t, a in ((true, answered), (names[true], names[answered])):
        theirs = silently(REFERENCE.confusion_matrix, t, a)
        assert np.array_equal(lab.confusion_matrix(t, a), theirs)
        assert lab.accuracy_score(t, a) == pytest.approx(REFERENCE.accuracy_score(t, a))
    weights = 1 + np.arange(len(true))
    theirs = REFERENCE.accuracy_score(true, answered, sample_weight=weights)
    assert lab.accuracy_score(true, answered, sample_weight=weights) == pytest.approx(theirs)


@given(st.lists(st.tuples(finite, finite), min_size=2, max_size=20), st.integers(1, 2))
def test_regression_scores_are_scikit_learns(pairs: Any, outputs: int) -> None:
    """MSE, MAE and R², of one output and of two, with weights and without."""
    true, guess = np.array(pairs).T
    if outputs == 2:
        true, guess = np.stack([true, true[::-1] * 2], 1), np.stack([guess, guess + 1], 1)
    for name in ("mean_squared_error", "mean_absolute_error", "r2_score"):
        for weights in (None, 1 + np.arange(len(true))):
            ours = getattr(lab, name)(true, guess, sample_weight=weights)
            theirs = getattr(REFERENCE, name)(true, guess, sample_weight=weights)
            assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-9)


def test_a_constant_truth() -> None:
    """Where y does not vary, R² is 1 for perfect predictions, 0 for others, as in scikit-learn."""
    for guess in ([2.0, 2.0], [2.0, 3.0]):
        assert lab.r2_score([2.0, 2.0], guess) == REFERENCE.r2_score([2.0, 2.0], guess)
    assert math.isnan(lab.r2_score([1.0], [1.0]))


def test_zero_division_warns() -> None:
    """0/0 is 0 with a warning, unless its value is named."""
    with pytest.warns(UserWarning, match="0/0"):
        assert lab.precision_score([1, 1], [0, 0]) == 0
    assert lab.precision_score([1, 1], [0, 0], zero_division=1) == 1


RUNNING = {
    "accuracy": (lab.Accuracy, lambda t, a: REFERENCE.accuracy_score(t, a)),
    "confusion": (lab.ConfusionMatrix, lambda t, a: REFERENCE.confusion_matrix(t, a)),
    **{
        f"{name} {average}": (
            lambda kind=kind, average=average: kind(average),
            lambda t, a, name=name, average=average: silently(
                getattr(REFERENCE, f"{name}_score"), t, a, average=average
            ),
        )
        for name, kind in (("precision", lab.Precision), ("recall", lab.Recall), ("f1", lab.F1))
        for average in AVERAGES
    },
}


@pytest.mark.parametrize("name", RUNNING)
@given(pairs=st.lists(st.tuples(labels, labels), min_size=1, max_size=25), size=st.integers(1, 7))
def test_running_counts(name: str, pairs: Any, size: int) -> None:
    """Fed batch by batch, with scores and not with answers, a metric ends with the same number."""
    kind, reference = RUNNING[name]
    pairs = [*pairs, *((k, k) for k in range(5))]  # every class occurs
    true, answered = np.array(pairs).T
    scores = np.eye(5)[answered] + 0.1 * np.arange(5)
    metric = kind()
    for i in range(0, len(true), size):
        metric.update(tensor(scores[i : i + size]), tensor(true[i : i + size]))
    np.testing.assert_allclose(metric.compute(), reference(true, answered), rtol=1e-12)
    other = kind()
    other.load_state_dict(metric.state_dict())
    np.testing.assert_array_equal(other.compute(), metric.compute())


def test_saved_sums_stay_as_they_were() -> None:
    """A metric that counts on changes neither the sums it gave away nor those it was given."""
    scores, target = tensor(np.eye(3)), tensor([0, 1, 2])
    metric, other = lab.Accuracy(), lab.Accuracy()
    metric.update(scores, target)
    saved = metric.state_dict()
    metric.update(scores, tensor([1, 2, 0]))
    other.load_state_dict(saved)
    other.update(scores, tensor([1, 2, 0]))
    assert metric.compute() == other.compute() == 0.5
    again = lab.Accuracy()
    again.load_state_dict(saved)
    assert again.compute() == 1


def test_a_class_that_never_occurs_is_no_class() -> None:
    """The macro average is over the classes that occur, as in scikit-learn."""
    true, scores = np.array([0, 4, 4]), np.eye(5)[[0, 4, 0]]
    metric = lab.F1("macro")
    metric.update(scores, true)
    assert metric.compute() == pytest.approx(
        REFERENCE.f1_score(true, scores.argmax(1), average="macro")
    )


def test_two_classes_by_one_score() -> None:
    """One logit is class 1 above 0, one probability above its threshold; (N, 1) is (N,)."""
    target = np.array([0, 1, 1, 0])
    logits = np.array([-1.0, 2.0, -0.5, -3.0])
    for shape in ((4,), (4, 1)):
        metric = lab.Recall("binary")
        metric.update(logits.reshape(shape), target.reshape(shape))
        assert metric.compute() == 0.5
    metric = lab.Accuracy(threshold=0.5)
    metric.update(1 / (1 + np.exp(-logits)), target)
    assert metric.compute() == 0.75


def test_probabilities_as_targets() -> None:
    """Of one-hot or soft targets the largest counts."""
    metric = lab.Accuracy()
    metric.update(np.eye(3), np.array([[0.8, 0.1, 0.1], [0, 0, 1.0], [0, 0, 1.0]]))
    assert metric.compute() == pytest.approx(2 / 3)


@given(st.lists(st.tuples(finite, finite), min_size=2, max_size=30), st.integers(1, 9))
def test_running_errors(pairs: Any, size: int) -> None:
    """MSE, MAE and R² of batches are those of the whole."""
    true, guess = np.array(pairs).T
    for kind, function in (
        (lab.MSE, lab.mean_squared_error),
        (lab.MAE, lab.mean_absolute_error),
        (lab.R2, lab.r2_score),
    ):
        metric = kind()
        for i in range(0, len(true), size):
            metric.update(guess[i : i + size], true[i : i + size])
        whole = function(true, guess)
        assert metric.compute() == pytest.approx(whole, rel=1e-6, abs=1e-9)


def test_r2_survives_a_large_mean() -> None:
    """Values that vary in their seventh digit keep their variance."""
    rng = np.random.default_rng(0)
    true = 1e7 + rng.normal(size=1000)
    guess = true + 0.1 * rng.normal(size=1000)
    metric = lab.R2()
    for i in range(0, 1000, 50):
        metric.update(guess[i : i + 50], true[i : i + 50])
    assert metric.compute() == pytest.approx(lab.r2_score(true, guess), abs=1e-7)


@pytest.mark.parametrize(
    ("ask", "error", "message"),
    [
        (lambda: lab.accuracy_score([1, 2], [1]), TargetError, "2 true labels, but 1 answers"),
        (lambda: lab.accuracy_score([], []), ArgumentError, "there are no answers"),
        (lambda: lab.accuracy_score([1], np.eye(2)[:1]), ShapeError, r"scores\.argmax\(1\)"),
        (lambda: lab.f1_score([0, 1, 2], [0, 1, 2]), ArgumentError, "is for two classes"),
        (lambda: lab.f1_score([0, 1], [0, 1], average="all"), ArgumentError, "average='all'"),
        (lambda: lab.f1_score([3, 4], [3, 4]), ArgumentError, "pos_label=1"),
        (lambda: lab.accuracy_score(["a"], [1]), InputTypeError, "never equal"),
        (lambda: lab.r2_score([1, 2], [1, 2, 3]), TargetError, "differ"),
        (lambda: lab.mean_squared_error([], []), ArgumentError, "there are no predictions"),
        (lambda: lab.Accuracy().compute(), ArgumentError, "no batch has been seen"),
        (lambda: lab.F1("mean"), ArgumentError, "average='mean'"),
        (lambda: lab.Accuracy().update(np.eye(3), [0, 1]), TargetError, "do not fit"),
        (lambda: lab.Accuracy().update(np.eye(2), [0, -1]), InputTypeError, "a target is -1"),
        (lambda: lab.Accuracy().update(np.eye(2), [0, 0.5]), InputTypeError, "a target is 0.5"),
    ],
)
def test_what_cannot_be_measured(ask: Any, error: type, message: str) -> None:
    """Lengths that differ, no data, targets that are no classes: a clear error each."""
    with pytest.raises(error, match=message):
        ask()
