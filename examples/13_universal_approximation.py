# %% [markdown]
# # 13 · One hidden layer is enough · Одного скрытого слоя достаточно
#
# Any continuous function on a segment can be approached by one hidden layer. The proof builds the
# network by hand; then a network learns the same function, with far fewer units.
#
# Любую непрерывную функцию на отрезке можно приблизить одним скрытым слоем. Доказательство строит
# сеть вручную; затем сеть учит ту же функцию, и нейронов нужно гораздо меньше.

# %%
import numpy as np
from lesson import quick, show
from matplotlib.figure import Figure

import tinygrad_edu as te
from tinygrad_edu import nn, optim

te.manual_seed(0)
x = te.linspace(0, 1, 1001, dtype=te.float64)[:, None]  # (1001, 1)


def f(x):
    """What is to be approached: a wave with a bend."""
    return te.sin(6 * x) + te.abs(x - 0.5)


# %% [markdown]
# ## An indicator from a pair of units · Индикатор из пары нейронов
#
# σ(s(x − a)) with a large s is a step at a. Step up at a, step down at b: I[a ≤ x ≤ b].
#
# σ(s(x − a)) при большом s — ступенька в точке a. Вверх в a, вниз в b: I[a ≤ x ≤ b].

# %%
figure = Figure(figsize=(11, 3.2), layout="constrained")
for ax, s in zip(figure.subplots(1, 3), (20, 100, 1000), strict=True):
    up, down = te.sigmoid(s * (x - 0.3)), te.sigmoid(s * (x - 0.6))
    ax.plot(x.numpy(), up.numpy(), ":", x.numpy(), down.numpy(), ":")
    ax.plot(x.numpy(), (up - down).numpy(), color="#0072B2")
    ax.set(title=f"s = {s}", xlabel="x")
show(figure, "13_indicator")
inside = (up - down)[(x > 0.31) & (x < 0.59)].min().item()
outside = (up - down)[(x < 0.29) | (x > 0.61)].max().item()
print(f"s = 1000: at least {inside:.3f} inside, at most {outside:.3f} outside")

# %% [markdown]
# ## The network of the proof · Сеть из доказательства
#
# f ≈ Σ f((aᵢ + bᵢ)/2)·I[aᵢ ≤ x ≤ bᵢ] over N equal pieces: 2N hidden units, and the output's weights
# are ± the values of f. No training at all. The error falls as 1/N: f is Lipschitz.
#
# f ≈ Σ f((aᵢ + bᵢ)/2)·I[aᵢ ≤ x ≤ bᵢ] на N равных кусках: 2N скрытых нейронов, веса выхода —
# ± значения f. Обучения нет вовсе. Ошибка убывает как 1/N: f липшицева.

# %%


def proof_network(pieces, s=1e5):
    """1 → 2N sigmoid units → 1; nothing is learned."""
    edges = te.linspace(0, 1, pieces + 1, dtype=te.float64)
    model = nn.Sequential(nn.Linear(1, 2 * pieces), nn.Sigmoid(), nn.Linear(2 * pieces, 1)).double()
    middles = f((edges[:-1] + edges[1:]) / 2)
    outer = edges.clone()
    outer[0], outer[-1] = -0.1, 1.1  # the ends belong to the first and the last piece
    with te.no_grad():
        model[0].weight.fill_(s)
        model[0].bias.copy_(-s * te.cat([outer[:-1], outer[1:]]))
        model[2].weight.copy_(te.cat([middles, -middles])[None])
        model[2].bias.zero_()
    return model


counts, by_proof = [4, 8, 16, 32, 64, 128], []
for pieces in counts:
    with te.no_grad():
        error = (proof_network(pieces)(x) - f(x)).abs().max().item()
    by_proof.append(error)
    print(f"by the proof, {2 * pieces:3} units: largest error {error:.3f}")
order = np.polyfit(np.log(counts), np.log(by_proof), 1)[0]
print(f"error ~ N^{order:.2f}")

# %% [markdown]
# ## Learned · Выученная
#
# Gradient descent places its units where the function bends.
#
# Градиентный спуск ставит нейроны там, где функция изгибается.

# %%


def learned(units, steps):
    model = nn.Sequential(nn.Linear(1, units), nn.Tanh(), nn.Linear(units, 1)).double()
    with te.no_grad():  # bends spread over the segment
        model[0].weight.copy_(te.randn(units, 1) * 10)
        model[0].bias.copy_(-model[0].weight[:, 0] * te.rand(units))
    optimizer = optim.Adam(model.parameters(), lr=0.02)
    scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(steps):
        loss = nn.functional.mse_loss(model(x), f(x))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
    return model


by_learning = {}
for units in (2, 4, 8, 16, 32):
    model = learned(units, quick(3000, 300))
    by_learning[units] = (model(x) - f(x)).abs().max().item()
    print(f"learned, {units:2} units: largest error {by_learning[units]:.3f}")

# %%
figure = Figure(figsize=(11, 3.8), layout="constrained")
shape, errors = figure.subplots(1, 2)
shape.plot(x.numpy(), f(x).numpy(), "k", linewidth=3, alpha=0.3, label="f")
with te.no_grad():
    shape.plot(x.numpy(), proof_network(16)(x).numpy(), "--", label="32 units, proof · по теореме")
    shape.plot(x.numpy(), model(x).numpy(), label="32 units, learned · выучено")
shape.set(title="f and two networks · f и две сети", xlabel="x")
shape.legend(frameon=False)
errors.loglog([2 * n for n in counts], by_proof, "s--", label="proof · по теореме")
errors.loglog(list(by_learning), list(by_learning.values()), "o-", label="learned · выучено")
errors.set(xlabel="hidden units · скрытых нейронов", title="largest error · наибольшая ошибка")
errors.legend(frameon=False)
errors.grid(alpha=0.3)
show(figure, "13_approximation")
print(f"32 units: learned is better {by_proof[2] / by_learning[32]:.0f} times")
print(f"largest slope of f is about {6 + 1}, so the proof's error is below 7/(2N)")

# %% [markdown]
# ## Exercise · Упражнение
#
# `answer.py`: `exercise = "13"` and `indicator(x, a, b, s)` from two sigmoids.
# `answer.py`: `exercise = "13"` и `indicator(x, a, b, s)` из двух сигмоид.
# Then, затем: `tinygrad-edu check answer.py`
