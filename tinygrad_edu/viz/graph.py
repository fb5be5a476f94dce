"""The graph of a computation as a picture: values forward, gradients backward, the family of every
rule.

Read from the engine's recipes, so it shows any graph, with ops of the user's own like any other.
Gradients come from a pass of its own that touches nobody's `.grad`; where the saved values were
freed already, the picture says "not computed" rather than 0.
"""

from __future__ import annotations

import locale
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..engine import Node, ancestors, run
from ..errors import GradientError, InputTypeError
from ..tensor import Tensor

if TYPE_CHECKING:
    import graphviz

__all__ = ["graph"]

_WORDS = {
    "en": {"grad": "grad", "none": "not computed", "freed": "freed", "constant": "constant"},
    "ru": {
        "grad": "градиент",
        "none": "не вычислен",
        "freed": "освобождено",
        "constant": "константа",
    },
}


def graph(
    output: Tensor, names: Mapping[str, Tensor] | None = None, lang: str | None = None
) -> graphviz.Digraph:
    """A picture of everything that `output` was computed from.

    `names` maps names to tensors, for the labels; `lang` is "en" or "ru", by default the user's
    locale. Every op is numbered in the order of the backward pass and coloured by its family. The
    result renders itself in Jupyter, and `graph(loss).render("loss", format="svg")` writes a file
    (this step alone needs the Graphviz program; the text of the picture, `.source`, does not).
    """
    import graphviz

    if getattr(output, "node", None) is None:
        raise InputTypeError(
            f"viz.graph: {str(output)[:60]} of type {type(output).__name__} has no recipe to draw. "
            "Pass a tensor that was computed from one with requires_grad=True."
        )
    words = _WORDS[lang or _locale_language()]
    nodes = ancestors([output.node])
    gradients = _gradients(output, nodes)
    titles = {tensor.edge: name for name, tensor in (names or {}).items() if tensor.requires_grad}
    picture = graphviz.Digraph(
        graph_attr={"rankdir": "LR", "fontname": "sans-serif", "bgcolor": "white"},
        node_attr={"fontname": "sans-serif", "fontsize": "11"},
        edge_attr={"fontname": "sans-serif", "fontsize": "9", "color": "#555555"},
    )
    order = {node: k for k, node in enumerate(reversed(nodes), 1)}
    for node in nodes:
        _draw_op(picture, node, order[node], titles, gradients, lang or _locale_language())
        for i, edge in enumerate(node.inputs):
            source = _source(picture, node, i, edge, titles, gradients, words)
            picture.edge(source, _key(node), label=graphviz.escape(node.op.input_name(i)))
    return picture


def _key(x: Any) -> str:
    return f"n{id(x)}"


def _draw_op(
    picture: graphviz.Digraph,
    node: Node,
    number: int,
    titles: Mapping[Any, str],
    gradients: Mapping[Any, Any],
    lang: str,
) -> None:
    import graphviz

    words, family = _WORDS[lang], node.op.family
    title = f"{titles[node]} = {node.op.name}" if node in titles else node.op.name
    lines = [
        f"{number}. {title}",
        f"«{family.ru if lang == 'ru' else family.name}»",
        words["freed"] if node.z is None else _numbers(node.z),
        f"{words['grad']}: {_numbers(gradients[node]) if node in gradients else words['none']}",
    ]
    picture.node(
        _key(node),
        "\n".join(graphviz.escape(line) for line in lines),
        shape="box",
        style="filled,rounded",
        fillcolor=family.colour + "66",
        color=family.colour,
        tooltip=graphviz.escape(node.where),
    )


def _source(
    picture: graphviz.Digraph,
    node: Node,
    i: int,
    edge: Any,
    titles: Mapping[Any, str],
    gradients: Mapping[Any, Any],
    words: Mapping[str, str],
) -> str:
    """Draw where input `i` came from, unless it is an op, and return its key."""
    import graphviz

    if isinstance(edge, Node):
        return _key(edge)
    if edge is not None:
        lines = [
            titles.get(edge, ""),
            _numbers(edge.array),
            f"{words['grad']}: {_numbers(gradients[edge]) if edge in gradients else words['none']}",
        ]
        label = "\n".join(graphviz.escape(line) for line in lines if line)
        picture.node(_key(edge), label, shape="ellipse", style="bold")
        return _key(edge)
    key = f"{_key(node)}c{i}"
    value = words["freed"] if node.values is None else _numbers(node.values[i])
    picture.node(key, graphviz.escape(f"{value}\n{words['constant']}"), shape="plaintext")
    return key


def _gradients(output: Tensor, nodes: list[Node]) -> dict[Any, Any]:
    """dL/d(every value in the graph), for L = the sum of `output`; empty where values were
    freed.
    """
    leaves = {e for node in nodes for e in node.inputs if e is not None and not isinstance(e, Node)}
    seeds = [(output.node, np.ones_like(output.array))]
    try:
        return run(seeds, targets=[*nodes, *leaves], retain_graph=True)
    except GradientError:
        return {}


def _numbers(value: Any) -> str:
    """A value in a few characters: numbers where there are few, else the shape."""
    array = np.asarray(value)
    if array.size <= 6:
        return str(np.array2string(array, precision=4, separator=", ", suppress_small=True))
    return f"{'×'.join(map(str, array.shape))} {array.dtype}"


def _locale_language() -> str:
    return "ru" if (locale.getlocale()[0] or "").lower().startswith(("ru", "russian")) else "en"
