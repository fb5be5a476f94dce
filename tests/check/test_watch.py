"""Forensics: each planted fault is named at its line or layer; healthy trainings stay silent."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tinygrad_edu as te
from tinygrad_edu import data, nn, optim
from tinygrad_edu.check import watch
from tinygrad_edu.engine import modes

DIGITS = data.digits()
MOONS = data.TensorDataset(*data.moons(200, generator=te.Generator().manual_seed(0)))
SPIRALS = data.TensorDataset(*data.spirals(300, generator=te.Generator().manual_seed(0)))


def line_of(mark: str) -> int:
    """The line of this file that ends in `# mark`."""
    with open(__file__, encoding="utf-8") as file:
        return next(n for n, line in enumerate(file, 1) if line.rstrip().endswith(f"# {mark}"))


def mlp(act: Callable[[], Any] = nn.ReLU, depth: int = 2, width: int = 32) -> Any:
    layers: list[Any] = [nn.Linear(64, width), act()]
    for _ in range(depth - 2):
        layers += [nn.Linear(width, width), act()]
    return nn.Sequential(*layers, nn.Linear(width, 10))


def plane(act: Callable[[], Any], width: int, classes: int) -> Any:
    return nn.Sequential(nn.Linear(2, width), act(), nn.Linear(width, classes))


def fit(
    model: Any, optimizer: Any, passes: int = 80, batch: int = 32, examples: Any = DIGITS.train
) -> Any:
    """Train for so many steps under watch, and return the report."""
    loss_of = nn.CrossEntropyLoss()
    with watch(model, optimizer) as seen:
        done = 0
        while done < passes:
            for x, t in data.DataLoader(examples, batch_size=batch, shuffle=True):
                loss = loss_of(model(x), t)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                done += 1
                if done == passes:
                    break
    return seen.report()


HEALTHY: dict[str, Callable[[], Any]] = {
    "Adam": lambda: fit(m := mlp(), optim.Adam(m.parameters(), lr=0.005), 300),
    "SGD": lambda: fit(m := mlp(), optim.SGD(m.parameters(), lr=0.1), 300),
    "SGD, one picture at a time": lambda: fit(
        m := mlp(), optim.SGD(m.parameters(), lr=0.01), 400, batch=1
    ),
    "slow SGD": lambda: fit(m := mlp(), optim.SGD(m.parameters(), lr=0.005), 300),
    "RMSprop": lambda: fit(m := mlp(), optim.RMSprop(m.parameters(), lr=0.002), 200),
    "tanh": lambda: fit(m := mlp(nn.Tanh, 3), optim.Adam(m.parameters(), lr=0.003), 200),
    "sigmoid, one hidden layer": lambda: fit(
        m := mlp(nn.Sigmoid), optim.Adam(m.parameters(), lr=0.01), 200
    ),
    "five relu layers": lambda: fit(m := mlp(depth=5), optim.Adam(m.parameters(), lr=0.002), 200),
    "moons, a large rate": lambda: fit(
        m := plane(nn.Tanh, 8, 2), optim.SGD(m.parameters(), lr=0.5), 200, 200, MOONS
    ),
    "moons, sigmoid": lambda: fit(
        m := plane(nn.Sigmoid, 16, 2), optim.Adam(m.parameters(), lr=0.05), 200, 64, MOONS
    ),
    "spirals, a rate of 1": lambda: fit(
        m := plane(nn.ReLU, 100, 3), optim.SGD(m.parameters(), lr=1.0), 300, 300, SPIRALS
    ),
    "dropout and batch norm": lambda: fit(
        m := nn.Sequential(
            nn.Linear(64, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(0.3), nn.Linear(64, 10)
        ),
        optim.Adam(m.parameters(), lr=0.003),
        200,
    ),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_training_stays_silent(name: str) -> None:
    """Optimizers, activations and batch sizes of the course's own recipes raise no alarm."""
    te.manual_seed(3)
    report = HEALTHY[name]()
    assert report, report
    assert report.passes >= 200


def test_a_log_of_zero_is_traced_to_its_line_and_input() -> None:
    """The first infinity is named with the op, the line and the value that went in."""
    x = te.tensor([1.0, 0.0, 2.0], requires_grad=True)
    model = nn.Linear(3, 1)
    with watch(model) as seen, np.errstate(all="ignore"):
        y = te.log(x)  # mark-log
        (model(y) * 0.5).sum().backward()
    (finding,) = seen.report().findings[:1]
    assert (finding.name, finding.facts["op"]) == ("value", "log")
    assert f":{line_of('mark-log')}:" in finding.where
    assert finding.facts["index"] == [1]
    assert finding.facts["inputs"] == "x = 0"


def test_an_overflow_in_exp_is_traced_even_where_the_loss_is_finite() -> None:
    """1 / (1 + e¹⁰⁰⁰) is 0, a number; the infinity inside is found all the same."""
    x = te.tensor([1000.0, 1.0], requires_grad=True)
    with watch(nn.Identity()) as seen, np.errstate(all="ignore"):
        y = te.exp(x)  # mark-exp
        (1 / (1 + y)).sum().backward()
    finding = seen.report().findings[0]
    assert (finding.facts["op"], finding.facts["kind"]) == ("exp", "inf")
    assert f":{line_of('mark-exp')}:" in finding.where


def test_the_root_at_zero_is_named_where_the_slope_is_infinite() -> None:
    """√Σx² at x = 0 has a finite value; its gradient is where the NaN is born."""
    x = te.zeros(3, requires_grad=True)
    with watch(nn.Identity()) as seen:
        length = te.sqrt((x * x).sum())  # mark-norm
        length.backward()
    finding = seen.report().findings[0]
    assert (finding.name, finding.facts["op"]) == ("slope", "sqrt")
    assert f":{line_of('mark-norm')}:" in finding.where


def test_a_nan_in_the_data_is_said_to_come_from_outside() -> None:
    """No op is blamed for what it was given."""
    x = te.tensor([[1.0, float("nan")]])
    model = nn.Linear(2, 1)
    with watch(model) as seen:
        model(x).sum().backward()
    assert seen.report().findings[0].name == "value from outside"


def test_a_mask_of_infinities_is_no_anomaly() -> None:
    """The −∞ of an attention mask was put in on purpose, and ends as 0."""
    x = te.randn(2, 3, requires_grad=True)
    mask = te.tensor([[True, False, False], [False, False, True]])
    with watch(nn.Identity()) as seen:
        (te.softmax(x.masked_fill(mask, -np.inf), dim=1) ** 2).sum().backward()
    assert seen.report()


def test_a_dead_layer_is_named() -> None:
    """A relu behind a bias of −100 never fires; the layer and the count are given."""
    te.manual_seed(0)
    model = mlp(depth=3)
    with te.no_grad():
        model[2].bias -= 100.0
    report = fit(model, optim.SGD(model.parameters(), lr=0.01), 30)
    dead = [f for f in report.findings if f.name == "dead"]
    assert [f.where for f in dead] == ["3 (ReLU)"]
    assert (dead[0].facts["dead"], dead[0].facts["units"]) == (32, 32)


@pytest.mark.parametrize("kind", ["SGD", "Adam"])
def test_a_learning_rate_a_thousand_times_too_large_is_named(kind: str) -> None:
    """The loss shoots up; the rate is in the sentence."""
    te.manual_seed(1)
    model, rate = mlp(), {"SGD": 100.0, "Adam": 5.0}[kind]
    optimizer = getattr(optim, kind)(model.parameters(), lr=rate)
    with np.errstate(all="ignore"):
        report = fit(model, optimizer, 80)
    assert "rate too high" in [f.name for f in report.findings]
    assert f"({rate:g})" in report.text("en")


def test_a_saw_tooth_is_a_learning_rate_too_high() -> None:
    """A loss that leaps from side to side of the valley, and never settles."""
    model = nn.Identity()
    model.register_parameter("w", nn.Parameter(te.tensor([4.0])))
    optimizer = optim.SGD(model.parameters(), lr=0.95)
    goals = np.random.default_rng(0).choice([-1.0, 1.0], 100)
    with watch(model, optimizer) as seen:
        for goal in goals:
            loss = ((model.w - goal) ** 2).sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    assert [f.name for f in seen.report().findings] == ["rate too high"]
    assert "saw-tooth" in str(seen.report())


def test_a_learning_rate_too_low_is_named() -> None:
    """After a hundred passes nothing has moved."""
    te.manual_seed(0)
    model = mlp()
    report = fit(model, optim.SGD(model.parameters(), lr=1e-6), 120)
    assert [f.name for f in report.findings] == ["rate too low"]
    assert report.findings[0].facts["rate"] == 1e-6


def test_a_deep_stack_of_sigmoids_lets_the_gradient_vanish() -> None:
    """Twelve sigmoids: the first layer's gradient is named beside a later one's."""
    te.manual_seed(0)
    model = mlp(nn.Sigmoid, depth=12)
    report = fit(model, optim.SGD(model.parameters(), lr=0.1), 60)
    vanishing = [f for f in report.findings if f.name == "vanishing"]
    assert [f.where for f in vanishing] == ["0.weight"]
    assert vanishing[0].facts["ratio"] < 1e-3


def test_saturated_sigmoids_are_named() -> None:
    """Weights a hundred times too large press every sigmoid against its ends."""
    te.manual_seed(0)
    model = mlp(nn.Sigmoid)
    with te.no_grad():
        model[0].weight *= 100.0
    report = fit(model, optim.SGD(model.parameters(), lr=0.01), 30)
    assert [f.where for f in report.findings if f.name == "saturated"] == ["1 (Sigmoid)"]


def test_weights_that_are_too_large_let_the_gradient_explode() -> None:
    """Each of eight layers multiplies it by ten more than it should."""
    te.manual_seed(0)
    model = mlp(depth=8)
    with te.no_grad():
        for p in model.parameters():
            p *= 10.0
    report = fit(model, optim.SGD(model.parameters(), lr=1e-30), 30)
    assert [f.name for f in report.findings] == ["exploding size"]


def test_overfitting_is_told_from_the_accuracies() -> None:
    """Above 95 % in training and far behind in the test; a small gap is no finding."""
    for train, test, found in ((0.99, 0.80, 1), (1.0, 0.97, 0), (0.90, 0.70, 0)):
        seen = watch(nn.Identity())
        seen.epoch(train=0.5, test=0.5)
        seen.epoch(train=train, test=test)
        assert len(seen.report().findings) == found


def test_watching_changes_nothing_and_ends() -> None:
    """The losses are the same to the last bit, and no hook or listener stays behind."""

    def losses(watched: bool) -> list[float]:
        te.manual_seed(0)
        model = mlp()
        optimizer = optim.Adam(model.parameters(), lr=0.01)
        seen = watch(model, optimizer)
        if watched:
            seen.start()
        told = []
        for _ in range(5):
            loss = nn.CrossEntropyLoss()(model(DIGITS.x_train[:16]), DIGITS.y_train[:16])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            told.append(loss.item())
        if watched:
            seen.stop()
            assert seen.losses == told
            assert not any(m._forward_hooks for m in model.modules())
            assert not any(p._hooks for p in model.parameters())
        return told

    before = modes.listeners
    assert losses(True) == losses(False)
    assert modes.listeners == before


def test_the_report_speaks_both_languages_and_json() -> None:
    """Every finding has a sentence, remedies and plain facts in both."""
    te.manual_seed(0)
    model = mlp(depth=3)
    with te.no_grad():
        model[0].bias -= 1e3
    report = fit(model, optim.SGD(model.parameters(), lr=0.01), 30)
    assert "Мёртвые ReLU" in report.text("ru")
    assert "He initialisation" in report.text("en")
    assert "<b" in report._repr_html_()
    assert not json.loads(json.dumps(report.to_dict()))["healthy"]
