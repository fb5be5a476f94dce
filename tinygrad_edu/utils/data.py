"""Data sets and loaders where PyTorch users import them from."""

from ..data.loader import DataLoader, Dataset, TensorDataset
from ..data.subsets import ConcatDataset, Subset, random_split

__all__ = ["ConcatDataset", "DataLoader", "Dataset", "Subset", "TensorDataset", "random_split"]
