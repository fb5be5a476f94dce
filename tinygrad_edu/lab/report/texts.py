"""The report's sentences, in both languages, and how each writes its numbers."""

from __future__ import annotations

from typing import Any

from ..words import words_in
from .sentences import SENTENCES

__all__ = ["Texts"]

# As the sheet writes them.
_OPTIMIZERS = {
    "sgd": "SGD",
    "momentum": "Momentum",
    "nesterov": "Nesterov",
    "rmsprop": "RMSprop",
    "adagrad": "Adagrad",
    "adam": "Adam",
    "adamw": "AdamW",
}

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


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
        return self._spelt(f"{value:.{digits}f}")

    def short(self, value: float) -> str:
        """A number as short as it is: 0.001, 1e-05."""
        return self._spelt(f"{value:g}")

    def power(self, value: float) -> str:
        """A very small number in its powers of ten: 2·10⁻¹⁹."""
        digits, _, exponent = f"{value:.0e}".partition("e")
        return f"{digits}·10" + str(int(exponent)).translate(_RAISED)

    def _spelt(self, text: str) -> str:
        return text.replace("-", "−").replace(".", "," if self.lang == "ru" else ".")

    def percent(self, share: float | None, digits: int = 2) -> str:
        """A share in percent, without the sign."""
        return self.number(None if share is None else 100 * share, digits)

    def optimizer(self, name: str) -> str:
        """An optimizer as people write it."""
        return _OPTIMIZERS.get(name, name)

    def value(self, value: Any) -> str:
        """A value of any axis: widths as 128-64, None as a dash."""
        if isinstance(value, list | tuple):
            return "-".join(map(str, value)) or "0"
        if isinstance(value, float):
            return self.short(value)
        return "—" if value is None else str(value)

    def setting(self, setting: dict[str, Any], usual: dict[str, Any]) -> str:
        """A setting in words: what it shares with every other is left out."""
        parts = [self.optimizer(setting["optimizer"]), self.rate_and_batch(setting)]
        more = ("hidden", "activation", "init", "weight_decay", "dropout", "seed")
        axes = [axis for axis in more if axis in setting and axis not in usual]
        parts += [f"{self(axis)}\u00a0{self.value(setting[axis])}" for axis in axes]
        return ", ".join(parts)

    def rate_and_batch(self, setting: dict[str, Any]) -> str:
        """η = 0.1, B = 32, with spaces at which no line breaks."""
        return f"η\u00a0=\u00a0{self.short(setting['lr'])}, B\u00a0=\u00a0{setting['batch_size']}"
