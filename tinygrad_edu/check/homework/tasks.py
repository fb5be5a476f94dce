"""What is asked of a file: that backward is the derivative of forward, that MLPRegressor learns."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import TinygradEduError
from ..diagnosis import examine
from ..diagnosis.work import Answer, Inputs
from .child import Child, Failed
from .verdict import RIGHT, UNJUDGED, WRONG, Outcome

__all__ = ["RemoteWork", "backward_task", "regressor_task"]


class RemoteWork:
    """A `Work` in other processes: the loss from one, the gradients from another or the same."""

    def __init__(self, truth: Child, student: Child) -> None:
        self.truth, self.student = truth, student

    def loss(self, inputs: Inputs) -> Any:
        """Forward's loss."""
        return number(self.truth.ask("loss", inputs=inputs))

    def gradients(self, inputs: Inputs, params: tuple[str, ...]) -> Answer:
        """Backward's answer; the child's word is checked before it is used."""
        try:
            said = self.student.ask("gradients", inputs=inputs, params=list(params))
            found = said["gradients"]
            return Answer(
                {k: arrays(found.get(k)) for k in params} if found else {},
                tuple(k for k in said["changed"] if k in inputs),
                str(said["error"]),
                str(said["problem"]),
            )
        except Failed as error:
            return Answer(error=str(error))
        except (KeyError, TypeError, AttributeError) as error:
            return Answer(problem=f"{error!r}")


def number(value: Any) -> Any:
    """A loss from the child."""
    if not isinstance(value, np.ndarray) or value.shape != ():
        raise Failed("TypeError", "the loss is no number", 0)
    return value[()]


def arrays(value: Any) -> np.ndarray | None:
    """A gradient from the child."""
    if value is not None and not (isinstance(value, np.ndarray) and value.dtype.kind == "f"):
        raise TypeError("a gradient is no array of floats")
    return value


def backward_task(student: Child, truth: Child, lang: str) -> Outcome:
    """Whether backward is right, with the task's own forward where there is one."""
    known = truth.description
    inputs = known["inputs"]
    for name, child in (("forward", truth), ("backward", student)):
        if name not in child.description["functions"]:
            return Outcome("backward", UNJUDGED, "missing-function", name)
    if inputs is None:
        return Outcome("backward", UNJUDGED, "missing-function", "inputs, make_inputs()")
    try:
        if truth is not student and "forward" in student.description["functions"]:
            mine, theirs = (
                float(np.real(number(c.ask("loss", inputs=inputs)))) for c in (truth, student)
            )
            if not np.isclose(mine, theirs, rtol=1e-5):
                detail = f"{theirs:.6g}, and not {mine:.6g}"
                return Outcome("backward", WRONG, "wrong-forward", detail)
        report = examine(RemoteWork(truth, student), inputs, known["params"], lang)
    except (Failed, TinygradEduError) as error:
        return Outcome("backward", UNJUDGED, "forward-fails", str(error))
    code = RIGHT if report.ok else WRONG
    return Outcome("backward", code, report.name, report=report)


RATES = (0.1, 0.03, 0.01, 0.001)
ENOUGH = 0.5  # R² that a network which learns at all exceeds by far


def regressor_task(child: Child) -> Outcome:
    """Whether MLPRegressor has the course's interface and learns a line, then a parabola."""
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, (40, 2))
    line, parabola = 2 * X[:, 0] - X[:, 1] + 0.5, 3 * X[:, 0] ** 2 - 1
    best = []
    try:
        for y in (line, parabola):
            scores = []
            for rate in RATES:
                score = fitted(child, X, y, rate)
                if isinstance(score, str):
                    return Outcome("MLPRegressor", WRONG, "bad-prediction", score)
                scores.append(score)
                if score > 0.9:
                    break
            best.append(max(scores))
            if best[0] < ENOUGH:
                break
    except Failed as error:
        return Outcome("MLPRegressor", WRONG, "regressor-fails", str(error), error.line)
    text = ", ".join(f"{score:.3f}" for score in best)
    if best[0] < ENOUGH:
        return Outcome("MLPRegressor", WRONG, "does-not-learn", text)
    if best[1] < ENOUGH:
        return Outcome("MLPRegressor", WRONG, "only-lines", f"{best[1]:.3f}")
    return Outcome("MLPRegressor", RIGHT, "regressor-right", text)


def fitted(child: Child, X: np.ndarray, y: np.ndarray, rate: float) -> float | str:
    """R² on the training data, or what is wrong with the prediction."""
    options = {"hidden_layer_sizes": [30], "learning_rate": rate, "max_iter": 300}
    said = child.ask("regress", X=X, y=y, options=options, seed=0)
    found = said.get("predicted") if isinstance(said, dict) else None
    if not isinstance(found, np.ndarray) or found.size != len(y) or found.ndim > 2:
        return f"the shape is {getattr(found, 'shape', None)} for {len(y)} rows"
    if not np.isfinite(found).all():
        return "NaN or infinity" if rate == RATES[-1] else -np.inf
    with np.errstate(over="ignore"):
        return float(1 - ((found.ravel() - y) ** 2).sum() / ((y - y.mean()) ** 2).sum())
