# %% [markdown]
# # 11 · The school project · Школьный проект
#
# The simplest network in Python, by the project's own recipe: 784 → 100 → 10 without biases and
# without a bend between, weights from U(0, 1/√n), softmax, cross-entropy, one picture at a time,
# η = 0.000125, 15 epochs. It reached 93.4 % of the training pictures.
#
# Простейшая нейросеть на Python по рецепту проекта: 784 → 100 → 10 без смещений и без излома между
# слоями, веса из U(0, 1/√n), softmax, кросс-энтропия, по одной картинке, η = 0.000125, 15 эпох.
# Проект достиг 93,4 % на обучающих картинках.

# %%
import math
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np
from lesson import handwriting, quick, show
from matplotlib.figure import Figure

import tinygrad_edu as te
from tinygrad_edu import nn, optim
from tinygrad_edu.serialization import load_weights_json, save_weights_json

EPOCHS, RATE = quick(15, 1), 0.000125
mnist = handwriting()
x, y = mnist.x_train.flatten(1), mnist.y_train  # (60000, 784) in [0, 1], (60000,)
x, y = x[: quick(60_000, 6_000)], y[: quick(60_000, 6_000)]

# %% [markdown]
# ## The network · Сеть

# %%
te.manual_seed(0)
model = nn.Sequential(nn.Linear(mnist.features, 100, bias=False), nn.Linear(100, 10, bias=False))
for layer in model:
    nn.init.uniform_(layer.weight, 0, 1 / math.sqrt(layer.in_features))
optimizer = optim.SGD(model.parameters(), lr=RATE)
loss_of = nn.CrossEntropyLoss()  # softmax and logarithm in one, safe where p rounds to 0


@te.compile  # recorded at the first picture, replayed at the others
def step(picture, label):
    """One picture, one update; the loss before it and the scores."""
    scores = model(picture)
    loss = loss_of(scores, label)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss, scores


print("epoch\taccuracy\tloss")
start = perf_counter()
for epoch in range(1, EPOCHS + 1):
    right = total = 0.0
    for i in te.randperm(len(x)).tolist():
        loss, scores = step(x[i : i + 1], y[i : i + 1])
        right += scores.array.argmax() == y.array[i]
        total += loss.item()
    print(f"{epoch}\t{100 * right / len(x):.2f} %\t{total / len(x):.4f}")
seconds = perf_counter() - start
per_picture = 1e6 * seconds / (EPOCHS * len(x))
with te.no_grad():
    accuracy = (model(x).argmax(dim=1) == y).float().mean().item()
print(f"training pictures read correctly: {100 * accuracy:.1f} %")

# %% [markdown]
# One run of 15 epochs ends near 91.5 %. The script goes on from its `weights.json` each time it is
# started: 93.4 % comes after about twelve runs. Один запуск даёт около 91,5 %; скрипт каждый раз
# продолжает со своего `weights.json`, и 93,4 % получаются примерно после двенадцати.

# %% [markdown]
# ## The time · Время
#
# The project's way, rebuilt from its description: the whole Jacobian diag(s) − s sᵀ of softmax, a
# copied matrix of inputs for the weights' derivatives, one-hot targets, float64. The same pictures,
# a thousand of them, timed.
#
# Способ проекта, восстановленный по описанию: полная матрица Якоби softmax diag(s) − s sᵀ, матрица
# повторённых входов для производных по весам, one-hot, float64. Те же картинки, тысяча, на время.

# %%
rng = np.random.default_rng(0)
weights = [rng.uniform(0, 1 / math.sqrt(n), (n, m)) for n, m in ((mnist.features, 100), (100, 10))]
pictures, targets = x[:1000].numpy().astype(np.float64), np.eye(10)[y[:1000].numpy()]


def by_the_project(picture, target):
    values = [picture]
    for w in weights:
        values.append(values[-1] @ w)
    e = np.exp(values[-1] - values[-1].max())
    s = e / e.sum()
    safe = s + (np.abs(s) < 1e-7) * 1e-7
    grad = (-target / safe) @ (np.diagflat(s) - s[:, None] * s[None, :])
    for w, value in zip(reversed(weights), reversed(values[:-1]), strict=True):
        repeated = np.repeat(value[None, :], w.shape[1], 0)
        before = grad @ w.T
        w -= RATE * (grad[:, None] * repeated).T
        grad = before


start = perf_counter()
for picture, target in zip(pictures, targets, strict=True):
    by_the_project(picture, target)
theirs = 1e6 * (perf_counter() - start) / len(pictures)
print(f"a picture: {per_picture:.0f} µs here, {theirs:.0f} µs by the project's way")
print(f"15 epochs: {per_picture * 0.9:.0f} s here, {theirs * 0.9:.0f} s by the project's way")

# %% [markdown]
# ## weights.json
#
# The project's file format: a list of matrices (n_in, n_out). Written, read, and the same answers.
#
# Формат файла проекта: список матриц (n_in, n_out). Записано, прочитано, ответы те же.

# %%
with tempfile.TemporaryDirectory() as folder:
    file = Path(folder) / "weights.json"
    save_weights_json(model, file)
    again = load_weights_json(file)
print(
    "read back, equal:",
    all(te.equal(a.weight, b.weight) for a, b in zip(model, again, strict=True)),
)

# %% [markdown]
# ## The grid of pictures · Сетка картинок

# %%
chosen = te.randperm(len(x))[:6]
predicted = again(x[chosen]).argmax(dim=1)
print((predicted == y[chosen]).numpy())
figure = Figure(figsize=(6, 4.4), layout="constrained")
for ax, i, digit in zip(
    figure.subplots(2, 3).flat, chosen.tolist(), predicted.tolist(), strict=True
):
    ax.imshow(x[i].numpy().reshape(round(mnist.features**0.5), -1), cmap="gray_r")
    ax.set_title(str(digit), color="black" if digit == y[i].item() else "#D55E00")
    ax.axis("off")
show(figure, "11_grid")

# %% [markdown]
# ## Exercise · Упражнение
#
# `answer.py`: `exercise = "11"` and `softmax_jacobian(s)`: ∂sᵢ/∂oⱼ as a matrix.
# `answer.py`: `exercise = "11"` и `softmax_jacobian(s)`: матрица ∂sᵢ/∂oⱼ.
# Then, затем: `tinygrad-edu check answer.py`
