"""Data sets, and loaders that serve them in batches."""

from .digits import digits, digits_raw
from .loader import DataLoader, Dataset, TensorDataset
from .mnist import mnist
from .split import TrainTest

__all__ = ["DataLoader", "Dataset", "TensorDataset", "TrainTest", "digits", "digits_raw", "mnist"]
