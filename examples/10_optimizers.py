# %% [markdown]
# # 10 · Optimizers · Оптимизаторы
#
# Four rules of practical work 2, written out beside the library's; then their paths downhill.
#
# Четыре правила из практической работы 2, выписанные рядом с библиотечными; затем их пути вниз.

# %%
import numpy as np
from lesson import FOLDER, quick, saved, show
from matplotlib.animation import FuncAnimation, PillowWriter
from matplotlib.figure import Figure

import tinygrad_edu as te
from tinygrad_edu import optim

# %% [markdown]
# ## The rules · Правила
#
# The sheet prints Adam without bias correction: its averages begin at 0, so at first m is too small
# and v even more so. The paper (Kingma, Ba, 2015) and `optim.Adam` divide them by 1 − βᵗ.
#
# В листе Adam напечатан без поправки на смещение: средние начинаются с 0, и вначале m слишком мало,
# а v ещё меньше. В статье (Kingma, Ba, 2015) и в `optim.Adam` они делятся на 1 − βᵗ.


# %%
def sgd(w, g, state, eta):
    return w - eta * g


def momentum(w, g, state, eta, gamma=0.9):
    state["v"] = gamma * state.get("v", 0) + eta * g
    return w - state["v"]


def rmsprop(w, g, state, eta, beta=0.99, eps=1e-8):
    state["E"] = beta * state.get("E", 0) + (1 - beta) * g**2
    return w - eta * g / (np.sqrt(state["E"]) + eps)


def adam(w, g, state, eta, corrected=True, beta1=0.9, beta2=0.999, eps=1e-8):
    state["t"] = t = state.get("t", 0) + 1
    state["m"] = beta1 * state.get("m", 0) + (1 - beta1) * g
    state["v"] = beta2 * state.get("v", 0) + (1 - beta2) * g**2
    m, v = state["m"], state["v"]
    if corrected:
        m, v = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - eta * m / (np.sqrt(v) + eps)


# %% [markdown]
# ## Beside the library · Рядом с библиотекой
#
# The sheet's RMSprop has ε under the root, PyTorch's (and this) outside; momentum has η in v: the
# same path while η is constant. Without correction: `optim.Adam` whose η and ε undo it each step.
#
# В листе ε у RMSprop под корнем, в PyTorch (и здесь) снаружи, а η — внутри v: при постоянном η путь
# тот же. Без поправки — `optim.Adam`, у которого η и ε на каждом шаге её отменяют.


# %%
LIBRARY = {
    "SGD": (sgd, lambda p: optim.SGD(p, lr=0.02)),
    "Momentum": (momentum, lambda p: optim.SGD(p, lr=0.02, momentum=0.9)),
    "RMSprop": (rmsprop, lambda p: optim.RMSprop(p, lr=0.02)),
    "Adam": (adam, lambda p: optim.Adam(p, lr=0.02)),
    "as printed": (lambda *given: adam(*given, corrected=False), lambda p: optim.Adam(p, lr=0.02)),
}
RATES, SLOW, STEPS = (0.02, 0.02, 0.05, 0.2), (0.001, 0.001, 0.02, 0.1), quick(600, 60)


def ravine(w):
    """½(w₁² + 25 w₂²): a narrow valley along the first axis."""
    return 0.5 * (w[0] ** 2 + 25 * w[1] ** 2)


def gradient(f, w):
    w = te.tensor(w, requires_grad=True)
    return te.autograd.grad(f(w), w)[0].numpy()


for name, (rule, build) in LIBRARY.items():
    w, state = np.array([-4.0, 1.0]), {}
    p = te.tensor(w, requires_grad=True)
    optimizer, gap = build([p]), 0.0
    for t in range(1, 101):
        w = rule(w, gradient(ravine, w), state, 0.02)
        if name == "as printed":
            root = np.sqrt(1 - 0.999**t)
            optimizer.param_groups[0].update(lr=0.02 * (1 - 0.9**t) / root, eps=1e-8 / root)
        optimizer.zero_grad()
        ravine(p).backward()
        optimizer.step()
        gap = max(gap, float(np.abs(w - p.detach().numpy()).max()))
    print(f"{name:10} 100 steps beside optim, within 1e-12: {gap < 1e-12}")
first = [adam(np.zeros(1), np.ones(1), {}, 1.0, corrected)[0] for corrected in (True, False)]
print(f"Adam's first step: {first[0]:+.2f} η, as printed {first[1]:+.2f} η")


# %% [markdown]
# ## The paths · Пути


# %%
def rosenbrock(w):
    """(1 − w₁)² + 100 (w₂ − w₁²)²: its minimum (1, 1) lies in a bent valley."""
    return (1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2


SCENES = [
    ("ravine · овраг", ravine, (-4.0, 1.0), RATES, (-5, 2), (-2, 2), (0, 0)),
    ("Rosenbrock · Розенброк", rosenbrock, (-1.5, 2.0), SLOW, (-2, 2), (-1, 3), (1, 1)),
]
figure, lines = Figure(figsize=(11, 4.6), layout="constrained"), []
for ax, scene in zip(figure.subplots(1, 2), SCENES, strict=True):
    title, f, start, rates, x_span, y_span, minimum = scene
    u, v = np.meshgrid(np.linspace(*x_span, 200), np.linspace(*y_span, 200))
    ax.contour(u, v, np.log(f((u, v)) + 0.02), levels=20, colors="#bbbbbb", linewidths=0.7)
    ax.plot(*minimum, "k*", markersize=12)
    for name, eta, style in zip(LIBRARY, rates, ("-", "--", "-.", ":"), strict=False):  # four
        w, state, walked = np.array(start), {}, [start]
        for _ in range(STEPS):
            w = LIBRARY[name][0](w, gradient(f, w), state, eta)
            walked.append(w)
        path = np.array(walked)  # (STEPS + 1, 2)
        lines.append((ax.plot(*path.T, style, lw=2, label=name)[0], path))
        print(f"{f.__name__:10} {name:8} ends at f = {f(path[-1]):.2g}")
    ax.set(title=title, xlim=x_span, ylim=y_span)
figure.axes[0].legend(frameon=False)
show(figure, "10_paths")
animation = FuncAnimation(
    figure,
    lambda frame: [line.set_data(*path[: frame + 1].T) for line, path in lines],
    range(0, STEPS + 1, quick(10, 20)),
)
animation.save(FOLDER / "10_paths.gif", PillowWriter(fps=15), dpi=60)
saved("10_paths.gif")

# %% [markdown]
# ## Exercise · Упражнение
#
# `answer.py`: `exercise = "10"` and `momentum(w, gradients, eta, gamma)`: w after all; v = 0.
# `answer.py`: `exercise = "10"` и `momentum(w, gradients, eta, gamma)`: w в конце; v = 0.
# Then, затем: `tinygrad-edu check answer.py`
