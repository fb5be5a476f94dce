"""The graph of a computation as a picture: values forward, gradients backward, the family of every
rule.

Drawn by Graphviz where its program is on the PATH, else by the layout that pip installs. It shows
any graph, with ops of the user's own like any other, and a graph as far as it came: where the
values were freed it says "not computed yet" rather than 0, and an exception shows where the script
failed.
"""

from __future__ import annotations

import shutil
import sys
import warnings
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..data.storage import write_whole
from ..engine import Node
from ..errors import ArgumentError, NotInstalled
from ..tensor import Tensor
from .outline import outlined
from .record import Backward, record
from .shapes import Arrow, Item, Outline
from .words import language, words_in

if TYPE_CHECKING:
    import graphviz

__all__ = ["Picture", "graph"]

_POSITIVE, _NEGATIVE, _MIXED, _NOTHING = "#0072B2", "#D55E00", "#7F5A83", "#999999"
_WRONG = "#D00000"
_FONT = "Helvetica,Arial,sans-serif"
_SHAPES = {"op": "box", "leaf": "ellipse", "constant": "plaintext", "hidden": "plaintext"}
_SHAPES |= {"module": "box3d", "failed": "box"}
_FORMATS = ("svg", "png", "pdf", "dot")


def graph(
    output: Tensor | BaseException | Backward,
    names: Any = None,
    lang: str | None = None,
    *,
    gradient: Tensor | None = None,
    marks: Mapping[Node, str] | None = None,
    collapse: bool | Collection[str] = (),
    fold: bool = True,
    limit: int = 200,
) -> Picture:
    """A picture of everything that `output` was computed from.

    Every op is numbered in the order of the backward pass and coloured by its family. An edge
    carries upstream · local derivative = contribution; it is the thicker the larger that is, blue
    where it is positive, red where it is negative.

    `names` is a mapping of names to tensors, a module, the result of `watch`, "caller" for the
    caller's variables, or a list of these; with a module, boxes are drawn around what it made.
    `collapse` closes these boxes (True: the outermost, or their paths); `fold` draws three or more
    equal neighbours as one, and of the equal steps of a loop the last. `marks` maps nodes to what
    is wrong with them. Of more than `limit` ops those nearest to the output are drawn, and the
    picture says how many are not. `lang` is "en" or "ru", by default the user's locale's.

    An exception in place of `output` shows the graph as far as the script came. The picture renders
    itself in Jupyter; `.save("loss.svg")` writes a file (svg, png, pdf or dot).
    """
    passed = record(output, gradient, names, depth=2)
    spoken = language(lang)
    outline = outlined(passed, spoken, marks=marks or {}, collapse=collapse, fold=fold, limit=limit)
    return Picture(outline, spoken)


class Picture:
    """A graph ready to be drawn; `outline` is what it shows."""

    def __init__(self, outline: Outline, lang: str) -> None:
        self.outline, self.lang = outline, lang

    @property
    def source(self) -> str:
        """The picture in the DOT language; no program is needed for it."""
        return str(self.digraph.source)

    @property
    def digraph(self) -> graphviz.Digraph:
        """The picture as an object of the graphviz package."""
        return _digraph(self.outline)

    def to_svg(self) -> str:
        """The picture as SVG: by Graphviz, or without its program by a layout of our own."""
        if shutil.which("dot"):
            return _without_header(self.digraph.pipe("svg", encoding="utf-8"))
        _say_once(self.lang)
        return _drawn(self.outline)

    def save(self, file: str | Path) -> Path:
        """Write the picture to a file, in the format that its name ends in: svg, png, pdf or dot.

        Raises `ArgumentError` for another ending, `NotInstalled` where png or pdf is asked for
        without Graphviz's program.
        """
        path = Path(file)
        kind = path.suffix.lower().lstrip(".")
        if kind not in _FORMATS:
            raise ArgumentError(
                f"save: {path.name!r} ends in {path.suffix!r}, but a picture is written as one of "
                f"{', '.join(_FORMATS)}. Name it so."
            )
        if kind in ("png", "pdf"):
            if not shutil.which("dot"):
                raise NotInstalled(
                    f"a picture as {kind} needs the Graphviz program, which is not on the PATH. "
                    f"{_how_to_install()} Or save an svg, which needs nothing."
                )
            data = self.digraph.pipe(kind)
        else:
            data = (self.to_svg() if kind == "svg" else self.source).encode()
        write_whole(path, lambda stream: stream.write(data))
        return path

    def render(self, filename: str | Path, format: str = "svg", cleanup: bool = True) -> str:
        """`save` as the graphviz package calls it: writes `filename.format`, returns its name."""
        return str(self.save(f"{filename}.{format}"))

    def _repr_svg_(self) -> str | None:
        try:
            return self.to_svg()
        except NotInstalled:
            return None  # Jupyter then shows the text

    def __repr__(self) -> str:
        boxes, arrows = len(self.outline.items), len(self.outline.arrows)
        return f"<Picture of {boxes} boxes and {arrows} edges; .save('graph.svg') writes it>"


# -- by Graphviz


def _digraph(outline: Outline) -> graphviz.Digraph:
    from graphviz import Digraph

    picture = Digraph(
        graph_attr={"rankdir": "LR", "fontname": _FONT, "bgcolor": "white"},
        node_attr={"fontname": _FONT, "fontsize": "11"},
        edge_attr={"fontname": _FONT, "fontsize": "9"},
    )
    _fill(picture, outline, "")
    largest = max((arrow.size for arrow in outline.arrows), default=0.0)
    for arrow in outline.arrows:
        colour, width, dashed = _stroke(arrow, largest)
        style = {"style": "dashed"} if dashed else {}
        picture.edge(
            arrow.source,
            arrow.target,
            label=_label([*arrow.label.split("\n"), " "]) if arrow.label else "",
            color=colour,
            fontcolor=colour if arrow.share is not None else "#444444",
            penwidth=f"{width:.2f}",
            arrowsize="0.7",
            **style,
        )
    return picture


def _fill(picture: graphviz.Digraph, outline: Outline, module: str) -> None:
    """The boxes that lie in `module`, and the frames inside it, each with its own."""
    for item in outline.items.values():
        if item.module == module:
            _node(picture, item)
    for k, (path, title) in enumerate(outline.modules.items()):
        if path.rpartition(".")[0] == module:
            with picture.subgraph(name=f"cluster_{k}") as inner:
                inner.attr(
                    label=_label([title]),
                    style="rounded,filled",
                    color="#BBBBBB",
                    fillcolor="#00000008",
                    fontsize="10",
                    labeljust="l",
                )
                _fill(inner, outline, path)


def _node(picture: graphviz.Digraph, item: Item) -> None:
    filled = item.kind in ("op", "module")
    look = {"shape": _SHAPES[item.kind], "color": _WRONG if item.wrong else item.colour}
    if filled:
        look["style"] = "filled,rounded" if item.kind == "op" else "filled"
        look["fillcolor"] = item.colour + "66" if item.kind == "op" else "#EEEEEE"
    if item.wrong:
        look |= {"penwidth": "3", "fillcolor": "#FFD6D6", "style": "filled,rounded"}
    elif item.kind == "leaf":
        look["style"] = "bold"
    if item.tip:
        look["tooltip"] = _label([item.tip])
    picture.node(item.key, _label(item.lines), **look)


def _label(lines: Collection[str]) -> str:
    """Lines of any text as a label of DOT: nothing in them is taken for a command."""
    from graphviz import escape, nohtml

    text = r"\n".join(escape(_printable(line)) for line in lines)
    return str(nohtml(text.replace("&", "&amp;")))


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def _stroke(arrow: Arrow, largest: float) -> tuple[str, float, bool]:
    """Colour, width and whether it is dashed: by the gradient that came back."""
    if arrow.share is None:
        return "#AAAAAA", 0.8, arrow.flows
    colour = {1: _POSITIVE, -1: _NEGATIVE, 0: _NOTHING}.get(arrow.sign, _MIXED)  # type: ignore[arg-type]
    part = (arrow.size / largest) ** 0.5 if largest else 0.0
    return colour, 0.8 + 3.2 * part, arrow.sign == 0


def _without_header(svg: str) -> str:
    """Graphviz's SVG from its first tag on: the lines above it change with the version."""
    start = svg.index("<svg")
    lines = (line.rstrip() for line in svg[start:].splitlines())
    return "\n".join(line for line in lines if not line.startswith("<!--")) + "\n"


# -- without Graphviz


def _drawn(outline: Outline) -> str:
    from .svg import Box, Line, draw

    largest = max((arrow.size for arrow in outline.arrows), default=0.0)
    shapes = {"op": "box", "leaf": "ellipse", "module": "box", "failed": "box"}
    boxes = []
    for item in outline.items.values():
        fill = item.colour + "66" if item.kind == "op" else "white"
        fill = "#FFD6D6" if item.wrong else "#EEEEEE" if item.kind == "module" else fill
        stroke = _WRONG if item.wrong else item.colour
        lines = [outline.modules[item.module], *item.lines] if item.module else item.lines
        shape = shapes.get(item.kind, "plain")
        boxes.append(Box(item.key, lines, shape, fill, stroke, _printable(item.tip)))
    edges = []
    for arrow in outline.arrows:
        colour, width, dashed = _stroke(arrow, largest)
        label = ": ".join(arrow.label.split("\n"))
        edges.append(Line(arrow.source, arrow.target, label, colour, width, "4 3" * dashed))
    return draw(boxes, edges, "sugiyama")


_said = False


def _say_once(lang: str) -> None:
    """Say, once in a process, how to install Graphviz."""
    global _said
    if not _said:
        _said = True
        text = words_in(lang)["install"].format(how=_how_to_install())
        warnings.warn(text, UserWarning, stacklevel=4)


def _how_to_install() -> str:
    if sys.platform == "darwin":
        return "brew install graphviz."
    if sys.platform == "win32":
        return "winget install graphviz, then open a new terminal."
    return "sudo apt install graphviz (Debian, Ubuntu), sudo dnf install graphviz (Fedora)."
