"""What is asked of a file: that backward is the derivative of forward, that MLPRegressor learns,
that an exercise's function gives the right numbers.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import TinygradEduError
from ..diagnosis import examine
from ..diagnosis.work import Answer, Inputs
from .child import Child, Failed
from .exercises import EXERCISES
from .verdict import RIGHT, UNJUDGED, WRONG, Outcome

__all__ = ["RemoteWork", "backward_task", "exercise_task", "regressor_task"]


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
                {k: v for k, v in said["changed"].items() if k in inputs},
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


def exercise_task(child: Child) -> Outcome:
    """Whether the function of a lesson's exercise gives what the reference gives, on every call."""
    number = child.description["exercise"].zfill(2)
    exercise = EXERCISES.get(number)
    if exercise is None:
        return Outcome("exercise", UNJUDGED, "no-exercise", f"{number!r}: {', '.join(EXERCISES)}")
    task = f"exercise {number}"
    for arguments in exercise.calls(np.random.default_rng(0)):
        asked = f"{exercise.function}({', '.join(map(_short, arguments))})"
        expected = exercise.reference(*arguments)
        several = expected if isinstance(expected, tuple) else (expected,)
        wanted = [np.asarray(part, np.float64) for part in several]
        try:
            found = child.ask("call", function=exercise.function, arguments=list(arguments))
        except Failed as error:
            if error.kind == "NameError" and not error.line:
                return Outcome(task, UNJUDGED, "missing-function", exercise.function)
            name = "call-fails" if error.line else "no-numbers"
            return Outcome(task, WRONG, name, f"{asked}: {error}", error.line)
        found = _parts(found, len(wanted))
        if not _equal(found, wanted, exercise.rtol):
            detail = f"{asked} → {_many(found)} ≠ {_many(wanted)}"
            return Outcome(task, WRONG, "wrong-number", detail)
    return Outcome(task, RIGHT, "exercise-right", exercise.function)


def _parts(found: Any, count: int) -> Any:
    """Where several numbers are asked for, a list or an array of them is as good as a tuple."""
    if count > 1 and isinstance(found, list) and len(found) == 1 and np.ndim(found[0]) > 0:
        return [np.asarray(part) for part in found[0]]
    return found


def _equal(found: Any, wanted: list[np.ndarray], rtol: float) -> bool:
    if not isinstance(found, list) or len(found) != len(wanted):
        return False
    return all(
        isinstance(a, np.ndarray) and a.shape == b.shape and np.allclose(a, b, rtol, 1e-9)
        for a, b in zip(found, wanted, strict=True)
    )


def _many(values: Any) -> str:
    return ", ".join(map(_short, values)) if isinstance(values, list) else _short(values)


def _short(value: Any) -> str:
    """A value in a line: its numbers where they are few, else its shape."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_short, value))}]"
    array = np.asarray(value)
    if array.size > 12:
        return f"{'×'.join(map(str, array.shape))}"
    return " ".join(np.array2string(array, precision=4, separator=", ").split())
