"""Data sets and loaders where PyTorch users import them from."""

from ...data.collate import default_collate, default_convert
from ...data.dataset import Dataset, IterableDataset, TensorDataset
from ...data.loader import DataLoader
from ...data.sampler import (
    BatchSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
)
from ...data.subsets import ChainDataset, ConcatDataset, StackDataset, Subset, random_split
from . import dataloader, dataset, sampler

__all__ = [
    "BatchSampler",
    "ChainDataset",
    "ConcatDataset",
    "DataLoader",
    "Dataset",
    "IterableDataset",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "StackDataset",
    "Subset",
    "SubsetRandomSampler",
    "TensorDataset",
    "WeightedRandomSampler",
    "default_collate",
    "default_convert",
    "get_worker_info",
    "random_split",
]


def get_worker_info() -> None:
    """None, as in PyTorch outside of a worker process: there are no others here."""
