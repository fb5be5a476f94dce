"""The formulas of the ops, declared in LaTeX, in plain letters."""

from __future__ import annotations

import re

__all__ = ["plain_formula"]

_SIGNS = {r"\odot": "⊙", r"\cdot": "·", r"\le": "≤", r"\ge": "≥", r"\ne": "≠", r"\ln": "ln"}
_SIGNS |= {r"\sum": "Σ", r"\prod": "Π", r"\int": "∫", r"\infty": "∞", r"\top": "T", r"\land": "∧"}
_SIGNS |= {r"\lor": "∨", r"\lnot": "¬", r"\oplus": "⊕", r"\lfloor": "⌊", r"\rfloor": "⌋"}
_SIGNS |= {r"\lceil": "⌈", r"\rceil": "⌉", r"\quad": " ", r"\dots": "…", r"\sim": "~"}
_SIGNS |= {r"\bigwedge": "⋀", r"\bigvee": "⋁", r"\in": "∈"}
_SIGNS |= {r"\alpha": "α", r"\beta": "β", r"\gamma": "γ", r"\delta": "δ", r"\varepsilon": "ε"}
_SIGNS |= {r"\lambda": "λ", r"\sigma": "σ", r"\pi": "π", r"\Phi": "Φ"}


def plain_formula(latex: str) -> str:
    r"""An op's formula, declared in LaTeX, for a terminal: `\frac{1}{n} x_i` as 1/n x_i."""
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
