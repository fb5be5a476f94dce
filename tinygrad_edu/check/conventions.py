"""Which subgradient the library takes at each of its corners; PyTorch's choice throughout."""

from __future__ import annotations

__all__ = ["convention"]

_TEXT = {
    "en": {
        "relu": "relu′(0) = 0",
        "abs": "|x|′ at 0 is 0",
        "l1_loss": "|x|′ at 0 is 0",
        "norm": "the norm's slope at the zero vector is 0",
        "leaky_relu": "at 0 the slope of the left side",
        "elu": "at 0 the slope of the left side, α",
        "selu": "at 0 the slope of the left side",
        "hardtanh": "0 on the walls",
        "hinge_loss": "0 at the margin",
        "amax": "equal winners share the gradient evenly",
        "amin": "equal winners share the gradient evenly",
        "lower_median": "equal middle values share the gradient evenly",
        "maximum": "at a tie each of the two receives half",
        "minimum": "at a tie each of the two receives half",
        "clamp": "on a bound x receives all, the bound nothing",
        "max_windows": "the first of equal winners receives all",
        "getitem": "max(dim) and sort pick the first of equals, and it receives all",
        "gather_along": "max(dim) picks the first of equals, and it receives all",
        "": "any value of the interval is a valid subgradient",
    },
    "ru": {
        "relu": "relu′(0) = 0",
        "abs": "|x|′ в нуле равна 0",
        "l1_loss": "|x|′ в нуле равна 0",
        "norm": "наклон нормы на нулевом векторе равен 0",
        "leaky_relu": "в нуле берётся наклон слева",
        "elu": "в нуле берётся наклон слева, α",
        "selu": "в нуле берётся наклон слева",
        "hardtanh": "на стенках 0",
        "hinge_loss": "на границе зазора 0",
        "amax": "равные победители делят градиент поровну",
        "amin": "равные победители делят градиент поровну",
        "lower_median": "равные средние значения делят градиент поровну",
        "maximum": "при равенстве каждый из двух получает половину",
        "minimum": "при равенстве каждый из двух получает половину",
        "clamp": "на границе всё получает x, граница — ничего",
        "max_windows": "первый из равных победителей получает всё",
        "getitem": "max(dim) и сортировка выбирают первого из равных, он получает всё",
        "gather_along": "max(dim) выбирает первого из равных, он получает всё",
        "": "годится любое значение из промежутка",
    },
}


def convention(op: str, lang: str) -> str:
    """What the library does at a corner of this op, in one clause."""
    return _TEXT[lang].get(op, _TEXT[lang][""])
