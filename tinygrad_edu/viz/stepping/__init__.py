"""A computation, forward and backward, one node at a time."""

from .stepper import Stepper, stepper

__all__ = ["Stepper", "stepper"]
