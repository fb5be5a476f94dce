"""The school project's `weights.json`, read and written."""

from __future__ import annotations

import json
import math
import os
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tinygrad_edu as te
from tinygrad_edu import nn
from tinygrad_edu.errors import ArgumentError, DataError, DataMissing, StateError
from tinygrad_edu.serialization import load_weights_json, save_weights_json


def same(a: te.Tensor, b: te.Tensor) -> bool:
    """Whether two tensors hold the same numbers of the same type, bit for bit."""
    return a.dtype == b.dtype and a.shape == b.shape and a.numpy().tobytes() == b.numpy().tobytes()


def layers(*sizes: int) -> Any:
    return nn.Sequential(*(nn.Linear(n, m, bias=False) for n, m in pairwise(sizes)))


def test_weights_json_is_the_projects_format(tmp_path: Path) -> None:
    """A list of matrices (n_in, n_out): x @ W₁ @ W₂ in NumPy is the network, bit for bit."""
    model, path = layers(4, 3, 2), tmp_path / "weights.json"
    save_weights_json(model, path)
    w1, w2 = (np.array(w, np.float32) for w in json.loads(path.read_text()))
    assert w1.shape == (4, 3)
    assert w2.shape == (3, 2)
    assert np.array_equal(w1.T, model[0].weight.detach().numpy())
    loaded = load_weights_json(path)
    assert repr(loaded) == repr(model)
    assert all(map(same, loaded.state_dict().values(), model.state_dict().values()))
    into = nn.Sequential(nn.Linear(4, 3, bias=False), nn.Softmax(1), nn.Linear(3, 2, bias=False))
    assert load_weights_json(path, into) is into
    assert same(into[2].weight.detach(), model[1].weight.detach())


def test_float64_survives_json(tmp_path: Path) -> None:
    """Seventeen digits are written where they are needed."""
    model = layers(5, 3).double()
    save_weights_json(model, tmp_path / "w")
    assert same(
        load_weights_json(tmp_path / "w", layers(5, 3).double()).state_dict()["0.weight"],
        model.state_dict()["0.weight"],
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Expecting value"),
        ("[", "Expecting value"),
        ("5", "should be a list of weight matrices"),
        ("[]", "should be a list of weight matrices"),
        ('{"0": [[1]]}', "should be a list"),
        ("[[1, 2], [3, 4]]", "matrix 0 is not a table"),
        ("[[[1, 2], [3]]]", "inhomogeneous"),
        ('[[["1"]]]', "matrix 0 is not a table"),
        ("[[[true]]]", "matrix 0 is not a table"),
        ("[[[null]]]", "matrix 0 is not a table"),
        ("[[[]]]", "matrix 0 is not a table"),
        ("[[[NaN]]]", "not finite"),
        ("[[[1e999]]]", "not finite"),
        ("[[[1e39]]]", "not finite in float32"),
        (f"[[[{'9' * 400}]]]", "matrix 0 is not a table|too large"),
        (f"[[[{'9' * 5000}]]]", "digits"),
        ("[[[1, 2]], [[1]]]", "a layer of 2 outputs is followed by one of 1 inputs"),
        ("[" * 100_000, "recursion"),
        ("[" * 40 + "1" + "]" * 40, "matrix 0 is not a table"),
        ("\udcff", "utf-8"),
    ],
)
def test_a_strange_weights_json_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """Each kind of strangeness is one clear error that names the file."""
    (tmp_path / "w").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(DataError, match=f"(?s)load_weights_json: .*w cannot be used: .*{message}"):
        load_weights_json(tmp_path / "w")


def test_models_that_do_not_fit_weights_json(tmp_path: Path) -> None:
    """Biases, other layers, other sizes, no layers, NaN: refused, and nothing is changed."""
    path = tmp_path / "w"
    with pytest.raises(StateError, match=r"this model also has 0\.bias"):
        save_weights_json(nn.Sequential(nn.Linear(2, 2)), path)
    with pytest.raises(ArgumentError, match="no Linear layer"):
        save_weights_json(nn.ReLU(), path)
    model = layers(2, 2)
    with te.no_grad():
        model[0].weight[0, 0] = math.nan
    with pytest.raises(StateError, match="NaN or infinity"):
        save_weights_json(model, path)
    assert not os.listdir(tmp_path)
    save_weights_json(layers(2, 3), path)
    other = layers(3, 2)
    with pytest.raises(StateError, match=r"\(2, 3\), but the model's Linear layers are \(3, 2\)"):
        load_weights_json(path, other)
    with pytest.raises(DataMissing):
        load_weights_json(tmp_path / "nowhere")
