"""More specimens: what goes wrong on the way down through activations, shared values and time."""

from __future__ import annotations

from typing import Any

from .architecture import Architecture
from .specimens import bent, biased, curved, layers, repeated, softmaxed, specimen, upper
from .writer import Writer

__all__: list[str] = []


@specimen(
    "no-derivative",
    bent,
    "Units that are switched off or saturated are moved as if they were not.",
    "Выключенные и насыщенные нейроны обновляются, как если бы они такими не были.",
)
def no_derivative(w: Writer, layer: int) -> None:
    """dZ = dA."""
    w.change(f"Z{layer}", f"dA{layer}")


def neighbours(a: Architecture) -> list[tuple[int, int]]:
    """Pairs of layers of one width and one activation, the first with a derivative to take."""
    return [
        (i, k)
        for i in bent(a)
        for k in range(1, a.depth)
        if i != k and i < a.depth and a.widths[i] == a.widths[k]
    ]


@specimen(
    "wrong-layer-derivative",
    neighbours,
    "The mask of one layer switches the units of another: some never learn.",
    "Маска одного слоя выключает нейроны другого: часть из них не учится.",
)
def wrong_layer_derivative(w: Writer, place: tuple[int, int]) -> None:
    """f′ at the Z of another layer."""
    i, k = place
    w.change(f"Z{i}", f"dA{i} * {w.arch.function(i)}_slope(Z{k})")


@specimen(
    "derivative-at-a",
    curved,
    "The slopes are too flat or too steep, never 0: training works a little worse, and nobody sees "
    "why.",
    "Наклоны слишком пологие или слишком крутые: обучение идёт чуть хуже, и не видно почему.",
)
def derivative_at_a(w: Writer, layer: int) -> None:
    """f′(A)."""
    w.change(f"Z{layer}", f"dA{layer} * {w.arch.function(layer)}_slope(A{layer})")


@specimen(
    "a-formula-at-z",
    curved,
    "z(1 − z) is negative for most z: many units climb instead of descending.",
    "z(1 − z) для большинства z отрицательно: многие нейроны идут вверх, а не вниз.",
)
def a_formula_at_z(w: Writer, layer: int) -> None:
    """a(1 − a) and 1 − a² with z in the place of a."""
    z = f"Z{layer}"
    slope = {"sigmoid": f"{z} * (1 - {z})", "tanh": f"(1 - {z} ** 2)"}[w.arch.function(layer)]
    w.change(z, f"dA{layer} * {slope}")


@specimen(
    "extra-derivative",
    lambda a: ["z", "a"] if a.fuses and a.hidden in ("sigmoid", "tanh") else [],
    "The surer the wrong answer, the smaller the step: learning starts slowly.",
    "Чем увереннее неверный ответ, тем меньше шаг: обучение начинается медленно.",
)
def extra_derivative(w: Writer, form: str) -> None:
    """(ŷ − y) ⊙ f′."""
    last = w.arch.depth
    a = f"A{last}"
    slope = f"{w.arch.hidden}_slope(Z{last})" if form == "z" else f"{a} * (1 - {a})"
    w.change(f"Z{last}", f"({w.lines[f'Z{last}']}) * {slope}")


@specimen(
    "softmax-diagonal",
    lambda a: ["jacobian"] if a.output == "softmax" and not a.fuses else [],
    "Only the right class learns that it should be larger; the others are not pushed down.",
    "Расти учится только верный класс; остальные вниз не идут.",
)
def softmax_diagonal(w: Writer, place: str) -> None:
    """s(1 − s)."""
    last = w.arch.depth
    s = f"A{last}"
    w.change(f"Z{last}", f"dA{last} * {s} * (1 - {s})")


@specimen(
    "softmax-axis",
    softmaxed,
    "Examples compete with each other in the place of classes: the loss depends on who else is "
    "in the "
    "batch.",
    "Вместо классов соревнуются примеры: потери зависят от соседей по батчу.",
)
def softmax_axis(w: Writer, form: str) -> None:
    """The sum over the batch."""
    last = w.arch.depth
    key, text = f"Z{last}", w.lines[f"Z{last}"]
    if form == "values":
        text = text.replace(f"A{last}", f"softmax(Z{last}, axis={w.batch})")
    else:
        text = text.replace(f"axis={w.classes}", f"axis={w.batch}")
    w.change(key, text)


@specimen(
    "assign-for-add",
    lambda a: (
        [k for k in layers(a) if repeated(a, k)][:1] * a.shared
        + [f"A{k - 1}" for k in upper(a) if a.residual and a.square(k)]
    ),
    "Only one use of the value learns; deep residual networks lose the short path that makes them "
    "trainable.",
    "Учится только одно использование значения; глубокие сети теряют короткий путь, благодаря "
    "которому обучаются.",
)
def assign_for_add(w: Writer, place: Any) -> None:
    """= for +=, at a shared weight or at a residual connection."""
    if isinstance(place, str):
        layer = int(place[1:]) + 1
        w.change(place, w.lines[place].removesuffix(f" + dA{layer}"))
        return
    for key in [key for key, sign in w.signs.items() if sign == "+="]:
        w.signs[key] = "="
        w.changed.add(key)


@specimen(
    "z-for-a",
    lambda a: [k for k in upper(a) if a.hidden != "identity"],
    "W learns from values that the next layer never sees.",
    "W учится на значениях, которых следующий слой не видит.",
)
def z_for_a(w: Writer, layer: int) -> None:
    """∂L/∂W with Z of the layer below."""
    key = f"W{layer}"
    w.change(key, w.lines[key].replace(f"A{layer - 1}", f"Z{layer - 1}"))


@specimen(
    "weights-updated-too-early",
    upper,
    "At a small rate it hardly shows; at a large one the lower layers follow a network that is not "
    "the one of the forward pass.",
    "При малой скорости почти не видно; при большой нижние слои следуют не той сети, что считала "
    "forward.",
)
def weights_updated_too_early(w: Writer, layer: int) -> None:
    """The way down goes through W − η dW."""
    k = w.arch.number(layer)
    key = f"A{layer - 1}"
    w.change(key, w.lines[key].replace(f"W{k}.T", f"(W{k} - 0.1 * dW{k}).T"))


@specimen(
    "stale-weights",
    upper,
    "The first step is right, and every later one goes down through the weights of the first.",
    "Первый шаг верен, а все следующие идут вниз через веса первого.",
)
def stale_weights(w: Writer, layer: int) -> None:
    """Backward keeps W of its first call."""
    k = w.arch.number(layer)
    key = f"A{layer - 1}"
    w.first.append(f'old = kept.setdefault("W{k}", W{k}.copy())')
    w.change(key, w.lines[key].replace(f"W{k}.T", "old.T"))


@specimen(
    "relu-at-zero",
    lambda a: list(range(1, a.depth)) if a.hidden == "relu" else [],
    "Where everything starts at 0 (biases, and a black picture's pixels) units move that should "
    "not; "
    "elsewhere it makes no difference.",
    "Где всё начинается с нуля (смещения и чёрные пиксели), двигаются нейроны, которым не "
    "следует; в "
    "остальном разницы нет.",
)
def relu_at_zero(w: Writer, layer: int) -> None:
    """z >= 0."""
    w.change(f"Z{layer}", f"dA{layer} * (Z{layer} >= 0)")


@specimen(
    "in-place",
    lambda a: ["X", *a.params],
    "The gradients are right, once: the caller's arrays are no longer what they were.",
    "Градиенты верны, но один раз: массивы вызывающего уже не те.",
)
def in_place(w: Writer, name: str) -> None:
    """Backward writes into what it was given."""
    w.last.append(f"{name} -= 0.1 * {'X' if name == 'X' else f'd{name}'}  # ← here")


@specimen(
    "zero-gradient",
    lambda a: [f"b{k}" for k in biased(a)],
    "The biases stay what they were.",
    "Смещения не меняются.",
)
def zero_gradient(w: Writer, key: str) -> None:
    """Zeros that were meant to be filled."""
    w.change(key, f"np.zeros_like(b{w.arch.number(int(key[1:]))})")


@specimen(
    "shape",
    lambda a: [f"b{k}" for k in biased(a)],
    "A bias (H, 1) less a gradient (H,) is a matrix (H, H): the next product fails, or does not.",
    "Смещение (H, 1) минус градиент (H,) — матрица (H, H): следующее произведение падает или нет.",
)
def shape(w: Writer, key: str) -> None:
    """The right sum with the axis dropped, or with one kept."""
    kept = not w.arch.rows or w.arch.bias == "wide"
    keep = "" if kept else ", keepdims=True"
    text = f"dZ{key[1:]}.sum(axis={w.batch}{keep})"
    w.change(key, w.divided(text, late=True))
