"""How formulas and numbers are written: as plain text, as LaTeX, with letters or with numbers.

    written(rule, TEXT)                     g · z · (1 − z)
    written(rule, TEXT, numbers=True)       2 · 0.7311 · (1 − 0.7311)
    written(rule, LATEX)                    g \\cdot z \\cdot (1 - z)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .trace import Call, Expression, Symbol

__all__ = ["LATEX", "TEXT", "Notation", "latex_escaped", "latex_name", "number", "plain_formula", "numbers", "written"]

ATOM, POWER, PRODUCT, SUM = 4, 3, 2, 1  # how tightly the parts of an expression hold together
FEW = 16  # so many numbers are shown one by one


def number(x: Any, digits: int = 4) -> str:
    """One number in `digits` significant digits: 0.25, −3, 1.5e-07; what it is, never rounded to 0."""
    x = float(x)
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
    call: Callable[[str, list[str]], str]
    name: Callable[[str], str]
    number: Callable[[Any, int], str]


def latex_name(name: str) -> str:
    """A name as LaTeX: one letter as it is, Greek by its command, more letters upright."""
    if name in _GREEK:
        return "\\" + name
    if len(name) == 1 and name.isalpha():
        return name
    if name[:1].isalpha() and name[1:].isdigit() and name.isascii():
        return f"{name[0]}_{{{name[1:]}}}"
    return rf"\text{{{latex_escaped(name)}}}"


def latex_escaped(text: str) -> str:
    """Any text as LaTeX that prints it."""
    return "".join(_LATEX_SPECIAL.get(c, c) for c in text)


_GREEK = set("alpha beta gamma delta epsilon eta theta lambda mu sigma phi omega".split())
_LATEX_SPECIAL = {c: "\\" + c for c in "&%#_{}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "\n": " ",
    "$": r"\textdollar{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "`": r"\textasciigrave{}",
    "−": "$-$",
    "·": r"$\cdot$",
    "×": r"$\times$",
    "→": r"$\to$",
    "‖": r"$\|$",
}


_SIGNS = {r"\odot": "⊙", r"\cdot": "·", r"\le": "≤", r"\ge": "≥", r"\ne": "≠", r"\ln": "ln"}
_SIGNS |= {r"\sum": "Σ", r"\prod": "Π", r"\int": "∫", r"\infty": "∞", r"\top": "T", r"\land": "∧"}
_SIGNS |= {r"\lor": "∨", r"\lnot": "¬", r"\oplus": "⊕", r"\lfloor": "⌊", r"\rfloor": "⌋"}
_SIGNS |= {r"\lceil": "⌈", r"\rceil": "⌉", r"\quad": " ", r"\dots": "…", r"\sim": "~"}
_SIGNS |= {r"\bigwedge": "⋀", r"\bigvee": "⋁", r"\in": "∈"}
_GREEK_SIGNS = "alpha α beta β gamma γ delta δ varepsilon ε lambda λ sigma σ pi π Phi Φ".split()
_SIGNS |= {"\\" + n: c for n, c in zip(_GREEK_SIGNS[::2], _GREEK_SIGNS[1::2], strict=True)}


def plain_formula(latex: str) -> str:
    """An op's formula, declared in LaTeX, for a terminal: `\\frac{1}{n} \\sum_i x_i` as 1/n Σ_i x_i."""
    text = latex
    for old, new in ((r"\,", " "), (r"\ ", " "), (r"\left", ""), (r"\right", ""), ("^\\top", "ᵀ")):
        text = text.replace(old, new)
    text = re.sub(r"\\bar (\w)", "\\1\u0304", text)
    text = re.sub(r"\\tfrac(\d)(\d)", r"\1/\2", text)
    group = r"\{((?:[^{}])*)\}"
    named = re.compile(rf"\\(?:text|mathrm|operatorname|mathbin|mathord)(?:{group}|\s*(\w))")
    fraction = re.compile(rf"\\t?frac{group}{group}")
    root = re.compile(rf"\\sqrt(?:{group}|\\(\w+))")
    before = None
    while before != text:  # from the inside out
        before = text
        text = named.sub(lambda m: m[1] or m[2] or "", text)
        text = root.sub(lambda m: f"√({m[1] or chr(92) + m[2]})", text)
        text = fraction.sub(lambda m: f"{_whole(m[1])}/{_whole(m[2])}", text)
        text = re.sub(rf"([_^]){group}", lambda m: m[1] + _whole(m[2]), text)
    text = re.sub(r"\\[A-Za-z]+", lambda m: _SIGNS.get(m[0], m[0][1:]), text)
    text = re.sub(r"(?<=[\w)])(?=[ΣΠ])|(?<=ln)(?=σ)", " ", text).replace("( ", "(")
    return re.sub(r"\s+", " ", text.replace("\\", "").replace("{", "").replace("}", "")).strip()


def _whole(text: str) -> str:
    return text if re.fullmatch(r"[^\W_]+", text) else f"({text})"


def _latex_numbers(x: Any, digits: int) -> str:
    array = np.asarray(x)
    if array.ndim == 0:
        text = number(array, digits).replace("−", "-").replace("∞", r"\infty")
        head, e, tail = text.partition("e")
        return rf"{head} \cdot 10^{{{int(tail)}}}" if e else text.replace("NaN", r"\mathrm{NaN}")
    if array.ndim > 2 or not 0 < array.size <= FEW:
        told = numbers(array, digits).replace("‖·‖", "norm").replace("−", "-")
        return rf"\text{{{told}}}"
    rows = [" & ".join(_latex_numbers(v, digits) for v in row) for row in np.atleast_2d(array)]
    return r"\begin{bmatrix}" + r" \\ ".join(rows) + r"\end{bmatrix}"


_COMPARE = {"eq": "=", "ne": "≠", "lt": "<", "le": "≤", "gt": ">", "ge": "≥"}
_LOGIC = {"logical_and": "∧", "logical_or": "∨", "bitwise_and": "∧", "bitwise_or": "∨"}
_FUNCTIONS = {"log": "ln", "sigmoid": "σ", "amax": "max", "amin": "min", "sum": "Σ", "sum_to": "Σ"}

TEXT = Notation(
    signs={"add": " + ", "sub": " − ", "mul": " · ", "odot": " ⊙ ", "matmul": " @ ", "div": " / "}
    | {"neg": "−", "pow": "^"}
    | {name: f" {sign} " for name, sign in (_COMPARE | _LOGIC).items()},
    templates={
        "abs": "|{}|",
        "sqrt": "√({})",
        "exp": "e^{}",
        "expm1": "(e^{} − 1)",
        "transpose": "{}ᵀ",
        "where": "({1} where {0}, else {2})",
        "bitwise_not": "not {}",
        "logical_not": "not {}",
    },
    fence="({})",
    call=lambda name, args: f"{_FUNCTIONS.get(name, name)}({', '.join(args)})",
    name=str,
    number=numbers,
)

_LATEX_FUNCTIONS = {n: "\\" + n for n in "sin cos tan sinh cosh tanh".split()} | {
    "log": r"\ln",
    "sigmoid": r"\sigma",
    "sum": r"\textstyle\sum",
    "sum_to": r"\textstyle\sum",
}



def _latex_call(name: str, args: list[str]) -> str:
    function = _LATEX_FUNCTIONS.get(name) or rf"\operatorname{{{latex_escaped(name)}}}"
    return rf"{function}\left({', '.join(args)}\right)"


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

    def letter(s: Symbol) -> tuple[str, int]:
        value = np.asarray(s.value)
        if not s.name and value.size and (value == value.flat[0]).all():
            value = value.flat[0]  # one number, many times
        if not numbers and (s.name or np.ndim(value)):
            return way.name((letters or {}).get(s.name, s.name or "c")), ATOM
        text = way.number(value, digits)
        long = text[:1] in "−-" or np.size(value) > FEW
        return text, SUM if long else ATOM

    def held(x: Expression, least: int) -> str:
        text, strength = write(x)
        return text if strength >= least else way.fence.format(text)

    def write(x: Expression) -> tuple[str, int]:
        if isinstance(x, Symbol):
            return letter(x)
        name, args = x.op.name, x.args
        if name in way.templates:
            tight = name in _TIGHT or (way is TEXT and name in ("exp", "expm1"))
            inner = [held(a, ATOM if tight else 0) for a in args]
            return way.templates[name].format(*inner), ATOM
        if name in _COMPARE or name in _LOGIC:
            return f"[{held(args[0], 0)}{way.signs[name]}{held(args[1], 0)}]", ATOM
        if name == "neg":
            return way.signs["neg"] + held(args[0], PRODUCT), SUM
        if name == "pow":
            power = write(args[1])[0]
            braced = f"{{{power}}}" if way is LATEX else held(args[1], ATOM)
            return held(args[0], ATOM) + "^" + braced, POWER
        if name in _STRENGTH:
            s = _STRENGTH[name]
            wide = name == "mul" and all(np.ndim(a.value) for a in args)
            right = held(args[1], s if name in ("add", "mul", "matmul") else s + 1)
            left, strength = write(args[0])
            if strength < s and not (s is PRODUCT and left.startswith(way.signs["neg"])):
                left = way.fence.format(left)
            whole = left + way.signs["odot" if wide else name] + right
            return whole, SUM if whole.startswith(way.signs["neg"]) else s
        return way.call(name, [held(a, 0) for a in args]), ATOM

    return write(x)[0]
