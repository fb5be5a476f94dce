"""Seeing a backward pass."""

from .graph import graph
from .ledger import explain
from .record import record
from .stepping import stepper

__all__ = ["explain", "graph", "record", "stepper"]
