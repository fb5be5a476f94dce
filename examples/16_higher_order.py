# %% [markdown]
# # 16 · Gradients of gradients · Градиенты градиентов
#
# A rule that runs on tensors is itself recorded, so a gradient can be differentiated again.
#
# Правило, запущенное на тензорах, само записывается, и градиент можно дифференцировать ещё раз.

# %%
import math

import numpy as np
from lesson import quick, show
from matplotlib.figure import Figure

import tinygrad_edu as te
from tinygrad_edu import nn, optim
from tinygrad_edu.autograd.functional import hessian, hvp

# %% [markdown]
# ## The derivatives of x⁴ · Производные x⁴

# %%
x = te.tensor(2.0, dtype=te.float64, requires_grad=True)
z = x**4
for order in range(1, 5):
    (z,) = te.autograd.grad(z, x, create_graph=True)
    print(f"d{order} x⁴ at 2 = {z.item():g}")

# %% [markdown]
# ## Newton's method · Метод Ньютона
#
# Descent knows the slope, Newton's method the curvature as well: w ← w − H⁻¹∇f.
#
# Спуск знает наклон, метод Ньютона — ещё и кривизну: w ← w − H⁻¹∇f.


# %%
def rosenbrock(w):
    """(1 − w₁)² + 100 (w₂ − w₁²)², least at (1, 1)."""
    return (1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2


start = te.tensor([-1.2, 1.0], dtype=te.float64)
print("Hessian at the start:", hessian(rosenbrock, start).tolist())


def newton(w, g):
    return w - te.tensor(np.linalg.solve(hessian(rosenbrock, w).numpy(), g.numpy()))


def descent(w, g):
    return w - 0.001 * g


paths = {}
for name, update, most in (("Newton", newton, 50), ("descent", descent, quick(20_000, 3000))):
    w, path = start, [start.tolist()]
    while len(path) <= most and rosenbrock(w).item() > 1e-6:
        leaf = w.detach().requires_grad_()
        (g,) = te.autograd.grad(rosenbrock(leaf), leaf)
        w = update(w, g)
        path.append(w.tolist())
    paths[name] = path
    print(f"{name:8} {len(path) - 1} steps, f = {rosenbrock(w).item():.1e}")

# %% [markdown]
# ## Curvature without the matrix · Кривизна без матрицы
#
# H·v costs about two gradients, whatever the size of H. Its largest eigenvalue λ bounds the rate:
# descent on a quadratic diverges for η > 2/λ.
# H·v стоит примерно двух градиентов при любом размере H. Наибольшее собственное число λ
# ограничивает скорость: спуск на квадратичной функции расходится при η > 2/λ.

# %%
te.manual_seed(0)
scale, zero = te.linspace(1, 50, 30, dtype=te.float64), te.zeros(30, dtype=te.float64)


def bowl(w):
    return 0.5 * (scale * w**2).sum()


v = te.randn(30, dtype=te.float64)
for _ in range(200):  # power iteration
    v = hvp(bowl, zero, v / v.norm())[1]
largest = v.norm().item()
print(f"largest curvature {largest:.1f}, so η must stay below {2 / largest:.3f}")
for eta in (0.039, 0.041):
    print(f"η = {eta}: |w| = {((1 - eta * scale) ** 200).norm().item():.1e} after 200 steps")

# %% [markdown]
# ## A differential equation solved by a network · Дифференциальное уравнение, решённое сетью
#
# u″ = −u, u(0) = 0, u′(0) = 1, solved by sin t. The trial u = t + t²·net(t) begins right whatever
# the net says; the loss is the mean of (u″ + u)² at random t: a gradient of a second derivative.
# u″ = −u, u(0) = 0, u′(0) = 1; решение — sin t. Пробная u = t + t²·net(t) начинается верно, что бы
# ни говорила сеть; потери — среднее (u″ + u)² в случайных t: градиент второй производной.

# %%
net = nn.Sequential(nn.Linear(1, 24), nn.Tanh(), nn.Linear(24, 24), nn.Tanh(), nn.Linear(24, 1))
net = net.double()
END, STEPS = 2 * math.pi, quick(3000, 400)
optimizer = optim.Adam(net.parameters(), lr=0.005)
scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)


def u(t):
    return t + t**2 * net(t / END * 2 - 1)


def residual(t):
    """u″ + u at t (N, 1)."""
    value = u(t)
    (first,) = te.autograd.grad(value.sum(), t, create_graph=True)
    (second,) = te.autograd.grad(first.sum(), t, create_graph=True)
    return second + value


for _ in range(STEPS):
    t = (te.rand(64, 1, dtype=te.float64) * END).requires_grad_()
    loss = (residual(t) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
t = te.linspace(0, END, 200, dtype=te.float64)[:, None]
with te.no_grad():
    found = u(t)
print(f"largest error against sin t: {(found - te.sin(t)).abs().max().item():.4f}")

# %%
figure = Figure(figsize=(11, 3.8), layout="constrained")
valley, wave = figure.subplots(1, 2)
for (name, path), style in zip(paths.items(), ("o-", "-"), strict=True):
    valley.plot(*zip(*path, strict=True), style, markersize=4, label=f"{name}, {len(path) - 1}")
valley.plot(1, 1, "k*", markersize=12)
valley.set(title="Rosenbrock · Розенброк", xlabel="w₁", ylabel="w₂")
valley.legend(frameon=False)
wave.plot(t.numpy(), te.sin(t).numpy(), "k", linewidth=4, alpha=0.3, label="sin t")
wave.plot(t.numpy(), found.numpy(), "--", color="#D55E00", label="net · сеть")
wave.set(title="u″ = −u", xlabel="t")
wave.legend(frameon=False)
show(figure, "16_higher_order")

# %% [markdown]
# ## Exercise · Упражнение
#
# `answer.py`: `exercise = "16"` and `newton_step(w)` for f(w) = w⁴ − 3w.
# `answer.py`: `exercise = "16"` и `newton_step(w)` для f(w) = w⁴ − 3w.
# Then, затем: `tinygrad-edu check answer.py`
