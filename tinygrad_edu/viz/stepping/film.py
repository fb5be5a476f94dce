"""What a stepper shows, as plain data: boxes and their places, the forward pass, the backward one.

The page in the browser and the stepper in the terminal read the same film, so they cannot differ.
It is a dictionary of numbers, texts and lists, ready for JSON:

    boxes    {kind, name, op, family, …, value, grad}: an op, a leaf, a constant, or the fold
    edges    {from, to, input}: boxes by their places in the list
    forward  boxes, in the order in which their values appear
    steps    {box, g, sends: [{edge, share, symbols, numbers}]}: the backward pass
    arrays   every array once; all others are places in this list

All numbers are the engine's own: the record of one backward pass (see `viz.record`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...engine import Node
from ...families import FAMILIES
from ..labels import Labels, clean
from ..layout import layout
from ..notation import number
from ..record import Backward
from ..svg import text_size
from .arrays import Shelf
from .fold import shown
from .telling import computed, sent
from .zoom import opened, zoom

__all__ = ["film"]

FOLD = "fold"

_SIGNS = {"add": "+", "sub": "−", "mul": "×", "div": "÷", "matmul": "@", "neg": "−", "sum": "Σ"}
_FAN = 12  # edges out of one box that a layout is asked to bend around others


def film(passed: Backward, marks: Mapping[Any, str], title: str, by: str | None = None) -> Any:
    """The film of a recorded pass; `marks` maps nodes to texts, and colours them as wrong."""
    return _Film(passed, marks, title).made(by)


class _Film:
    """Collects boxes, edges and steps; every list is filled once, in one loop."""

    def __init__(self, passed: Backward, marks: Mapping[Any, str], title: str) -> None:
        self.passed, self.marks, self.title = passed, marks, title
        self.labels = Labels(passed)
        self.nodes, self.folded = shown(passed.nodes)
        self.shelf = Shelf(4 * len(self.nodes))
        self.boxes: list[dict[str, Any]] = []
        self.edges: list[dict[str, Any]] = []
        self.box_of: dict[Any, int] = {}
        self.edge_of: dict[tuple[Node, int], int] = {}

    def made(self, by: str | None) -> dict[str, Any]:
        """Fill the lists and place the boxes."""
        forward = [self._op(node) for node in self.nodes]
        for node in self.nodes:
            for i, edge in enumerate(node.inputs):
                if edge is not None or node.values is None or node.values[i] is not None:
                    self._edge(node, i, edge)
        self._edges_of_the_fold()
        sizes = {k: _size(box, self.shelf.kept) for k, box in enumerate(self.boxes)}
        placing, direct = self._by_fan()
        drawing = layout(sizes, [(edge["from"], edge["to"]) for edge in placing], by)
        for k, box in enumerate(self.boxes):
            box["x"], box["y"] = drawing.places[k]
            box["w"], box["h"] = sizes[k]
        for edge, route in zip(placing, drawing.routes, strict=True):
            edge["route"] = route
        for edge in direct:
            a, b = self.boxes[edge["from"]], self.boxes[edge["to"]]
            (x0, y0), (x1, y1) = (a["x"] + a["w"] / 2, a["y"]), (b["x"] - b["w"] / 2, b["y"])
            middle = (x0 + x1) / 2
            edge["route"] = [(x0, y0), (middle, y0), (middle, y1), (x1, y1)]
        return {
            "title": self.title,
            "size": [drawing.width, drawing.height],
            "boxes": self.boxes,
            "edges": self.edges,
            "forward": forward,
            "steps": self._steps(),
            "arrays": self.shelf.kept,
            "families": {
                f.name: {"en": f.name, "ru": f.ru, "says": {"en": f.says, "ru": f.says_ru},
                         "colour": f.colour} for f in FAMILIES.values()
            },
            "folded": len(self.folded),
            "stopped": str(self.passed.error or ""),
            "complete": self.passed.complete,
        }  # fmt: skip

    def _by_fan(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """The edges that decide about the places, and those that are drawn straight across.

        A weight used at every step of a long sequence has an edge across all layers for each use,
        and a layout would bend every one of them around every layer.
        """
        used: dict[int, int] = {}
        placing: list[dict[str, Any]] = []
        direct: list[dict[str, Any]] = []
        for edge in self.edges:
            used[edge["from"]] = used.get(edge["from"], 0) + 1
            (placing if used[edge["from"]] <= _FAN else direct).append(edge)
        return placing, direct

    def _new(self, key: Any, kind: str, value: Any, **rest: Any) -> int:
        self.box_of[key] = len(self.boxes)
        self.boxes.append({"kind": kind, "value": self.shelf.put(value), **rest})
        return self.box_of[key]

    def _name(self, edge: Any) -> str:
        given = self.passed.names.of(edge)
        return "" if given is None else clean(given)

    def _op(self, node: Node) -> int:
        return self._new(
            node, "op", node.z,
            op=node.op.name,
            sign=_SIGNS.get(node.op.name, ""),
            name=self._name(node),
            label=self.labels.of(node),
            family=node.op.family.name,
            formula=computed(node, self.labels),
            where=node.where,
            grad=self.shelf.put(self.passed.gradient_of(node)),
            zoom=zoom(node, self.shelf),
            **({"mark": self.marks[node]} if node in self.marks else {}),
        )  # fmt: skip

    def _edge(self, node: Node, i: int, edge: Any) -> None:
        self.edge_of[node, i] = len(self.edges)
        source = self._source(node, i, edge)
        self.edges.append({"from": source, "to": self.box_of[node], "input": node.op.input_name(i)})

    def _source(self, node: Node, i: int, edge: Any) -> int:
        if edge in self.folded:
            return self._fold()
        if edge in self.box_of:
            return self.box_of[edge]
        if edge is not None:
            grad = self.shelf.put(self.passed.gradient_of(edge))
            mark = {"mark": self.marks[edge]} if edge in self.marks else {}
            name, label = self._name(edge), self.labels.of(edge)
            return self._new(edge, "leaf", edge.array, name=name, label=label, grad=grad, **mark)
        value = None if node.values is None else node.values[i]
        given = self.passed.names.of_constant(value)
        name = "" if given is None else clean(given)
        box = self._new((node, i), "constant", value, name=name)
        if self.boxes[box]["value"] is None:  # None, an index, a word
            self.boxes[box]["text"] = "" if node.values is None else repr(value)[:24]
        return box

    def _fold(self) -> int:
        if FOLD not in self.box_of:
            self._new(FOLD, FOLD, None, name="", count=len(self.folded))
        return self.box_of[FOLD]

    def _edges_of_the_fold(self) -> None:
        """One edge into the fold from every box that feeds it, and what comes back from there."""
        used = {edge for node in self.folded for edge in node.inputs if edge in self.box_of}
        for edge in sorted(used, key=lambda edge: self.box_of[edge]):
            box, fold = self.box_of[edge], self._fold()
            self.edges.append({"from": box, "to": fold, "input": "", "among": 1})
            uses = self.passed.consumers_of(edge)
            shares = [share.array for share in uses if share.step.node in self.folded]
            if shares:
                self.boxes[box]["rest"] = self.shelf.put(sum(shares[1:], shares[0]))

    def _steps(self) -> list[dict[str, Any]]:
        steps = []
        for step in self.passed.steps:
            if step.node not in self.box_of:
                continue
            sends = []
            for i, share in enumerate(step.contributions):
                if share is not None:
                    sends.append(
                        {
                            "edge": self.edge_of[step.node, i],
                            "share": self.shelf.put(share),
                            **sent(step, i, self.labels),
                        }
                    )
            steps.append(
                {
                    "box": self.box_of[step.node],
                    "number": step.number,
                    "g": self.shelf.put(step.g),
                    "sends": sends,
                    "zoom": opened(step, self.shelf),
                }
            )
        return steps


def _size(box: dict[str, Any], arrays: list[dict[str, Any]]) -> tuple[float, float]:
    """How much room a box takes: its title, then a number or a small picture, twice."""
    title = f"{box['name'] or box.get('text', '')} = {box.get('op', '')} {box.get('sign', '')}"
    width = 8 + 1.15 * text_size([title])[0]  # it is bold, and a number follows
    if box["kind"] == FOLD:
        return 150.0, 64.0
    value = None if box["value"] is None else arrays[box["value"]]
    if box["kind"] == "constant":
        scalar = value is None or value["rows"] * value["cols"] == 1
        label = box.get("text") or (number(value["data"][0]) if value and value["data"] else "")
        return (max(46.0, text_size([label])[0], width - 20), 30.0 if scalar else 70.0)
    scalar = value is not None and value["rows"] * value["cols"] == 1
    return max(118.0 if scalar else 132.0, width), 70.0 if scalar else 92.0
