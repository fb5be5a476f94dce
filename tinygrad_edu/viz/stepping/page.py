"""The page: one HTML file with the film, the style and the script inside, and nothing outside."""

from __future__ import annotations

import json
from html import escape
from importlib.resources import files
from typing import Any

from .words import WORDS

__all__ = ["page"]

_SCRIPTS = ("base.js", "graph.js", "camera.js", "panel.js", "zoom.js", "main.js")


def page(film: dict[str, Any], lang: str) -> str:
    """The text of the page that shows `film`, in "en" or "ru" to begin with."""
    parts = {
        "%TITLE%": escape(film["title"]),
        "%STYLE%": _text("page.css"),
        "%FILM%": _embedded(film | {"lang": lang, "words": WORDS}),
        "%SCRIPT%": '"use strict";\n' + "\n".join(_text(name) for name in _SCRIPTS),
    }
    text = _text("page.html")
    for mark, part in parts.items():  # cut at the marks of the template: a part may contain one
        before, _, after = text.rpartition(mark)
        text = before + part + after
    return text


def _text(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


def _embedded(data: Any) -> str:
    """JSON that a script element can hold: nothing in it opens or closes an element."""
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
