"""Seeing a backward pass."""

from .graph import graph

__all__ = ["graph"]
