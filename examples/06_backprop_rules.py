# %% [markdown]
# # 6 · The rules of backpropagation · Правила обратного распространения
#
# A gradient goes back through one node at a time, and every node has a rule. Two carry the whole
# course: **+** is the distributor, **×** is the switch.
#
# Градиент идёт назад узел за узлом, и у каждого узла есть правило. На двух держится весь курс:
# **+** — распределитель, **×** — переключатель.

# %%
import os

from lesson import FOLDER, saved

import tinygrad_edu as te
from tinygrad_edu import viz
from tinygrad_edu.families import FAMILIES

LANG = os.environ.get("LANG", "")[:2] if os.environ.get("LANG", "")[:2] in ("en", "ru") else "en"


def number(value):
    return te.tensor(value, dtype=te.float64, requires_grad=True)


# %% [markdown]
# ## Distributor and switch · Распределитель и переключатель
#
# z = x + y: both inputs receive the gradient unchanged. z = x·y: each receives it times the other.
#
# z = x + y: оба входа получают градиент без изменений. z = x·y: каждый — умноженный на другой вход.

# %%
for title in ("x + y", "x · y"):
    x, y = number(2.0), number(5.0)
    z = x + y if title == "x + y" else x * y
    family = z.grad_fn.op.family
    z.backward()
    print(
        f"{title}: dz/dx = {x.grad.item():g}, dz/dy = {y.grad.item():g}   {family.name}", end=", "
    )
    print(f"«{family.ru}»")

X = te.tensor([[1.0, 2.0]], dtype=te.float64, requires_grad=True)
W = te.tensor([[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]], dtype=te.float64, requires_grad=True)
G = te.tensor([[1.0, 0.0, -1.0]], dtype=te.float64)
(X @ W).backward(G)
print("∂L/∂X = ∂L/∂Y · Wᵀ:", te.equal(X.grad, G @ W.detach().T), X.grad.tolist())
print("∂L/∂W = Xᵀ · ∂L/∂Y:", te.equal(W.grad, X.detach().T @ G), W.grad.tolist())

# %% [markdown]
# ## All the families · Все семейства

# %%
for family in FAMILIES.values():
    says = family.says_ru if LANG == "ru" else family.says
    print(f"{family.name:11} {family.ru:13} {says}")

# %% [markdown]
# ## The worked example · Разобранный пример
#
# x = 0.5, y = 1, w = 0.4, η = 0.1; h = σ(w·x), o = h·v, L = ½(y − o)². The sheet leaves v open (0.5
# here), prints f′(o), though o = h·v has no bend, and in the second formula forgets v.
#
# Лист не даёт v (здесь 0,5), пишет f′(o), хотя у o = h·v излома нет, а во второй формуле забывает
# v.
#
# ∂L/∂v = (o − y)·h,  ∂L/∂w = (o − y)·v·h(1 − h)·x

# %%
x, y, eta = 0.5, 1.0, 0.1
w, v = number(0.4), number(0.5)
h = te.sigmoid(w * x)
o = h * v
L = (y - o) ** 2 / 2
L.backward(retain_graph=True)
delta = (o - y).item()
print(f"by hand:  dL/dv = {delta * h.item():.4f}", end=", ")
print(f"dL/dw = {delta * v.item() * h.item() * (1 - h.item()) * x:.4f}")
print(f"by engine: dL/dv = {v.grad.item():.4f}, dL/dw = {w.grad.item():.4f}")

# %% [markdown]
# ## Its ledger: where the gradient of w came from · Откуда взялся градиент w

# %%
names = {"w": w, "v": v, "h": h, "o": o, "L": L}
print(viz.explain(w, L, names=names, lang=LANG))

# %% [markdown]
# ## Its picture · Картинка
#
# `viz.graph` draws every value and every gradient; `viz.stepper(L)` is the same as a page that goes
# step by step. Open both in a browser.
#
# `viz.graph` рисует каждое значение и каждый градиент; `viz.stepper(L)` — то же страницей, которая
# идёт по шагам. Откройте их в браузере.

# %%
FOLDER.mkdir(parents=True, exist_ok=True)
picture = viz.graph(L, names=names, lang=LANG)
picture.save(FOLDER / "06_worked_example.svg")
viz.stepper(L, names=names, lang=LANG).save(FOLDER / "06_stepper.html")
saved("06_worked_example.svg")
saved("06_stepper.html")
picture  # in a notebook, it shows itself

# %% [markdown]
# ## One step downhill · Один шаг вниз

# %%
with te.no_grad():
    v -= eta * v.grad
    w -= eta * w.grad
    smaller = (y - te.sigmoid(w * x) * v) ** 2 / 2
print(f"v = {v.item():.4f}, w = {w.item():.4f}: L = {L.item():.4f} → {smaller.item():.4f}")

# %% [markdown]
# ## A diamond: gradients add up · Ромб: градиенты складываются
#
# A value used twice hears twice. L = b·b + b with b = 2a: b receives b, b and 1.
#
# Значение, использованное дважды, слышит дважды. L = b·b + b при b = 2a: b получает b, b и 1.

# %%
a = number(3.0)
b = a * 2
(b * b + b).backward(retain_graph=True)
print(f"dL/da = {a.grad.item():g} = (2b + 1)·2")

# %% [markdown]
# ## Broadcasting: the collector · Растягивание (broadcasting): сборщик
#
# A bias of one row is added to every row, so its gradient is the sum over the rows. Forget the sum,
# and NumPy makes a matrix of b − η·g without a word.
#
# Смещение из одной строки прибавляется к каждой, поэтому его градиент — сумма по строкам. Забудьте
# сумму — и NumPy молча превратит b − η·g в матрицу.

# %%
bias = te.zeros(3, requires_grad=True)
upstream = te.arange(12.0).reshape(4, 3)
(te.ones(4, 3) + bias).backward(upstream)
print("bias.grad =", bias.grad.tolist(), "= column sums", upstream.sum(dim=0).tolist())

# %% [markdown]
# ## Exercise · Упражнение
#
# `answer.py`: `exercise = "06"` and `gradients(a, b, c)`: dL/da, dL/db, dL/dc of L = (a·b + c)·b.
# `answer.py`: `exercise = "06"` и `gradients(a, b, c)`: dL/da, dL/db, dL/dc для L = (a·b + c)·b.
# Then, затем: `tinygrad-edu check answer.py`
