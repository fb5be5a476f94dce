"""Seeing a backward pass, and seeing a network learn."""

from .explain import explain
from .graph import graph
from .learning import (
    BoundaryFilm,
    LayerWatch,
    confusion_matrix,
    curves,
    decision_boundary,
    gradient_flow,
    histograms,
    loss_landscape,
    picture_grid,
    weights,
)
from .modules import watch
from .quiz import quiz
from .record import record
from .stepping import stepper

__all__ = [
    "BoundaryFilm",
    "LayerWatch",
    "confusion_matrix",
    "curves",
    "decision_boundary",
    "explain",
    "gradient_flow",
    "graph",
    "histograms",
    "loss_landscape",
    "picture_grid",
    "quiz",
    "record",
    "stepper",
    "watch",
    "weights",
]
