"""One step of training: the only place where a network is changed.

Here, so that it can be replaced as a whole: `trainer.step = faster(trainer.step)`.
"""

from __future__ import annotations

from typing import Any

from ..errors import ArgumentError
from ..nn.utils import clip_grad_norm_

__all__ = ["TrainingStep"]


class TrainingStep:
    """Predict, compare, go backward, clip, change: `loss, scores = step(x, target)`.

    `clip_grad_norm` is the length to which all gradients together are shortened, where they are
    longer. The inputs may be several: `step(a, b, target)` calls `model(a, b)`.
    """

    def __init__(
        self, model: Any, criterion: Any, optimizer: Any, clip_grad_norm: float | None = None
    ) -> None:
        if clip_grad_norm is not None and not clip_grad_norm > 0:
            raise ArgumentError(
                f"clip_grad_norm={clip_grad_norm!r}, but it is a length: a number above 0, or None "
                "for no clipping."
            )
        self.model, self.criterion, self.optimizer = model, criterion, optimizer
        self.clip_grad_norm = clip_grad_norm

    def __call__(self, *batch: Any) -> tuple[Any, Any]:
        """Learn from one batch; the loss, a tensor of one number, and the scores before the step.

        Both may be overwritten by the next step.
        """
        *inputs, target = batch
        scores = self.model(*inputs)
        loss = self.criterion(scores, target)
        self.optimizer.zero_grad()
        loss.backward()
        if self.clip_grad_norm is not None:
            clip_grad_norm_(self.model.parameters(), self.clip_grad_norm)
        self.optimizer.step()
        return loss, scores
