"""What a report is made of, before it is HTML or Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Block", "Code", "Figure", "Formula", "Heading", "Items", "Paragraph", "Table"]


@dataclass(frozen=True)
class Heading:
    """A heading of level 1, 2 or 3."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Paragraph:
    """Running text, without markup."""

    text: str


@dataclass(frozen=True)
class Items:
    """A list."""

    items: Sequence[str]


@dataclass(frozen=True)
class Formula:
    """A displayed formula in LaTeX, with what it says before it."""

    latex: str
    words: str = ""


@dataclass(frozen=True)
class Code:
    """A command, to be copied."""

    text: str


@dataclass(frozen=True)
class Table:
    """A table whose columns are numbers, unless they are named in `words`."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: frozenset[int] = field(default=frozenset({0}))


@dataclass(frozen=True)
class Figure:
    """A picture: a matplotlib figure, the name of its file, its caption."""

    picture: Any
    name: str
    caption: str


Block = Heading | Paragraph | Items | Formula | Code | Table | Figure
