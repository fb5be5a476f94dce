"""A trained network in a file that everybody can read.

The weights go into a safetensors file, which PyTorch and others read and which cannot run code; how
the network was built stands in its header.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..serialization.files import encode, read_safetensors, refusing, write_file
from .recipe import mlp

__all__ = ["load_model", "save_model"]


def save_model(
    model: Any, path: str | os.PathLike[str], notes: Mapping[str, object] | None = None
) -> None:
    """Write the numbers of `model` to a safetensors file, whole or not at all.

    `notes` go into the header as JSON; with the "activation" among them, `load_model` can build the
    network again. Equal networks with equal notes give equal files.
    """
    arrays = {name: x.numpy() for name, x in model.state_dict().items()}
    write_file(path, encode(arrays, notes or {}), "save_model")


def load_model(path: str | os.PathLike[str]) -> Any:
    """The network that `tinygrad-edu train` saved, ready to predict: `load_model(path)(x)`.

    Raises `DataMissing` where there is no such file and `DataError` where it is damaged, or does
    not say how its network was built.
    """
    with refusing("load_model", path):
        arrays, notes = read_safetensors(path)
        if notes is None or "activation" not in notes:
            raise ValueError("it does not say how its network was built; `load` gives its tensors")
        model = mlp(_sizes(arrays), notes["activation"], notes.get("dropout", 0.0))
        model.load_state_dict(arrays)
    return model.eval()


def _sizes(arrays: Mapping[str, np.ndarray]) -> list[int]:
    """The widths of an MLP from its weights "0.weight", "2.weight" …, each (n_out, n_in)."""
    names = sorted((n for n in arrays if n.endswith(".weight")), key=lambda n: int(n.split(".")[0]))
    return [arrays[names[0]].shape[1], *(arrays[name].shape[0] for name in names)]
