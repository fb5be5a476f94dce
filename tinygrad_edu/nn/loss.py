"""Losses as modules: their options are set once, then `criterion(prediction, target)`."""

from __future__ import annotations

from typing import Any

from .. import ops
from ..errors import ArgumentError
from ..tensor import Tensor
from .module import Module


class _Loss(Module):
    """A loss of a prediction and a target."""

    def __init__(self, reduction: str = "mean") -> None:
        super().__init__()
        allowed = ("mean", "sum", "none", "batchmean")
        if reduction not in allowed:
            raise ArgumentError(
                f"{self._get_name()}: reduction={reduction!r} is not a way to make one number of "
                "many. Use 'mean', 'sum' or 'none'."
            )
        self.reduction = reduction


class _WeightedLoss(_Loss):
    """A loss with a price per class or element; it is a buffer, so it is saved with the module."""

    def __init__(self, weight: Tensor | None = None, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self.register_buffer("weight", weight)
        self.weight: Tensor | None


class CrossEntropyLoss(_WeightedLoss):
    """Softmax and negative log-likelihood in one; see `ops.cross_entropy`."""

    def __init__(
        self,
        weight: Tensor | None = None,
        *,
        ignore_index: int = -100,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(weight, reduction)
        self.ignore_index, self.label_smoothing = ignore_index, label_smoothing

    def forward(self, input: Tensor, target: Tensor) -> Any:
        """Logits (N, C) or (N, C, d…); class numbers (N) or (N, d…), or probabilities."""
        return ops.cross_entropy(
            input, target, self.weight, self.ignore_index, self.reduction, self.label_smoothing
        )


class NLLLoss(_WeightedLoss):
    """Negative log-likelihood of log-probabilities; see `ops.nll_loss`."""

    def __init__(
        self, weight: Tensor | None = None, *, ignore_index: int = -100, reduction: str = "mean"
    ) -> None:
        super().__init__(weight, reduction)
        self.ignore_index = ignore_index

    def forward(self, input: Tensor, target: Tensor) -> Any:
        """Log-probabilities (N, C) or (N, C, d…), class numbers (N) or (N, d…)."""
        return ops.nll_loss(input, target, self.weight, self.ignore_index, self.reduction)


class MSELoss(_Loss):
    """Mean squared error."""

    def forward(self, input: Tensor, target: Tensor) -> Any:
        """Two tensors of one shape."""
        return ops.mse_loss(input, target, self.reduction)


class L1Loss(_Loss):
    """Mean absolute error."""

    def forward(self, input: Tensor, target: Tensor) -> Any:
        """Two tensors of one shape."""
        return ops.l1_loss(input, target, self.reduction)


class HuberLoss(_Loss):
    """Squared within delta of the target, absolute beyond."""

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction)
        self.delta = delta

    def forward(self, input: Tensor, target: Tensor) -> Any:
        """Two tensors of one shape."""
        return ops.huber_loss(input, target, self.reduction, self.delta)


class SmoothL1Loss(_Loss):
    """The Huber loss over its beta."""

    def __init__(self, *, reduction: str = "mean", beta: float = 1.0) -> None:
        super().__init__(reduction)
        self.beta = beta

    def forward(self, input: Tensor, target: Tensor) -> Any:
        """Two tensors of one shape."""
        return ops.smooth_l1_loss(input, target, self.reduction, self.beta)


class AsymmetricMSELoss(_Loss):
    """The course's squared error with two prices: a for predicting too much, b for too little."""

    def __init__(self, a: float, b: float, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self.a, self.b = a, b

    def forward(self, input: Tensor, target: Tensor) -> Any:
        """Two tensors of one shape."""
        return ops.asymmetric_mse_loss(input, target, self.a, self.b, self.reduction)

    def extra_repr(self) -> str:
        """The two prices."""
        return f"a={self.a}, b={self.b}"


class BCELoss(_WeightedLoss):
    """Cross-entropy of probabilities with truths between 0 and 1."""

    def forward(self, input: Tensor, target: Tensor) -> Any:
        """Two tensors of one shape."""
        return ops.binary_cross_entropy(input, target, self.weight, self.reduction)


class BCEWithLogitsLoss(_WeightedLoss):
    """Sigmoid and binary cross-entropy in one, exact for large logits too."""

    def __init__(
        self,
        weight: Tensor | None = None,
        *,
        reduction: str = "mean",
        pos_weight: Tensor | None = None,
    ) -> None:
        super().__init__(weight, reduction)
        self.register_buffer("pos_weight", pos_weight)
        self.pos_weight: Tensor | None

    def forward(self, input: Tensor, target: Tensor) -> Any:
        """Two tensors of one shape."""
        return ops.binary_cross_entropy_with_logits(
            input, target, self.weight, self.pos_weight, self.reduction
        )


class KLDivLoss(_Loss):
    """Kullback–Leibler divergence of log-probabilities from a distribution."""

    def __init__(self, *, reduction: str = "mean", log_target: bool = False) -> None:
        super().__init__(reduction)
        self.log_target = log_target

    def forward(self, input: Tensor, target: Tensor) -> Any:
        """Two tensors of one shape."""
        return ops.kl_div(input, target, self.reduction, self.log_target)


class HingeLoss(_Loss):
    """The support vector machine's loss, for targets ±1."""

    def __init__(self, margin: float = 1.0, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self.margin = margin

    def forward(self, input: Tensor, target: Tensor) -> Any:
        """Two tensors of one shape."""
        return ops.hinge_loss(input, target, self.margin, self.reduction)


class HingeEmbeddingLoss(_Loss):
    """The loss of distances between pairs that are alike (1) or not (−1)."""

    def __init__(self, margin: float = 1.0, *, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self.margin = margin

    def forward(self, input: Tensor, target: Tensor) -> Any:
        """Two tensors of one shape."""
        return ops.hinge_embedding_loss(input, target, self.margin, self.reduction)
