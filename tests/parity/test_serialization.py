"""Files that travel between this library and PyTorch, by safetensors' own functions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tinygrad_edu as te
from tinygrad_edu import nn, optim
from tinygrad_edu.errors import DataError
from tinygrad_edu.serialization import load_weights_json, save_checkpoint, save_weights_json

torch = pytest.importorskip("torch", reason="PyTorch is absent: pip install torch==2.13.0")
torch_files = pytest.importorskip("safetensors.torch", reason="safetensors is not installed")

pytestmark = pytest.mark.parity


def model(lib: Any) -> Any:
    """The same network under both libraries."""
    return lib.nn.Sequential(
        lib.nn.Linear(5, 4),
        lib.nn.BatchNorm1d(4),  # buffers, one of them a single whole number
        lib.nn.Tanh(),
        lib.nn.Sequential(lib.nn.Linear(4, 3, bias=False)),
    )


def test_pytorch_reads_our_state_dict(tmp_path: Path) -> None:
    """load_file(ours) fits PyTorch's module strictly, and both predict the same."""
    ours, theirs = model(te), model(torch)
    te.save(ours.state_dict(), tmp_path / "x")
    theirs.load_state_dict(torch_files.load_file(tmp_path / "x"))
    for name, x in theirs.state_dict().items():
        assert x.numpy().tobytes() == ours.state_dict()[name].numpy().tobytes()
    x = np.random.default_rng(0).normal(size=(7, 5)).astype(np.float32)
    expected = theirs(torch.from_numpy(x)).detach().numpy()
    assert np.allclose(ours(te.tensor(x)).detach().numpy(), expected, atol=1e-6)


def test_we_read_pytorchs_state_dict(tmp_path: Path) -> None:
    """load(theirs) fits our module strictly, bit for bit, from save_file and from save_model."""
    ours, theirs = model(te), model(torch)
    torch_files.save_file(theirs.state_dict(), tmp_path / "dict", {"format": "pt"})
    torch_files.save_model(theirs, str(tmp_path / "model"))
    for file in ("dict", "model"):
        ours.load_state_dict(te.load(tmp_path / file))
        for name, x in theirs.state_dict().items():
            assert x.numpy().tobytes() == ours.state_dict()[name].numpy().tobytes()


DTYPES = ("float16", "float32", "float64", "uint8", "int8", "int16", "int32", "int64", "bool")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 4), (2, 3, 4)], ids=str)
def test_every_number_type_travels(tmp_path: Path, dtype: str, shape: tuple[int, ...]) -> None:
    """There and back again: type, shape and numbers are the same in both libraries."""
    numbers = np.random.default_rng(0).integers(0, 100, shape).astype(dtype)
    te.save({"x": te.Tensor(np.asarray(numbers))}, tmp_path / "x")
    theirs = torch_files.load_file(tmp_path / "x")["x"]
    assert theirs.dtype == getattr(torch, dtype)
    assert tuple(theirs.shape) == shape
    assert np.array_equal(theirs.numpy(), numbers)
    torch_files.save_file({"x": theirs}, tmp_path / "y")
    ours = te.load(tmp_path / "y")["x"]
    assert (ours.dtype, tuple(ours.shape)) == (np.dtype(dtype), shape)
    assert np.array_equal(ours.numpy(), numbers)


def test_bfloat16_becomes_float32(tmp_path: Path) -> None:
    """NumPy has no bfloat16; the numbers are those that PyTorch itself gives in float32."""
    x = torch.cat([torch.randn(100), torch.tensor([0.0, -0.0, torch.inf, -torch.inf])])
    torch_files.save_file({"x": x.bfloat16()}, tmp_path / "x")
    ours = te.load(tmp_path / "x")["x"]
    assert ours.dtype == te.float32
    assert ours.numpy().tobytes() == x.bfloat16().float().numpy().tobytes()


def test_a_type_that_numpy_does_not_have_is_named(tmp_path: Path) -> None:
    """Eight-bit floats are refused."""
    torch_files.save_file({"x": torch.zeros(2).to(torch.float8_e4m3fn)}, tmp_path / "x")
    with pytest.raises(DataError, match="x has the number type F8_E4M3"):
        te.load(tmp_path / "x")


def test_a_pickle_of_pytorchs_is_named(tmp_path: Path) -> None:
    """What torch.save writes is refused, and the way out is told."""
    for zipped in (True, False):
        torch.save({"x": torch.zeros(2)}, tmp_path / "x", _use_new_zipfile_serialization=zipped)
        with pytest.raises(DataError, match="it is a pickle"):
            te.load(tmp_path / "x")


def test_pytorch_reads_a_checkpoint(tmp_path: Path) -> None:
    """Every tensor of a checkpoint has a name that says where it belongs."""
    ours = model(te)
    optimizer = optim.Adam(ours.parameters())
    ours(te.ones(2, 5)).sum().backward()
    optimizer.step()
    save_checkpoint(tmp_path / "c", model=ours, optimizer=optimizer)
    tensors = torch_files.load_file(tmp_path / "c")
    prefix = "model."
    theirs = {k.removeprefix(prefix): x for k, x in tensors.items() if k.startswith(prefix)}
    model(torch).load_state_dict(theirs)
    means = optimizer.state_dict()["state"][0]["exp_avg"].numpy()
    assert np.array_equal(tensors["optimizer.state.0.exp_avg"].numpy(), means)


def test_weights_json_holds_pytorchs_matrices_transposed(tmp_path: Path) -> None:
    """A network of PyTorch's, by way of safetensors and weights.json, predicts the same."""
    theirs = torch.nn.Sequential(*(torch.nn.Linear(n, n - 1, bias=False) for n in (5, 4)))
    ours = nn.Sequential(*(nn.Linear(n, n - 1, bias=False) for n in (5, 4)))
    torch_files.save_file(theirs.state_dict(), tmp_path / "x")
    ours.load_state_dict(te.load(tmp_path / "x"))
    save_weights_json(ours, tmp_path / "w")
    x = torch.randn(6, 5)
    found = load_weights_json(tmp_path / "w")(te.tensor(x.numpy())).detach().numpy()
    assert np.allclose(found, theirs(x).detach().numpy(), atol=1e-6)
