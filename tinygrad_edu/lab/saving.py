"""A trained network and the record of its training, in files that everybody can read.

The weights go into a safetensors file, which PyTorch and others read and which cannot run code; how
the network was built stands in its header. The history is JSON.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from ..data.storage import write_whole
from ..errors import DataError, DataMissing
from .extras import extra
from .recipe import mlp
from .train import Epoch

__all__ = ["load_model", "save_history", "save_model"]

_NOTES = "tinygrad_edu"
_NEEDS = ("safetensors.numpy", "saving a model", "cli")


def save_model(
    model: Any, path: str | os.PathLike[str], notes: Mapping[str, object] | None = None
) -> None:
    """Write the numbers of `model` to a safetensors file, whole or not at all.

    `notes` go into the header as JSON; with the "activation" among them, `load_model` can build the
    network again. Equal networks with equal notes give equal files.
    """
    safetensors = extra(*_NEEDS)
    arrays = {k: np.ascontiguousarray(v.numpy()) for k, v in model.state_dict().items()}
    # A single entry: the library writes several in an order that changes from run to run.
    content = safetensors.save(arrays, {_NOTES: json.dumps(notes or {})})
    write_whole(Path(path), lambda file: file.write(content))


def load_model(path: str | os.PathLike[str]) -> Any:
    """The network that `tinygrad-edu train` saved, ready to predict: `load_model(path)(x)`.

    Raises `DataMissing` where there is no such file and `DataError` where it is damaged, or does
    not say how its network was built.
    """
    extra(*_NEEDS)
    from safetensors import SafetensorError, safe_open

    if not Path(path).is_file():
        raise DataMissing(f"load_model: there is no file {path}. Check the path.")
    try:
        with safe_open(path, "numpy") as file:
            notes = json.loads((file.metadata() or {})[_NOTES])
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        model = mlp(_sizes(arrays), notes["activation"])
        model.load_state_dict(arrays)
    except (SafetensorError, OSError, ValueError, LookupError, TypeError, RuntimeError) as error:
        raise DataError(
            f"load_model: {path} cannot be used: {error}. It should be a file that `tinygrad-edu "
            "train` saved."
        ) from error
    return model.eval()


def _sizes(arrays: Mapping[str, np.ndarray]) -> list[int]:
    """The widths of an MLP from its weights "0.weight", "2.weight" …, each (n_out, n_in)."""
    names = sorted((n for n in arrays if n.endswith(".weight")), key=lambda n: int(n.split(".")[0]))
    return [arrays[names[0]].shape[1], *(arrays[name].shape[0] for name in names)]


def save_history(
    history: Sequence[Epoch], path: str | os.PathLike[str], settings: Mapping[str, object]
) -> None:
    """Write the settings and every epoch's scores as JSON, whole or not at all."""
    record = {"settings": dict(settings), "epochs": [asdict(epoch) for epoch in history]}
    text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
    write_whole(Path(path), lambda file: file.write(text.encode()))
