# %% [markdown]
# # 4 · Losses · Функции потерь
#
# A loss says in one number how wrong the answers are. Its gradient is what the network hears, so
# the choice of loss is the choice of what it learns.
#
# Потери одним числом говорят, насколько ответы неверны. Сеть слышит их градиент, поэтому выбор
# потерь — это выбор того, чему она учится.

# %%
import math

from lesson import show
from matplotlib.figure import Figure

import tinygrad_edu as te
import tinygrad_edu.nn.functional as F

# %% [markdown]
# ## Regression: what an error costs · Регрессия: цена ошибки
#
# With δ = t − y: MSE δ², MAE |δ|, and an asymmetric price δ²(a·I[δ<0] + b·I[δ≥0]), for when asking
# for too much (δ < 0) is worse than asking for too little.
#
# При δ = t − y: MSE δ², MAE |δ| и несимметричная цена δ²(a·I[δ<0] + b·I[δ≥0]) — когда завысить
# (δ < 0) хуже, чем занизить.

# %%
target = te.zeros(601)
y = te.linspace(-3, 3, 601, requires_grad=True)
LOSSES = {
    "MSE": F.mse_loss(y, target, reduction="none"),
    "MAE": F.l1_loss(y, target, reduction="none"),
    "Huber": F.huber_loss(y, target, reduction="none"),
    "asymmetric · несимметричная": F.asymmetric_mse_loss(y, target, a=2.0, b=0.5, reduction="none"),
}
figure = Figure(figsize=(10, 3.6), layout="constrained")
price, slope = figure.subplots(1, 2)
STYLES = ("-", "--", "-.", ":")
for (name, loss), style in zip(LOSSES.items(), STYLES, strict=True):
    (g,) = te.autograd.grad(loss.sum(), y)
    price.plot(y.detach().numpy(), loss.detach().numpy(), style, label=name)
    slope.plot(y.detach().numpy(), g.numpy(), style, label=name)
price.set(title="loss · потери", xlabel="y − t", ylim=(0, 6))
slope.set(title="its gradient · их градиент", xlabel="y − t", ylim=(-5, 5))
slope.legend(frameon=False, loc="lower right")
show(figure, "04_regression_losses")

# %% [markdown]
# One outlier: the mean is where MSE is least, the median is where MAE is. One bad measurement moves
# the first and not the second.
#
# Один выброс: MSE минимальна в среднем, MAE — в медиане. Одно плохое измерение сдвигает первое и
# не сдвигает второе.

# %%
measured = te.tensor([1.0, 1.1, 0.9, 1.0, 9.0])
for name, loss_of in (("MSE", F.mse_loss), ("MAE", F.l1_loss)):
    guesses = te.linspace(0, 5, 5001)
    losses = [loss_of(g.expand(5), measured).item() for g in guesses[::10]]
    best = guesses[::10][losses.index(min(losses))].item()
    print(f"{name}: the best single answer is {best:.2f}")

# %% [markdown]
# ## Classification: two models · Классификация: две модели
#
# The lecture's example. Both models err once in three, so the share of errors cannot tell them
# apart. Cross-entropy, −ln of the probability given to the truth, can.
#
# Пример из лекции. Обе модели ошибаются один раз из трёх, и доля ошибок их не различает.
# Кросс-энтропия, −ln вероятности, отданной истине, различает.

# %%
truth = te.tensor([2, 1, 0])  # pig, dog, cat · свинья, собака, кошка
one_hot = F.one_hot(truth, 3).double()
MODELS = {
    1: te.tensor([[0.3, 0.3, 0.4], [0.3, 0.4, 0.3], [0.1, 0.2, 0.7]], dtype=te.float64),
    2: te.tensor([[0.1, 0.2, 0.7], [0.1, 0.7, 0.2], [0.3, 0.4, 0.3]], dtype=te.float64),
}
for number, p in MODELS.items():
    errors = (p.argmax(dim=1) != truth).sum().item()
    squared = (0.5 * (p - one_hot) ** 2).sum(dim=1).mean().item()
    cross = F.nll_loss(p.log(), truth).item()
    print(f"model {number}: errors {errors}/3, squared {squared:.3f}, cross-entropy {cross:.2f}")

# %% [markdown]
# The slide gives 0.38 and 0.08 for the squared error. They do not follow from its own formula
# ½Σ(y − t)²: the mean over the three examples is 0.403 and 0.170. The cross-entropies are right.
#
# На слайде квадратичные ошибки 0,38 и 0,08. Из его же формулы ½Σ(y − t)² они не следуют: среднее по
# трём примерам — 0,403 и 0,170. Кросс-энтропии верны.
#
# ## Why not the squared error? · Почему не квадратичная ошибка?
#
# Surely wrong: the score of the true class is −a, of the other +a. Through softmax the squared
# error's gradient dies as a grows; that of cross-entropy tends to 1.
#
# «Уверенная ошибка»: у верного класса оценка −a, у другого +a. Градиент квадратичной ошибки через
# softmax с ростом a гаснет, градиент кросс-энтропии стремится к 1.

# %%
for a in (1.0, 3.0, 6.0):
    scores = te.tensor([[-a, a]], dtype=te.float64, requires_grad=True)
    square = 0.5 * ((te.softmax(scores, dim=1) - te.tensor([[1.0, 0.0]])) ** 2).sum()
    (g_square,) = te.autograd.grad(square, scores)
    (g_cross,) = te.autograd.grad(F.cross_entropy(scores, te.tensor([0])), scores)
    print(f"a = {a:.0f}: |∂L/∂a|  squared {g_square.abs().max().item():.6f}", end="")
    print(f"  cross-entropy {g_cross.abs().max().item():.6f}")

# %% [markdown]
# ## Two classes, one output · Два класса, один выход
#
# −t ln p − (1 − t) ln(1 − p) with p = σ(a). Computed as written it fails where σ(a) rounds to 1;
# `binary_cross_entropy_with_logits` takes a itself and does not.
#
# −t ln p − (1 − t) ln(1 − p), где p = σ(a). Записанное буквально, оно ломается, когда σ(a)
# округляется до 1; `binary_cross_entropy_with_logits` берёт само a и не ломается.

# %%
a, t = te.tensor([40.0]), te.tensor([0.0])
print("from a:", F.binary_cross_entropy_with_logits(a, t).item(), end="; ")
print("1 − σ(a) =", (1 - te.sigmoid(a)).item(), "and ln(1 − p) is", -math.inf)

# %% [markdown]
# ## Exercise · Упражнение
#
# `answer.py`: `exercise = "04"` and `cross_entropy(scores, labels)`, the mean; try scores of 1000.
# `answer.py`: `exercise = "04"` и `cross_entropy(scores, labels)`, среднее; и при оценках 1000.
# Then, затем: `tinygrad-edu check answer.py`
