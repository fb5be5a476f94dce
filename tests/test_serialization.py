"""What is saved comes back as it was, from files that others can read; the rest is refused."""

from __future__ import annotations

import io
import math
import os
import pickle
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tinygrad_edu as te
from tinygrad_edu import nn, optim
from tinygrad_edu.errors import (
    ArgumentError,
    DataError,
    DataMissing,
    InputTypeError,
    NotInstalled,
    SaveError,
)
from tinygrad_edu.serialization import save_weights_json
from tinygrad_edu.serialization.files import decode, encode

numpy_safetensors = pytest.importorskip("safetensors.numpy", reason="safetensors is not installed")


def same(a: Any, b: Any) -> bool:
    """Whether two objects are equal in kind and value, arrays bit for bit."""
    if isinstance(a, te.Tensor):
        return isinstance(b, te.Tensor) and same(a.numpy(), b.numpy())
    if isinstance(a, np.ndarray | np.generic):
        kind = type(a) is type(b) and a.dtype == b.dtype and a.shape == b.shape
        return kind and a.tobytes() == b.tobytes()
    if isinstance(a, dict):
        return type(a) is type(b) and list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list | tuple):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and (a == b or (a != a and b != b))


DTYPES = (
    *("float16", "float32", "float64", "int8", "int16", "int32", "int64"),
    *("uint8", "uint16", "uint32", "uint64", "bool"),
)


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_number_type_comes_back(tmp_path: Path, dtype: str) -> None:
    """Every type, empty, single, transposed and strided, bit for bit."""
    numbers = np.arange(24).reshape(2, 3, 4).astype(dtype)
    tensors = {
        "whole": te.Tensor(numbers),
        "single": te.Tensor(numbers[1, 2, 3]),
        "zero-dim": te.Tensor(np.array(numbers[0, 0, 1])),
        "empty": te.Tensor(numbers[:0]),
        "transposed": te.Tensor(numbers.T),
        "strided": te.Tensor(numbers[:, ::-1, ::2]),
        "big-endian": te.Tensor(numbers.astype(numbers.dtype.newbyteorder(">"))),
    }
    te.save(tensors, tmp_path / "x")
    loaded = te.load(tmp_path / "x")
    assert list(loaded) == list(tensors)
    for name, x in tensors.items():
        assert loaded[name].dtype == np.dtype(dtype)
        assert loaded[name].shape == np.shape(x.array)
        assert np.array_equal(loaded[name].numpy(), x.array)


def test_special_numbers_come_back_bit_for_bit(tmp_path: Path) -> None:
    """NaN with its payload, infinities, the negative zero and the smallest number."""
    bits = np.array([0x7FC0BEEF, 0x7F800000, 0xFF800000, 0x80000000, 1], np.uint32)
    te.save(te.Tensor(bits.view(np.float32)), tmp_path / "x")
    assert te.load(tmp_path / "x").numpy().view(np.uint32).tolist() == bits.tolist()


NESTED: dict[str, Any] = {
    "epoch": 3,
    "seed": 2**127 + 1,
    "rates": [0.1, 1e-300, math.inf, -math.inf, math.nan, -0.0],
    "betas": (0.9, (0.999, None)),
    "name": 'кириллица "quoted" \n \ud83d \0',
    "flags": [True, False, None],
    "state": {0: {"step": te.tensor(4.0)}, 1: {}, (1, "a"): "tuple", 2.5: 1, None: 0},
    "$tensor": {"$array": "not a mark"},
    "": {"": te.arange(2)},
    "a.b": te.arange(3),
    "a": {"b": te.arange(4), "c": np.float32(0.1)},
    "__metadata__": te.arange(5),
    "arrays": [np.arange(6.0), np.array(1), np.float32(0.1), np.int8(-3), np.bool_(True)],
    "milestones": Counter({30: 1, 80: 2}),
    "empty": [{}, [], (), ""],
}


def test_nested_data_comes_back(tmp_path: Path) -> None:
    """Dicts with any plain keys, tuples, text, big numbers, arrays: in kind, value and order."""
    te.save(NESTED, tmp_path / "x")
    assert same(NESTED, te.load(tmp_path / "x"))


@pytest.mark.parametrize("obj", [{}, [], 5, None, te.arange(3), np.arange(3)], ids=repr)
def test_any_object_can_be_the_whole(tmp_path: Path, obj: Any) -> None:
    """A single tensor, a number, nothing."""
    te.save(obj, tmp_path / "x")
    assert same(obj, te.load(tmp_path / "x"))


def test_a_checkpoint_as_pytorch_users_write_it(tmp_path: Path) -> None:
    """torch.save({"epoch": …, "model_state_dict": …}) works without a change, in a file or not."""
    model = nn.Sequential(nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 1))
    optimizer = optim.Adam(model.parameters())
    model(te.ones(4, 3)).sum().backward()
    optimizer.step()
    content = {
        "epoch": 7,
        "model_state_dict": model.state_dict(),
        "optimizer_state_dict": optimizer.state_dict(),
        "loss": 0.25,
    }
    buffer = io.BytesIO()
    te.save(content, buffer)
    te.save(content, str(tmp_path / "checkpoint.pt"))
    assert (tmp_path / "checkpoint.pt").read_bytes() == buffer.getvalue()
    buffer.seek(0)
    loaded = te.load(buffer, map_location="cpu", weights_only=True)
    assert same(dict(loaded["model_state_dict"]), dict(content["model_state_dict"]))
    del loaded["model_state_dict"], content["model_state_dict"]  # an OrderedDict there
    assert same(loaded, content)


def test_others_find_the_names(tmp_path: Path) -> None:
    """The safetensors library reads our state dict; we read what it writes, with its metadata."""
    model = nn.Linear(3, 2)
    te.save(model.state_dict(), tmp_path / "ours")
    arrays = numpy_safetensors.load_file(tmp_path / "ours")
    assert same(arrays, {k: arrays[k] for k in ("bias", "weight")})
    assert same(arrays["weight"], model.weight.detach().numpy())
    numpy_safetensors.save_file(arrays, tmp_path / "theirs", {"format": "pt"})
    other = nn.Linear(3, 2)
    other.load_state_dict(te.load(tmp_path / "theirs"))
    assert same(other.weight.detach(), model.weight.detach())


def test_shared_weights_are_saved_under_every_name(tmp_path: Path) -> None:
    """A matrix that serves two layers stands in the file twice, and both get it back."""
    pair = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    pair[1].weight = pair[0].weight
    te.save(pair.state_dict(), tmp_path / "x")
    other = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    other.load_state_dict(te.load(tmp_path / "x"))
    assert same(other[1].weight.detach(), pair[0].weight.detach())
    assert same(other[0].weight.detach(), pair[0].weight.detach())


def test_equal_contents_give_equal_files() -> None:
    """The same bytes every time, so that files can be compared by their sums."""
    assert encode({"x": np.arange(3)}, {"a": 1}) == encode({"x": np.arange(3)}, {"a": 1})


def test_what_is_loaded_can_be_changed(tmp_path: Path) -> None:
    """Loaded tensors have memory of their own."""
    te.save({"x": te.zeros(3)}, tmp_path / "x")
    loaded = te.load(tmp_path / "x")
    loaded["x"].add_(1)
    assert loaded["x"].tolist() == [1, 1, 1]
    assert te.load(tmp_path / "x")["x"].tolist() == [0, 0, 0]


def test_a_failed_save_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk refuses at the last moment the former file is whole, and nothing lies about."""
    te.save(1, tmp_path / "x")
    with pytest.raises(InputTypeError):
        te.save(lambda: None, tmp_path / "x")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SaveError, match=r"could not be written \(No space left on device\)") as e:
        te.save(2, tmp_path / "x")
    assert e.value.errno == 28
    assert isinstance(e.value, OSError)
    assert te.load(tmp_path / "x") == 1
    assert os.listdir(tmp_path) == ["x"]


def test_a_folder_that_cannot_be_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file where a folder should be, a folder without permission, a folder as the target."""
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "file" / "x", tmp_path / "folder"):
        with pytest.raises(SaveError, match="may this user write to the folder"):
            te.save(1, path)
    with pytest.raises(SaveError, match="save_weights_json: "):
        save_weights_json(nn.Linear(2, 2, bias=False), tmp_path / "file" / "x")

    def forbidden(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", forbidden)  # the tests may run as root, who may do anything
    with pytest.raises(SaveError, match="Permission denied"):
        te.save(1, tmp_path / "x")
    assert sorted(os.listdir(tmp_path)) == ["file", "folder"]


CIRCLE: list[Any] = []
CIRCLE.append(CIRCLE)


@pytest.mark.parametrize(
    ("obj", "message"),
    [
        (nn.Linear(2, 2), r"the object is Linear.*Save its state: x\.state_dict\(\)"),
        ({"a": [1, {2}]}, r"the object\['a'\]\[1\] is set.*nothing is pickled"),
        ({"f": print}, r"the object\['f'\] is builtin_function_or_method"),
        ({frozenset(): 1}, r"is frozenset"),
        (1j, "is complex"),
        ({"z": np.zeros(2, complex)}, "z holds complex128"),
        ({"z": np.array([print])}, "z holds object"),
        (CIRCLE, "nested too deeply, or contains itself"),
    ],
)
def test_what_cannot_be_saved_is_refused(tmp_path: Path, obj: Any, message: str) -> None:
    """The place and the kind are named, and no file appears."""
    with pytest.raises(InputTypeError, match=f"(?s)save: .*{message}"):
        te.save(obj, tmp_path / "x")
    assert not os.listdir(tmp_path)


def test_without_safetensors_the_word_is_clear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where safetensors cannot be imported, the error names the extra to install."""
    te.save(1, tmp_path / "x")
    for module in ("safetensors", "safetensors.numpy"):
        monkeypatch.setitem(sys.modules, module, None)
    for attempt in (lambda: te.save(1, tmp_path / "y"), lambda: te.load(tmp_path / "x")):
        with pytest.raises(NotInstalled, match=r"pip install 'tinygrad-edu\[save\]'"):
            attempt()
    assert os.listdir(tmp_path) == ["x"]


def test_what_is_no_such_file_is_refused(tmp_path: Path) -> None:
    """A missing file, a folder, nothing, text, and pickles, which are not opened."""
    with pytest.raises(FileNotFoundError, match=r"load: there is no file .*nowhere"):
        te.load(tmp_path / "nowhere")
    with pytest.raises(DataMissing):
        te.load(tmp_path)
    path = tmp_path / "x"
    for content, word in (
        (b"", "it has 0 bytes"),
        (b"epoch,loss\n1,0.5\n", "it is no safetensors file, or was cut short"),
        (pickle.dumps({"a": 1}), "it is a pickle.*could run any code.*safetensors.torch.save_file"),
        (b"PK\x03\x04" + bytes(100), "it is a pickle"),
    ):
        path.write_bytes(content)
        with pytest.raises(DataError, match=f"load: {path} cannot be used: .*{word}"):
            te.load(path)
    with pytest.raises(ArgumentError, match="cuda"):
        te.load(path, map_location="cuda:0")


def test_a_changed_weight_is_noticed(tmp_path: Path) -> None:
    """A damaged number looks like any other number; the checksum tells."""
    content = encode({"x": np.arange(3.0)}, {})
    with pytest.raises(ValueError, match="checksum"):
        decode(content[:-1] + b"\x41")
    arrays, note = decode(content)
    assert note == {}
    assert arrays["x"].tolist() == [0, 1, 2]
