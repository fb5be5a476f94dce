"""Labelled examples in two parts: to learn from, and to be tested on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..tensor import Tensor
from .dataset import TensorDataset

__all__ = ["TrainTest", "pictures"]


@dataclass(frozen=True, slots=True, repr=False)
class TrainTest:
    """What a data set gives: `x_train, y_train, x_test, y_test = digits()` or `digits().x_train`.

    x_train (N, D), x_test (M, D)   float32, pictures as rows of pixels between 0 and 1
    y_train (N,),   y_test (M,)     int64, the number of the right class
    image_shape                     what a row is as a picture: `x_train.reshape(-1, *image_shape)`
    class_names                     what the classes are called, where they are more than numbers
    """

    name: str
    x_train: Tensor
    y_train: Tensor
    x_test: Tensor
    y_test: Tensor
    image_shape: tuple[int, ...]
    classes: int
    class_names: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Tensor]:
        return iter((self.x_train, self.y_train, self.x_test, self.y_test))

    @property
    def train(self) -> TensorDataset:
        """The part to learn from, as a loader takes it."""
        return TensorDataset(self.x_train, self.y_train)

    @property
    def test(self) -> TensorDataset:
        """The part to be tested on, as a loader takes it."""
        return TensorDataset(self.x_test, self.y_test)

    @property
    def features(self) -> int:
        """D, how many numbers describe one example."""
        return int(self.x_train.shape[1])

    def __repr__(self) -> str:
        picture = "×".join(map(str, self.image_shape))
        return (
            f"<{self.name}: {len(self.x_train)} examples to learn from, {len(self.x_test)} to test "
            f"on, {self.features} features ({picture}), {self.classes} classes>"
        )


def pictures(
    name: str,
    train: tuple[np.ndarray, np.ndarray],
    test: tuple[np.ndarray, np.ndarray],
    white: int,
    classes: int = 10,
    class_names: tuple[str, ...] = (),
) -> TrainTest:
    """Pictures (N, H, W) of bytes and their labels (N,) as tensors; the byte `white` becomes 1."""
    x_train, x_test = (
        # Divided in float32: bytes divided by a Python number would go through float64.
        Tensor(np.divide(images.reshape(len(images), -1), np.float32(white), dtype=np.float32))
        for images, _ in (train, test)
    )
    y_train, y_test = (Tensor(labels.astype(np.int64)) for _, labels in (train, test))
    shape = train[0].shape[1:]
    return TrainTest(name, x_train, y_train, x_test, y_test, shape, classes, class_names)
