"""A graph as the text of an SVG picture, in our own few lines, for machines without Graphviz."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from html import escape

from .layout import layout

__all__ = ["Box", "Line", "curve", "draw", "text_size", "tip"]

_LINE = 15.0  # pixels from one line of text to the next
_FONT = 11


@dataclass(frozen=True)
class Box:
    """One box of the picture: lines of text, and how it looks.

    `shape` is "box" (round corners), "ellipse" or "plain" (no border at all).
    """

    key: Hashable
    lines: Sequence[str]
    shape: str = "box"
    fill: str = "white"
    stroke: str = "#555555"
    title: str = ""  # what a pointer that rests on it shows
    size: tuple[float, float] | None = None  # by default as large as the text asks for

    def extent(self) -> tuple[float, float]:
        """Its width and height."""
        width, height = self.size or text_size(self.lines)
        return (width * 1.2, height * 1.1) if self.shape == "ellipse" else (width, height)


@dataclass(frozen=True)
class Line:
    """One edge of the picture, from the key of a box to the key of another."""

    source: Hashable
    target: Hashable
    label: str = ""
    stroke: str = "#555555"
    width: float = 1.2
    dashes: str = field(default="")


def text_size(lines: Iterable[str]) -> tuple[float, float]:
    """About how much room these lines take; wide letters (中) count twice."""
    lines = list(lines)
    longest = max((sum(map(_letter, line)) for line in lines), default=0)
    return 20 + 6.4 * longest, 12 + _LINE * max(len(lines), 1)


def _letter(char: str) -> int:
    return 2 if unicodedata.east_asian_width(char) in "WF" else not unicodedata.combining(char)


def draw(boxes: Sequence[Box], lines: Sequence[Line], by: str | None = None) -> str:
    """The SVG text of `boxes` and `lines`, from left to right; `by` as in `layout`."""
    placed = layout(
        {box.key: box.extent() for box in boxes}, [(e.source, e.target) for e in lines], by
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{placed.width:g}" '
        f'height="{placed.height:g}" viewBox="0 0 {placed.width:g} {placed.height:g}" '
        f'font-family="sans-serif" font-size="{_FONT}">',
        f'<rect width="{placed.width:g}" height="{placed.height:g}" fill="white"/>',
    ]
    parts += [_edge(line, route) for line, route in zip(lines, placed.routes, strict=True)]
    parts += [_box(box, *placed.places[box.key]) for box in boxes]
    return "\n".join([*parts, "</svg>"])


def curve(points: Sequence[tuple[float, float]]) -> str:
    """The `d` of a path through the points of a chain of cubic Béziers."""
    spelled = [f"{x:g} {y:g}" for x, y in points]
    return f"M{spelled[0]}C{' '.join(spelled[1:])}"


def tip(route: Sequence[tuple[float, float]], length: float) -> str:
    """The `d` of the arrow's head at the end of a route."""
    (x0, y0), (x, y) = route[-2:]
    far = math.hypot(x - x0, y - y0) or 1.0
    dx, dy = length * (x - x0) / far, length * (y - y0) / far
    left, right = (x - dx - dy / 2, y - dy + dx / 2), (x - dx + dy / 2, y - dy - dx / 2)
    return f"M{x:g} {y:g} {left[0]:g} {left[1]:g} {right[0]:g} {right[1]:g}Z"


def _edge(line: Line, route: Sequence[tuple[float, float]]) -> str:
    dashes = f' stroke-dasharray="{escape(line.dashes)}"' if line.dashes else ""
    path = (
        f'<path d="{curve(route)}" fill="none" stroke="{escape(line.stroke)}" '
        f'stroke-width="{line.width:g}"{dashes}/>'
        f'<path d="{tip(route, 5 + line.width)}" fill="{escape(line.stroke)}"/>'
    )
    if not line.label:
        return path
    x, y = route[-1]  # beside the box that it enters, where no other label is
    return path + (
        f'<text x="{x - 10:g}" y="{y - 4:g}" text-anchor="end" font-size="9" fill="#444444" '
        f'stroke="white" stroke-width="3" paint-order="stroke">{_clean(line.label)}</text>'
    )


def _box(box: Box, x: float, y: float) -> str:
    width, height = box.extent()
    look = f'fill="{escape(box.fill)}" stroke="{escape(box.stroke)}" stroke-width="1.4"'
    if box.shape == "ellipse":
        outline = f'<ellipse cx="{x:g}" cy="{y:g}" rx="{width / 2:g}" ry="{height / 2:g}" {look}/>'
    elif box.shape == "box":
        outline = (
            f'<rect x="{x - width / 2:g}" y="{y - height / 2:g}" width="{width:g}" '
            f'height="{height:g}" rx="7" {look}/>'
        )
    else:
        outline = ""
    first = y - _LINE * (len(box.lines) - 1) / 2 + _FONT * 0.35
    texts = [
        f'<text x="{x:g}" y="{first + k * _LINE:g}" text-anchor="middle" fill="black">'
        f"{_clean(line)}</text>"
        for k, line in enumerate(box.lines)
    ]
    title = f"<title>{_clean(box.title)}</title>" if box.title else ""
    return f"<g>{title}{outline}{''.join(texts)}</g>"


_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _clean(text: str) -> str:
    """Text as XML can hold it: escaped, and without the characters that XML has no place for."""
    return escape(_FORBIDDEN.sub("\ufffd", text))
