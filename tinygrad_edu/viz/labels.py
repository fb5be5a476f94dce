"""How the values of one graph are called in a text or a picture: stable, and safe to print."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..engine import Node
from .notation import number
from .record import Backward

__all__ = ["Labels", "clean"]

_RESERVED = {"g", "L"}  # the upstream gradient, and the loss of which everything is a derivative


def clean(text: str) -> str:
    """A name in one printable line of at most 40 letters."""
    line = "".join(c if c.isprintable() else " " for c in text).strip() or "?"
    return line if len(line) <= 40 else line[:39] + "…"


class Labels:
    """The names of the nodes, leaves and constants of a record: the user's, else "mul3", "leaf1".

    A node without a name is called by its op and its number in the order of the backward pass.
    """

    def __init__(self, passed: Backward) -> None:
        self.passed = passed
        self._leaf_numbers = {leaf: k for k, leaf in enumerate(passed.leaves, 1)}
        self._made = {node: k for k, node in enumerate(passed.nodes, 1)}

    def of(self, edge: Any) -> str:
        """The name of a node's output or of a leaf."""
        given = self.passed.names.of(edge)
        if given is not None:
            return clean(given)
        if edge.__class__ is not Node:
            return f"leaf{self._leaf_numbers[edge]}"
        place = self.passed.number_of(edge)
        return f"{clean(edge.op.name)}{place or f'_{self._made[edge]}'}"

    def made(self, node: Node) -> int:
        """The node's place in the order of the forward pass."""
        return self._made[node]

    def leaf_key(self, leaf: Any) -> str:
        """A leaf's key in a picture: the same in every run of the script."""
        return f"leaf{self._leaf_numbers[leaf]}"

    def of_input(self, node: Node, i: int) -> str:
        """The name of input `i`: of a constant the user's, a number itself, or the op's letter."""
        if node.inputs[i] is not None:
            return self.of(node.inputs[i])
        value = None if node.values is None else node.values[i]
        given = self.passed.names.of_constant(value)
        if given is not None:
            return clean(given)
        if value is not None and np.ndim(value) == 0:
            return number(value)
        return node.op.input_name(i)

    def letters(self, node: Node) -> dict[str, str]:
        """The letters of the node's formula → the user's names, where these can stand in one.

        Left as they are where two different values would get one letter.
        """
        found: dict[str, str] = {}
        whose: dict[str, int] = {}  # by id: a tensor's == asks about its elements
        parts = [("z", id(node), self.of(node))]
        for i, edge in enumerate(node.inputs):
            key = id(edge) if edge is not None else -i
            parts.append((node.op.input_name(i), key, self.of_input(node, i)))
        for letter, key, name in parts:
            usable = name.isidentifier() and (name not in _RESERVED or (letter, name) == ("z", "L"))
            shown = name if usable else letter
            if whose.setdefault(shown, key) != key:
                return {}
            if shown != letter:
                found[letter] = shown
        return found

    def call(self, node: Node) -> str:
        """The node as it would be written: "e = mul(c, d)"."""
        args = ", ".join(
            self.of_input(node, i) for i in range(len(node.inputs)) if not _absent(node, i)
        )
        return f"{self.of(node)} = {clean(node.op.name)}({args})"


def _absent(node: Node, i: int) -> bool:
    return node.inputs[i] is None and node.values is not None and node.values[i] is None
