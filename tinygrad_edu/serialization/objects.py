"""`save` and `load`, as PyTorch has them, into files that hold numbers and plain data only."""

from __future__ import annotations

import os
from typing import IO, Any

from ..errors import InputTypeError
from ..layout import Device, check_device
from ..tensor import Tensor
from .files import decode, encode, read_safetensors, refusing, write_file
from .tree import pack, unpack

__all__ = ["load", "save"]

File = str | os.PathLike[str] | IO[bytes]


def save(obj: Any, f: File) -> None:
    """Write `obj` to the file `f`: tensors, numbers and text in dicts, lists and tuples.

    A state dict gives a safetensors file with the same names, which `safetensors.torch.load_file`
    reads into PyTorch. Deeper objects, such as `{"model": model.state_dict(), "epoch": 3}`, give
    one too: the names are joined with dots, and the header holds the rest. A path gets the new file
    whole or keeps its old one; `f` may also be an open binary file.

    Raises `InputTypeError` for what cannot be kept (a module, a function: save its `state_dict()`),
    `SaveError` where the disk refuses, `NotInstalled` without the package safetensors.
    """
    arrays, skeleton = pack(obj)
    content = encode(arrays, {"skeleton": skeleton})
    if isinstance(f, str | os.PathLike):
        write_file(f, content, "save")
    elif hasattr(f, "write"):
        f.write(content)
    else:
        raise InputTypeError(
            f"save: the file is {f!r:.40} of type {type(f).__name__}, but a path or an open file "
            'was expected: save(model.state_dict(), "model.safetensors").'
        )


def load(
    f: File, map_location: Any = None, *, weights_only: bool = True, mmap: bool | None = None
) -> Any:
    """What `save` wrote to `f`; of a safetensors file from elsewhere, a dict of its tensors.

    bfloat16, which NumPy does not have, becomes float32 without loss. There is one device and never
    anything but data, so the options of PyTorch change nothing. Raises `DataMissing` (a
    `FileNotFoundError`) and `DataError` (a `ValueError`).
    """
    if isinstance(map_location, str | Device):
        check_device(map_location)
    with refusing("load", f):
        if isinstance(f, str | os.PathLike):
            arrays, note = read_safetensors(f)
        else:
            arrays, note = decode(f.read())
        if note is None or "skeleton" not in note:
            return {name: Tensor(array) for name, array in arrays.items()}
        return unpack(note["skeleton"], arrays)
