"""Every lesson runs, and every number that it prints is the number it should be.

Long trainings are shortened by TINYGRAD_EDU_QUICK, which changes epochs and sizes only; what stands
here about them holds for the short form. The full lessons run in `.ci/run`, section `lessons`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LESSONS = sorted((ROOT / "examples").glob("[0-9][0-9]_*.py"))
ON_MNIST = ("09_mlp_on_mnist", "11_school_project")  # elsewhere they fall back on the digits

# What a lesson says, literally; its pictures are looked for by themselves.
SAYS = {
    "01_perceptron_gates": [
        " 0  0 |  0    1    0    0",
        " 0  1 |  0    1    1    1",
        " 1  0 |  0    1    1    1",
        " 1  1 |  1    0    1    0",
        "XOR learned by two layers: 4 of 4 right",
    ],
    "02_activations": [
        "σ(1.0) = 0.731",
        "σ(2.0) = 0.8808",
        "sigmoid     largest slope 0.250",
        "softmax: [0.018, 0.245, 0.737] sum 1.0",
        "softmax of a + 1000: [0.018, 0.245, 0.737]",
    ],
    "03_forward_by_matrices": [
        "A @ B = [[19, 22], [43, 50]]",
        "X @ W = [5, 11, 17]",
        "matmul: x (64, 784), y (128, 10) do not chain: 784 ≠ 128.",
        "layer 3: [0.3168, 0.6963]",
        "equal to one by one: True",
        "module: [0.3168, 0.6963]",
    ],
    "04_losses": [
        "MSE: the best single answer is 2.60",
        "MAE: the best single answer is 1.00",
        "model 1: errors 1/3, squared 0.403, cross-entropy 1.38",
        "model 2: errors 1/3, squared 0.170, cross-entropy 0.64",
        "a = 6: |∂L/∂a|  squared 0.000012  cross-entropy 0.999994",
    ],
    "05_numeric_gradient": [
        "best central step between 1e-7 and 1e-4: True",
        "order of the central difference: 2.00",
        "largest difference below 1e-9",
        "gradcheck of tanh: True",
    ],
    "06_backprop_rules": [
        "x + y: dz/dx = 1, dz/dy = 1   distributor, «распределитель»",
        "x · y: dz/dx = 5, dz/dy = 2   switch, «переключатель»",
        "∂L/∂X = ∂L/∂Y · Wᵀ: True [[-4.0, -4.0]]",
        "∂L/∂W = Xᵀ · ∂L/∂Y: True [[1.0, 0.0, -1.0], [2.0, 0.0, -2.0]]",
        "by hand:  dL/dv = -0.3987, dL/dw = -0.0449",
        "by engine: dL/dv = -0.3987, dL/dw = -0.0449",
        "(−0.08974) · 0.5 = −0.04487",
        "v = 0.5399, w = 0.4045: L = 0.2629 → 0.2470",
        "dL/da = 26",
        "bias.grad = [18.0, 22.0, 26.0]",
    ],
    "07_backprop_by_hand": [
        *(f"∂L/∂{name}" for name in ("W1", "b1", "W2", "b2")),
        "100 steps beside the engine, gradients within 1e-12: True",
        "answers: [[0, 0], [1, 0], [1, 0], [0, 1]]",
    ],
    "08_scalar_engine": [
        "diamond: dL/da = 26, by the formula 26",
        "a chain of 100,000: dx/da = 2.71827, e = 2.71828",
        "100 expressions, largest difference below 1e-12: True",
        "equal True",
    ],
    "09_mlp_on_mnist": ["parameters: 109386", "all test pictures counted: True"],
    "10_optimizers": [
        *(f"{n:8} 100 steps beside optim, within 1e-12: True" for n in ("SGD", "Momentum")),
        *(f"{n:8} 100 steps beside optim, within 1e-12: True" for n in ("RMSprop", "Adam")),
        "Adam's first step, bias correction True : -1.00 η",
        "Adam's first step, bias correction False: -3.16 η",
    ],
    "11_school_project": ["read back, equal: True"],
    "12_mlp_regressor": [
        "parameters: ['hidden_layer_sizes', 'learning_rate', 'max_iter']",
        "tried: 4 settings",
    ],
    "13_universal_approximation": ["at least 1.000 inside, at most 0.000 outside"],
    "14_vanishing_gradients": ["hidden layers: the norm of the first layer's gradient"],
    "15_regularisation": ["pictures, labels right: test accuracy"],
    "16_higher_order": [
        *(f"d{n} x⁴ at 2 = {d}" for n, d in ((1, 32), (2, 48), (3, 48), (4, 24))),
        "Hessian at the start: [[1330.0, 480.0], [480.0, 200.0]]",
        "largest curvature 50.0, so η must stay below 0.040",
    ],
}

# A number that a lesson prints, and between which bounds it lies: (text before it, from, to).
BETWEEN = {
    "01_perceptron_gates": [("XOR learned by one layer: ", 2, 3)],
    "02_activations": [
        ("two linear layers differ from one by ", 0, 1e-14),
        ("with a ReLU between them by ", 0.1, 10),
        ("ten times sigmoid: dz/dx = ", 1e-7, 1e-6),
        ("ten times relu   : dz/dx = ", 1, 1),
    ],
    "07_backprop_by_hand": [("right on the test pictures: ", 90, 100)],
    "09_mlp_on_mnist": [("test accuracy: ", 88, 98)],
    "11_school_project": [("training pictures read correctly: ", 10, 60)],
    "13_universal_approximation": [
        ("error ~ N^", -1.1, -0.9),
        ("learned, 32 units: largest error ", 0, 0.2),
    ],
    "14_vanishing_gradients": [
        ("sigmoid, xavier              test accuracy ", 5, 20),
        ("relu, kaiming                test accuracy ", 75, 100),
    ],
    "15_regularisation": [
        ("nothing · ничего", 90, 100),
        ("1442 pictures, labels right: test accuracy ", 94, 100),
    ],
    "16_higher_order": [
        ("Newton   ", 4, 8),
        ("η = 0.039: |w| = ", 0, 1),
        ("η = 0.041: |w| = ", 1, 1e9),
    ],
}


def run_lesson(lesson: Path, pictures: Path, quick: bool = True) -> str:
    """What a lesson prints, in a process of its own; its warnings are errors."""
    done = subprocess.run(
        [sys.executable, "-W", "error", lesson.name],
        cwd=lesson.parent,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PYTHONUTF8": "1",
            "MPLBACKEND": "agg",
            "TINYGRAD_EDU_PICTURES": str(pictures),
            "TINYGRAD_EDU_QUICK": "1" if quick else "",
        },
        capture_output=True,
        encoding="utf-8",
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def number_after(text: str, output: str) -> float:
    found = re.search(re.escape(text) + r"\s*([-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?)", output)
    assert found, f"{text!r} is not printed:\n{output}"
    return float(found[1])


@pytest.mark.long
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_a_lesson_prints_its_numbers_and_draws_its_pictures(lesson: Path, tmp_path: Path) -> None:
    """From top to bottom, with every promised number, and every picture it speaks of."""
    output = run_lesson(lesson, tmp_path)
    if lesson.stem in ON_MNIST and "MNIST is not here" in output:
        pytest.skip("the numbers are MNIST's, and it is not here")
    for text in SAYS[lesson.stem]:
        assert text in output, f"{text!r} is not printed:\n{output}"
    for text, least, most in BETWEEN.get(lesson.stem, []):
        assert least <= number_after(text, output) <= most, f"{text}\n{output}"
    assert "ABOVE" not in output
    assert "False" not in re.sub(r"correction False|\[[^]]*\]", "", output)
    spoken = re.findall(r"^picture: (.+)$", output, re.MULTILINE)
    assert all((tmp_path / name).stat().st_size > 5000 for name in spoken)


def test_every_lesson_is_held_to_its_numbers() -> None:
    """A lesson that nobody checks would be a lesson that may be wrong."""
    assert {lesson.stem for lesson in LESSONS} == SAYS.keys()


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_a_lesson_is_short_and_speaks_both_languages(lesson: Path) -> None:
    """At most 150 lines; English and Russian in the cells of text."""
    text = lesson.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 150
    prose = "".join(re.findall(r"^# %% \[markdown\]\n((?:#.*\n)+)", text, re.MULTILINE))
    assert len(re.findall("[а-яё]", prose)) > 100
    assert len(re.findall("[a-z]", prose)) > 100
