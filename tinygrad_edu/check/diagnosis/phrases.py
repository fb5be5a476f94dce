"""What stands around a mistake's words: the numbers, the layer, the products of a convention."""

from __future__ import annotations

from ...errors import ArgumentError

__all__ = ["PHRASES", "phrases_in", "products"]

PRODUCTS = {
    (False, False): ("Aᵀ δ", "δ Wᵀ"),
    (True, False): ("δ Aᵀ", "Wᵀ δ"),
    (False, True): ("δᵀ A", "δ W"),
    (True, True): ("A δᵀ", "W δ"),
}
"""(columns, flipped) as `Network` has them → ∂L/∂W and ∂L/∂A."""

PHRASES: dict[str, dict[str, str]] = {
    "en": {
        "right": "backward is right: its gradients ({n}) agree with the slopes of forward",
        "example": "{p}[{at}] must be {want}, and backward gives {got}",
        "shapes": "{p} must be {want}, and backward gives {got}",
        "input": "{p}[{at}] is {want} before the call of backward, and {got} after it",
        "with": "With {inputs}: ",
        "and": "; and ",
        "also": "The same numbers follow from: ",
        "formula": "Right",
        "partly": "Not all is explained: {p} is wrong in a way that no known mistake fits",
        "all": "every gradient",
        "layer": "layer {l}",
        "layer_of": "layer {l}",
        "hidden": "every hidden layer",
        "hidden_of": "every hidden layer",
        "every": "every layer",
        "every_of": "every layer",
        "earlier": "After a call with {weights}, with {inputs}: ",
        "others": "other weights",
        "either": "{rows} (examples in rows) or {columns} (in columns)",
        "N": "N is the batch size",
        "K": "K the number of outputs",
        "D": "D the number of inputs",
    },
    "ru": {
        "right": "backward верен: все градиенты ({n}) совпадают с наклонами forward",
        "example": "{p}[{at}] должно быть {want}, а backward даёт {got}",
        "shapes": "{p} должно быть {want}, а backward даёт {got}",
        "input": "до вызова backward {p}[{at}] = {want}, а после {got}",
        "with": "При {inputs}: ",
        "and": "; и ",
        "also": "Те же числа дают: ",
        "formula": "Верно",
        "partly": "Объяснено не всё: {p} неверен так, что ни одна известная ошибка не подходит",
        "all": "каждый градиент",
        "layer": "слое {l}",
        "layer_of": "слоя {l}",
        "hidden": "каждом скрытом слое",
        "hidden_of": "каждого скрытого слоя",
        "every": "каждом слое",
        "every_of": "каждого слоя",
        "earlier": "После вызова с {weights}, при {inputs}: ",
        "others": "другими весами",
        "either": "{rows} (примеры в строках) или {columns} (в столбцах)",
        "N": "N — размер батча",
        "K": "K — число выходов",
        "D": "D — число входов",
    },
}


def phrases_in(lang: str) -> dict[str, str]:
    """The sentences of one language."""
    if lang not in PHRASES:
        raise ArgumentError(f"lang={lang!r} is not spoken here. Use one of {', '.join(PHRASES)}.")
    return PHRASES[lang]


def products(layout: tuple[bool, bool] | None, lang: str) -> dict[str, str]:
    """∂L/∂W and ∂L/∂A in the student's convention, or in both where it is not known."""
    if layout is not None:
        return dict(zip(("dW", "dA"), PRODUCTS[layout], strict=True))
    both = zip(PRODUCTS[False, False], PRODUCTS[True, False], strict=True)
    either = [phrases_in(lang)["either"].format(rows=r, columns=c) for r, c in both]
    return dict(zip(("dW", "dA"), either, strict=True))
