# %% [markdown]
# # 8 · An autograd on one screen · Автодифференцирование на одном экране
#
# A number, where it came from, and the slopes towards its inputs: a network needs no more to learn.
#
# Число, откуда оно взялось и наклоны по его входам: больше для обучения ничего не нужно.

# %%
import math
import random
from time import perf_counter

import tinygrad_edu as te


class Number:
    """A number that remembers: `parents` are pairs (the input it came from, the local slope)."""

    def __init__(self, value, parents=()):
        self.value, self.parents, self.grad = value, parents, 0.0

    def __add__(self, other):  # the distributor: slope 1 to both · распределитель
        other = as_number(other)
        return Number(self.value + other.value, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):  # the switch: each gets the other · переключатель
        other = as_number(other)
        return Number(self.value * other.value, ((self, other.value), (other, self.value)))

    def __pow__(self, n):
        return Number(self.value**n, ((self, n * self.value ** (n - 1)),))

    def exp(self):
        z = math.exp(self.value)
        return Number(z, ((self, z),))

    def tanh(self):
        z = math.tanh(self.value)
        return Number(z, ((self, 1 - z * z),))

    def __neg__(self):  # the rest follows from these · остальное следует из них
        return self * -1

    def __sub__(self, other):
        return self + -as_number(other)

    def __truediv__(self, other):
        return self * as_number(other) ** -1

    __radd__, __rmul__ = __add__, __mul__

    def backward(self):
        """Consumers before inputs, so that a gradient is whole before it travels on."""
        order, seen, stack = [], set(), [(self, False)]
        while stack:  # depth first without recursion: a deep chain does not overflow
            node, done = stack.pop()
            if done:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack += [(parent, False) for parent, _ in node.parents]
        self.grad = 1.0
        for node in reversed(order):
            for parent, slope in node.parents:
                parent.grad += node.grad * slope  # += : a value used twice hears twice


def as_number(x):
    return x if isinstance(x, Number) else Number(x)


# %% [markdown]
# ## A diamond: one value, two ways · Ромб: одно значение, два пути
#
# b = 2a is used twice, L = b·b + b: dL/da = (2b + 1)·2. With `=` for `+=` the second way would be
# lost; in another order `b` would pass on a gradient that is not whole yet.
#
# b = 2a используется дважды, L = b·b + b: dL/da = (2b + 1)·2. С `=` вместо `+=` второй путь пропал
# бы; в другом порядке b передал бы ещё не полный градиент.

# %%
a = Number(3.0)
b = a * 2
(b * b + b).backward()
print(f"diamond: dL/da = {a.grad:g}, by the formula {(2 * 6 + 1) * 2}")
a = x = Number(1.0)
for _ in range(100_000):
    x = x * 1.00001
x.backward()
print(f"a chain of 100,000: dx/da = {a.grad:.5f}, e = {math.e:.5f}")

# %% [markdown]
# ## Against the library, on random expressions · Против библиотеки, на случайных выражениях


# %%
def build(leaves, rng, tanh):
    """The same random expression of `leaves` for both engines."""
    values = list(leaves)
    for _ in range(30):
        u, v = rng.choice(values), rng.choice(values)
        values.append(tanh(rng.choice([u + v, u * v, u - v, u / (v * v + 1), -u])))
    return sum(values[1:], values[0])


worst = 0.0
for seed in range(100):
    numbers = [random.Random(seed).uniform(-1, 1) for _ in range(4)]
    ours = [Number(v) for v in numbers]
    build(ours, random.Random(seed), Number.tanh).backward()
    theirs = [te.tensor(v, dtype=te.float64, requires_grad=True) for v in numbers]
    build(theirs, random.Random(seed), te.tanh).backward()
    worst = max(worst, *(abs(n.grad - t.grad.item()) for n, t in zip(ours, theirs, strict=True)))
print(f"100 expressions, largest difference below 1e-12: {worst < 1e-12}")

# %% [markdown]
# ## What the real engine does differently · Чем отличается настоящий движок
#
# A node holds an **array**: one Python call per matrix. It keeps the **recipe** (op, inputs), not
# slopes: pictures and checkers read it, and the rule run on tensors gives second derivatives.
#
# Узел хранит **массив**: один вызов Python на матрицу. Хранится **рецепт** (операция и входы), а не
# наклоны: его читают картинки и проверки, а правило на тензорах даёт вторые производные.

# %%
N = 40
rows = [[Number(0.01 * i * j) for j in range(N)] for i in range(N)]
vector = [Number(0.5) for _ in range(N)]
start = perf_counter()
outputs = [sum(w * v for w, v in zip(row, vector, strict=True)).tanh() for row in rows]
sum(outputs).backward()
by_numbers = perf_counter() - start
W = te.tensor([[n.value for n in row] for row in rows], dtype=te.float64, requires_grad=True)
v = te.full((N,), 0.5, dtype=te.float64)
te.tanh(W @ v).sum().backward()
gap = max(abs(rows[i][j].grad - W.grad[i, j].item()) for i in range(N) for j in range(N))
start = perf_counter()
te.tanh(W @ v).sum().backward()
print(f"a layer of {N}×{N}: equal {gap < 1e-12}; arrays are faster", end=" ")
print(f"{by_numbers / (perf_counter() - start):.0f} times")

# %% [markdown]
# ## Exercise · Упражнение
#
# `answer.py`: `exercise = "08"` and `slopes_of_division(x, y)`: the slopes of x/y.
# `answer.py`: `exercise = "08"` и `slopes_of_division(x, y)`: наклоны x/y.
# Then, затем: `tinygrad-edu check answer.py`
