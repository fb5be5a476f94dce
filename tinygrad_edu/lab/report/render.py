"""Blocks as one HTML file that needs nothing else, and as Markdown with its pictures beside it."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from functools import lru_cache
from html import escape
from importlib.resources import files

from ...extras import extra
from .blocks import Block, Code, Figure, Formula, Heading, Items, Paragraph, Table

__all__ = ["svg", "to_html", "to_markdown"]

SHORT = 12
"""Tables of up to so many rows are not broken between two printed pages."""


def to_html(blocks: Iterable[Block], title: str, lang: str) -> str:
    """A page that asks for nothing over the network: its styles, pictures and formulas are in it.

    Formulas are MathML, which browsers draw themselves.
    """
    style = (files(__package__) / "report.css").read_text(encoding="utf-8")
    body = "\n".join(_html(block) for block in blocks)
    return (
        f'<!doctype html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'; img-src data:\">\n"
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _html(block: Block) -> str:
    match block:
        case Heading(text, level):
            return f"<h{level}>{escape(text)}</h{level}>"
        case Paragraph(text):
            return f"<p>{escape(text)}</p>"
        case Items(items):
            return "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in items) + "</ul>"
        case Code(text):
            return f"<pre>{escape(text)}</pre>"
        case Formula(latex, words):
            convert = extra("latex2mathml.converter", "the report's formulas", "lab").convert
            said = f"<span>{escape(words)}</span>" if words else ""
            return f'<div class="formula">{said}{convert(latex, display="block")}</div>'
        case Table():
            return _html_table(block)
        case Figure(picture, _, caption):
            data = base64.b64encode(svg(picture)).decode()
            return (
                f'<figure><img src="data:image/svg+xml;base64,{data}" alt="{escape(caption)}">'
                f"<figcaption>{escape(caption)}</figcaption></figure>"
            )


def _html_table(table: Table) -> str:
    def row(cells: Iterable[str], tag: str) -> str:
        kinds = ("words" if i in table.words else "number" for i in range(len(table.head)))
        return "".join(
            f'<{tag} class="{kind}">{escape(cell)}</{tag}>'
            for cell, kind in zip(cells, kinds, strict=True)
        )

    body = "".join(f"<tr>{row(cells, 'td')}</tr>\n" for cells in table.rows)
    whole = " short" if len(table.rows) <= SHORT else ""
    return (
        f'<div class="table{whole}"><table><caption>{escape(table.caption)}</caption>\n'
        f"<thead><tr>{row(table.head, 'th')}</tr></thead>\n<tbody>\n{body}</tbody></table></div>"
    )


@lru_cache(maxsize=32)  # the page and the file beside it show the same picture
def svg(figure: object) -> bytes:
    """A figure as SVG; equal figures give equal bytes."""
    matplotlib = extra("matplotlib", "the report's pictures", "lab")
    file = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "lab", "svg.fonttype": "path"}):
        figure.savefig(file, format="svg", metadata={"Date": None})  # type: ignore[attr-defined]
    return file.getvalue()


def to_markdown(blocks: Iterable[Block]) -> str:
    """The same in Markdown; formulas between $$, pictures as files in pictures/."""
    return "\n\n".join(_markdown(block) for block in blocks) + "\n"


def _markdown(block: Block) -> str:
    match block:
        case Heading(text, level):
            return "#" * level + " " + text
        case Paragraph(text):
            return text
        case Items(items):
            return "\n".join(f"- {item}" for item in items)
        case Code(text):
            return f"```\n{text}\n```"
        case Formula(latex, words):
            return (words + "\n\n" if words else "") + f"$$\n{latex}\n$$"
        case Table(caption, head, rows, words):
            rule = ["---" if i in words else "---:" for i in range(len(head))]
            lines = ["| " + " | ".join(cells) + " |" for cells in (head, rule, *rows)]
            return f"{caption}\n\n" + "\n".join(lines)
        case Figure(_, name, caption):
            return f"![{caption}](pictures/{name}.svg)\n\n*{caption}*"
