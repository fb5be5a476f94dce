"""The loader under the longer name of PyTorch: `torch.utils.data.dataloader`."""

from . import DataLoader, default_collate, default_convert

__all__ = ["DataLoader", "default_collate", "default_convert"]
