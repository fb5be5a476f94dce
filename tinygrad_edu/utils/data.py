"""Data sets and loaders where PyTorch users import them from."""

from ..data.loader import DataLoader, Dataset, TensorDataset

__all__ = ["DataLoader", "Dataset", "TensorDataset"]
