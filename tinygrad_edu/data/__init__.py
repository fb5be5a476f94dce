"""Data sets, and loaders that serve them in batches."""

from .digits import digits, digits_raw
from .loader import DataLoader, Dataset, TensorDataset
from .mnist import mnist
from .split import TrainTest
from .subsets import ConcatDataset, Subset, random_split
from .synthetic import blobs, circles, gate, moons, sine, spirals

__all__ = [
    "ConcatDataset",
    "DataLoader",
    "Dataset",
    "Subset",
    "TensorDataset",
    "TrainTest",
    "blobs",
    "circles",
    "digits",
    "digits_raw",
    "gate",
    "mnist",
    "moons",
    "random_split",
    "sine",
    "spirals",
]
