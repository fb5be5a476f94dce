"""scikit-learn's MLPClassifier: partial_fit on one batch is one step; its weights are its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..problem import OPTIMIZERS, Problem

NAME = "scikit-learn"


def steps(problem: Problem) -> dict[str, Callable[[], Any]]:
    """Its solvers are SGD, with momentum or without, and Adam."""
    if problem.optimizer == "RMSprop":
        return {}
    from sklearn.neural_network import MLPClassifier

    options = OPTIMIZERS[problem.optimizer][1]
    x, t = problem.examples()
    model = MLPClassifier(
        problem.sizes[1:-1],
        solver="adam" if problem.optimizer == "Adam" else "sgd",
        learning_rate_init=options["lr"],
        momentum=options.get("momentum", 0.0),
        nesterovs_momentum=False,
        alpha=0.0,
        batch_size=problem.batch,
        shuffle=False,
        random_state=0,
    )
    classes = np.arange(problem.sizes[-1])

    def step() -> Any:
        model.partial_fit(x, t, classes=classes)
        return model.loss_

    return {NAME: step}
