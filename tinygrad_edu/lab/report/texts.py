"""The report's sentences, in both languages, and how each writes its numbers."""

from __future__ import annotations

from typing import Any

from ..words import words_in
from .sentences import SENTENCES

__all__ = ["Texts"]


class Texts:
    """`texts("key", name=value)` is a sentence; `number` and `percent` write figures."""

    def __init__(self, lang: str) -> None:
        words_in(lang)  # refuses a language that is not spoken
        self.lang = lang

    def __call__(self, key: str, **values: Any) -> str:
        """The sentence of that name, with the values in it."""
        sentence = SENTENCES[key][0 if self.lang == "en" else 1]
        return sentence.format(**values) if values else sentence

    def number(self, value: float | None, digits: int = 2) -> str:
        """With a decimal comma in Russian; a dash where there is no number."""
        if value is None:
            return "—"
        text = f"{value:.{digits}f}"
        return text.replace(".", ",") if self.lang == "ru" else text

    def short(self, value: float) -> str:
        """A number as short as it is: 0.001, 1e-05."""
        return f"{value:g}".replace(".", "," if self.lang == "ru" else ".")

    def percent(self, share: float | None, digits: int = 2) -> str:
        """A share in percent, without the sign."""
        return self.number(None if share is None else 100 * share, digits)

    def setting(self, setting: dict[str, Any], usual: dict[str, Any]) -> str:
        """A setting in words: what it shares with every other is left out."""
        parts = [setting["optimizer"], f"η = {self.short(setting['lr'])}"]
        parts.append(f"B = {setting['batch_size']}")
        for axis in ("hidden", "activation", "init", "weight_decay", "dropout", "seed"):
            if axis in setting and axis not in usual:
                value = setting[axis]
                shown = "-".join(map(str, value)) if isinstance(value, list | tuple) else value
                parts.append(f"{self(axis)} {shown if shown is not None else '—'}")
        return ", ".join(parts)
