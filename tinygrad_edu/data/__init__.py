"""Data sets, and loaders that serve them in batches."""

from . import transforms
from .collate import default_collate, default_convert
from .dataset import Dataset, IterableDataset, TensorDataset
from .digits import digits, digits_raw
from .loader import DataLoader
from .mnist import fashion_mnist, mnist
from .sampler import (
    BatchSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
)
from .split import TrainTest
from .subsets import ChainDataset, ConcatDataset, StackDataset, Subset, random_split
from .synthetic import blobs, circles, gate, moons, sine, spirals
from .table import Table, csv
from .transforms import TransformDataset

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
    "Table",
    "TensorDataset",
    "TrainTest",
    "TransformDataset",
    "WeightedRandomSampler",
    "blobs",
    "circles",
    "csv",
    "default_collate",
    "default_convert",
    "digits",
    "digits_raw",
    "fashion_mnist",
    "gate",
    "mnist",
    "moons",
    "random_split",
    "sine",
    "spirals",
    "transforms",
]
