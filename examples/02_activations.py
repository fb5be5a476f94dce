# %% [markdown]
# # 2 · Activations · Функции активации
#
# Between two layers stands a bend. Without it a deep network is no more than one layer; with a
# bend that has no slope, as the step, nothing can be learned by gradients.
#
# Между слоями стоит излом. Без него глубокая сеть равна одному слою; а если у излома нет наклона,
# как у ступеньки, градиентам нечему учить.

# %%
from lesson import show
from matplotlib.figure import Figure

import tinygrad_edu as te
import tinygrad_edu.nn.functional as F

# %% [markdown]
# ## Step and sigmoid · Ступенька и сигмоида

# %%
print(f"σ(1.0) = {te.sigmoid(te.tensor(1.0)).item():.3f}")
print(f"σ(2.0) = {te.sigmoid(te.tensor(2.0)).item():.4f}  (the lecture cuts it to 0.880)")


def step(x):
    """1 where x > 0, else 0: the perceptron's own activation."""
    return te.heaviside(x, te.tensor(0.0))


x = te.linspace(-5, 5, 501)
figure = Figure(figsize=(6, 3.4), layout="constrained")
ax = figure.subplots()
ax.plot(x.numpy(), step(x).numpy(), "--", color="#D55E00", label="step · ступенька")
ax.plot(x.numpy(), te.sigmoid(x).numpy(), color="#0072B2", label="sigmoid · сигмоида")
ax.set(ylim=(-0.1, 1.1), xlabel="x")
ax.legend(frameon=False)
show(figure, "02_step_and_sigmoid")

# %% [markdown]
# ## Linear layers collapse · Линейные слои схлопываются
#
# (xA)B = x(AB): two layers without a bend are one layer with the matrix AB. The same for numbers:
# for h(x) = cx, h(h(h(x))) = c³x.
#
# (xA)B = x(AB): два слоя без излома — это один слой с матрицей AB. То же для чисел:
# при h(x) = cx h(h(h(x))) = c³x.

# %%
te.manual_seed(0)
rows = te.randn(5, 3, dtype=te.float64)
A, B = te.randn(3, 4, dtype=te.float64), te.randn(4, 2, dtype=te.float64)
gap = ((rows @ A) @ B - rows @ (A @ B)).abs().max().item()
bent = (te.relu(rows @ A) @ B - rows @ (A @ B)).abs().max().item()
print(f"two linear layers differ from one by {gap:.0e}, with a ReLU between them by {bent:.2f}")

# %% [markdown]
# ## Each one and its slope · Каждая и её наклон
#
# The backward pass multiplies by the slope. The sigmoid's is at most ¼, and ten layers of it leave
# a millionth; ReLU's is 1 wherever the unit is on, and 0 where it is off. The step's is 0
# everywhere: a gradient finds no direction there.
#
# Обратный проход умножает на наклон. У сигмоиды он не больше ¼, и десять слоёв оставляют
# миллионную долю; у ReLU он равен 1 там, где нейрон включён, и 0, где выключен. У ступеньки он
# всюду 0: идти некуда.

# %%
ACTIVATIONS = {
    "sigmoid": te.sigmoid,
    "tanh": te.tanh,
    "relu": te.relu,
    "leaky_relu": F.leaky_relu,
    "elu": F.elu,
    "gelu": F.gelu,
    "silu": F.silu,
    "softplus": F.softplus,
}
figure = Figure(figsize=(12, 5), layout="constrained")
for ax, (name, activation) in zip(figure.subplots(2, 4).flat, ACTIVATIONS.items(), strict=True):
    x = te.linspace(-5, 5, 501, requires_grad=True)
    z = activation(x)
    (slope,) = te.autograd.grad(z.sum(), x)
    ax.plot(x.detach().numpy(), z.detach().numpy(), color="#0072B2", label="z")
    ax.plot(x.detach().numpy(), slope.numpy(), "--", color="#D55E00", label="dz/dx")
    ax.set(title=name, ylim=(-1.5, 3))
    ax.grid(alpha=0.3)
    print(f"{name:10}  largest slope {slope.max().item():.3f}")
figure.axes[0].legend(frameon=False)
show(figure, "02_activations")

# %% [markdown]
# ## What ten layers leave of a gradient · Что десять слоёв оставляют от градиента

# %%
for name in ("sigmoid", "tanh", "relu"):
    x = te.tensor(0.5, requires_grad=True)
    z = x
    for _ in range(10):
        z = ACTIVATIONS[name](z)
    z.backward()
    print(f"ten times {name:7}: dz/dx = {x.grad.item():.2e}")

# %% [markdown]
# ## Which output for which task? · Какой выход для какой задачи?
#
# | task · задача | output · выход |
# |---|---|
# | regression · регрессия | y = a |
# | two classes · два класса | σ(a) |
# | n classes · n классов | softmax: yₖ = e^{aₖ} / Σ e^{aᵢ} |

# %%
a = te.tensor([0.3, 2.9, 4.0])
y = te.softmax(a, dim=0)
print("softmax:", [round(p, 3) for p in y.tolist()], "sum", round(y.sum().item(), 6))
print("softmax of a + 1000:", [round(p, 3) for p in te.softmax(a + 1000, dim=0).tolist()])

# %% [markdown]
# ## Exercise · Упражнение
#
# `answer.py`: `exercise = "02"` and `tanh(x)` from the sigmoid alone.
# `answer.py`: `exercise = "02"` и `tanh(x)` через одну сигмоиду.
# Then, затем: `tinygrad-edu check answer.py`
