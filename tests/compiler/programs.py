"""Random networks and the steps that train them, made twice alike: to run and to compile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st

import tinygrad_edu as te
import tinygrad_edu.nn.functional as F
from tinygrad_edu import nn, optim

ACTIVATIONS = ("ReLU", "Tanh", "Sigmoid", "GELU", "SiLU", "ELU", "LeakyReLU", "Softplus")
OPTIMIZERS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("SGD", {}),
    ("SGD", {"momentum": 0.9}),
    ("SGD", {"momentum": 0.8, "nesterov": True, "weight_decay": 0.01}),
    ("SGD", {"momentum": 0.5, "dampening": 0.3, "maximize": True}),
    ("RMSprop", {}),
    ("RMSprop", {"centered": True, "momentum": 0.5}),
    ("RMSprop", {"weight_decay": 0.1}),
    ("Adam", {}),
    ("Adam", {"weight_decay": 0.1, "amsgrad": True}),
    ("AdamW", {"weight_decay": 0.1}),
    ("Adagrad", {}),
)


@st.composite
def recipes(draw: Any) -> dict[str, Any]:
    """What a network and its training are made of."""
    return {
        "sizes": draw(st.lists(st.integers(1, 9), min_size=2, max_size=4)),
        "activation": draw(st.sampled_from(ACTIVATIONS)),
        "norm": draw(st.sampled_from((None, "BatchNorm1d", "LayerNorm"))),
        "dropout": draw(st.sampled_from((0.0, 0.3))),
        "loss": draw(st.sampled_from(("cross_entropy", "smoothed", "mse", "l1", "log_softmax"))),
        "optimizer": draw(st.sampled_from(OPTIMIZERS)),
        "batch": draw(st.integers(2, 70)),
        "double": draw(st.booleans()),
        "clip": draw(st.booleans()),
        "seed": draw(st.integers(0, 100)),
    }


def build(recipe: dict[str, Any]) -> tuple[Any, Any, Callable[[Any, Any], Any]]:
    """(model, optimizer, step) of a recipe; the same numbers every time."""
    te.manual_seed(recipe["seed"])
    layers: list[Any] = []
    for n_in, n_out in zip(recipe["sizes"], recipe["sizes"][1:], strict=False):
        layers.append(nn.Linear(n_in, n_out, bias=recipe["seed"] % 5 != 0))
        if recipe["norm"]:
            layers.append(getattr(nn, recipe["norm"])(n_out))
        layers.append(getattr(nn, recipe["activation"])())
        if recipe["dropout"]:
            layers.append(nn.Dropout(recipe["dropout"]))
    layers.append(nn.Linear(recipe["sizes"][-1], 4))
    model = nn.Sequential(*layers)
    if recipe["double"]:
        model = model.double()
    name, options = recipe["optimizer"]
    optimizer = getattr(optim, name)(model.parameters(), lr=0.01, **options)

    def step(x: Any, t: Any) -> Any:
        optimizer.zero_grad()
        loss = criterion(recipe["loss"], model(x), t)
        loss.backward()
        if recipe["clip"]:
            nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        optimizer.step()
        return loss

    return model, optimizer, step


def criterion(name: str, scores: Any, t: Any) -> Any:
    """The loss called `name` of scores (N, 4) and labels t (N)."""
    if name == "cross_entropy":
        return F.cross_entropy(scores, t)
    if name == "smoothed":
        return F.cross_entropy(scores, t, label_smoothing=0.1)
    if name == "log_softmax":
        return F.nll_loss(F.log_softmax(scores, 1), t, reduction="sum")
    target = F.one_hot(t, 4).to(scores.dtype)
    return F.mse_loss(scores, target) if name == "mse" else F.l1_loss(scores, target)


def batches(recipe: dict[str, Any], count: int) -> list[tuple[Any, Any]]:
    """Random examples for a recipe."""
    rng = np.random.default_rng(recipe["seed"])
    shape = (recipe["batch"], recipe["sizes"][0])
    dtype = np.float64 if recipe["double"] else np.float32
    return [
        (
            te.tensor(rng.normal(size=shape).astype(dtype)),
            te.tensor(rng.integers(0, 4, recipe["batch"])),
        )
        for _ in range(count)
    ]
