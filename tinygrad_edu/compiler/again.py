"""What a plan does again, as it stands, rather than remember its result.

A draw of random numbers must be another one each time; a running mean must move on; an optimizer
reads its learning rate anew, whoever changed it. These functions are not recorded: the plan calls
them, with the arguments they had. Tensors among these that the step has made are given their
present numbers.
"""

from __future__ import annotations

from types import CodeType
from typing import Any

from ..nn import embedding, functional, norm
from ..nn.utils import clip
from ..optim import Optimizer
from ..optim.lr_scheduler import base
from ..random import Generator

__all__ = ["AGAIN"]


def _codes(*functions: Any) -> set[CodeType]:
    return {f.__code__ for f in functions}


AGAIN = _codes(
    embedding.shorten,
    functional.dropout_mask,
    norm.track,
    norm.count_batch,
    clip.clip_gradients,
    clip.clip_values,
    Optimizer.step,
    base.LRScheduler.step,
    Generator.manual_seed,
    Generator.seed,
    Generator.set_state,
)
"""The code of these functions: it is what is seen of a call."""
