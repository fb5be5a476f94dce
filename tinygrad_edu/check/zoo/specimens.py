"""The mistakes: each says in which networks, and where, it makes a difference, and changes a line.

Where a mistake cannot make a difference it is no mistake: f′(a) is f′(z) for a ReLU, a factor N is
1 for a batch of one, W is Wᵀ in a layer of one unit. Such places are not offered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .architecture import Architecture
from .writer import Writer

__all__ = ["SPECIMENS", "Specimen"]

Places = Callable[[Architecture], list[Any]]


@dataclass(frozen=True)
class Specimen:
    """One classic mistake: its name, what it does to training, where it can be made."""

    name: str
    en: str
    ru: str
    places: Places
    put: Callable[[Writer, Any], None]


SPECIMENS: dict[str, Specimen] = {}
"""Name → specimen; `diagnose` gives the same names."""


def specimen(name: str, places: Places, en: str, ru: str) -> Callable[..., Any]:
    """Enter a function that puts a mistake into a network's lines."""

    def enter(put: Callable[[Writer, Any], None]) -> Callable[[Writer, Any], None]:
        SPECIMENS[name] = Specimen(name, en, ru, places, put)
        return put

    return enter


def layers(a: Architecture) -> list[int]:
    """All layers, the output's as well."""
    return list(range(1, a.depth + 1))


def upper(a: Architecture) -> list[int]:
    """The layers that pass a gradient down."""
    return list(range(2, a.depth + 1))


def bent(a: Architecture) -> list[int]:
    """The layers whose derivative stands in a line of its own and is not 1."""
    hidden = list(range(1, a.depth)) if a.hidden != "identity" else []
    return hidden + ([a.depth] if not a.fuses and a.output not in ("softmax", "identity") else [])


def curved(a: Architecture) -> list[int]:
    """Those among them whose f′ is another function of a than of z."""
    return [layer for layer in bent(a) if a.function(layer) in ("sigmoid", "tanh")]


def biased(a: Architecture) -> list[int]:
    """The layers with a bias of their own."""
    return [layer for layer in layers(a) if a.bias and not repeated(a, layer)]


def single(a: Architecture) -> list[int]:
    """The layers with a weight of their own."""
    return [layer for layer in layers(a) if not repeated(a, layer)]


def repeated(a: Architecture, layer: int) -> bool:
    """Whether a layer's weight is used by another one, too."""
    return [a.number(k) for k in layers(a)].count(a.number(layer)) > 1


def softmaxed(a: Architecture) -> list[str]:
    """The forms that a wrong axis can take."""
    if a.output != "softmax":
        return []
    return ["values"] if a.fuses else ["jacobian"]


@specimen(
    "bias-not-summed",
    biased,
    "The bias takes the batch's shape at its first update: every place in the batch has a bias "
    "of its "
    "own, the training loss falls, and the network is useless on another batch size.",
    "Смещение после первого обновления принимает форму батча: у каждого места в батче своё "
    "смещение, "
    "потери на обучении падают, а на батче другого размера сеть бесполезна.",
)
def bias_not_summed(w: Writer, layer: int) -> None:
    """db = dZ."""
    w.change(f"b{layer}", w.divided(f"dZ{layer}", late=True))


@specimen(
    "missing-sum",
    single,
    "The gradient is a stack of matrices, one an example; W grows an axis, and the next product "
    "fails.",
    "Градиент — стопка матриц, по одной на пример; у W появляется ось, и следующее произведение "
    "падает.",
)
def missing_sum(w: Writer, layer: int) -> None:
    """The outer products of a batch, not added up."""
    how = "nd,nh->ndh" if w.arch.rows else "dn,hn->nhd"
    text = f'np.einsum("{how}", {w.below(layer)}, dZ{layer})'
    w.change(f"W{layer}", w.divided(text, late=True))


@specimen(
    "wrong-sum-axis",
    biased,
    "All biases of a layer move by the same amount, or their shapes no longer fit.",
    "Все смещения слоя сдвигаются одинаково, или их формы перестают подходить.",
)
def wrong_sum_axis(w: Writer, layer: int) -> None:
    """db = dZ.sum()."""
    w.change(f"b{layer}", w.divided(f"dZ{layer}.sum()", late=True))


@specimen(
    "sum-for-mean",
    lambda a: ["all"] if a.scale in ("mean", "half mean", "mean of all") else [],
    "The learning rate is in truth N times as large: a rate that suits one batch size diverges at "
    "another.",
    "Скорость обучения на деле больше в N раз: при другом размере батча обучение расходится.",
)
def sum_for_mean(w: Writer, place: str) -> None:
    """The division is left out."""
    for key, text in w.lines.items():
        for divisor in (f" / {w.count()}", " / Y.size"):
            if text.endswith(divisor):
                w.change(key, text.removesuffix(divisor))


@specimen(
    "mean-for-sum",
    lambda a: ["delta", *(f"b{k}" for k in biased(a))],
    "The network learns N times as slowly; where only the biases are averaged, they lag behind.",
    "Сеть учится в N раз медленнее; если усреднены только смещения, отстают они.",
)
def mean_for_sum(w: Writer, place: str) -> None:
    """One division by N too many: of everything, or of a bias."""
    key = f"Z{w.arch.depth}" if place == "delta" else place
    w.change(key, f"({w.lines[key]}) / {w.count()}")


@specimen(
    "factor-2",
    lambda a: ["all"] if a.loss == "squared" else [],
    "The learning rate is doubled: no one notices until it is tuned.",
    "Скорость обучения удвоена: этого не видно, пока её не подбирают.",
)
def factor_2(w: Writer, place: str) -> None:
    """A 2 that ½ cancels, or one too many."""
    last = w.arch.depth
    key = f"Z{last}" if w.arch.fuses else f"A{last}"
    w.change(key, f"2 * ({w.lines[key]})")


@specimen(
    "factor-half",
    lambda a: ["all"] if a.loss == "squared" else [],
    "The learning rate is halved.",
    "Скорость обучения уменьшена вдвое.",
)
def factor_half(w: Writer, place: str) -> None:
    """The 2 of the square is forgotten, or a ½ is put in."""
    last = w.arch.depth
    key = f"Z{last}" if w.arch.fuses else f"A{last}"
    text = w.lines[key]
    w.change(key, text.replace("2 * ", "", 1) if "2 * " in text else f"0.5 * ({text})")


@specimen(
    "sign",
    lambda a: ["all", *upper(a)],
    "The loss grows with every step: it is gradient ascent.",
    "Потери растут на каждом шаге: это градиентный подъём.",
)
def sign(w: Writer, place: Any) -> None:
    """y − ŷ, or a minus on the way down."""
    last = w.arch.depth
    if place == "all":
        key = f"Z{last}" if w.arch.fuses else f"A{last}"
        text = w.lines[key]
        plain = text.replace(f"A{last} - Y", f"Y - A{last}", 1)
        w.change(key, plain if plain != text else f"-({text})")
    else:
        w.change(f"A{place - 1}", f"-({w.lines[f'A{place - 1}']})")


@specimen(
    "transposed",
    lambda a: (
        [f"W{k}" for k in single(a)]
        + [f"A{k - 1}" for k in upper(a) if a.widths[k - 1] == a.widths[k]]
    ),
    "In a layer that is not square the update fails; in a square one it goes in a wrong direction, "
    "and the loss falls slowly or not at all.",
    "В неквадратном слое обновление падает; в квадратном идёт не туда, и потери падают медленно "
    "или "
    "вовсе не падают.",
)
def transposed(w: Writer, key: str) -> None:
    """The gradient of W, or W on the way down."""
    layer = int(key[1:]) + (key[0] == "A")
    d, k = f"dZ{layer}", w.arch.number(layer)
    if key[0] == "W":
        below = w.below(layer)
        text = f"{d}.T @ {below}" if w.arch.rows else f"{below} @ {d}.T"
        w.change(key, w.divided(text, late=True))
    else:
        down = (f"{d} @ W{k}.T", f"{d} @ W{k}") if w.arch.rows else (f"W{k}.T @ {d}", f"W{k} @ {d}")
        w.change(key, w.lines[key].replace(*down))
