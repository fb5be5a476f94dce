"""A text of headings, lines and formulas, written for a terminal, Markdown, LaTeX or HTML."""

from __future__ import annotations

import html
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from ..op import Family
from .latex import latex_code, latex_document, latex_escaped

__all__ = ["Block", "Formula", "Page", "Word", "wants_colour"]


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula in both notations."""

    text: str
    latex: str


@dataclass(frozen=True, slots=True)
class Word:
    """The name of a family, in its colour."""

    text: str
    family: Family


Piece = str | Formula | Word


@dataclass(frozen=True, slots=True)
class Block:
    """A line: `kind` is "title", "head", "line", "place" (of the source), "total" or "note"."""

    kind: str
    pieces: tuple[Piece, ...]
    depth: int = 0

    @property
    def text(self) -> str:
        """The line as plain text."""
        return "".join(p if isinstance(p, str) else p.text for p in self.pieces)


_STYLE = {"title": "1;4", "head": "1", "total": "1", "place": "2", "note": "33"}
_CSS = (
    "font-family:system-ui,sans-serif;font-size:14px;line-height:1.5;max-width:60em;"
    "overflow-wrap:anywhere"
)
_HTML = {
    "title": '<h3 style="margin:.6em 0 .3em">{}</h3>',
    "head": '<p style="margin:.8em 0 .1em;padding-left:{}em"><b>{}</b></p>',
    "line": '<p style="margin:.1em 0;padding-left:{}em">{}</p>',
    "place": '<p style="margin:.1em 0;padding-left:{}em"><code style="opacity:.65">{}</code></p>',
    "total": '<p style="margin:.2em 0;padding-left:{}em"><b>{}</b></p>',
    "note": '<p style="margin:.3em 0;padding-left:{}em"><em>{}</em></p>',
}


def wants_colour() -> bool:
    """Whether the standard output is a terminal whose user has not refused colours."""
    return bool(getattr(sys.stdout, "isatty", bool)()) and not os.environ.get("NO_COLOR")


class Page:
    """Whoever has `blocks` can be read in every form; in Jupyter it shows itself as HTML."""

    def blocks(self) -> Sequence[Block]:
        """The lines of the page."""
        raise NotImplementedError

    def to_text(self, colour: bool | None = None, width: int | None = None) -> str:
        """Plain text, wrapped at `width` (default: the terminal's); `colour` adds ANSI colours.

        By default it is coloured where the standard output is a terminal and NO_COLOR is not set.
        """
        colour = wants_colour() if colour is None else colour
        width = max(width or shutil.get_terminal_size((100, 24)).columns, 30)
        lines: list[str] = []
        for block in self.blocks():
            if block.kind in ("title", "head") and lines:
                lines.append("")
            lines += _terminal(block, width, colour)
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.to_text()

    __repr__ = __str__

    def to_markdown(self) -> str:
        """Markdown, with the formulas between dollar signs, as GitHub and Jupyter show them."""
        lines = []
        for block in self.blocks():
            text = "".join(_markdown(p) for p in block.pieces)
            mark = {"title": "### {}", "head": "**{}**", "total": "**{}**", "note": "*{}*"}
            if block.kind == "place":
                ticks = "`" * (max(map(len, re.findall("`+", block.text)), default=0) + 1)
                text = f"{ticks} {block.text} {ticks}"
            else:
                text = mark.get(block.kind, "{}").format(text)
            top = block.kind in ("title", "head", "note")
            lines.append(f"\n{text}\n" if top else "  " * (block.depth - 1) + f"- {text}")
        return "\n".join(lines).strip() + "\n"

    def to_latex(self, document: bool = False) -> str:
        r"""LaTeX for the body of a report, or a whole `document`.

        A report needs the package amsmath, and for Russian `\usepackage[T2A]{fontenc}`.
        """
        lines = []
        for block in self.blocks():
            text = "".join(_latex(p) for p in block.pieces)
            if block.kind == "title":
                lines.append(rf"\paragraph{{{text}}}\mbox{{}}")
                continue
            style = {"head": r"\textbf", "note": r"\emph"}.get(block.kind)
            text = latex_code(block.text) if block.kind == "place" else text
            text = f"{style}{{{text}}}" if style else text
            text = rf"\smallskip {text}" if block.kind == "head" else text
            ragged = rf"\raggedright\leftskip={block.depth + 1}em\parindent=-1em"
            lines.append(rf"\par{{{ragged} {text}\par}}")
        body = "\n".join([r"{\lineskiplimit=2pt\lineskip=4pt", *lines, "}"]) + "\n"
        return latex_document(body) if document else body

    def to_html(self) -> str:
        """A piece of HTML that needs nothing else: no script, no style sheet, no network."""
        parts = []
        for block in self.blocks():
            inner = "".join(_html(p) for p in block.pieces)
            frame = _HTML[block.kind]
            indent = () if block.kind == "title" else (block.depth * 1.5,)
            parts.append(frame.format(*indent, inner))
        return f'<div style="{_CSS}">' + "\n".join(parts) + "</div>"

    def _repr_html_(self) -> str:
        return self.to_html()


def _terminal(block: Block, width: int, colour: bool) -> list[str]:
    indent = "  " * block.depth
    hanging = indent + ("    " if block.kind != "title" else "")
    lines = textwrap.wrap(
        block.text,
        width,
        initial_indent=indent,
        subsequent_indent=hanging,
        break_on_hyphens=False,
    ) or [indent]
    if not colour:
        return lines
    style = _STYLE.get(block.kind)
    for word in (p for p in block.pieces if isinstance(p, Word)):
        r, g, b = (int(word.family.colour[k : k + 2], 16) for k in (1, 3, 5))
        back = f"\033[0m\033[{style}m" if style else "\033[0m"
        painted = f"\033[38;2;{r};{g};{b}m{word.text}{back}"
        lines = [line.replace(word.text, painted, 1) for line in lines]
    return [f"\033[{style}m{line}\033[0m" for line in lines] if style else lines


def _markdown(piece: Piece) -> str:
    if isinstance(piece, Formula):
        return f"${piece.latex}$"
    text = piece if isinstance(piece, str) else piece.text
    return re.sub(r"([\\`*_{}\[\]<>#|$~])", r"\\\1", text)


def _latex(piece: Piece) -> str:
    if isinstance(piece, Formula):
        return rf"$\displaystyle {piece.latex}$"
    return latex_escaped(piece if isinstance(piece, str) else piece.text)


def _html(piece: Piece) -> str:
    if isinstance(piece, Formula):
        return f'<span style="font-family:ui-monospace,monospace">{html.escape(piece.text)}</span>'
    if isinstance(piece, Word):
        family = piece.family
        return (
            f'<span style="background:{family.colour}40;border-bottom:2px solid {family.colour};'
            f'padding:0 .2em">{html.escape(piece.text)}</span>'
        )
    return html.escape(piece)
