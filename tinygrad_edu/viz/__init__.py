"""Seeing a backward pass."""

from .graph import graph
from .ledger import explain
from .record import record

__all__ = ["explain", "graph", "record"]
