# %% [markdown]
# # 9 · A network reads digits · Сеть читает цифры
#
# 784-128-64-10 on MNIST, in a loop that anyone who knows PyTorch has written before.
#
# 784-128-64-10 на MNIST — циклом, который писал каждый, кто знает PyTorch.

# %%
import numpy as np
from lesson import handwriting, quick, show
from matplotlib.figure import Figure

import tinygrad_edu as te
from tinygrad_edu import data, nn, optim

te.manual_seed(0)
mnist = handwriting()
side = round(mnist.features**0.5)
x_train, y_train = mnist.x_train[: quick(60_000, 6_000)], mnist.y_train[: quick(60_000, 6_000)]
print("training pictures:", tuple(x_train.shape), x_train.dtype, "in [0, 1]")

# %% [markdown]
# ## The network and its loss · Сеть и потери
#
# The last layer gives scores; `CrossEntropyLoss` makes probabilities of them itself.
#
# Последний слой даёт оценки; вероятности из них делает сама `CrossEntropyLoss`.

# %%
model = nn.Sequential(
    nn.Linear(mnist.features, 128),
    nn.ReLU(),
    nn.Linear(128, 64),
    nn.ReLU(),
    nn.Linear(64, 10),
)
print("parameters:", sum(p.numel() for p in model.parameters()))
EPOCHS = quick(10, 2)
loss_of = nn.CrossEntropyLoss()
optimizer = optim.Adam(model.parameters(), lr=0.002)
scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=EPOCHS)
loader = data.DataLoader(data.TensorDataset(x_train, y_train), batch_size=128, shuffle=True)


def right(x, y):
    """The share of pictures whose largest score is at the true digit."""
    model.eval()
    with te.no_grad():
        return (model(x).argmax(dim=1) == y).float().mean().item()


# %% [markdown]
# ## The loop · Цикл
#
# Predict, compare, go backward, step.
#
# Предсказать, сравнить, пройти назад, шагнуть.

# %%
history = []
for epoch in range(1, EPOCHS + 1):
    model.train()
    total = 0.0
    for x, y in loader:
        loss = loss_of(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(y)
    scheduler.step()
    history.append(
        (total / len(x_train), right(x_train, y_train), right(mnist.x_test, mnist.y_test))
    )
    print("epoch {:2}: loss {:.4f}, train {:.2%}, test {:.2%}".format(epoch, *history[-1]))
print(f"test accuracy: {100 * history[-1][2]:.2f} %")

# %%
figure = Figure(figsize=(9, 3.4), layout="constrained")
left, middle = figure.subplots(1, 2)
epochs = range(1, EPOCHS + 1)
left.plot(epochs, [h[0] for h in history], "o-", color="#0072B2")
left.set(title="loss · потери", xlabel="epoch · эпоха")
for k, label, style in ((1, "train · обучение", "o-"), (2, "test · тест", "s--")):
    middle.plot(epochs, [100 * h[k] for h in history], style, label=label)
middle.set(title="accuracy, % · точность, %", xlabel="epoch · эпоха")
middle.legend(frameon=False)
show(figure, "09_curves")

# %% [markdown]
# ## What it confuses · Что она путает
#
# Rows are the true digits, columns the answers; the diagonal is left out.
#
# Строки — верные цифры, столбцы — ответы; диагональ убрана.

# %%
with te.no_grad():
    answers = model(mnist.x_test).argmax(dim=1).numpy()
truth = mnist.y_test.numpy()
confusion = np.zeros((10, 10), int)
np.add.at(confusion, (truth, answers), 1)
print("all test pictures counted:", confusion.sum() == len(truth))
np.fill_diagonal(confusion, 0)
i, j = divmod(int(confusion.argmax()), 10)
print(f"most often confused: a {i} read as a {j}")
wrong = np.flatnonzero(answers != truth)[:8]
figure = Figure(figsize=(11, 4), layout="constrained")
matrix, gallery = figure.subfigures(1, 2, width_ratios=(1, 1.4))
ax = matrix.subplots()
ax.imshow(confusion, cmap="Blues")
for place in np.argwhere(confusion):
    shade = "white" if confusion[tuple(place)] > confusion.max() / 2 else "black"
    ax.text(*place[::-1], confusion[tuple(place)], ha="center", va="center", size=7, color=shade)
ax.set(xlabel="answer · ответ", ylabel="truth · истина", xticks=range(10), yticks=range(10))
for ax, k in zip(gallery.subplots(2, 4).flat, wrong, strict=True):
    ax.imshow(mnist.x_test[int(k)].numpy().reshape(side, side), cmap="gray_r")
    ax.set_title(f"{truth[k]} → {answers[k]}")
    ax.axis("off")
show(figure, "09_mistakes")

# %% [markdown]
# ## Exercise · Упражнение
#
# `answer.py`: `exercise = "09"` and `confusion_matrix(truth, answers, classes)`: rows are truth.
# `answer.py`: `exercise = "09"` и `confusion_matrix(truth, answers, classes)`, строки — истина.
# Then, затем: `tinygrad-edu check answer.py`
