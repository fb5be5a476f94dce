"""The hypotheses: what students do instead, one class a mistake, each overriding one step."""

from .base import REGISTRY, Mistake, hypothesis

from .sums import BiasAxis, BiasNotSummed, ReluAtZero, Scaled  # isort: skip  # tried first
from .derivatives import AFormulaAtZ, DerivativeAtA, ExtraDerivative, NoDerivative, WrongLayer
from .paths import AssignForAdd, SkipAssigned
from .softmaxes import SoftmaxAxis, SoftmaxDiagonal
from .weights import PropagateSign, PropagateTransposed, StaleWeights, UpdatedTooEarly, ZForA

__all__ = [
    "REGISTRY",
    "Mistake",
    "ReluAtZero",
    "Scaled",
    "StaleWeights",
    "UpdatedTooEarly",
    "hypothesis",
]
