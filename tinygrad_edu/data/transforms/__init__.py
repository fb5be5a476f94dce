"""Changes of the data on its way to the network, as plain functions of a batch.

Each takes a tensor or an array whose first dimension counts the examples, and returns the same kind
of thing, with memory of its own. What is random takes a `generator=`. To apply one in a loader, see
`TransformDataset`.
"""

from .dataset import TransformDataset
from .numbers import (
    Scale,
    flatten,
    min_max_scaler,
    normalize,
    one_hot,
    standardizer,
    to_float,
)
from .stroke import dilate, erode, thickness
from .warp import affine, distort, elastic

__all__ = [
    "Scale",
    "TransformDataset",
    "affine",
    "dilate",
    "distort",
    "elastic",
    "erode",
    "flatten",
    "min_max_scaler",
    "normalize",
    "one_hot",
    "standardizer",
    "thickness",
    "to_float",
]
