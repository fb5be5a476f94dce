"""What every lesson prints: literally, or between which bounds.

`SAYS` and `BETWEEN` hold for the short form (TINYGRAD_EDU_QUICK), `FULL` for the lesson as it is.
"""

from __future__ import annotations

__all__ = ["BETWEEN", "FULL", "SAYS"]

# What a lesson says, literally; its pictures are looked for by themselves.
SAYS = {
    "01_perceptron_gates": [
        " 0  0 |  0    1    0    0",
        " 0  1 |  0    1    1    1",
        " 1  0 |  0    1    1    1",
        " 1  1 |  1    0    1    0",
        "x1 x2",
        " of 4 right, loss 0.693",
    ],
    "02_activations": [
        "σ(1.0) = 0.731",
        "σ(2.0) = 0.8808",
        "  (the lecture cuts it to 0.880)",
        "sigmoid     largest slope 0.250",
        *(f"{name:10}  largest slope 1.000" for name in ("tanh", "relu", "leaky_relu", "elu")),
        *("gelu        largest slope 1.129", "silu        largest slope 1.100"),
        "softplus    largest slope 0.993",
        "softmax: [0.018, 0.245, 0.737] sum 1.0",
        "softmax of a + 1000: [0.018, 0.245, 0.737]",
    ],
    "03_forward_by_matrices": [
        "A @ B = [[19, 22], [43, 50]]",
        "1·5 + 2·7 = 19",
        "A * B = [[5, 12], [21, 32]]",
        "X @ W = [5, 11, 17]  shapes: (2,) (2, 3)",
        "matmul: x (64, 784), y (128, 10) do not chain: 784 ≠ 128.",
        "by hand: a₁ = 0.1·1.0 + 0.2·0.5 + 0.1 = 0.3, σ(a₁) = 0.5744",
        "layer 0: [1.0, 0.5]",
        "layer 1: [0.5744, 0.6682, 0.7503]",
        "layer 2: [0.6262, 0.771]",
        "layer 3: [0.3168, 0.6963]",
        "batch (3, 2) → (3, 2)",
        "equal to one by one: True",
        "module: [0.3168, 0.6963]",
    ],
    "04_losses": [
        "MSE: the best single answer is 2.60",
        "MAE: the best single answer is 1.00",
        "model 1: errors 1/3, squared 0.403, cross-entropy 1.38",
        "model 2: errors 1/3, squared 0.170, cross-entropy 0.64",
        "a = 1: |∂L/∂a|  squared 0.184956  cross-entropy 0.880797",
        "a = 3: |∂L/∂a|  squared 0.004921  cross-entropy 0.997527",
        "from a: 40.0; 1 − σ(a) = 0.0 and ln(1 − p) is -inf",
        "a = 6: |∂L/∂a|  squared 0.000012  cross-entropy 0.999994",
    ],
    "05_numeric_gradient": [
        "backprop:            -0.055711773068",
        "central, δ = 1e-5:   -0.0557117730",
        "one-sided, δ = 1e-5: -0.05571168",
        *(f"{n:4} weights: " for n in (51, 195)),
        "ε^⅓ = 6.1e-06",
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
        "h = te.sigmoid(w * x)",
        "by engine: dL/dv = -0.3987, dL/dw = -0.0449",
        "w = 0.4\n",
        "1. used by mul6 = mul(w, 0.5) (step 6)",
        "g = dL/dmul6 = −0.08974",
        "∂mul6/∂w = 0.5\n",
        "g · ∂mul6/∂w = (−0.08974) · 0.5 = −0.04487",
        "dL/dw = −0.04487\n",
        "v = 0.5399, w = 0.4045: L = 0.2629 → 0.2470",
        "dL/da = 26 = (2b + 1)·2",
        "bias.grad = [18.0, 22.0, 26.0] = column sums [18.0, 22.0, 26.0]",
    ],
    "07_backprop_by_hand": [
        *(
            f"∂L/∂{name} {shape:8} differs by less than 1e-12: True"
            for name, shape in zip(
                ("W1", "b1", "W2", "b2"),
                ("(32, 64)", "(32, 1)", "(10, 32)", "(10, 1)"),
                strict=True,
            )
        ),
        "100 steps beside the engine, gradients within 1e-12: True",
        "answers: [[0, 0], [1, 0], [1, 0], [0, 1]]",
    ],
    "08_scalar_engine": [
        "diamond: dL/da = 26, by the formula 26",
        "a chain of 100,000: dx/da = 2.71827, e = 2.71828",
        "100 expressions, largest difference below 1e-12: True",
        "a layer of 40×40: equal True",
    ],
    "09_mlp_on_mnist": [
        "training pictures: (6000, 784) float32 in [0, 1]",
        "parameters: 109386",
        "all test pictures counted: True",
    ],
    "10_optimizers": [
        *(
            f"{name:10} 100 steps beside optim, within 1e-12: True"
            for name in ("SGD", "Momentum", "RMSprop", "Adam", "as printed")
        ),
        "Adam's first step: -1.00 η, as printed -3.16 η",
    ],
    "11_school_project": [
        "a thousand pictures by both ways, weights within 1e-12: True",
        "read back, equal: True",
    ],
    "12_mlp_regressor": [
        "parameters: ['hidden_layer_sizes', 'learning_rate', 'max_iter']",
        "tried: 4 settings",
    ],
    "13_universal_approximation": [
        "s = 1000: at least 1.000 inside, at most 0.000 outside",
        *(
            f"by the proof, {2 * n:3} units: largest error {error}"
            for n, error in zip(
                (4, 8, 16, 32, 64, 128),
                ("0.755", "0.408", "0.206", "0.104", "0.052", "0.026"),
                strict=True,
            )
        ),
        "largest slope of f is about 7, so the proof's error is below 7/(2N)",
    ],
    "14_vanishing_gradients": [
        "12 hidden layers: the norm of the first layer's gradient",
        "N(0, 0.1)      xavier     kaiming",
    ],
    "15_regularisation": ["L2, λ = 10 ", "dropout, p = 0.7 "],
    "16_higher_order": [
        *(f"d{n} x⁴ at 2 = {d}" for n, d in ((1, 32), (2, 48), (3, 48), (4, 24))),
        "Hessian at the start: [[1330.0, 480.0], [480.0, 200.0]]",
        "largest curvature 50.0, so η must stay below 0.040",
        "after 200 steps",
    ],
}

# A number that a lesson prints, and between which bounds it lies: (text before it, from, to).
BETWEEN = {
    "01_perceptron_gates": [
        ("XOR learned by one layer: ", 2, 3),
        ("XOR learned by two layers: 4 of 4 right, loss ", 0, 0.05),
    ],
    "02_activations": [
        ("two linear layers differ from one by ", 0, 1e-14),
        ("with a ReLU between them by ", 0.1, 10),
        ("ten times sigmoid: dz/dx = ", 1e-7, 1e-6),
        ("ten times tanh   : dz/dx = ", 0.2, 0.3),
        ("ten times relu   : dz/dx = ", 1, 1),
    ],
    "05_numeric_gradient": [
        ("central, δ = 1e-5: ", -0.05571177308, -0.05571177306),
        ("one-sided, δ = 1e-5: ", -0.05571169, -0.05571168),
    ],
    "07_backprop_by_hand": [
        ("loss ", 2.2, 2.4),
        (" → ", 0, 0.5),
        ("right on the test pictures: ", 90, 100),
        ("error ", 0.9, 1),
    ],
    "09_mlp_on_mnist": [
        ("epoch ", 1, 2),
        (": loss ", 0.2, 1.3),
        ("train ", 80, 95),
        ("test ", 80, 93),
        ("test accuracy: ", 88, 93),
        ("most often confused: a ", 0, 9),
        (" read as a ", 0, 9),
    ],
    "10_optimizers": [
        *(
            (f"{'ravine':10} {n:8} ends at f = ", 0, 1)
            for n in ("SGD", "Momentum", "RMSprop", "Adam")
        ),
        *(
            (f"{'rosenbrock':10} {n:8} ends at f = ", 0, 6)
            for n in ("SGD", "Momentum", "RMSprop", "Adam")
        ),
    ],
    "11_school_project": [
        ("0.003\t1\t", 50, 80),
        ("0.000125\t1\t", 83, 90),
        (" %\t", 0.4, 1.5),
        ("training pictures read correctly: ", 84, 92),
    ],
    "12_mlp_regressor": [
        ("mean squared error ", 0, 0.05),
        ("'alpha': ", 0.01, 1),
        ("'hidden_layer_sizes': (", 8, 32),
        ("R² on the test part: ", 0.2, 0.5),
    ],
    "13_universal_approximation": [
        ("error ~ N^", -1, -0.95),
        *(
            (f"learned, {n:2} units: largest error ", 0, bound)
            for n, bound in ((2, 1), (4, 1), (8, 0.8), (16, 0.4), (32, 0.2))
        ),
        ("32 units: learned is better ", 1, 100),
    ],
    "14_vanishing_gradients": [
        *(
            (f"{name}{' #' * column} ", *bounds)
            for name, row in (
                ("sigmoid", ((1e-10, 1e-8), (1e-9, 1e-6), (1e-8, 1e-5))),
                ("tanh", ((1e-2, 0.1), (0.1, 1), (0.5, 5))),
                ("relu", ((1e-5, 1e-3), (1e-3, 0.1), (0.3, 5))),
            )
            for column, bounds in enumerate(row)
        ),
        ("sigmoid, N(0, 0.1)           test accuracy ", 5, 20),
        ("sigmoid, xavier              test accuracy ", 5, 20),
        ("sigmoid, xavier, batch norm  test accuracy ", 80, 100),
        ("relu, N(0, 0.1)              test accuracy ", 5, 75),
        ("relu, kaiming                test accuracy ", 75, 100),
    ],
    "15_regularisation": [
        ("nothing · ничего ", 90, 100),
        ("nothing · ничего # % ", 45, 60),
        ("L2, λ = 10 ", 70, 90),
        ("L2, λ = 10 # % ", 60, 75),
        ("dropout, p = 0.7 ", 70, 90),
        ("dropout, p = 0.7 # % ", 60, 75),
        ("nothing · ничего # % # % ", 35, 55),
        ("L2, λ = 10 # % # % ", 8, 25),
        ("dropout, p = 0.7 # % # % ", 8, 25),
        ("least test loss at epoch ", 20, 35),
        (" of 60: ", 0.8, 1.3),
        ("at the end ", 1.5, 3),
        ("  50 pictures, labels right: test accuracy ", 70, 90),
        (" 100 pictures, labels right: test accuracy ", 70, 90),
        (" 400 pictures, labels right: test accuracy ", 88, 96),
        ("1442 pictures, labels right: test accuracy ", 94, 100),
    ],
    "16_higher_order": [
        ("Newton   ", 4, 8),
        ("descent  ", 3000, 3000),
        ("steps, f = ", 0, 1),
        ("η = 0.039: |w| = ", 0, 1),
        ("η = 0.041: |w| = ", 1, 1e9),
        ("largest error against sin t: ", 0, 1),
    ],
}

# What the full lesson reaches; `python -m tests.examples` runs them all.
FULL = {
    "05_numeric_gradient": [("order of the central difference: ", 1.98, 2.02)],
    "07_backprop_by_hand": [(" → ", 0, 0.15), ("right on the test pictures: ", 95, 100)],
    "09_mlp_on_mnist": [("test accuracy: ", 97.8, 100)],
    "10_optimizers": [
        *((f"ravine {n} ends at f = ", 0, 1e-6) for n in ("SGD", "Momentum", "RMSprop", "Adam")),
        *((f"rosenbrock {n} ends at f = ", 0, 0.01) for n in ("Momentum", "Adam")),
    ],
    "11_school_project": [
        ("0.000125\t2\t", 93.4, 100),  # while it learns, as the project counts
        ("training pictures read correctly: ", 93.4, 100),
    ],
    "12_mlp_regressor": [("mean squared error ", 0, 0.03), ("R² on the test part: ", 0.25, 0.5)],
    "13_universal_approximation": [
        ("learned, 8 units: largest error ", 0, 0.05),
        ("learned, 32 units: largest error ", 0, 0.05),
        ("32 units: learned is better ", 5, 100),
    ],
    "14_vanishing_gradients": [
        ("sigmoid ", 1e-17, 1e-13),
        ("sigmoid, xavier test accuracy ", 5, 20),
        ("sigmoid, xavier, batch norm test accuracy ", 90, 100),
        ("relu, kaiming test accuracy ", 90, 100),
    ],
    "15_regularisation": [
        ("nothing · ничего # % # % ", 40, 60),
        ("L2, λ = 10 # % # % ", 10, 35),
        ("dropout, p = 0.7 # % # % ", 10, 35),
        ("1442 pictures, labels right: test accuracy ", 96, 100),
    ],
    "16_higher_order": [
        ("Newton ", 4, 8),
        ("descent ", 10_000, 20_000),
        ("largest error against sin t: ", 0, 0.02),
    ],
}
