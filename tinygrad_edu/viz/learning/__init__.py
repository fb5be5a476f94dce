"""Seeing a network learn: figures of a training, each by one function that returns it."""

from .boundary import BoundaryFilm, decision_boundary
from .curves import curves
from .landscape import Landscape, landscape, loss_landscape
from .pictures import confusion_matrix, picture_grid, weights
from .watch import LayerWatch, gradient_flow, histograms

__all__ = [
    "BoundaryFilm",
    "Landscape",
    "LayerWatch",
    "confusion_matrix",
    "curves",
    "decision_boundary",
    "gradient_flow",
    "histograms",
    "landscape",
    "loss_landscape",
    "picture_grid",
    "weights",
]
