# %% [markdown]
# # 14 · Vanishing gradients · Затухающие градиенты
#
# On its way back a gradient is multiplied by one slope and one matrix per layer. Factors below one
# leave nothing after twenty layers; above one, too much. Activation, initialisation and
# normalisation decide which.
#
# На пути назад градиент в каждом слое умножается на наклон и на матрицу. Множители меньше единицы
# за двадцать слоёв не оставляют ничего, больше единицы — слишком много. Решают функция активации,
# инициализация и нормализация.

# %%
import numpy as np
from lesson import quick, show
from matplotlib.figure import Figure

import tinygrad_edu as te
from tinygrad_edu import data, nn, optim

DEPTH, WIDTH = quick(20, 12), 64
digits = data.digits()
x, y = digits.x_train[:256], digits.y_train[:256]

ACTIVATIONS = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU}


def course(weight):
    """The lecture's W ~ N(0, 0.1): the standard deviation does not know the layer's width."""
    nn.init.normal_(weight, 0, 0.1)


INITS = {"N(0, 0.1)": course, "xavier": nn.init.xavier_normal_, "kaiming": nn.init.kaiming_normal_}


def network(activation, init, normalise=False, depth=DEPTH):
    """`depth` hidden layers of equal width between 64 pixels and 10 classes."""
    layers, n = [], 64
    for _ in range(depth):
        layers.append(nn.Linear(n, WIDTH))
        if normalise:
            layers.append(nn.BatchNorm1d(WIDTH))
        layers.append(ACTIVATIONS[activation]())
        n = WIDTH
    model = nn.Sequential(*layers, nn.Linear(n, 10))
    for layer in model:
        if isinstance(layer, nn.Linear):
            INITS[init](layer.weight)
            nn.init.zeros_(layer.bias)
    return model


def gradient_norms(model):
    """‖∂L/∂W‖ of every layer, from the input to the output."""
    model.zero_grad()
    nn.functional.cross_entropy(model(x), y).backward()
    linear = [layer for layer in model if isinstance(layer, nn.Linear)]
    return np.array([layer.weight.grad.norm().item() for layer in linear])


# %% [markdown]
# ## What reaches the first layer · Что доходит до первого слоя
#
# Xavier's variance 2/(n + m) suits tanh, Kaiming's 2/n suits ReLU, which throws half of its input
# away. A number that is the same in every layer but tiny is no better: nothing moves.
#
# Дисперсия Ксавье 2/(n + m) подходит tanh, дисперсия Кайминга 2/n — ReLU, который отбрасывает
# половину входа. Если число во всех слоях одинаково, но крошечно, это не лучше: ничто не движется.

# %%
te.manual_seed(0)
figure = Figure(figsize=(12, 3.8), layout="constrained")
panels = figure.subplots(1, 3, sharey=True)
reached = {}
for ax, activation in zip(panels, ACTIVATIONS, strict=True):
    for init, style in zip(INITS, ("o-", "s--", "^:"), strict=True):
        norms = gradient_norms(network(activation, init))
        reached[activation, init] = norms[0]
        ax.semilogy(range(1, len(norms) + 1), norms, style, markersize=4, label=init)
    ax.set(title=activation, xlabel="layer · слой")
    ax.grid(alpha=0.3)
panels[0].set_ylabel("‖∂L/∂W‖")
panels[0].legend(frameon=False)
show(figure, "14_gradients")
print(f"{DEPTH} hidden layers: the norm of the first layer's gradient")
print("            " + "".join(f"{init:>12}" for init in INITS))
for activation in ACTIVATIONS:
    row = "".join(f"{reached[activation, init]:12.0e}" for init in INITS)
    print(f"{activation:12}{row}")

# %% [markdown]
# ## Does it learn? · Учится ли она?

# %%


def train(model):
    optimizer = optim.Adam(model.parameters(), lr=0.001)
    te.manual_seed(1)
    for _ in range(quick(8, 3)):
        for a, b in data.DataLoader(digits.train, batch_size=32, shuffle=True):
            loss = nn.functional.cross_entropy(model(a), b)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    with te.no_grad():
        return (model(digits.x_test).argmax(dim=1) == digits.y_test).float().mean().item()


te.manual_seed(0)
CASES = [
    ("sigmoid", "N(0, 0.1)", False),
    ("sigmoid", "xavier", False),
    ("sigmoid", "xavier", True),
    ("relu", "N(0, 0.1)", False),
    ("relu", "kaiming", False),
]
for activation, init, normalise in CASES:
    accuracy = train(network(activation, init, normalise))
    name = f"{activation}, {init}{', batch norm' if normalise else ''}"
    print(f"{name:28} test accuracy {100 * accuracy:5.1f} %")

# %% [markdown]
# Ten per cent is guessing. What helps: ReLU, an initialisation that knows the width, normalisation;
# in very deep networks also a way round the layers (residual connections).
#
# Десять процентов — это угадывание. Помогают ReLU, инициализация, знающая ширину слоя,
# нормализация; в очень глубоких сетях — ещё и обход слоёв (остаточные связи).

# %% [markdown]
# ## Exercise · Упражнение
#
# `answer.py`: `exercise = "14"` and `kaiming_std(n_in)`: the deviation of W before a ReLU.
# `answer.py`: `exercise = "14"` и `kaiming_std(n_in)`: отклонение W перед ReLU.
# Then, затем: `tinygrad-edu check answer.py`
