r"""How formulas and numbers are written: plain text or LaTeX, with letters or with numbers.

written(rule, TEXT)                     g · z · (1 − z)
written(rule, TEXT, numbers=True)       2 · 0.7311 · (1 − 0.7311)
written(rule, LATEX)                    g \cdot z \cdot (1 - z)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .latex import latex_escaped, latex_name
from .trace import Call, Expression, Symbol

__all__ = [
    "LATEX",
    "TEXT",
    "Notation",
    "number",
    "numbers",
    "written",
]

ATOM, POWER, PRODUCT, SUM = 4, 3, 2, 1  # how tightly the parts of an expression hold together
FEW = 16  # so many numbers are shown one by one


def number(x: Any, digits: int = 4) -> str:
    """One number in `digits` significant digits: 0.25, −3, 1.5e-07; never rounded to 0."""
    x = float(x) or 0.0  # −0 is 0
    text = f"{x:.{digits}g}".replace("-", "−", 1) if x < 0 else f"{x:.{digits}g}"
    return {"inf": "∞", "−inf": "−∞", "nan": "NaN"}.get(text, text)


def numbers(array: Any, digits: int = 4, few: int = FEW) -> str:
    """An array number by number where it has few, else its shape, its range and its norm."""
    array = np.asarray(array)
    if array.ndim == 0:
        return number(array, digits)
    if 0 < array.size <= few:
        return _nested(array, digits)
    shape = "×".join(map(str, array.shape))
    if not array.size:
        return f"({shape})"
    low, high = number(array.min(), digits), number(array.max(), digits)
    norm = number(np.linalg.norm(array.astype(np.float64).ravel()), digits)
    return f"({shape}) {low} … {high}, ‖·‖ = {norm}"


def _nested(array: np.ndarray, digits: int) -> str:
    if array.ndim == 0:
        return number(array, digits)
    return "[" + ", ".join(_nested(part, digits) for part in array) + "]"


@dataclass(frozen=True, slots=True)
class Notation:
    """A way to write: signs between operands, and templates by the name of the op."""

    signs: Mapping[str, str]
    templates: Mapping[str, str]
    fence: str
    call: Callable[[str, list[str], str], str]
    name: Callable[[str], str]
    number: Callable[[Any, int], str]


def _latex_numbers(x: Any, digits: int) -> str:
    array = np.asarray(x)
    if array.ndim == 0:
        text = number(array, digits).replace("−", "-").replace("∞", r"\infty")
        head, e, tail = text.partition("e")
        return rf"{head} \cdot 10^{{{int(tail)}}}" if e else text.replace("NaN", r"\mathrm{NaN}")
    if array.ndim > 2 or not 0 < array.size <= FEW:
        return rf"\text{{{latex_escaped(numbers(array, digits))}}}"
    rows = [" & ".join(_latex_numbers(v, digits) for v in row) for row in np.atleast_2d(array)]
    return r"\begin{bmatrix}" + r" \\ ".join(rows) + r"\end{bmatrix}"


_COMPARE = {"eq": "=", "ne": "≠", "lt": "<", "le": "≤", "gt": ">", "ge": "≥"}
_LOGIC = {"logical_and": "∧", "logical_or": "∨", "bitwise_and": "∧", "bitwise_or": "∨"}
_FUNCTIONS = {"log": "ln", "sigmoid": "σ", "amax": "max", "amin": "min", "sum": "Σ", "sum_to": "Σ"}

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def _axis(x: Call) -> str:
    """The dimension that is summed over, where there are several."""
    dim, ndim = x.params.get("dim"), np.ndim(x.args[0].value)
    return str(dim % ndim) if dim.__class__ is int and ndim > 1 and x.op.name in _OVER else ""


_OVER = ("sum", "mean", "amax", "amin", "prod", "softmax", "cumsum")

TEXT = Notation(
    signs={"add": " + ", "sub": " − ", "mul": " · ", "odot": " ⊙ ", "matmul": " @ ", "div": " / "}
    | {"neg": "−", "pow": "^"}
    | {name: f" {sign} " for name, sign in (_COMPARE | _LOGIC).items()},
    templates={
        "abs": "|{}|",
        "sqrt": "√({})",
        "exp": "e^{}",
        "expm1": "(e^{} − 1)",
        "class_error": "(softmax({}) − onehot({}))",
        "transpose": "{}ᵀ",
        "where": "({1} where {0}, else {2})",
        "bitwise_not": "not {}",
        "logical_not": "not {}",
    },
    fence="({})",
    call=lambda name, args, axis: (
        f"{_FUNCTIONS.get(name, name)}{axis.translate(_SUBSCRIPTS)}({', '.join(args)})"
    ),
    name=str,
    number=numbers,
)

_LATEX_FUNCTIONS = {n: "\\" + n for n in ("sin", "cos", "tan", "sinh", "cosh", "tanh")} | {
    "log": r"\ln",
    "sigmoid": r"\sigma",
    "sum": r"\textstyle\sum",
    "sum_to": r"\textstyle\sum",
}


def _latex_call(name: str, args: list[str], axis: str) -> str:
    function = _LATEX_FUNCTIONS.get(name) or rf"\operatorname{{{latex_escaped(name)}}}"
    below = f"_{{{axis}}}" if axis else ""
    return rf"{function}{below}\left({', '.join(args)}\right)"


LATEX = Notation(
    signs={"add": " + ", "sub": " - ", "mul": r" \cdot ", "odot": r" \odot ", "matmul": r" \, "}
    | {"div": " / ", "neg": "-", "pow": "^"}
    | {"eq": " = ", "ne": r" \ne ", "lt": " < ", "le": r" \le ", "gt": " > ", "ge": r" \ge "}
    | {n: r" \land " if "and" in n else r" \lor " for n in _LOGIC},
    templates={
        "div": r"\frac{{{}}}{{{}}}",
        "abs": r"\left|{}\right|",
        "sqrt": r"\sqrt{{{}}}",
        "exp": r"e^{{{}}}",
        "expm1": r"\left(e^{{{}}} - 1\right)",
        "class_error": r"\left(\operatorname{{softmax}}({}) - \operatorname{{onehot}}({})\right)",
        "transpose": r"{}^\top",
        "where": r"\begin{{cases}}{1} & {0} \\ {2} & \text{{else}}\end{{cases}}",
        "bitwise_not": r"\lnot {}",
        "logical_not": r"\lnot {}",
    },
    fence=r"\left({}\right)",
    call=_latex_call,
    name=latex_name,
    number=_latex_numbers,
)
_TIGHT = ("transpose", "bitwise_not", "logical_not")
_STRENGTH = {"add": SUM, "sub": SUM, "neg": SUM, "mul": PRODUCT, "matmul": PRODUCT}
_STRENGTH |= {"div": PRODUCT, "pow": POWER}


def written(
    x: Expression,
    way: Notation,
    letters: Mapping[str, str] | None = None,
    numbers: bool = False,
    digits: int = 4,
) -> str:
    """`x` as a formula; `letters` renames its letters, `numbers` writes their values instead.

    An array that no letter stands for is called by `letters[""]`.
    """
    return _Writer(way, letters or {}, numbers, digits).write(x)[0]


def _sign_of(x: Call) -> str:
    """The op's name; `x.T` is a permutation, but of a matrix a person writes xᵀ."""
    turned = x.op.name == "permute" and tuple(x.params["dims"]) in ((1, 0), (-1, 0), (1, -2))
    return "transpose" if turned else x.op.name


class _Writer:
    """Writes expressions, each with the strength that holds it together."""

    def __init__(
        self, way: Notation, letters: Mapping[str, str], numbers: bool, digits: int
    ) -> None:
        self.way, self.letters, self.numbers, self.digits = way, letters, numbers, digits

    def held(self, x: Expression, least: int) -> str:
        """`x`, between parentheses where it would fall apart."""
        text, strength = self.write(x)
        return text if strength >= least else self.way.fence.format(text)

    def write(self, x: Expression) -> tuple[str, int]:
        """The text of `x` and its strength."""
        if isinstance(x, Symbol):
            return self._letter(x)
        way, name, args = self.way, _sign_of(x), x.args
        if name in way.templates:
            tight = name in _TIGHT or (way is TEXT and name in ("exp", "expm1"))
            inner = [self.held(a, ATOM if tight else 0) for a in args]
            return way.templates[name].format(*inner), ATOM
        if name in _COMPARE or name in _LOGIC:
            return f"[{self.held(args[0], 0)}{way.signs[name]}{self.held(args[1], 0)}]", ATOM
        if name == "neg":
            return way.signs["neg"] + self.held(args[0], PRODUCT), SUM
        if name == "pow":
            braced = f"{{{self.held(args[1], 0)}}}" if way is LATEX else self.held(args[1], ATOM)
            return f"{self.held(args[0], ATOM)}^{braced}", POWER
        if name in _STRENGTH:
            return self._pair(name, args)
        return way.call(name, [self.held(a, 0) for a in args], _axis(x)), ATOM

    def _pair(self, name: str, args: tuple[Expression, ...]) -> tuple[str, int]:
        """Two operands with a sign between them; between two arrays the product is ⊙."""
        signs, s = self.way.signs, _STRENGTH[name]
        wide = name == "mul" and all(np.ndim(a.value) for a in args)
        right = self.held(args[1], s if name in ("add", "mul", "matmul") else s + 1)
        left, strength = self.write(args[0])
        if strength < s and not (s is PRODUCT and left.startswith(signs["neg"])):
            left = self.way.fence.format(left)
        whole = left + signs["odot" if wide else name] + right
        return whole, SUM if whole.startswith(signs["neg"]) else s

    def _letter(self, s: Symbol) -> tuple[str, int]:
        value = np.asarray(s.value)
        if not s.name and value.size and (value == value.flat[0]).all():
            value = value.flat[0]  # one number, many times
        if not self.numbers and (s.name or np.ndim(value)):
            return self.way.name(self.letters.get(s.name, s.name or "c")), ATOM
        text = self.way.number(value, self.digits)
        return text, SUM if text[:1] in "−-" or np.size(value) > FEW else ATOM
