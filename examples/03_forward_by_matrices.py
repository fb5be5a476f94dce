# %% [markdown]
# # 3 · The forward pass by matrices · Прямой проход матрицами
#
# A layer is one product of matrices, one sum and one bend: A = ZW + B, Z = h(A). A row is an
# example, a column a unit.
#
# Слой — это одно произведение матриц, одна сумма и один излом: A = ZW + B, Z = h(A). Строка — это
# пример, столбец — нейрон.

# %%
from lesson import show
from matplotlib.figure import Figure

import tinygrad_edu as te
from tinygrad_edu import nn

# %% [markdown]
# ## Rows times columns · Строка на столбец

# %%
A, B = te.tensor([[1, 2], [3, 4]]), te.tensor([[5, 6], [7, 8]])
print("A @ B =", (A @ B).tolist())
print("1·5 + 2·7 =", 1 * 5 + 2 * 7)
print("A * B =", (A * B).tolist(), "(elementwise: another thing · поэлементно: другое)")

X, W = te.tensor([1, 2]), te.tensor([[1, 3, 5], [2, 4, 6]])
print("X @ W =", (X @ W).tolist(), " shapes:", tuple(X.shape), tuple(W.shape))

# %% [markdown]
# ## The inner lengths must be equal · Внутренние длины должны совпадать
#
# (N, D) @ (D, H) → (N, H). Where D differs, there is no product, and the message says which.
#
# (N, D) @ (D, H) → (N, H). Если D не совпадают, произведения нет, и сообщение говорит почему.

# %%
try:
    te.zeros(64, 784) @ te.zeros(128, 10)
except RuntimeError as error:
    print(error)

# %% [markdown]
# ## Three layers · Три слоя
#
# Two inputs, layers of three, two and two units, a sigmoid after each but the last. The numbers are
# small on purpose: follow one by hand.
#
# Два входа, слои из трёх, двух и двух нейронов, после каждого, кроме последнего, — сигмоида. Числа
# выбраны простыми: проследите одно вручную.

# %%
network = [
    (te.tensor([[0.1, 0.3, 0.5], [0.2, 0.4, 0.6]]), te.tensor([0.1, 0.2, 0.3])),
    (te.tensor([[0.1, 0.4], [0.2, 0.5], [0.3, 0.6]]), te.tensor([0.1, 0.2])),
    (te.tensor([[0.1, 0.3], [0.2, 0.4]]), te.tensor([0.1, 0.2])),
]


def forward(x):
    """The outputs of all layers for x (N, 2)."""
    values = [x]
    for number, (weight, bias) in enumerate(network, 1):
        a = values[-1] @ weight + bias  # (N, n_in) @ (n_in, n_out) + (n_out,) → (N, n_out)
        values.append(te.sigmoid(a) if number < len(network) else a)
    return values


x = te.tensor([[1.0, 0.5]])
values = forward(x)
a11 = 0.1 * 1.0 + 0.2 * 0.5 + 0.1
print(f"by hand: a₁ = 0.1·1.0 + 0.2·0.5 + 0.1 = {a11:.1f}, σ(a₁) = {1 / (1 + 2.718282**-a11):.4f}")
for number, z in enumerate(values):
    print(f"layer {number}: {[round(v, 4) for v in z[0].tolist()]}")

# %% [markdown]
# ## Many examples at once · Много примеров сразу
#
# A batch is a taller matrix; the weights do not notice. That is why batches are fast.
#
# Пакет — та же матрица, только строк больше; веса этого не замечают. Поэтому пакеты быстры.

# %%
batch = te.tensor([[1.0, 0.5], [0.0, 0.0], [-1.0, 2.0]])
together = forward(batch)[-1]
apart = te.cat([forward(row[None])[-1] for row in batch])
print(
    "batch (3, 2) →", tuple(together.shape), " equal to one by one:", te.allclose(together, apart)
)

# %% [markdown]
# ## The same as a module · То же модулем
#
# `nn.Linear` keeps its weight the other way round, (n_out, n_in), as PyTorch does, and computes
# x Wᵀ + b.
#
# `nn.Linear` хранит веса наоборот, (n_out, n_in), как PyTorch, и считает x Wᵀ + b.

# %%
model = nn.Sequential(nn.Linear(2, 3), nn.Sigmoid(), nn.Linear(3, 2), nn.Sigmoid(), nn.Linear(2, 2))
with te.no_grad():
    for layer, (weight, bias) in zip(model[::2], network, strict=True):
        layer.weight.copy_(weight.T)
        layer.bias.copy_(bias)
print("module:", [round(v, 4) for v in model(x)[0].tolist()])

# %% [markdown]
# ## Picture: what each layer does to a square · Что каждый слой делает с квадратом
#
# Points of the square [−4, 4]² after every layer (its first two units): turned, squeezed, bent.
# These weights leave nearly a line; training would look for others.
#
# Точки квадрата [−4, 4]² после каждого слоя (первые два нейрона): повёрнуты, сжаты, изогнуты. С
# этими весами остаётся почти линия; обучение нашло бы другие.

# %%
line = te.linspace(-4, 4, 41)
grid = te.stack([line.repeat(41), line[:, None].expand(41, 41).flatten()], dim=1)  # (41², 2)
figure = Figure(figsize=(12, 3.4), layout="constrained")
titles = ("input · вход", "layer 1 · слой 1", "layer 2 · слой 2", "output · выход")
for ax, z, title in zip(figure.subplots(1, 4), forward(grid), titles, strict=True):
    colours = grid[:, 0].numpy()
    ax.scatter(z[:, 0].numpy(), z[:, 1].numpy(), c=colours, s=3, cmap="cividis")
    ax.set(title=title, xlabel="$z_1$", ylabel="$z_2$")
show(figure, "03_layers")

# %% [markdown]
# ## Exercise · Упражнение
#
# `answer.py`: `exercise = "03"` and `network(X, weights, biases)`, sigmoids but for the last.
# `answer.py`: `exercise = "03"` и `network(X, weights, biases)`, после последнего слоя ничего.
# Then, затем: `tinygrad-edu check answer.py`
