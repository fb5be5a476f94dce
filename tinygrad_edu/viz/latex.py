r"""Any text as LaTeX that prints it, whatever letters it has, and a whole document around it.

Written for pdflatex with `\usepackage[T2A]{fontenc}`, the encoding that has Russian letters.
"""

from __future__ import annotations

import re

__all__ = ["latex_code", "latex_document", "latex_escaped", "latex_name"]

_GREEK = (
    "αalpha βbeta γgamma δdelta εepsilon ζzeta ηeta θtheta ιiota κkappa λlambda μmu νnu ξxi πpi "
    "ρrho σsigma ςvarsigma τtau υupsilon φphi χchi ψpsi ωomega "
    "ΓGamma ΔDelta ΘTheta ΛLambda ΞXi ΠPi ΣSigma ΥUpsilon ΦPhi ΨPsi ΩOmega"
)
_LETTERS = {pair[0]: "\\" + pair[1:] for pair in _GREEK.split()}
_NAMES = _LETTERS | {command[1:]: command for command in _LETTERS.values()}

_SPECIAL = {c: "\\" + c for c in "&%#_{}"} | {c: f"${command}$" for c, command in _LETTERS.items()}
_SPECIAL |= {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "$": r"\textdollar{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "`": r"\textasciigrave{}",
    '"': r"\char34{}",  # babel gives it a meaning in some languages
    "−": "$-$",
    "·": r"$\cdot$",
    "×": r"$\times$",
    "→": r"$\to$",
    "←": r"$\leftarrow$",
    "∂": r"$\partial$",
    "∞": r"$\infty$",
    "≤": r"$\le$",
    "≥": r"$\ge$",
    "≠": r"$\ne$",
    "‖": r"$\|$",
    "…": r"\dots{}",
}
_PLAIN = re.compile(r"(?![ÐÞðþ])[ -~¡-ÿА-Яа-яЁё„“”‘’–—№]")  # what T2A has
_BREAKS = re.compile(r"(?<=[/.,(=:+*])(?=[^\s}])|(?<=\\_)")


def latex_escaped(text: str) -> str:
    """`text` as LaTeX that prints it; a letter that no font of TeX's own has, by its number."""
    text = "".join(_SPECIAL.get(c) or _printed(c) for c in text)
    return text.replace("--", "-{}-")  # a dash is not two hyphens


def _printed(c: str) -> str:
    if _PLAIN.fullmatch(c):
        return c
    return f"[U+{ord(c):04X}]" if c.isprintable() else " "


def latex_code(text: str) -> str:
    r"""A line of source in `\texttt`, which may be broken behind a point, a bracket or a sign."""
    broken = _BREAKS.sub(r"\\allowbreak{}", latex_escaped(text))
    return rf"\texttt{{{broken}}}"


def latex_name(name: str) -> str:
    """A name in a formula: one letter as it is, Greek by its command, more letters upright."""
    if name in _NAMES:
        return _NAMES[name]
    if name.isascii() and name.isalpha() and len(name) == 1:
        return name
    if name.isascii() and name[:1].isalpha() and name[1:].isdigit():
        return f"{name[0]}_{{{name[1:]}}}"
    return rf"\text{{{latex_escaped(name)}}}"


def latex_document(body: str) -> str:
    """A document that compiles as it stands, in English or Russian."""
    return (
        "\\documentclass{article}\n"
        "\\usepackage[T2A]{fontenc}\n"
        "\\usepackage{amsmath}\n"
        "\\usepackage[margin=2.5cm]{geometry}\n"
        f"\\begin{{document}}\n{body}\\end{{document}}\n"
    )
