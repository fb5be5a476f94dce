# %% [markdown]
# # 7 · Backpropagation by hand · Обратное распространение вручную
#
# Two networks whose backward pass is written line by line in NumPy, each beside the engine: the
# numbers agree to rounding.
#
# Две сети, обратный проход которых выписан построчно в NumPy, рядом с движком: числа совпадают до
# округления.

# %%
import numpy as np
from lesson import quick, show
from matplotlib.figure import Figure

import tinygrad_edu as te
import tinygrad_edu.nn.functional as F
from tinygrad_edu import data

# %% [markdown]
# ## Lab report 1: ReLU, softmax, cross-entropy · Лабораторная 1
#
# Columns are examples: X (n, m). With the mean over the batch,
#
# δ₂ = ŷ − y,  ∂L/∂W₂ = δ₂·a₁ᵀ / m,  δ₁ = W₂ᵀ·δ₂ ⊙ σ′(z₁),  ∂L/∂W₁ = δ₁·xᵀ / m
#
# Столбцы — примеры: X (n, m); потери усредняются по пакету.


# %%
def forward(X, W1, b1, W2, b2):
    """X (n, m) → Z1, A1 (h, m) and the probabilities A2 (k, m)."""
    Z1 = W1 @ X + b1  # (h, n) @ (n, m) + (h, 1) → (h, m)
    A1 = np.maximum(Z1, 0)
    Z2 = W2 @ A1 + b2  # (k, h) @ (h, m) + (k, 1) → (k, m)
    E = np.exp(Z2 - Z2.max(axis=0))  # the shift changes nothing and keeps exp small
    return Z1, A1, E / E.sum(axis=0)


def backward(X, Y, Z1, A1, A2, W2):
    """The gradients of the mean cross-entropy; Y (k, m) is one-hot."""
    m = X.shape[1]
    delta2 = A2 - Y  # (k, m)
    dW2 = delta2 @ A1.T / m  # (k, m) @ (m, h) → (k, h)
    db2 = delta2.sum(axis=1, keepdims=True) / m
    delta1 = (W2.T @ delta2) * (Z1 > 0)  # (h, k) @ (k, m) → (h, m)
    dW1 = delta1 @ X.T / m
    db1 = delta1.sum(axis=1, keepdims=True) / m
    return dW1, db1, dW2, db2


rng = np.random.default_rng(0)
digits = data.digits()
X = digits.x_train.numpy().astype(np.float64).T  # (64, 1442): columns are pictures
labels = digits.y_train.numpy()
Y = np.eye(10)[labels].T  # (10, 1442)
parameters = [
    rng.normal(0, 0.1, (32, 64)),
    np.zeros((32, 1)),
    rng.normal(0, 0.1, (10, 32)),
    np.zeros((10, 1)),
]
by_hand = backward(X, Y, *forward(X, *parameters), parameters[2])

# %% [markdown]
# ## The engine, from the forward pass alone · Движок: только прямой проход

# %%
W1, b1, W2, b2 = (te.tensor(p, requires_grad=True) for p in parameters)
scores = W2 @ te.relu(W1 @ te.tensor(X) + b1) + b2  # (10, m)
F.cross_entropy(scores.T, te.tensor(labels)).backward()
for name, hand, p in zip(("W1", "b1", "W2", "b2"), by_hand, (W1, b1, W2, b2), strict=True):
    gap = np.abs(hand - p.grad.numpy()).max()
    print(f"∂L/∂{name} {tuple(p.shape)!s:8} differs by less than 1e-12: {gap < 1e-12}")

# %% [markdown]
# ## It learns · Она учится

# %%
eta, losses = 0.5, []
for _ in range(quick(200, 60)):
    values = forward(X, *parameters)
    losses.append(-np.log(values[2][labels, np.arange(len(labels))]).mean())
    gradients = backward(X, Y, *values, parameters[2])
    parameters = [p - eta * g for p, g in zip(parameters, gradients, strict=True)]
x_test, y_test = digits.x_test.numpy().T, digits.y_test.numpy()
right = (forward(x_test, *parameters)[2].argmax(axis=0) == y_test).mean()
print(f"loss {losses[0]:.2f} → {losses[-1]:.2f}, right on the test pictures: {100 * right:.1f} %")

# %% [markdown]
# ## Practical work 2, part 1: two outputs, squared loss · Практическая работа 2, часть 1
#
# L = ½ Σ (y − ŷ)², sigmoid, rows are examples; the sum goes over all four.
#
# L = ½ Σ (y − ŷ)², сигмоида, строки — примеры; сумма — по всем четырём.
#
# δ₂ = (ŷ − y) ⊙ ŷ(1 − ŷ),  δ₁ = δ₂·Vᵀ ⊙ h(1 − h)


# %%
def sigmoid(a):
    return 1 / (1 + np.exp(-a))


x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
y = np.array([[0, 0], [1, 0], [1, 0], [0, 1.0]])  # two outputs: XOR and AND
W, bw = rng.normal(0, 1, (2, 4)), np.zeros(4)
V, bv = rng.normal(0, 1, (4, 2)), np.zeros(2)
engine = [te.tensor(p, requires_grad=True) for p in (W, bw, V, bv)]
eta, errors, gap = 0.5, [], 0.0
for iteration in range(quick(5000, 2000)):
    h = sigmoid(x @ W + bw)  # (4, 2) @ (2, 4) → (4, 4)
    out = sigmoid(h @ V + bv)  # (4, 4) @ (4, 2) → (4, 2)
    errors.append(0.5 * ((y - out) ** 2).sum())
    delta2 = (out - y) * out * (1 - out)  # (4, 2)
    delta1 = (delta2 @ V.T) * h * (1 - h)  # (4, 4)
    gradients = [x.T @ delta1, delta1.sum(0), h.T @ delta2, delta2.sum(0)]
    if iteration < 100:  # beside the engine, step by step
        output = te.sigmoid(
            te.sigmoid(te.tensor(x) @ engine[0] + engine[1]) @ engine[2] + engine[3]
        )
        loss = 0.5 * ((te.tensor(y) - output) ** 2).sum()
        slopes = te.autograd.grad(loss, engine)
        gap = max(
            gap, *(np.abs(a - b.numpy()).max() for a, b in zip(gradients, slopes, strict=True))
        )
        engine = [
            (p - eta * g).detach().requires_grad_() for p, g in zip(engine, slopes, strict=True)
        ]
    W, bw, V, bv = (p - eta * g for p, g in zip((W, bw, V, bv), gradients, strict=True))
print(f"100 steps beside the engine, gradients within 1e-12: {gap < 1e-12}")
print(f"error {errors[0]:.3f} → {errors[-1]:.3f}; answers:", out.round().astype(int).tolist())

# %%
figure = Figure(figsize=(7, 3.6), layout="constrained")
ax = figure.subplots()
ax.semilogy(errors, color="#0072B2")
title = "error at every iteration · ошибка на каждой итерации"
ax.set(xlabel="iteration · итерация", ylabel="L", title=title)
ax.grid(alpha=0.3)
show(figure, "07_error")

# %% [markdown]
# ## Exercise · Упражнение
#
# Write `backward` for `homework/task.py`. Напишите `backward` для `homework/task.py`. Then, затем:
# `tinygrad-edu check answer.py --task homework/task.py`
