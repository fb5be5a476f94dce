"""What the analysis says of curves whose truth is known."""

from __future__ import annotations

from typing import Any

import pytest

from tinygrad_edu.errors import ArgumentError
from tinygrad_edu.lab.analysis import (
    axis_table,
    findings,
    optimizer_table,
    paired_permutation_test,
    recommend,
    stability,
)
from tinygrad_edu.lab.analysis.findings import creeps, overfits
from tinygrad_edu.lab.analysis.stability import roughness
from tinygrad_edu.lab.analysis.tables import speed_word
from tinygrad_edu.lab.study import Experiment, Grid, Results, Run

SETTING: dict[str, Any] = Grid(("sgd",), (0.1,), (16,)).settings()[0]


def curve(
    losses: list[float],
    accuracy: float = 0.9,
    train: float = 0.91,
    outcome: str = "finished",
    seconds: float = 1.0,
    test_losses: list[float] | None = None,
    **setting: Any,
) -> Run:
    """A run with these losses whose last epoch has these accuracies."""
    rows = [
        {
            "epoch": i + 1,
            "train_loss": loss,
            "test_loss": (test_losses or losses)[i],
            "train_accuracy": train,
            "test_accuracy": accuracy,
            "seconds": seconds / len(losses),
        }
        for i, loss in enumerate(losses)
    ]
    return Run({**SETTING, **setting}, outcome, rows)


@pytest.mark.parametrize(
    ("losses", "train", "word", "reason"),
    [
        ([2.0, 1.0, 0.5, 0.3], 0.9, "excellent", ""),
        ([2.0, 1.0, 1.5, 0.5], 0.9, "good", ""),  # 0.5 / 1.5
        ([1.0, 2.0, 1.0, 2.0, 0.9], 0.9, "oscillates", "oscillation"),
        ([2.30, 2.31, 2.30, 2.30], 0.1, "poor", "plateau"),
        ([0.01, 0.012, 0.01, 0.011], 1.0, "excellent", ""),  # trembles near zero
    ],
)
def test_stability(losses: list[float], train: float, word: str, reason: str) -> None:
    """A fall is excellent, a small climb good, a saw oscillates, a flat high loss is a plateau."""
    verdict = stability(curve(losses, train=train))
    assert (verdict.word, verdict.reason) == (word, reason)


def test_divergence_is_poor() -> None:
    """What stopped being a number is poor, whatever its curve was before."""
    assert stability(curve([1.0, 0.5], outcome="diverged")).reason == "divergence"


def test_roughness_is_the_climb_in_units_of_the_range() -> None:
    """The climbs of a curve are added, and divided by how far it ranges."""
    assert roughness([3.0, 1.0, 2.0, 0.0, 1.0]) == pytest.approx(2 / 3)
    assert roughness([3.0, 2.0, 1.0]) == 0


def test_overfitting_needs_both_halves() -> None:
    """Overfitting is more than 95 % on train and a test that lags, or whose loss rises again."""
    falls, climbs = [0.5, 0.2], [0.2, 0.3]
    assert overfits(curve(falls, accuracy=0.93, train=0.99))
    assert not overfits(curve(falls, accuracy=0.80, train=0.90))
    assert not overfits(curve(falls, accuracy=0.98, train=0.99))
    assert overfits(curve(falls, accuracy=0.98, train=0.99, test_losses=climbs))
    assert not overfits(curve(climbs, accuracy=0.98, train=0.99, test_losses=climbs))  # a bad step


def test_slowness_needs_both_halves() -> None:
    """Slow is who is behind the best of all and still learns; neither alone is."""
    assert creeps(curve([2.0, 1.5], accuracy=0.80), best=0.98)
    assert not creeps(curve([2.0, 1.5], accuracy=0.97), best=0.98)
    assert not creeps(curve([2.0, 1.99], accuracy=0.80), best=0.98)
    assert not creeps(curve([2.0, 1.5], accuracy=0.80, outcome="diverged"), best=0.98)


def test_the_permutation_test_is_exact() -> None:
    """Four differences of one sign have p = 2/2⁴; equal lists 1; one sign in four reversed more."""
    a, b = [0.9, 0.8, 0.9, 0.7], [0.8, 0.7, 0.6, 0.5]
    assert paired_permutation_test(a, b) == 2 / 16
    assert paired_permutation_test(a, a) == 1
    assert paired_permutation_test(b, a) == paired_permutation_test(a, b)
    # differences 3, 1, 1, −1: of the 16 sums 6, 4 (3 times) are |4| or more, on both sides
    assert paired_permutation_test([3.0, 1, 1, 0], [0.0, 0, 0, 1]) == 8 / 16
    with pytest.raises(ArgumentError, match="no pairs"):
        paired_permutation_test([1.0], [])


def test_many_pairs_agree_with_scipy() -> None:
    """Beyond sixteen pairs, drawn signs come close to SciPy's test on the same differences."""
    stats = pytest.importorskip("scipy.stats")
    differences = [0.3, -0.1, 0.2, 0.4, -0.2] * 4
    drawn = paired_permutation_test(differences, [0.0] * 20)
    expected = stats.permutation_test(
        (differences,), lambda d: d.sum(), permutation_type="samples", n_resamples=20_000, rng=1
    ).pvalue
    assert drawn == pytest.approx(expected, abs=0.01)


@pytest.fixture
def results() -> Results:
    """Two optimizers, two batch sizes, two seeds; momentum's large batch diverges."""
    runs = []
    for optimizer, base in (("sgd", 0.90), ("momentum", 0.95)):
        for size in (16, 64):
            for seed in (0, 1):
                broken = optimizer == "momentum" and size == 64
                runs.append(
                    curve(
                        [2.0, 1.0, 0.5],
                        accuracy=base + seed / 100 - size / 6400,
                        outcome="diverged" if broken else "finished",
                        seconds=160 / size,
                        optimizer=optimizer,
                        batch_size=size,
                        seed=seed,
                    )
                )
    grid = Grid(("sgd", "momentum"), (0.1,), (16, 64), seed=(0, 1))
    return Results(Experiment(grid), tuple(runs))


def test_table_1(results: Results) -> None:
    """The times are means of what was finished, the accuracy a median, divergence is counted."""
    small, large = axis_table(results)
    assert [row["seed"] for row in axis_table(results, "seed")] == [0, 1]
    assert small["seconds"] == pytest.approx(10)
    assert small["best"] == pytest.approx(0.955 - 0.0025)
    assert small["spread"] == pytest.approx(0.01 / 2**0.5)
    assert large["diverged"] == 2
    assert large["accuracy"] == pytest.approx(0.89 / 2)


def test_table_2(results: Results) -> None:
    """Each optimizer stands there with its best setting, and one of the smooth ones is the best."""
    sgd, momentum = optimizer_table(results, 0.9)
    assert momentum["setting"]["batch_size"] == 16
    assert momentum["accuracy"] == pytest.approx(0.9525)
    assert momentum["epochs"] == 1
    assert sgd["epochs"] is None  # one seed stays below
    assert momentum["unstable"] == 2
    assert sorted([sgd["stability"], momentum["stability"]]) == ["best", "excellent"]
    assert [speed_word(s, 10) for s in (10, 11.5, 14, 30)] == [
        "very fast",
        "fast",
        "medium",
        "slow",
    ]


def test_recommendation(results: Results) -> None:
    """The best is what scored best; with few test pictures a faster equal is chosen instead."""
    advice = recommend(results, test_examples=10**6)
    assert advice.best.setting["optimizer"] == advice.chosen.setting["optimizer"] == "momentum"
    assert advice.forgiving == "sgd"
    assert advice.means["sgd"] == pytest.approx(0.90 + 0.005 - 0.00625)
    assert advice.worst == {"sgd": pytest.approx(0.895), "momentum": 0}
    assert advice.rivals["sgd"][1] == 0.5  # two seeds cannot say more
    few = recommend(results, test_examples=50)
    assert few.chosen.setting["optimizer"] == "sgd"
    assert few.chosen.setting["batch_size"] == 64


def test_findings_name_what_diverged(results: Results) -> None:
    """Every diverged run is found, with its setting."""
    found = [f for f in findings(results) if f.kind == "divergence"]
    assert [f.setting["seed"] for f in found] == [0, 1]
    assert [f.remedy for f in found] == [None, None]  # there is one rate


def test_a_remedy_is_a_rate_that_was_better() -> None:
    """What diverged is told with the best run that differs in its rate alone."""
    runs = (
        curve([2.0, 1.0], accuracy=0.5, outcome="diverged", lr=0.1),
        curve([2.0, 1.0], accuracy=0.8, lr=0.01),
        curve([2.0, 1.0], accuracy=0.9, lr=0.01, batch_size=64),
    )
    grid = Grid(("sgd",), (0.1, 0.01), (16, 64))
    found = next(f for f in findings(Results(Experiment(grid), runs)) if f.kind == "divergence")
    assert found.remedy is runs[1]
