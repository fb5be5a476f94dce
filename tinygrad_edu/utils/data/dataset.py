"""Data sets under the longer name of PyTorch: `torch.utils.data.dataset`."""

from ...data.dataset import Dataset, IterableDataset, TensorDataset
from ...data.subsets import ChainDataset, ConcatDataset, StackDataset, Subset, random_split

__all__ = [
    "ChainDataset",
    "ConcatDataset",
    "Dataset",
    "IterableDataset",
    "StackDataset",
    "Subset",
    "TensorDataset",
    "random_split",
]
