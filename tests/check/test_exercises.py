"""The exercises of the lessons: a right answer is right, a wrong one is wrong with the call."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinygrad_edu.check.homework import mark, server
from tinygrad_edu.check.homework.exercises import EXERCISES
from tinygrad_edu.check.homework.tasks import exercise_task
from tinygrad_edu.check.homework.wire import decode, encode

LESSONS = Path(__file__).parents[2] / "examples"

# What a student would hand in; written without a look at the references.
SOLUTIONS = {
    "01": "def NOR(x1, x2):\n    return int(0.5 - x1 - x2 > 0)",
    "02": "def tanh(x):\n    return 2 / (1 + np.exp(-2 * x)) - 1",
    "03": """
def network(X, weights, biases):
    for W, b in zip(weights[:-1], biases[:-1]):
        X = 1 / (1 + np.exp(-(X @ W + b)))
    return X @ weights[-1] + biases[-1]""",
    "04": """
def cross_entropy(scores, labels):
    total = 0
    for s, t in zip(scores, labels):
        total += np.log(np.sum(np.exp(s - s.max()))) + s.max() - s[t]
    return total / len(labels)""",
    "05": """
def central(c, x, step):
    return (np.polyval(c, x + step) - np.polyval(c, x - step)) / (2 * step)""",
    "06": "def gradients(a, b, c):\n    return b**2, 2 * a * b + c, b",
    "08": "def slopes_of_division(x, y):\n    return 1 / y, -x / (y * y)",
    "09": """
def confusion_matrix(truth, answers, classes):
    digits = range(classes)
    return [[np.sum((truth == i) & (answers == j)) for j in digits] for i in digits]""",
    "10": """
def momentum(w, gradients, eta, gamma):
    v = 0
    for g in gradients:
        v = gamma * v + eta * g
        w = w - v
    return w""",
    "11": "def softmax_jacobian(s):\n    return np.diagflat(s) - s[:, None] * s[None, :]",
    "13": """
def indicator(x, a, b, s):
    step = lambda z: 1 / (1 + np.exp(-z))
    return step(s * (x - a)) - step(s * (x - b))""",
    "14": "def kaiming_std(n_in):\n    return (2 / n_in) ** 0.5",
    "15": "def dropout(x, kept, p):\n    return np.where(kept == 1, x / (1 - p), 0)",
    "16": "def newton_step(w):\n    return w - (4 * w**3 - 3) / (12 * w**2)",
}  # fmt: skip


# Three typical mistakes for each: the sign, the factor, the neighbour's formula.
WRONG = {
    "01": [
        "def NOR(x1, x2):\n    return int(0.5 + x1 + x2 > 0)",
        "def NOR(x1, x2):\n    return int(1.5 - x1 - x2 > 0)",
        "def NOR(x1, x2):\n    return int(x1 + x2 > 0.5)",
    ],
    "02": [
        "def tanh(x):\n    return 2 / (1 + np.exp(-x)) - 1",
        "def tanh(x):\n    return 1 / (1 + np.exp(-2 * x))",
        "def tanh(x):\n    return 1 - 2 / (1 + np.exp(-2 * x))",
    ],
    "03": [
        """
def network(X, weights, biases):
    for W, b in zip(weights, biases):
        X = 1 / (1 + np.exp(-(X @ W + b)))
    return X""",
        """
def network(X, weights, biases):
    for W, b in zip(weights, biases):
        X = X @ W + b
    return X""",
        """
def network(X, weights, biases):
    for W, b in zip(weights[:-1], biases):
        X = 1 / (1 + np.exp(-(X @ W)))
    return X @ weights[-1]""",
    ],
    "04": [
        """
def cross_entropy(scores, labels):
    p = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    return -np.log(p[range(len(labels)), labels]).mean()""",
        """
def cross_entropy(scores, labels):
    s = scores - scores.max(1, keepdims=True)
    return (np.log(np.exp(s).sum(1)) - s[range(len(labels)), labels]).sum()""",
        """
def cross_entropy(scores, labels):
    s = scores - scores.max()
    p = np.exp(s) / np.exp(s).sum()
    return -np.log(p[range(len(labels)), labels]).mean()""",
    ],
    "05": [
        """
def central(c, x, step):
    return (np.polyval(c, x + step) - np.polyval(c, x)) / step""",
        """
def central(c, x, step):
    return (np.polyval(c, x + step) - np.polyval(c, x - step)) / step""",
        "def central(c, x, step):\n    return np.polyval(np.polyder(c), x)",
    ],
    "06": [
        "def gradients(a, b, c):\n    return b * b, a * b + c, b",
        "def gradients(a, b, c):\n    return b, a, b",
        "def gradients(a, b, c):\n    return b * b, 2 * a * b + c, 1",
    ],
    "08": [
        "def slopes_of_division(x, y):\n    return 1 / y, x / y**2",
        "def slopes_of_division(x, y):\n    return 1 / y, -1 / y**2",
        "def slopes_of_division(x, y):\n    return y, x",
    ],
    "09": [
        """
def confusion_matrix(truth, answers, classes):
    m = np.zeros((classes, classes))
    np.add.at(m, (answers, truth), 1)
    return m""",
        """
def confusion_matrix(truth, answers, classes):
    m = np.zeros((classes, classes))
    m[truth, answers] += 1
    return m""",
        """
def confusion_matrix(truth, answers, classes):
    m = np.zeros((classes, classes))
    np.add.at(m, (truth, answers), 1)
    return m / len(truth)""",
    ],
    "10": [
        """
def momentum(w, gradients, eta, gamma):
    v = 0
    for g in gradients:
        v = gamma * v + (1 - gamma) * eta * g
        w = w - v
    return w""",
        """
def momentum(w, gradients, eta, gamma):
    for g in gradients:
        w = w - eta * g
    return w""",
        """
def momentum(w, gradients, eta, gamma):
    v = 0
    for g in gradients:
        w = w - v
        v = gamma * v + eta * g
    return w""",
    ],
    "11": [
        "def softmax_jacobian(s):\n    return np.diag(s * (1 - s))",
        "def softmax_jacobian(s):\n    return np.outer(s, s) - np.diag(s)",
        "def softmax_jacobian(s):\n    return s * (1 - s)",
    ],
    "13": [
        "def indicator(x, a, b, s):\n    return ((x >= a) & (x <= b)) * 1.0",
        """
def indicator(x, a, b, s):
    step = lambda z: 1 / (1 + np.exp(-z))
    return step(s * (x - a)) + step(s * (x - b))""",
        """
def indicator(x, a, b, s):
    step = lambda z: 1 / (1 + np.exp(-z))
    return step(s * x - a) - step(s * x - b)""",
    ],
    "14": [
        "def kaiming_std(n_in):\n    return 2 / n_in",
        "def kaiming_std(n_in):\n    return (1 / n_in) ** 0.5",
        "def kaiming_std(n_in):\n    return (6 / n_in) ** 0.5",
    ],
    "15": [
        "def dropout(x, kept, p):\n    return x * kept",
        "def dropout(x, kept, p):\n    return x * kept / p",
        "def dropout(x, kept, p):\n    return x * kept * (1 - p)",
    ],
    "16": [
        "def newton_step(w):\n    return w + (4 * w**3 - 3) / (12 * w**2)",
        "def newton_step(w):\n    return w - (w**4 - 3 * w) / (4 * w**3 - 3)",
        "def newton_step(w):\n    return w - (4 * w**3 - 3)",
    ],
}  # fmt: skip


class Here:
    """A child that answers in this process: only for files that the tests wrote themselves."""

    def __init__(self, number: str, source: str) -> None:
        self.names: dict[str, Any] = {"np": np}
        exec(source, self.names)
        self.description = {"exercise": number}

    def ask(self, what: str, **values: Any) -> Any:
        request = decode(encode(values)[8:])
        return decode(encode(server.DO[what](self.names, request))[8:])


@pytest.mark.parametrize("number", EXERCISES)
def test_a_right_answer_is_right(number: str) -> None:
    """In the student's own words, with NumPy or plain Python."""
    outcome = exercise_task(Here(number, SOLUTIONS[number]))  # type: ignore[arg-type]
    assert (outcome.code, outcome.name) == (0, "exercise-right"), outcome.says("en")


@pytest.mark.parametrize("number", EXERCISES)
def test_another_number_is_wrong(number: str) -> None:
    """The same function with its result spoiled; the sentence shows the call."""
    function = EXERCISES[number].function
    spoil = f"""
_right = {function}
def {function}(*arguments):
    found = _right(*arguments)
    several = found if isinstance(found, tuple) else (found,)
    return tuple(np.asarray(part) * 1.01 + 1e-3 for part in several)"""
    outcome = exercise_task(Here(number, SOLUTIONS[number] + spoil))  # type: ignore[arg-type]
    assert (outcome.code, outcome.name) == (1, "wrong-number")
    assert f"{function}(" in outcome.says("ru")


@pytest.mark.parametrize("number", EXERCISES)
def test_a_typical_mistake_is_wrong(number: str) -> None:
    """The sentence shows the call in few words, in both languages."""
    for source in WRONG[number]:
        outcome = exercise_task(Here(number, source))  # type: ignore[arg-type]
        assert (outcome.code, outcome.name) == (1, "wrong-number"), source
        for lang, says in (("en", "A wrong number: "), ("ru", "Неверное число: ")):
            assert outcome.says(lang).startswith(f"{says}{EXERCISES[number].function}(")
            assert len(outcome.says(lang)) < 300


@pytest.mark.parametrize("number", EXERCISES)
def test_a_constant_is_wrong(number: str) -> None:
    """Whatever one call gives, returned to every call, another call shows it."""
    exercise = EXERCISES[number]
    for arguments in exercise.calls(np.random.default_rng(0)):
        child, one = Here(number, ""), exercise.reference(*arguments)
        child.names[exercise.function] = lambda *_, one=one: one
        assert exercise_task(child).code == 1  # type: ignore[arg-type]


@pytest.mark.parametrize("number", ["06", "08"])
@pytest.mark.parametrize("kind", [list, np.array])
def test_several_numbers_may_come_in_a_list(number: str, kind: Any) -> None:
    """A tuple, a list, an array: the numbers are what is marked."""
    child = Here(number, SOLUTIONS[number])
    right = child.names[EXERCISES[number].function]
    child.names[EXERCISES[number].function] = lambda *arguments: kind(right(*arguments))
    assert exercise_task(child).code == 0  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "code", "name"),
    [
        (f"exercise = 1\n{SOLUTIONS['01']}\n", 0, "exercise-right"),
        ('exercise = "16"\ndef newton_step(w):\n    return {}\n', 1, "no-numbers"),
        (f'exercise = "01"\n{SOLUTIONS["01"]}\n', 0, "exercise-right"),
        ('exercise = "01"\n', 2, "missing-function"),
        ('exercise = "99"\n', 2, "no-exercise"),
        ('exercise = "16"\ndef newton_step(w):\n    return w / 0\n', 1, "call-fails"),
        ('exercise = "16"\ndef newton_step(w):\n    return None\n', 1, "wrong-number"),
        ('exercise = "16"\ndef newton_step(w):\n    return [w, w]\n', 1, "wrong-number"),
    ],
)
def test_a_file_is_marked_in_a_process_of_its_own(
    tmp_path: Path, text: str, code: int, name: str
) -> None:
    """As `tinygrad-edu check answer.py` does it."""
    file = tmp_path / "answer.py"
    file.write_text(text, encoding="utf-8")
    verdict = mark(file)
    assert (verdict.code, verdict.outcomes[0].name) == (code, name), verdict.says("en")


def test_the_lessons_ask_for_what_is_marked() -> None:
    """The number and the function in a lesson's last cell are those of the table."""
    asked = {}
    for lesson in LESSONS.glob("[0-9][0-9]_*.py"):
        text = lesson.read_text(encoding="utf-8")
        for number, function in re.findall(r'`exercise = "(\d\d)"` and `(\w+)\(', text):
            assert lesson.name.startswith(number)
            asked[number] = function
    assert asked == {number: exercise.function for number, exercise in EXERCISES.items()}
