"""One step of training: the only place where a network is changed.

Here, so that it can be replaced as a whole: `trainer.step = faster(trainer.step)`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from ..compiler import compile
from ..errors import ArgumentError
from ..nn.utils import clip_grad_norm_

__all__ = ["training_step"]


def training_step(
    model: Any, criterion: Any, optimizer: Any, clip_grad_norm: float | None = None
) -> Callable[..., tuple[Any, Any]]:
    """A function that learns from one batch: `loss, scores = step(x, target)`.

    Predict, compare, go backward, clip, change. `clip_grad_norm` is the length to which all
    gradients together are shortened, where they are longer. The inputs may be several: `step(a, b,
    target)` calls `model(a, b)`. The step is compiled where that is possible, with the same
    results; TINYGRAD_EDU_COMPILE=off in the environment leaves it as it stands here.

    Raises `ArgumentError` for a length that is not above 0.
    """
    if clip_grad_norm is not None and not clip_grad_norm > 0:
        raise ArgumentError(
            f"clip_grad_norm={clip_grad_norm!r}, but it is a length: a number above 0, or None for "
            "no clipping."
        )

    def step(*batch: Any) -> tuple[Any, Any]:
        *inputs, target = batch
        scores = model(*inputs)
        loss = criterion(scores, target)
        optimizer.zero_grad()
        loss.backward()
        if clip_grad_norm is not None:
            clip_grad_norm_(model.parameters(), clip_grad_norm)
        optimizer.step()
        return loss, scores

    if os.environ.get("TINYGRAD_EDU_COMPILE") == "off":
        return step
    compiled: Callable[..., tuple[Any, Any]] = compile(step, or_eager=True)
    return compiled
