"""The gallery: six graphs, each with its picture and a ledger, in English and in Russian.

    python examples/gallery.py [FOLDER]      writes README.md, README.ru.md and the pictures

Without a folder it renews `examples/gallery`. The pictures are drawn by Graphviz, whose program
must be on the PATH for that; a test compares what is committed with what this command makes.
"""

from __future__ import annotations

import hashlib
import math
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tinygrad_edu as te
from tinygrad_edu import nn, viz

HERE = Path(__file__).parent / "gallery"


@dataclass(frozen=True)
class Scene:
    """One graph: what to draw, whose gradient to explain, and what is to be seen."""

    title: dict[str, str]
    text: dict[str, str]
    build: Callable[[], tuple[Any, Any, dict[str, Any]]]  # output, tensor to explain, names


def leaf(numbers: Any) -> Any:
    """A tensor that wants a gradient."""
    return te.tensor(numbers, dtype=te.float64, requires_grad=True)


def data(numbers: Any) -> Any:
    """A tensor that wants none."""
    return te.tensor(numbers, dtype=te.float64)


def worked_example() -> tuple[Any, Any, dict[str, Any]]:
    """One neuron and one weight behind it."""
    x, y = data(0.5), data(1.0)
    w, v = leaf(0.4), leaf(0.5)
    h = te.sigmoid(w * x)
    o = h * v
    L = (y - o) ** 2 / 2
    return L, w, {"x": x, "y": y, "w": w, "v": v, "h": h, "o": o, "L": L}


def diamond() -> tuple[Any, Any, dict[str, Any]]:
    """Two ways from b to e."""
    a, b = leaf(-1.0), leaf(3.0)
    c = a + b
    d = b + 1
    e = c * d
    return e, b, {"a": a, "b": b, "c": c, "d": d, "e": e}


def bias() -> tuple[Any, Any, dict[str, Any]]:
    """One bias for every row of a batch."""
    x = data([[1.0, 2.0], [3.0, -1.0], [0.0, 1.0]])
    b = leaf([0.5, -0.5])
    y = x + b
    L = (y * y).sum()
    return L, b, {"x": x, "b": b, "y": y, "L": L}


def two_layers() -> tuple[Any, Any, dict[str, Any]]:
    """Two layers, whose modules are boxes."""
    te.manual_seed(0)
    net = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1)).double()
    x, t = data([[0.0, 1.0], [1.0, 1.0]]), data([[1.0], [0.0]])
    with viz.watch(net, "net") as calls:
        y = net(x)
    L = nn.functional.mse_loss(y, t)
    return L, net[0].bias, {"": calls, "x": x, "t": t, "y": y, "L": L}


def cross_entropy() -> tuple[Any, Any, dict[str, Any]]:
    """Probabilities of three classes and the price of the true one."""
    s = leaf([1.0, 2.0, 0.5])
    p = s.softmax(0)
    L = -p[1].log()
    return L, s, {"s": s, "p": p, "L": L}


def attention() -> tuple[Any, Any, dict[str, Any]]:
    """One head that looks at three words of two numbers."""
    x = data([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    Wq, Wk, Wv = (
        leaf([[1.0, 0.5], [0.0, 1.0]]),
        leaf([[0.5, 0.0], [1.0, 1.0]]),
        leaf([[1.0], [-1.0]]),
    )
    q, k, v = x @ Wq, x @ Wk, x @ Wv
    A = (q @ k.T / math.sqrt(2)).softmax(1)
    z = A @ v
    L = (z * z).mean()
    names = {"x": x, "Wq": Wq, "Wk": Wk, "Wv": Wv, "q": q, "k": k, "v": v, "A": A, "z": z, "L": L}
    return L, Wv, names


SCENES = {
    "worked_example": Scene(
        {"en": "The worked example", "ru": "Разобранный пример"},
        {
            "en": "Practical work 2: one neuron with a sigmoid, one weight behind it, a squared "
            "loss. Read from right to left: every op multiplies what it received by its own local "
            "derivative.",
            "ru": "Практическая работа 2: один нейрон с сигмоидой, за ним один вес, квадратичная "
            "ошибка. Читайте справа налево: каждая операция умножает пришедшее на свою местную "
            "производную.",
        },
        worked_example,
    ),
    "diamond": Scene(
        {"en": "A diamond", "ru": "Ромб"},
        {
            "en": "b is used twice, so its gradient is the sum of two contributions. The product "
            "is visited before both sums: an op waits until all its consumers have spoken.",
            "ru": "b используется дважды, поэтому его градиент — сумма двух вкладов. Произведение "
            "посещается раньше обеих сумм: операция ждёт, пока выскажутся все её потребители.",
        },
        diamond,
    ),
    "bias": Scene(
        {"en": "A broadcast bias", "ru": "Растянутое смещение"},
        {
            "en": "The bias served three rows, as if it had been copied. The gradients of the "
            "copies add up: a sum over the batch, which hand-written code often forgets.",
            "ru": "Смещение послужило трём строкам, как если бы его скопировали. Градиенты копий "
            "складываются: это сумма по пакету, о которой в ручном коде часто забывают.",
        },
        bias,
    ),
    "two_layers": Scene(
        {"en": "A network of two layers", "ru": "Сеть из двух слоёв"},
        {
            "en": "A box is a module. Purple edges carry gradients of mixed signs, blue ones "
            "positive, red ones negative; the thicker the edge, the larger the gradient.",
            "ru": "Рамка — это модуль. По фиолетовым рёбрам идут градиенты разных знаков, по синим "
            "положительные, по красным отрицательные; чем толще ребро, тем больше градиент.",
        },
        two_layers,
    ),
    "cross_entropy": Scene(
        {"en": "Softmax with cross-entropy", "ru": "Softmax с перекрёстной энтропией"},
        {
            "en": "Class 1 is the true one. Only its probability receives a gradient, but softmax "
            "hands it on to all scores, and the result is p − onehot: prediction minus truth.",
            "ru": "Истинный класс — 1. Градиент получает лишь его вероятность, но softmax передаёт "
            "его всем оценкам, и получается p − onehot: предсказание минус истина.",
        },
        cross_entropy,
    ),
    "attention": Scene(
        {"en": "An attention head", "ru": "Голова внимания"},
        {
            "en": "Three products of matrices make q, k and v; the scores q·kᵀ become weights, "
            "and the weights mix the values. Every «switch» sends back a product with the "
            "transposed neighbour.",
            "ru": "Три матричных произведения дают q, k и v; оценки q·kᵀ становятся весами, а веса "
            "смешивают значения. Каждый «переключатель» отправляет назад произведение на "
            "транспонированного соседа.",
        },
        attention,
    ),
}
HEAD = {
    "en": """# Gallery

[По-русски](README.ru.md)

Every picture and every ledger on this page is made by `python examples/gallery.py` from the graph
itself. Boxes are ops, numbered in the order of the backward pass; ovals are leaves. An edge is
labelled upstream · local derivative = contribution; `g` is the upstream gradient, Σ₁ a sum over
dimension 1, Σ the sum over copies.
""",
    "ru": """# Галерея

[In English](README.md)

Каждую картинку и каждую ведомость на этой странице делает `python examples/gallery.py` из самого
графа. Прямоугольники — операции с номерами в порядке обратного прохода, овалы — листья. На ребре
написано: пришедший градиент · местная производная = вклад; `g` — пришедший градиент, Σ₁ — сумма по
измерению 1, Σ — сумма по копиям.
""",
}
WHERE = {"en": "Where the gradient comes from", "ru": "Откуда берётся градиент"}


def picture(name: str, lang: str) -> Any:
    """The graph of a scene."""
    output, _, names = SCENES[name].build()
    watched = names.pop("", None)
    return viz.graph(output, [watched, names] if watched else names, lang)


def page(lang: str) -> str:
    """The page of one language."""
    parts = [HEAD[lang]]
    for name, scene in SCENES.items():
        output, asked, names = scene.build()
        watched = names.pop("", None)
        known = [watched, names] if watched else names
        ledger = viz.explain(asked, output, names=known, lang=lang)
        parts += [
            f"## {scene.title[lang]}\n",
            f"{scene.text[lang]}\n",
            f"![{scene.title[lang]}]({name}.{lang}.svg)\n",
            f"<details><summary>{WHERE[lang]}</summary>\n",
            f"```text\n{ledger.to_text(colour=False, width=96)}\n```\n\n</details>\n",
        ]
    return "\n".join(parts)


def stamp(source: str) -> str:
    """What a picture was drawn from, and by whom: the first line of its file."""
    return f"<!-- sha256 of the DOT source {digest(source)}; {drawer()} -->"


def drawer() -> str:
    """Who draws: the version of Graphviz, and of the font, which decides how wide words are."""
    version = subprocess.run(["dot", "-V"], capture_output=True, text=True, check=True).stderr
    try:
        ask = ["fc-match", "-f", "%{family} %{fontversion}", "Helvetica"]
        font = subprocess.run(ask, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        font = "a font unknown"
    return f"{version.strip()}, {font.strip()}"


def digest(source: str) -> str:
    """The SHA-256 of a picture's DOT source."""
    return hashlib.sha256(source.encode()).hexdigest()


def make(folder: Path) -> list[Path]:
    """Write the pages and the pictures into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for lang, name in (("en", "README.md"), ("ru", "README.ru.md")):
        files.append(folder / name)
        files[-1].write_text(page(lang), encoding="utf-8")
        for scene in SCENES:
            drawn = picture(scene, lang)
            files.append(folder / f"{scene}.{lang}.svg")
            files[-1].write_text(f"{stamp(drawn.source)}\n{drawn.to_svg()}", encoding="utf-8")
    return files


if __name__ == "__main__":
    for file in make(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE):
        print(file)
