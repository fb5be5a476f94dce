"""Seeing a backward pass."""

from .explain import explain
from .graph import graph
from .modules import watch
from .quiz import quiz
from .record import record

__all__ = ["explain", "graph", "quiz", "record", "watch"]
