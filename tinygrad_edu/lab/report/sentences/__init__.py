"""Every sentence of the report: English, Russian."""

from __future__ import annotations

from .results import RESULTS
from .theory import THEORY
from .words import WORDS

__all__ = ["SENTENCES"]

SENTENCES = {**WORDS, **THEORY, **RESULTS}
