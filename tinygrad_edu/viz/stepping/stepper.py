"""The stepper: any graph, forward and backward, one node at a time, in a browser or a terminal."""

from __future__ import annotations

import os
import webbrowser
from collections.abc import Mapping
from functools import cached_property
from html import escape
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from ...errors import ArgumentError, InputTypeError

if TYPE_CHECKING:
    from ..record import Backward

__all__ = ["Stepper", "stepper"]


def stepper(
    loss: Any,
    path: str | os.PathLike[str] | None = None,
    lang: str | None = None,
    names: Any = None,
    marks: Mapping[Any, str] | None = None,
    title: str = "",
) -> Stepper:
    """A walk through the computation of `loss`: values forward, then the gradient backward.

        viz.stepper(loss, "steps.html")     one HTML file, for any browser, without a network
        viz.stepper(loss).open()            the same in the browser at once
        viz.stepper(loss).run()             the same steps in the terminal
        viz.stepper(loss)                   in Jupyter: the page in the cell

    `loss` is a tensor, a record of a pass (`viz.record`), or the exception with which the script
    failed. `names` are as in `viz.record`; `lang` is "en" or "ru", by default the user's locale,
    and can be changed while one watches. `marks` maps tensors or nodes to texts: these are shown as
    wrong.

    Raises `InputTypeError` for what has no recipe, `NotInstalled` where neither Graphviz nor
    fast-sugiyama is there to place the boxes.
    """
    from ..record import record
    from ..words import language

    passed = record(loss, names=names, depth=2)
    made = Stepper(passed, language(lang), _by_node(marks or {}), title)
    if path is not None:
        made.save(path)
    return made


def _by_node(marks: Mapping[Any, str]) -> dict[Any, str]:
    """The marks by the nodes and leaves of the graph."""
    found = {}
    for key, text in marks.items():
        edge = getattr(key, "edge", key if hasattr(key, "op") else None)
        if edge is None:
            raise InputTypeError(
                f"stepper: marks has the key {str(key)[:60]} of type {type(key).__name__}, but a "
                "tensor that requires a gradient, or a node, was expected."
            )
        found[edge] = str(text)
    return found


class Stepper:
    """The steps of one computation: `save`, `open`, `to_html` for a browser, `run` for a terminal.

    `film` holds all that is shown, as plain data.
    """

    def __init__(
        self, passed: Backward, lang: str, marks: Mapping[Any, str] | None = None, title: str = ""
    ) -> None:
        self.passed, self.lang, self.marks = passed, lang, dict(marks or {})
        self.title = title or self._title()

    def __repr__(self) -> str:
        return f"<Stepper of {self.title}: {len(self.passed.steps)} steps back>"

    def _title(self) -> str:
        if self.passed.output is None:
            return str(self.passed.failure and self.passed.failure.op.name)
        node = self.passed.output.node
        assert node is not None
        return self.passed.names.of(node) or node.where

    @cached_property
    def film(self) -> dict[str, Any]:
        """What is shown: boxes, edges, steps and numbers, ready for JSON."""
        from .film import film

        made: dict[str, Any] = film(self.passed, self.marks, self.title)
        return made

    def to_html(self) -> str:
        """The page as text: complete in itself, it asks for nothing from outside."""
        from .page import page

        return page(self.film, self.lang)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page to `path`, whole or not at all, and return the path.

        Raises `ArgumentError` where the name does not end in .html or .htm.
        """
        from ...data.storage import write_whole

        file = Path(path)
        if file.suffix.lower() not in (".html", ".htm"):
            raise ArgumentError(
                f"stepper: asked to save {file.name!r}, but the page is HTML. Name it "
                f"{file.with_suffix('.html').name!r}."
            )
        content = self.to_html().encode()
        write_whole(file, lambda out: out.write(content))
        return file

    def open(self) -> Path:
        """Show the page in the browser, from a new temporary folder, and return its path."""
        file = self.save(Path(mkdtemp(prefix="stepper-")) / "steps.html")
        webbrowser.open(file.as_uri())
        return file

    def run(self, **where: Any) -> None:
        """Walk through the steps in the terminal; the keys are explained there."""
        from .terminal import walk

        walk(self.film, self.lang, **where)

    def _repr_html_(self) -> str:
        """The page in a frame of its own, which can do nothing to the notebook around it."""
        return (
            f'<iframe srcdoc="{escape(self.to_html())}" sandbox="allow-scripts" '
            f'title="{escape(self.title)}" style="width:100%;height:640px;border:1px solid #ccc">'
            "</iframe>"
        )
