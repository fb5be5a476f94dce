"""The answer: a name for programs, a sentence for people, the smallest numbers, the formula."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .phrases import phrases_in, products
from .words import MISTAKES
from .work import Inputs

__all__ = ["Evidence", "Finding", "Report"]


@dataclass
class Finding:
    """One mistake: its name, the parameters that it spoils, and its details."""

    name: str
    params: tuple[str, ...] = ()
    detail: str = ""
    layer: int | None = None  # counted from 0; None: every hidden one
    mistake: Any = None  # the hypothesis about the network, where there is one
    also: tuple[str, ...] = ()  # names of other mistakes that give the same numbers
    words: str = ""  # the mistake's words that are true here, where they are not its first

    def says(self, lang: str, every: bool = False) -> str:
        """What is wrong, without the numbers."""
        phrases = phrases_in(lang)
        text = MISTAKES[self.words or self.name].says(lang)
        which = "layer" if self.layer is not None else self._all_layers()
        layer, of = (phrases[k].format(l=(self.layer or 0) + 1) for k in (which, f"{which}_of"))
        mark = "" if self.name == "in-place" else "d"
        names = phrases["all"] if every else ", ".join(f"{mark}{p}" for p in self.params)
        text = text.format(p=names, x=self.detail, l=layer, l_of=of)
        letters = [phrases[letter] for letter in "NKD" if letter in self._factor()]
        return text + (f" ({', '.join(letters)})" if letters else "")

    def right(self, lang: str, layout: tuple[bool, bool] | None) -> str:
        """The formula, in the student's convention."""
        n = f"({self.detail})" if "·" in self.detail else self.detail
        formula = MISTAKES[self.words or self.name].right(lang)
        return formula.format(n=n, **products(layout, lang))

    def _factor(self) -> str:
        factors = ("sum-for-mean", "mean-for-sum", "wrong-factor")
        return self.detail if self.name in factors else ""

    def _all_layers(self) -> str:
        return "hidden" if self.name == "no-derivative" else "every"


@dataclass
class Evidence:
    """The smallest example that was found: inputs, one entry, what it must be and what it is."""

    inputs: Inputs = field(default_factory=dict)
    param: str = ""
    index: tuple[int, ...] = ()
    want: Any = None
    got: Any = None
    earlier: Inputs | None = None  # where it shows only after a call: the weights of that call
    of_input: bool = False  # want and got are an input's numbers, before backward and after it

    def says(self, lang: str) -> str:
        """The example in a line."""
        phrases = phrases_in(lang)
        if not self.param:
            return ""
        shown, before = (
            ", ".join(f"{k} = {plain(v)}" for k, v in values.items())
            for values in (self.inputs, self.earlier or {})
        )
        template = phrases["shapes"] if isinstance(self.want, list) else phrases["example"]
        template = phrases["input"] if self.of_input else template
        if not self.index and not isinstance(self.want, list):
            template = template.replace("[{at}]", "")
        at = ", ".join(map(str, self.index))
        text = template.format(
            p=self.param if self.of_input else f"d{self.param}",
            at=at,
            want=plain(self.want),
            got=plain(self.got),
        )
        start = phrases["with" if self.earlier is None else "earlier"]
        start = start.format(inputs=shown, weights=before or phrases["others"])
        return start + text + "."

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON's types."""
        return {
            "inputs": {k: data(v) for k, v in self.inputs.items()},
            "parameter": self.param,
            "index": list(self.index),
            "want": data(self.want),
            "got": data(self.got),
            "earlier": None
            if self.earlier is None
            else {k: data(v) for k, v in self.earlier.items()},
        }


@dataclass
class Report:
    """What `diagnose` found out about a backward.

    `ok`, `name` ("right", "sign", …, "unknown"; two names joined by " + " for two mistakes),
    `sentence`, `evidence`, `formula`, `findings`; `str(report)` is all of it, for people.
    """

    ok: bool
    findings: list[Finding]
    evidence: Evidence
    params: tuple[str, ...]
    lang: str = "en"
    unexplained: tuple[str, ...] = ()
    network: str = ""  # what forward was recognised as
    layout: tuple[bool, bool] | None = None  # whether X, and W, are turned round

    @property
    def name(self) -> str:
        """The mistake's name, as programs read it."""
        return " + ".join(dict.fromkeys(f.name for f in self.findings)) or "right"

    @property
    def convention(self) -> bool:
        """Whether it is a matter of convention: a valid subgradient that nobody else chooses."""
        return [f.name for f in self.findings] == ["relu-at-zero"]

    @property
    def formula(self) -> str:
        """What is right instead."""
        return self.right(self.lang)

    def right(self, lang: str) -> str:
        """The formula in a language, for it may have words in it."""
        lines = (f.right(lang, self.layout) for f in self.findings if not _about_no_shape(f))
        return "\n".join(dict.fromkeys(filter(None, lines)))

    @property
    def sentence(self) -> str:
        """One sentence: what is wrong, and the numbers that show it."""
        return self.says(self.lang)

    def says(self, lang: str) -> str:
        """The sentence in a language."""
        phrases = phrases_in(lang)
        if self.ok:
            return phrases["right"].format(n=len(self.params)) + "."
        every = len(self.params) > 1
        parts = [f.says(lang, every and set(f.params) == set(self.params)) for f in self.findings]
        text = phrases["and"].join(parts)
        if not text.startswith(tuple(f"d{p}" for p in self.params)):
            text = text[:1].upper() + text[1:]
        text = text.rstrip(".") + ". "
        if self.unexplained:
            names = ", ".join(f"d{p}" for p in self.unexplained)
            text += phrases["partly"].format(p=names) + ". "
        return (text + self.evidence.says(lang)).strip()

    def __str__(self) -> str:
        phrases = phrases_in(self.lang)
        lines = [self.sentence]
        if self.formula:
            lines.append(f"{phrases['formula']}: {self.formula}")
        also = [name for f in self.findings for name in f.also]
        if also:
            lines.append(phrases["also"] + ", ".join(also) + ".")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON's types, both languages included."""
        return {
            "ok": self.ok,
            "name": self.name,
            "convention": self.convention,
            "sentence": {"en": self.says("en"), "ru": self.says("ru")},
            "formula": {"en": self.right("en"), "ru": self.right("ru")},
            "parameters": list(self.params),
            "findings": [
                {
                    "name": f.name,
                    "parameters": list(f.params),
                    "detail": f.detail,
                    "layer": None if f.layer is None else f.layer + 1,
                    "also": list(f.also),
                }
                for f in self.findings
            ],
            "unexplained": list(self.unexplained),
            "evidence": self.evidence.to_dict() if self.evidence.param else None,
            "network": self.network,
        }

    def _repr_html_(self) -> str:
        colour = "#009E73" if self.ok else "#D55E00"
        first, *rest = str(self).split("\n")
        body = "".join(f"<div><code>{html.escape(line)}</code></div>" for line in rest)
        return (
            f'<div style="border-left:4px solid {colour};padding:4px 10px">'
            f"<b>{html.escape(self.name)}</b><div>{html.escape(first)}</div>{body}</div>"
        )


def _about_no_shape(finding: Finding) -> bool:
    """Whether backward failed for a reason that the rules of the matrix product do not mend."""
    words = ("shape", "matmul", "aligned", "broadcast", "dimension")
    return finding.name == "exception" and not any(word in finding.detail for word in words)


def plain(value: Any) -> str:
    """A value as somebody would write it on paper: whole numbers without a point."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, list):
        return "[" + ", ".join(plain(v) for v in value) + "]"
    if isinstance(value, float) and np.isfinite(value):
        return f"{value:.4g}" if value != round(value) or abs(value) > 1e6 else str(int(value))
    return str(value)


def data(value: Any) -> Any:
    """A value as JSON has it; NaN and infinity as words."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [data(v) for v in value]
    if isinstance(value, float) and not np.isfinite(value):
        return str(value)
    return value
