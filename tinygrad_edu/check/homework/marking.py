"""`mark`: from a file to a verdict."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from ..diagnosis.phrases import phrases_in
from .child import Child, Failed, Limits, Stopped
from .tasks import backward_task, exercise_task, regressor_task
from .verdict import UNJUDGED, Outcome, Verdict

__all__ = ["mark"]


def mark(
    file: str | Path, task: str | Path | None = None, lang: str = "en", limits: Limits | None = None
) -> Verdict:
    """Judge a homework file; whatever it does, a verdict comes back.

    The file defines one or more of these, and may define anything else:

        inputs = {"X": …, "Y": …, "W1": …, "b1": …}     # examples; or def make_inputs(): return …
        def forward(X, Y, W1, b1): …                    # the loss, or loss and a cache
        def backward(X, Y, W1, b1): …                   # a dict by name, or a tuple in order
        params = ("W1", "b1")                           # optional: what has a gradient

        class MLPRegressor:                             # __init__(hidden_layer_sizes,
        learning_rate,
                                                        # max_iter), train(X, y), predict(X)

        exercise = "01"                                 # of a lesson, with the function it asks for

    With `task`, a file of the teacher's, `inputs`, `params` and `forward` are taken from there: the
    student's file needs `backward` alone, and its own forward, if any, is compared first.
    """
    phrases_in(lang)
    file = Path(file)
    verdict = Verdict(str(file))
    limits = limits or Limits()
    with ExitStack() as stack:
        try:
            files = [*([Path(task)] if task else []), file]
            student = stack.enter_context(Child(files, limits))
            truth = stack.enter_context(Child([Path(task)], limits)) if task else student
        except OSError as error:
            why = error.strerror or str(error)
            verdict.outcomes.append(Outcome("file", UNJUDGED, "unreadable", why))
            return verdict
        verdict.outcomes += judged(student, truth, lang)
    return verdict


def judged(student: Child, truth: Child, lang: str) -> list[Outcome]:
    """The outcomes of all tasks that the file takes up."""
    try:
        for child in dict.fromkeys((truth, student)):
            child.start()
    except Failed as error:
        return [unloaded(error)]
    except Stopped as error:
        return [Outcome("file", UNJUDGED, error.why, error.detail)]
    found = student.description
    outcomes = []
    if found["exercise"] is not None:
        try:
            outcomes.append(exercise_task(student))
        except Stopped as error:
            outcomes.append(Outcome("exercise", UNJUDGED, error.why, error.detail))
    if found["functions"] or not (found["regressor"] or outcomes):
        try:
            outcomes.append(backward_task(student, truth, lang))
        except Stopped as error:
            outcomes.append(Outcome("backward", UNJUDGED, error.why, error.detail))
    if found["regressor"]:
        try:
            outcomes.append(regressor_task(student))
        except Stopped as error:
            outcomes.append(Outcome("MLPRegressor", UNJUDGED, error.why, error.detail))
        except Failed as error:
            outcomes.append(unloaded(error))
    return outcomes


def unloaded(error: Failed) -> Outcome:
    """Why a file could not be loaded."""
    if error.kind == "encoding" or (
        error.kind == "SyntaxError" and "cod" in error.text and "enc" in error.text
    ):
        return Outcome("file", UNJUDGED, "encoding", error.text)
    if error.kind in ("SyntaxError", "IndentationError", "TabError"):
        return Outcome("file", UNJUDGED, "syntax", error.text, error.line)
    return Outcome("file", UNJUDGED, "import-fails", str(error), error.line)
