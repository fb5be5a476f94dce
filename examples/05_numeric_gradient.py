# %% [markdown]
# # 5 · The numeric gradient · Численный градиент
#
# A slope can be measured: take a small step to both sides and divide. It is how every gradient in
# this library is tested; to train with it would take far too long.
#
# Наклон можно измерить: маленький шаг в обе стороны и деление. Так проверен каждый градиент этой
# библиотеки; обучать так было бы слишком долго.

# %%
import math
from time import perf_counter

import numpy as np
from lesson import quick, show
from matplotlib.figure import Figure

import tinygrad_edu as te
from tinygrad_edu import nn
from tinygrad_edu.autograd import gradcheck

# %% [markdown]
# ## Central differences · Центральная разность
#
# ∂L/∂w ≈ (L(w + δ) − L(w − δ)) / 2δ


# %%
def loss(w):
    """A neuron's squared error, for x = 0.5, y = 1: ½(1 − σ(w·x))²."""
    return 0.5 * (1 - 1 / (1 + np.exp(-w * 0.5))) ** 2


def central(f, w, step):
    return (f(w + step) - f(w - step)) / (2 * step)


def forward_difference(f, w, step):
    return (f(w + step) - f(w)) / step


W = te.tensor(0.4, dtype=te.float64, requires_grad=True)
(0.5 * (1 - te.sigmoid(W * 0.5)) ** 2).backward()
exact = W.grad.item()
print(f"backprop:            {exact:.12f}")
print(f"central, δ = 1e-5:   {central(loss, 0.4, 1e-5):.12f}")
print(f"one-sided, δ = 1e-5: {forward_difference(loss, 0.4, 1e-5):.12f}")

# %% [markdown]
# ## The best step · Лучший шаг
#
# Too large a step measures a curve by its chord: the error falls with δ² (one-sided: δ). Too small
# a step subtracts numbers that are nearly equal: rounding leaves ε/δ. The best δ lies where the two
# meet, at about ε^⅓ ≈ 6·10⁻⁶.
#
# Слишком большой шаг заменяет кривую хордой: ошибка убывает как δ² (односторонняя — как δ). Слишком
# малый вычитает почти равные числа: от округления остаётся ε/δ. Лучший δ — там, где обе равны,
# около ε^⅓ ≈ 6·10⁻⁶.

# %%
steps = 10.0 ** np.arange(-14, 0.1, 0.25)
errors = {
    "central · центральная": [abs(central(loss, 0.4, s) - exact) for s in steps],
    "one-sided · односторонняя": [abs(forward_difference(loss, 0.4, s) - exact) for s in steps],
}
figure = Figure(figsize=(7, 4), layout="constrained")
ax = figure.subplots()
for (name, values), style in zip(errors.items(), ("o-", "s--"), strict=True):
    ax.loglog(steps, values, style, markersize=4, label=name)
ax.set(xlabel="δ", ylabel="error · ошибка", title="error against step · ошибка от шага")
ax.grid(alpha=0.3)
ax.legend(frameon=False)
show(figure, "05_step")
(central_errors, sided_errors) = errors.values()
best = steps[int(np.argmin(central_errors))]
print(f"best central step between 1e-7 and 1e-4: {1e-7 < best < 1e-4}")
between = (steps >= 1e-3) & (steps <= 1e-1)
order = np.polyfit(np.log(steps[between]), np.log(np.array(central_errors)[between]), 1)[0]
print(f"order of the central difference: {order:.2f}")

# %% [markdown]
# ## The price · Цена
#
# A numeric gradient runs the network twice per weight; backprop once forward and once back,
# whatever the number of weights.
#
# Численный градиент вычисляет сеть дважды на каждый вес; обратное распространение — один раз
# вперёд и один раз назад, сколько бы весов ни было.

# %%
te.manual_seed(0)
x, t = te.randn(16, 8, dtype=te.float64), te.randint(0, 3, (16,))

weights, ratios = [], []
for width in quick((4, 16, 64), (4, 16)):
    model = nn.Sequential(nn.Linear(8, width), nn.Tanh(), nn.Linear(width, 3)).double()

    def value(model=model):
        return nn.functional.cross_entropy(model(x), t)

    def numeric(model=model, value=value):
        slopes = []
        with te.no_grad():
            for p in model.parameters():
                for i in range(p.numel()):
                    place = np.unravel_index(i, tuple(p.shape))
                    before = p[place].item()
                    p[place] = before + 1e-5
                    up = value().item()
                    p[place] = before - 1e-5
                    down = value().item()
                    p[place] = before
                    slopes.append((up - down) / 2e-5)
        return slopes

    by_backprop = math.inf
    for _ in range(5):
        model.zero_grad()
        start = perf_counter()
        value().backward()
        by_backprop = min(by_backprop, perf_counter() - start)
    start = perf_counter()
    slopes = numeric()
    by_differences = perf_counter() - start
    analytic = nn.utils.parameters_to_vector([p.grad for p in model.parameters()]).numpy()
    weights.append(len(slopes))
    ratios.append(by_differences / by_backprop)
    gap = np.abs(np.array(slopes) - analytic).max()
    print(f"{len(slopes):4} weights: {ratios[-1]:6.0f} × the time of backprop", end="")
    print(f"   largest difference {'below' if gap < 1e-9 else 'ABOVE'} 1e-9")

# %% [markdown]
# ## `gradcheck` does it for you · `gradcheck` делает это за вас

# %%
a = te.tensor([0.3, -1.2, 2.0], dtype=te.float64, requires_grad=True)
print("gradcheck of tanh:", gradcheck(te.tanh, (a,)))
print(f"ε^⅓ = {math.cbrt(np.finfo(float).eps):.1e}")

# %% [markdown]
# ## Exercise · Упражнение
#
# `answer.py`: `exercise = "05"` and `central(c, x, step)` of the polynomial `np.polyval(c, x)`.
# `answer.py`: `exercise = "05"` и `central(c, x, step)` для многочлена `np.polyval(c, x)`.
# Then, затем: `tinygrad-edu check answer.py`
