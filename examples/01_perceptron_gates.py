# %% [markdown]
# # 1 · The perceptron and logic gates · Персептрон и логические элементы
#
# A perceptron adds up weighted signals and fires when the sum is above zero. Three gates need only
# the right weights; the fourth needs a second layer.
#
# Персептрон складывает взвешенные сигналы и срабатывает, когда сумма больше нуля. Трём элементам
# хватает подходящих весов, четвёртому нужен второй слой.

# %%
import numpy as np
from lesson import quick, show
from matplotlib.figure import Figure

import tinygrad_edu as te
from tinygrad_edu import data, nn, optim


def perceptron(x, w, b):
    """y = 1 where b + w₁x₁ + w₂x₂ > 0, else 0; x (N, 2), w (2,) → (N,)."""
    return te.heaviside(x @ te.tensor(w) + b, te.tensor(0.0))


# %% [markdown]
# ## Weights found by thought · Веса, найденные рассуждением
#
# The lecture's weights, b = −θ. NAND is AND with every sign turned; OR only lowers the threshold
# (θ = 0.4 in the lecture's text, 0.2 in its code: both do).
#
# Веса из лекции, b = −θ. И-НЕ — это И с обратными знаками; ИЛИ лишь понижает порог (в тексте лекции
# θ = 0,4, в коде 0,2: годятся оба).

# %%
WEIGHTS = {
    "AND": ([0.5, 0.5], -0.7),
    "NAND": ([-0.5, -0.5], 0.7),
    "OR": ([0.5, 0.5], -0.2),
}
inputs, _ = data.gate("and")  # (4, 2): the pairs 00, 01, 10, 11


def AND(x):
    return perceptron(x, *WEIGHTS["AND"])


def NAND(x):
    return perceptron(x, *WEIGHTS["NAND"])


def OR(x):
    return perceptron(x, *WEIGHTS["OR"])


def XOR(x):
    """Two layers: AND of what NAND and OR say."""
    return AND(te.stack([NAND(x), OR(x)], dim=1))


GATES = {"AND": AND, "NAND": NAND, "OR": OR, "XOR": XOR}
print("x1 x2 | " + "  ".join(GATES))
for pair in inputs:
    row = [int(gate(pair[None]).item()) for gate in GATES.values()]
    print(f" {int(pair[0])}  {int(pair[1])} |  " + "    ".join(map(str, row)))

# %% [markdown]
# ## What a gate looks like · Как выглядит элемент
#
# A blue circle is 1, a red square 0. One perceptron cuts the plane by a straight line. XOR's region
# of ones is a strip between two lines: NAND draws one, OR the other, AND keeps what both allow.
#
# Синий круг — 1, красный квадрат — 0. Один персептрон делит плоскость прямой. Единицы XOR лежат в
# полосе между двумя прямыми: одну проводит И-НЕ, другую — ИЛИ, а И оставляет их общую часть.

# %%
side = np.linspace(-0.5, 1.5, 201, dtype=np.float32)
plane = te.tensor(np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2))  # (201², 2)
BLUE, RED = "#0072B2", "#D55E00"


def draw_regions(ax, fires, title):
    """Where `fires` (201²,) is 1 the plane is blue; the four corners carry the gate's answers."""
    region = fires.detach().numpy().reshape(201, 201)
    ax.contourf(side, side, region, levels=[-0.5, 0.5, 1.5], colors=[RED, BLUE], alpha=0.25)
    for pair in inputs.numpy():
        one = bool(np.asarray(region)[100 * int(pair[1]) + 50, 100 * int(pair[0]) + 50])
        ax.plot(*pair, "o" if one else "s", color=BLUE if one else RED, markersize=11)
    ax.set(
        title=title, xlabel="$x_1$", ylabel="$x_2$", aspect="equal", xticks=[0, 1], yticks=[0, 1]
    )


figure = Figure(figsize=(12, 3.4), layout="constrained")
panels = figure.subplots(1, 4)
for ax, (name, gate) in zip(panels, GATES.items(), strict=True):
    draw_regions(ax, gate(plane), name)
show(figure, "01_gates")

# %% [markdown]
# ## Why one layer cannot do XOR · Почему одного слоя для XOR мало
#
# Suppose it could. Then b ≤ 0, b + w₁ > 0, b + w₂ > 0; add the last two: 2b + w₁ + w₂ > 0, so
# b + w₁ + w₂ > −b ≥ 0, and the answer to (1, 1) is 1, not 0. Training shows the same: the best
# that a single layer reaches is three of four.
#
# Пусть один слой может. Тогда b ≤ 0, b + w₁ > 0, b + w₂ > 0; сложим последние два: b + w₁ + w₂ >
# −b ≥ 0, и ответ на (1, 1) — единица, а не нуль. Обучение показывает то же: один слой верно
# отвечает не более чем в трёх случаях из четырёх.

# %%
x, y = data.gate("xor")


def learn(model, steps):
    """Train `model` on the truth table of XOR; how many of the four answers are right."""
    optimizer, loss_of = optim.Adam(model.parameters(), lr=0.05), nn.BCEWithLogitsLoss()
    for _ in range(steps):
        loss = loss_of(model(x).squeeze(1), y.float())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    right = ((model(x).squeeze(1) > 0) == (y == 1)).sum().item()
    return right, loss.item()


te.manual_seed(0)
one_layer = nn.Linear(2, 1)
two_layers = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1))
STEPS = quick(500, 300)
for name, model in (("one layer", one_layer), ("two layers", two_layers)):
    right, loss = learn(model, STEPS)
    print(f"XOR learned by {name}: {right} of 4 right, loss {loss:.3f}")

# %% [markdown]
# A single layer ends at ln 2 ≈ 0.693: it answers ½ to everything. Two layers bend the boundary.
#
# Один слой останавливается на ln 2 ≈ 0,693: на всё отвечает ½. Два слоя изгибают границу.

# %%
figure = Figure(figsize=(4, 3.8), layout="constrained")
draw_regions(figure.subplots(), (two_layers(plane) > 0).float(), "XOR, learned · выучено")
show(figure, "01_xor_learned")

# %% [markdown]
# ## Exercise · Упражнение
#
# `answer.py`: `exercise = "01"` and `NOR(x1, x2)`: 1 where both are 0, by one perceptron.
# `answer.py`: `exercise = "01"` и `NOR(x1, x2)`: 1, когда оба нули, одним персептроном.
# Then, затем: `tinygrad-edu check answer.py`
