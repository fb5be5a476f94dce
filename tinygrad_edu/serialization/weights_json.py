"""The school project's `weights.json`: a list of weight matrices in the order of the layers.

    [[[0.1, …], …], [[0.2, …], …]]      each (n_in, n_out): x (N, n_in) @ W → (N, n_out)

There are no biases and no names. A Linear layer holds its matrix as (out, in), as PyTorch does, so
the matrices are transposed on the way. Every float32 and float64 comes back as it was: Python
writes as many digits as that takes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from .. import nn
from ..errors import ArgumentError, StateError
from .files import read_file, refusing, write_file

__all__ = ["load_weights_json", "save_weights_json"]

_LARGEST = 1 << 28  # bytes of text; the project's own file has two million


def save_weights_json(model: Any, path: str | os.PathLike[str]) -> None:
    """Write the matrices of the model's Linear layers, whole or not at all.

    Raises `StateError` where the model has parameters that the format has no place for (biases),
    or weights that JSON cannot write (NaN, infinity).
    """
    layers = _linear_layers(model, "save_weights_json")
    matrices = [layer.weight.detach().numpy().T for layer in layers]  # (out, in) → (in, out)
    if not all(np.isfinite(matrix).all() for matrix in matrices):
        raise StateError(
            "save_weights_json: the weights hold NaN or infinity, which JSON cannot write. Did "
            "the training diverge? Use a smaller learning rate."
        )
    text = json.dumps([matrix.tolist() for matrix in matrices])
    write_file(path, text.encode(), "save_weights_json")


def load_weights_json(path: str | os.PathLike[str], model: Any = None) -> Any:
    """The network whose matrices stand in the file: a Sequential of Linear layers without bias.

    With `model`, the matrices go into its Linear layers instead; either all do, or none. Raises
    `DataMissing` and `DataError` for the file, `StateError` where the model's layers are others.
    """
    with refusing("load_weights_json", path):
        matrices = _read(path)
    if model is None:
        shapes = [matrix.shape for matrix in matrices]
        model = nn.Sequential(*(nn.Linear(n_in, n_out, bias=False) for n_in, n_out in shapes))
    layers = _linear_layers(model, "load_weights_json")
    wanted = [(layer.in_features, layer.out_features) for layer in layers]
    found = [matrix.shape for matrix in matrices]
    if wanted != found:
        raise StateError(
            f"load_weights_json: {path} holds matrices (n_in, n_out) of {_list(found)}, but the "
            f"model's Linear layers are {_list(wanted)}. Nothing was loaded."
        )
    with refusing("load_weights_json", path):
        weights = [_cast(w, layer.weight.dtype) for w, layer in zip(matrices, layers, strict=True)]
    for layer, weight in zip(layers, weights, strict=True):
        layer.load_state_dict({"weight": weight.T})  # (in, out) → (out, in)
    return model


def _linear_layers(model: Any, asked: str) -> list[Any]:
    """The Linear layers in their order, where there is nothing else to keep."""
    layers = [layer for layer in model.modules() if isinstance(layer, nn.Linear)]
    if not layers:
        raise ArgumentError(f"{asked}: the model has no Linear layer, so there are no matrices.")
    kept = {id(layer.weight) for layer in layers}
    others = [name for name, p in model.named_parameters() if id(p) not in kept]
    if others:
        raise StateError(
            f"{asked}: the format holds the matrices of Linear layers alone, and this model also "
            f"has {', '.join(others[:5])}. Use nn.Linear(…, bias=False), or tinygrad_edu.save."
        )
    return layers


def _read(path: str | os.PathLike[str]) -> list[np.ndarray]:
    """The matrices (n_in, n_out), which chain: the outputs of one are the inputs of the next."""
    content = json.loads(read_file(path, _check_size))
    if not isinstance(content, list) or not content:
        raise ValueError("it should be a list of weight matrices, one for each layer")
    matrices = [_matrix(i, rows) for i, rows in enumerate(content)]
    for (_, n_out), (n_in, _) in pairwise(matrix.shape for matrix in matrices):
        if n_out != n_in:
            raise ValueError(f"a layer of {n_out} outputs is followed by one of {n_in} inputs")
    return matrices


def _matrix(i: int, rows: Any) -> np.ndarray:
    matrix = np.array(rows)  # raises where the rows differ in length
    if matrix.ndim != 2 or not matrix.size or matrix.dtype.kind not in "fi":
        raise ValueError(f"matrix {i} is not a table of numbers")
    return _cast(matrix, np.dtype(float))


def _cast(matrix: np.ndarray, dtype: Any) -> np.ndarray:
    with np.errstate(over="ignore"):
        numbers = matrix.astype(dtype)
    if not np.isfinite(numbers).all():
        raise ValueError(f"it holds a number that is not finite in {dtype}")
    return numbers


def _check_size(_: bytes, size: int) -> None:
    if size > _LARGEST:
        raise ValueError(f"it has {size} bytes, more than {_LARGEST}, which cannot be")


def _list(shapes: Sequence[tuple[int, ...]]) -> str:
    return ", ".join(map(str, shapes))
