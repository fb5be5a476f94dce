"""A recipe: everything that decides how a training goes, so that it can be repeated."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from .. import nn, optim
from ..data import DataLoader, TrainTest
from ..errors import ArgumentError
from ..optim.lr_scheduler import CosineAnnealingLR
from ..random import Generator, manual_seed
from .augment import augmented
from .callbacks import Callback
from .history import History
from .trainer import Trainer

__all__ = ["ACTIVATIONS", "INITS", "OPTIMIZERS", "SCHEDULES", "Recipe", "mlp", "recipe_for"]

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

# The course's four (practical work 2), with the course's γ, and three more. What is named beside
# the rate, such as weight_decay, is the optimizer's own argument.
OPTIMIZERS: dict[str, Callable[..., Any]] = {
    "sgd": optim.SGD,
    "momentum": lambda p, lr, **more: optim.SGD(p, lr=lr, momentum=0.9, **more),
    "rmsprop": optim.RMSprop,
    "adam": optim.Adam,
    "nesterov": lambda p, lr, **more: optim.SGD(p, lr=lr, momentum=0.9, nesterov=True, **more),
    "adagrad": optim.Adagrad,
    "adamw": optim.AdamW,
}

# How a weight matrix begins; "default" leaves PyTorch's, U(±1/√n_in). Biases then begin at 0.
INITS: dict[str, Callable[[Any], Any] | None] = {
    "default": None,
    "kaiming": lambda w: nn.init.kaiming_normal_(w, nonlinearity="relu"),
    "xavier": nn.init.xavier_uniform_,
    "normal": nn.init.course_normal_,  # the lecture's N(0, 0.1²)
    "uniform": nn.init.course_uniform_,  # the school project's U(0, 1/√n_in)
}

# What becomes of the rate: nothing, or long steps first and ever shorter ones later.
SCHEDULES: dict[str, Callable[[Any, int], Any]] = {
    "constant": lambda optimizer, epochs: None,
    "cosine": lambda optimizer, epochs: CosineAnnealingLR(optimizer, epochs),
}


def mlp(
    sizes: list[int], activation: str = "relu", dropout: float = 0.0, init: str = "default"
) -> Any:
    """A multi-layer perceptron: `mlp([784, 128, 64, 10])` has the layers 784 → 128 → 64 → 10.

    An activation stands between two layers, after it Dropout where it is above 0; the last layer
    gives scores, which the loss takes as they are.
    """
    _check("mlp", {"activation": (activation, ACTIVATIONS), "init": (init, INITS)})
    layers: list[Any] = []
    for n_in, n_out in pairwise(sizes):
        layers += [nn.Linear(n_in, n_out), ACTIVATIONS[activation]()]
        layers += [nn.Dropout(dropout)] if dropout else []
    model = nn.Sequential(*layers[: -2 if dropout else -1])
    begin = INITS[init]
    if begin is not None:
        for p in model.parameters():
            begin(p) if p.ndim > 1 else nn.init.zeros_(p)
    return model


def _check(who: str, choices: dict[str, tuple[str, Mapping[str, Any]]]) -> None:
    """Refuse a name that is not in its table."""
    for name, (chosen, table) in choices.items():
        if chosen not in table:
            raise ArgumentError(
                f"{who}: {name}={chosen!r} is not known. Use one of {', '.join(table)}."
            )


@dataclass(frozen=True, slots=True)
class Recipe:
    """The settings of one training of an MLP; equal recipes on equal data give equal networks.

    `label_smoothing` ε asks for 1 − ε on the right class instead of 1, so that the network does not
    grow its weights for certainty alone: C. Szegedy and others, "Rethinking the Inception
    Architecture for Computer Vision" (2016). The reported losses are without it. `weight_decay` is
    the strength of the L2 penalty, of decoupled decay in AdamW; None is the optimizer's own: 0.01
    for AdamW, 0 for the others.

    With `augment` the network learns from bent digits, new ones in every epoch (`lab.augment`), and
    is judged on the real ones.
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
    weight_decay: float | None = None
    dropout: float = 0.0
    init: str = "default"
    augment: bool = False

    def __post_init__(self) -> None:
        tables: dict[str, tuple[str, Mapping[str, Any]]] = {
            "activation": (self.activation, ACTIVATIONS),
            "optimizer": (self.optimizer, OPTIMIZERS),
            "schedule": (self.schedule, SCHEDULES),
            "init": (self.init, INITS),
        }
        _check("Recipe", tables)
        if min(self.hidden, default=1) < 1 or self.batch_size < 1 or self.epochs < 1:
            raise ArgumentError(
                f"Recipe: hidden={self.hidden}, batch_size={self.batch_size}, "
                f"epochs={self.epochs}, but each of these is at least 1. For no hidden layer, use "
                "hidden=()."
            )
        if not 0 < self.lr < math.inf or not 0 <= (self.weight_decay or 0) < math.inf:
            raise ArgumentError(
                f"Recipe: lr={self.lr!r}, weight_decay={self.weight_decay!r}, but a rate is a "
                "finite number above 0, and the decay one from 0."
            )
        if not 0 <= self.dropout < 1:
            raise ArgumentError(
                f"Recipe: dropout={self.dropout!r} is the share of units that are left out: from 0 "
                "to below 1."
            )

    def sizes(self, data: TrainTest) -> list[int]:
        """The widths from the pixels to the classes: [784, 128, 64, 10]."""
        return [data.features, *self.hidden, data.classes]

    def model(self, data: TrainTest) -> Any:
        """The untrained network; its first weights come from the seed."""
        manual_seed(self.seed)
        return mlp(self.sizes(data), self.activation, self.dropout, self.init)

    def loader(self, data: TrainTest) -> DataLoader:
        """The batches to learn from, in an order that comes from the seed."""
        order = Generator().manual_seed(self.seed)
        train = augmented(data, self.seed) if self.augment else data.train
        return DataLoader(train, self.batch_size, shuffle=True, generator=order)

    def trainer(self, model: Any, callbacks: Sequence[Callback] = (), **options: Any) -> Trainer:
        """What trains the network by this recipe; the options are those of a `Trainer`."""
        more = {} if self.weight_decay is None else {"weight_decay": self.weight_decay}
        optimizer = OPTIMIZERS[self.optimizer](model.parameters(), lr=self.lr, **more)
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
# The network that reads drawings; its test accuracy stands beside the file that the package ships.
_AUGMENTED: dict[str, Any] = {
    "hidden": (640, 320),
    "batch_size": 128,
    "epochs": 60,
    "lr": 0.0015,
    "label_smoothing": 0.02,
}
_RATES = {
    "digits": {"sgd": 0.5, "momentum": 0.1, "rmsprop": 0.003, "adam": 0.01, "nesterov": 0.1},
    "mnist": {"sgd": 0.3, "momentum": 0.05, "rmsprop": 0.001, "adam": 0.002, "nesterov": 0.05},
}


def recipe_for(data: str, **changed: Any) -> Recipe:
    """The recipe that suits a data set, "digits" or "mnist", with some settings changed."""
    if data not in _SUITS:
        raise ArgumentError(
            f"recipe_for: there is no recipe for {data!r}. Use one of {', '.join(_SUITS)}, or "
            "write your own: Recipe(...)."
        )
    settings = _SUITS[data] | (_AUGMENTED if changed.get("augment") else {}) | changed
    rates = _RATES[data]
    # An unknown optimizer is refused by the recipe itself.
    settings.setdefault("lr", rates.get(settings.get("optimizer", "adam"), rates["adam"]))
    return Recipe(**settings)
