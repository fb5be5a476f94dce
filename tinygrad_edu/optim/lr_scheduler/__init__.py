"""Schedulers: rules by which the learning rate changes as training goes on. PyTorch's
`torch.optim.lr_scheduler`.

    scheduler = optim.lr_scheduler.StepLR(optimizer, step_size=30)
    for epoch in range(90):
        …                       # optimizer.step() for every batch
        scheduler.step()        # once an epoch; OneCycleLR once a batch

`base` holds what all share, `decay` the rates that are a formula of the epoch, `cosine` those that
fall along a cosine, `lambda_lr` those that are a function of yours, `one_cycle` the one that also
moves the momentum, `plateau` the one that watches a loss, `sequential` one after another.
"""

from .base import LRScheduler
from .cosine import CosineAnnealingLR, CosineAnnealingWarmRestarts
from .decay import (
    ConstantLR,
    ExponentialLR,
    LinearLR,
    MultiStepLR,
    PolynomialLR,
    StepLR,
)
from .lambda_lr import LambdaLR, MultiplicativeLR
from .one_cycle import OneCycleLR
from .plateau import ReduceLROnPlateau
from .sequential import SequentialLR

_LRScheduler = LRScheduler  # its name in older scripts

__all__ = [
    "ConstantLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "OneCycleLR",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "SequentialLR",
    "StepLR",
]
