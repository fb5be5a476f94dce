# %% [markdown]
# # 15 · Overfitting and what helps · Переобучение и что помогает
#
# A network with more weights than examples learns the examples by heart. The sign: right on the
# training pictures, wrong on others. Dropout, L2 and stopping early each make it forget a little.
#
# Сеть, у которой весов больше, чем примеров, заучивает примеры. Признак: на обучающих картинках
# верно, на других — нет. Dropout, L2 и ранняя остановка заставляют немного забыть.

# %%
import numpy as np
from lesson import quick, show
from matplotlib.figure import Figure

import tinygrad_edu as te
from tinygrad_edu import data, nn, optim

# %% [markdown]
# ## Overfitting made on purpose · Переобучение нарочно
#
# A hundred pictures, a fifth of them with a wrong label, and 17,000 weights.
#
# Сто картинок, у пятой части неверная метка, и 17 тысяч весов.

# %%
digits = data.digits()
x, y = digits.x_train[:100], digits.y_train[:100].clone()
rng = np.random.default_rng(0)
spoiled = rng.choice(100, 20, replace=False)
y[te.tensor(spoiled)] = (y[te.tensor(spoiled)] + te.tensor(rng.integers(1, 10, 20))) % 10
EPOCHS, SEEDS = quick(300, 60), quick(5, 2)


def train(dropout=0.0, weight_decay=0.0, seed=0):
    """Losses and accuracies (epochs, 4): train loss, test loss, train accuracy, test accuracy."""
    te.manual_seed(seed)
    model = nn.Sequential(
        nn.Linear(64, 128), nn.ReLU(), nn.Dropout(dropout), nn.Linear(128, 64), nn.ReLU(),
        nn.Dropout(dropout), nn.Linear(64, 10),
    )  # fmt: skip
    # AdamW shrinks the weights by ηλ of themselves at every step; with plain SGD that is L2
    optimizer = optim.AdamW(model.parameters(), lr=0.003, weight_decay=weight_decay)
    rows = []
    for _ in range(EPOCHS):
        model.train()
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        model.eval()  # dropout is for training only
        with te.no_grad():
            row = []
            for a, b in ((x, y), (digits.x_test, digits.y_test)):
                scores = model(a)
                right = (scores.argmax(dim=1) == b).float().mean().item()
                row.append((nn.functional.cross_entropy(scores, b).item(), right))
        rows.append([row[0][0], row[1][0], row[0][1], row[1][1]])
    return np.array(rows)


WAYS = {
    "nothing · ничего": {},
    "L2, λ = 10": {"weight_decay": 10.0},
    "dropout, p = 0.7": {"dropout": 0.7},
}
runs = {
    name: np.mean([train(**options, seed=s) for s in range(SEEDS)], axis=0)
    for name, options in WAYS.items()
}
figure = Figure(figsize=(12, 3.6), layout="constrained")
for ax, (name, rows) in zip(figure.subplots(1, 3, sharey=True), runs.items(), strict=True):
    ax.plot(rows[:, 0], color="#0072B2", label="train · обучение")
    ax.plot(rows[:, 1], "--", color="#D55E00", label="test · тест")
    best = int(rows[:, 1].argmin())
    ax.axvline(best, color="#999999", linestyle=":")
    ax.set(title=name, xlabel="epoch · эпоха", ylim=(0, 4))
    ax.grid(alpha=0.3)
figure.axes[0].set_ylabel("loss · потери")
figure.axes[0].legend(frameon=False)
show(figure, "15_overfitting")

print(f"{'':18} train  test  gap")
for name, rows in runs.items():
    train_share, test_share = 100 * rows[-1, 2], 100 * rows[-1, 3]
    print(f"{name:18} {train_share:4.0f} % {test_share:4.1f} % {train_share - test_share:4.0f}")

# %% [markdown]
# ## Stopping early · Ранняя остановка
#
# The dotted line is where the test loss was least: what is learned after it are the mistakes in the
# labels. In practice a third set, for validation, tells when to stop; the test set must not.
#
# Пунктир — место, где потери на тесте были наименьшими: дальше сеть учит ошибки в метках. На деле
# момент остановки показывает третье, проверочное множество; тестовое для этого использовать нельзя.

# %%
rows = runs["nothing · ничего"]
best = int(rows[:, 1].argmin())
print(f"least test loss at epoch {best + 1} of {EPOCHS}: {rows[best, 1]:.2f}", end=", ")
print(f"at the end {rows[-1, 1]:.2f}")

# %% [markdown]
# ## More data is the best medicine · Лучшее лекарство — больше данных

# %%
for count in (50, 100, 400, len(digits.x_train)):
    te.manual_seed(0)
    model = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10))
    optimizer = optim.Adam(model.parameters(), lr=0.003)
    for _ in range(quick(200, 60)):
        loss = nn.functional.cross_entropy(model(digits.x_train[:count]), digits.y_train[:count])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with te.no_grad():
        right = (model(digits.x_test).argmax(dim=1) == digits.y_test).float().mean().item()
    print(f"{count:4} pictures, labels right: test accuracy {100 * right:.1f} %")

# %% [markdown]
# ## Exercise · Упражнение
#
# `answer.py`: `exercise = "15"` and `dropout(x, kept, p)`: kept is 1 or 0, the mean of x stays.
# `answer.py`: `exercise = "15"` и `dropout(x, kept, p)`: kept — 1 или 0, среднее x сохраняется.
# Then, затем: `tinygrad-edu check answer.py`
