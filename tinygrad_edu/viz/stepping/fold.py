"""A graph too large to be read is folded: its beginning and its end stay, the middle is one box."""

from __future__ import annotations

from typing import Any

from ...engine import Node

__all__ = ["MOST", "shown"]

MOST = 800
"""Ops that a page shows; of a larger graph those nearest the loss, and those nearest the data."""

_NEAR_THE_DATA = 0.25


def shown(nodes: list[Node]) -> tuple[list[Node], set[Any]]:
    """The nodes to show and those that are folded, for `nodes` in the order of their making.

    The folded ones are neighbours in that order, which is topological: everything before may feed
    them and they may feed everything after, so the one box they become closes no circle.
    """
    if len(nodes) <= MOST:
        return nodes, set()
    early = int(MOST * _NEAR_THE_DATA)
    late = len(nodes) - (MOST - early)
    return nodes[:early] + nodes[late:], set(nodes[early:late])
