"""The report's sections 2 and 3: the network by hand, and the rules of the optimizers."""

from __future__ import annotations

from typing import Any

from ... import nn
from ..by_hand import ANSWERS, XOR, check, learn, worked_example
from ..recipe import OPTIMIZERS
from ..study.results import Results
from ..study.training import data_of
from ..vanishing import gradient_norms
from .blocks import Block, Figure, Formula, Heading, Paragraph, Table
from .pictures import error_curve, gradient_picture
from .texts import Texts

__all__ = ["by_hand", "rules"]

FORWARD = r"h = \sigma(xW + b),\quad o = \sigma(hV + c)"
LOSS = r"L = \frac{1}{2} \sum_{k} (y_k - o_k)^2"
OUTPUT = (
    r"\delta_o = (o - y) \odot o \odot (1 - o),\quad "
    r"\frac{\partial L}{\partial V} = h^{\top} \delta_o"
)
HIDDEN = (
    r"\delta_h = (\delta_o V^{\top}) \odot h \odot (1 - h),\quad "
    r"\frac{\partial L}{\partial W} = x^{\top} \delta_h"
)
UPDATE = r"\theta \leftarrow \theta - \eta \frac{\partial L}{\partial \theta}"
_EXAMPLE = (
    ("h = σ(w·x)", "h"),
    ("o = h·v", "o"),
    ("L = ½ (o − y)²", "loss"),
    ("∂L/∂v = (o − y)·h", "dv"),
    ("∂L/∂w = (o − y)·v·h(1 − h)·x", "dw"),
    ("v − η ∂L/∂v", "v"),
    ("w − η ∂L/∂w", "w"),
    ("L(v, w)", "loss_after"),
)

_MOMENTUM = r"v \leftarrow \gamma v + g,\quad \theta \leftarrow \theta - \eta v"
_ADAM = (
    r"m \leftarrow \beta_1 m + (1 - \beta_1) g,\quad v \leftarrow \beta_2 v + (1 - \beta_2) g^2,"
    r"\quad \theta \leftarrow \theta - \eta \frac{m / (1 - \beta_1^t)}"
    r"{\sqrt{v / (1 - \beta_2^t)} + \epsilon}"
)
RULES = {
    "sgd": r"\theta \leftarrow \theta - \eta g",
    "momentum": _MOMENTUM,
    "nesterov": r"v \leftarrow \gamma v + g,\quad \theta \leftarrow \theta - \eta (g + \gamma v)",
    "rmsprop": (
        r"E \leftarrow \alpha E + (1 - \alpha) g^2,\quad "
        r"\theta \leftarrow \theta - \eta \frac{g}{\sqrt{E} + \epsilon}"
    ),
    "adagrad": (
        r"S \leftarrow S + g^2,\quad \theta \leftarrow \theta - \eta \frac{g}{\sqrt{S} + \epsilon}"
    ),
    "adam": _ADAM,
    "adamw": r"\theta \leftarrow (1 - \eta \lambda) \theta,\quad " + _ADAM,
}


def by_hand(results: Results, texts: Texts) -> list[Block]:
    """Section 2: computed anew for each report, which takes a fraction of a second."""
    iterations, lr = 3000, 1.0
    network, errors = learn(iterations, lr)
    step = worked_example()
    difference = texts.power(check(network, XOR, ANSWERS))
    values = {"first": texts.number(errors[0], 3), "last": texts.number(errors[-1], 5)}
    example = [[words, texts.number(getattr(step, name), 6)] for words, name in _EXAMPLE]
    formulas = {"forward": FORWARD, "loss": LOSS, "output": OUTPUT, "hidden": HIDDEN}
    return [
        Heading(texts("h hand")),
        Paragraph(texts("hand", lr=texts.short(lr), iterations=iterations)),
        *(Formula(latex, texts(f"f {name}")) for name, latex in formulas.items()),
        Formula(UPDATE, texts("f update")),
        Paragraph(texts("hand result", difference=difference, **values)),
        Figure(error_curve(errors, texts), f"error-{texts.lang}", texts("c error")),
        Heading(texts("h example"), 3),
        Paragraph(texts("example")),
        Table(texts("c example"), [texts("quantity"), texts("value")], example),
        *_vanishing(results, texts),
    ]


def _vanishing(results: Results, texts: Texts) -> list[Block]:
    data, depth = data_of(results.experiment.data), 6
    norms = {name: gradient_norms(data, name, depth) for name in ("sigmoid", "relu")}
    ratios = {name: f"{values[0] / values[-1]:.2g}" for name, values in norms.items()}
    if texts.lang == "ru":
        ratios = {name: text.replace(".", ",") for name, text in ratios.items()}
    picture = gradient_picture(norms, texts)
    return [
        Heading(texts("h vanish"), 3),
        Paragraph(texts("vanish", depth=depth, **ratios)),
        Figure(picture, f"gradients-{texts.lang}", texts("c vanish")),
    ]


def rules(results: Results, texts: Texts) -> list[Block]:
    """Section 3 up to its curves: the rules and the settings of those that were run."""
    names = results.values("optimizer")
    rows = [[texts.optimizer(name), _options(name)] for name in names]
    differ = [texts(f"differs {name}") for name in ("momentum", "rmsprop", "adam") if name in names]
    head = [texts("optimizer"), texts("options")]
    return [
        Heading(texts("h optimizers")),
        Paragraph(texts("rules")),
        *(Formula(RULES[name], texts.optimizer(name)) for name in names),
        *([Paragraph(" ".join([texts("differs"), *differ]))] if differ else []),
        Table(texts("c settings"), head, rows, frozenset({0, 1})),
    ]


def _options(name: str) -> str:
    """What the optimizer itself says about its settings, but for the rate, which varies."""
    group: dict[str, Any] = OPTIMIZERS[name](nn.Linear(1, 1).parameters(), lr=0.1).param_groups[0]
    shown = {k: v for k, v in group.items() if k not in ("params", "lr") and v not in (None, False)}
    return ", ".join(f"{key} = {value}" for key, value in shown.items() if value != 0) or "—"
