"""Damaged and hostile files, thousands of them: each is refused in clear words or is a valid file.

The damage is drawn from seeds, so a failure names its number and comes again. No file may crash
the process, hang, or make it ask for much memory.
"""

from __future__ import annotations

import json
import random
import time
import tracemalloc
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tinygrad_edu as te
from tinygrad_edu import nn, optim
from tinygrad_edu.data import DataLoader, TensorDataset
from tinygrad_edu.errors import DataError, TinygradEduError
from tinygrad_edu.serialization import (
    load_checkpoint,
    load_weights_json,
    save_checkpoint,
    save_weights_json,
)
from tinygrad_edu.serialization.files import decode, encode

pytest.importorskip("safetensors", reason="safetensors is not installed")

Mutation = Callable[[random.Random, bytes], bytes]

MOST_MEMORY, MOST_SECONDS = 16 << 20, 10  # the files have a few thousand bytes


# -- the files, and what is done with them


def parts() -> dict[str, Any]:
    """A small training, an epoch and a half old."""
    te.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.Dropout(), nn.Linear(4, 2))
    optimizer = optim.Adam(model.parameters())
    loader = DataLoader(TensorDataset(te.randn(9, 3)), batch_size=2, shuffle=True)
    for (x,), _ in zip(loader, range(2), strict=False):
        model(x).sum().backward()
        optimizer.step()
    return {"model": model, "optimizer": optimizer, "loader": loader, "generator": te.Generator()}


@cache
def original(kind: str, folder: Path) -> bytes:
    """An undamaged file of each kind."""
    path = folder / kind
    if kind == "checkpoint":
        save_checkpoint(path, **parts(), epoch=3, extra={"losses": [0.5, 0.25]})
    elif kind == "foreign":  # no note, no checksum
        from safetensors.numpy import save_file

        arrays = {"a": np.arange(6.0).reshape(2, 3), "b": np.array([True, False]), "c": np.int64(7)}
        save_file({k: np.asarray(v) for k, v in arrays.items()}, path)
    else:
        save_weights_json(nn.Sequential(nn.Linear(3, 4, bias=False)), path)
    return path.read_bytes()


def open_checkpoint(path: Path) -> None:
    """Load the file, and where that works, put it back into a training."""
    te.load(path)
    load_checkpoint(path, **parts())


OPENERS: dict[str, Callable[[Path], Any]] = {
    "checkpoint": open_checkpoint,
    "foreign": te.load,
    "weights.json": load_weights_json,
}


def attempt(opener: Callable[[Path], Any], path: Path) -> BaseException | None:
    """What opening the file raises, or None."""
    try:
        opener(path)
    except BaseException as error:  # a panic of the Rust library is no Exception
        return error
    return None


# -- damage


def flip(rng: random.Random, content: bytes) -> bytes:
    """One bit turned, or several."""
    damaged = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 8))):
        damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
    return bytes(damaged)


def cut(rng: random.Random, content: bytes) -> bytes:
    """The end is missing, or something follows it."""
    if rng.random() < 0.7:
        return content[: rng.randrange(len(content))]
    return content + rng.randbytes(rng.choice((1, 8, 1000)))


def splice(rng: random.Random, content: bytes) -> bytes:
    """A piece is doubled, left out, moved, or replaced by anything."""
    i, j = sorted(rng.randrange(len(content)) for _ in range(2))
    piece = content[i : min(j, i + 200)]
    new = rng.choice((piece * 2, b"", piece[::-1], rng.randbytes(5), b"[" * 3000, b'{"a":' * 300))
    return content[:i] + new + content[i + len(piece) :]


def length(rng: random.Random, content: bytes) -> bytes:
    """The header's length is a lie."""
    n = int.from_bytes(content[:8], "little")
    lies = (0, 1, n - 1, n + 1, len(content), len(content) - 8, 10**8, 10**8 + 1, 2**32, 2**63)
    lie = rng.choice((*lies, 2**64 - 1, 2**64 - 8, rng.randrange(2**64), rng.randrange(2 * n)))
    return lie.to_bytes(8, "little") + content[8:]


HOSTILE: tuple[Any, ...] = (
    *(None, True, 0, 1, -1, 1.5, 2**31, 2**62, 2**63, 2**64, 10**30, 1e308, float("nan")),
    *("", "F32", "F64", "BF16", "F8_E4M3", "C64", "BOOL", "a", "model.0.weight", "\0", "я" * 99),
    *([], [0], [-1], [2**62, 4], [2**62, 0], [1 << 40], [3, 2], [0, 10**12], [[0, 4]], {}),
    *({"$tensor": "model.0.weight"}, {"$tensor": "a"}, {"$tensor": 5}, {"$tuple": 5}),
    *({"$dict": [[[], 1]]}, {"$dict": [1]}, {"$x": 1}, {"$array": "model.0.weight", "b": 1}),
)


def replace_somewhere(rng: random.Random, tree: Any) -> Any:
    """The same nested data with something else in one place, or a key more or less."""
    if not isinstance(tree, dict | list) or not tree or rng.random() < 0.15:
        return deep(rng) if rng.random() < 0.1 else rng.choice(HOSTILE)
    keys = list(tree) if isinstance(tree, dict) else list(range(len(tree)))
    key, other = rng.choice(keys), tree.copy()
    if rng.random() < 0.1:
        del other[key]
    elif rng.random() < 0.1 and isinstance(tree, dict):
        other[rng.choice(("x", "", "$tensor", "__metadata__"))] = other.pop(key)
    else:
        other[key] = replace_somewhere(rng, tree[key])
    return other


def deep(rng: random.Random) -> Any:
    """A list in a list in a list …"""
    tree: Any = 1
    for _ in range(rng.choice((50, 200, 900))):
        tree = [tree]
    return tree


def header(rng: random.Random, content: bytes) -> bytes:
    """The header says something else, in good JSON: other types, shapes, places, overlaps."""
    n = int.from_bytes(content[:8], "little")
    table = json.loads(content[8 : 8 + n])
    for _ in range(rng.choice((1, 1, 2))):
        table = replace_somewhere(rng, table)
    text = json.dumps(table).encode()
    return len(text).to_bytes(8, "little") + text + content[8 + n :]


def forge(rng: random.Random, content: bytes) -> bytes:
    """The note says something else, and the checksum agrees: this was done on purpose."""
    arrays, note = decode(content)
    assert note is not None
    if rng.random() < 0.2:
        name = rng.choice(sorted(arrays))
        arrays[name] = rng.choice((np.zeros(0), np.arange(9.0), np.array(np.nan)))
    return encode(arrays, {"skeleton": replace_somewhere(rng, note["skeleton"])})


def rewrite(rng: random.Random, content: bytes) -> bytes:
    """Other data in good JSON."""
    return json.dumps(replace_somewhere(rng, json.loads(content))).encode()


ATTACKS: dict[tuple[str, Mutation], int] = {
    ("checkpoint", flip): 600,
    ("checkpoint", cut): 200,
    ("checkpoint", splice): 300,
    ("checkpoint", length): 100,
    ("checkpoint", header): 500,
    ("checkpoint", forge): 400,
    ("foreign", flip): 400,
    ("foreign", cut): 100,
    ("foreign", splice): 200,
    ("foreign", length): 100,
    ("foreign", header): 600,
    ("weights.json", flip): 300,
    ("weights.json", cut): 100,
    ("weights.json", splice): 300,
    ("weights.json", rewrite): 300,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


@pytest.mark.parametrize(
    ("kind", "mutate", "times"),
    [(*key, times) for key, times in ATTACKS.items()],
    ids=[f"{kind} {mutate.__name__}" for kind, mutate in ATTACKS],
)
def test_a_hostile_file_is_refused_or_valid(
    folder: Path, kind: str, mutate: Mutation, times: int
) -> None:
    """Every damaged file is one error of the house or opens; none costs much memory or time."""
    content, path = original(kind, folder), folder / "damaged"
    # Where the file itself is in order, the part that is to take a forged state refuses it.
    allowed = TinygradEduError if mutate is forge else DataError
    opened = 0
    tracemalloc.start()
    try:
        for number in range(times):
            path.write_bytes(mutate(random.Random(number), content))
            tracemalloc.reset_peak()
            start = time.perf_counter()
            refusal = attempt(OPENERS[kind], path)
            opened += refusal is None
            assert refusal is None or isinstance(refusal, allowed), (number, refusal)
            assert len(str(refusal)) < 2000, number
            assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY, number
            assert time.perf_counter() - start < MOST_SECONDS, number
    finally:
        tracemalloc.stop()
    assert opened < times  # something was refused


def test_there_are_enough_attacks() -> None:
    """More than two thousand damaged files."""
    assert sum(ATTACKS.values()) > 2000


def test_no_flipped_bit_goes_unnoticed(folder: Path) -> None:
    """Whichever bit of a checkpoint is turned, `load_checkpoint` refuses it."""
    content, path = original("checkpoint", folder), folder / "flipped"
    training = parts()
    for bit in range(0, 8 * len(content), 37):
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        with pytest.raises(DataError):
            load_checkpoint(path, **training)
    path.write_bytes(content)
    assert load_checkpoint(path, **training).epoch == 3
