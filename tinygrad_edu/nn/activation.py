"""Activations as modules, for `Sequential`; each calls the op of the same meaning."""

from __future__ import annotations

from typing import Any

from .. import ops
from ..tensor import Tensor
from . import functional as F
from .module import Module


class _InPlaceable(Module):
    """An activation that may write its output over its input, as PyTorch's `inplace=True` does."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def extra_repr(self) -> str:
        """Whether it works in place."""
        return "inplace=True" if self.inplace else ""

    def _described(self, text: str) -> str:
        return text + (", inplace=True" if self.inplace else "")


class ReLU(_InPlaceable):
    """max(x, 0)."""

    def forward(self, x: Tensor) -> Tensor:
        """Elementwise, any shape."""
        return F.relu(x, self.inplace) if self.inplace else ops.relu(x)


class LeakyReLU(_InPlaceable):
    """x where it is positive, negative_slope · x elsewhere."""

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        super().__init__(inplace)
        self.negative_slope = negative_slope

    def forward(self, x: Tensor) -> Tensor:
        """Elementwise, any shape."""
        return F.leaky_relu(x, self.negative_slope, self.inplace)

    def extra_repr(self) -> str:
        """The slope below zero."""
        return self._described(f"negative_slope={self.negative_slope}")


class ELU(_InPlaceable):
    """x where it is positive, alpha · (eˣ − 1) elsewhere."""

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__(inplace)
        self.alpha = alpha

    def forward(self, x: Tensor) -> Tensor:
        """Elementwise, any shape."""
        return F.elu(x, self.alpha, self.inplace)

    def extra_repr(self) -> str:
        """The bend below zero."""
        return self._described(f"alpha={self.alpha}")


class SELU(_InPlaceable):
    """The self-normalising ELU."""

    def forward(self, x: Tensor) -> Tensor:
        """Elementwise, any shape."""
        return F.selu(x, self.inplace)


class SiLU(_InPlaceable):
    """x · σ(x)."""

    def forward(self, x: Tensor) -> Tensor:
        """Elementwise, any shape."""
        return F.silu(x, self.inplace)


class GELU(Module):
    """x · Φ(x), with the exact normal distribution function or its "tanh" approximation."""

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.approximate = approximate

    def forward(self, x: Tensor) -> Tensor:
        """Elementwise, any shape."""
        return ops.gelu(x, approximate=self.approximate)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        """Which of the two."""
        return f"approximate={self.approximate!r}"


class Softplus(Module):
    """ln(1 + e^{βx})/β, a smooth relu; x itself where βx > threshold."""

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta, self.threshold = beta, threshold

    def forward(self, x: Tensor) -> Tensor:
        """Elementwise, any shape."""
        return ops.softplus(x, self.beta, self.threshold)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        """The sharpness, and where it becomes a line."""
        return f"beta={self.beta}, threshold={self.threshold}"


class Hardtanh(_InPlaceable):
    """x held between min_val and max_val."""

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> None:
        super().__init__(inplace)
        self.min_val, self.max_val = min_val, max_val

    def forward(self, x: Tensor) -> Tensor:
        """Elementwise, any shape."""
        return F.hardtanh(x, self.min_val, self.max_val, self.inplace)

    def extra_repr(self) -> str:
        """The two walls."""
        return self._described(f"min_val={self.min_val}, max_val={self.max_val}")


class ReLU6(Hardtanh):
    """max(x, 0), and never more than 6."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__(0.0, 6.0, inplace)

    def extra_repr(self) -> str:
        """Whether it works in place."""
        return "inplace=True" if self.inplace else ""


class Mish(_InPlaceable):
    """x · tanh(ln(1 + eˣ))."""

    def forward(self, x: Tensor) -> Tensor:
        """Elementwise, any shape."""
        return F.mish(x, self.inplace)


class Softsign(Module):
    """x/(1 + |x|)."""

    def forward(self, x: Tensor) -> Tensor:
        """Elementwise, any shape."""
        return F.softsign(x)


class Sigmoid(Module):
    """1/(1 + e^{−x})."""

    def forward(self, x: Tensor) -> Tensor:
        """Elementwise, any shape."""
        return ops.sigmoid(x)  # type: ignore[no-any-return]


class LogSigmoid(Module):
    """ln σ(x), without underflow."""

    def forward(self, x: Tensor) -> Tensor:
        """Elementwise, any shape."""
        return ops.logsigmoid(x)  # type: ignore[no-any-return]


class Tanh(Module):
    """The hyperbolic tangent."""

    def forward(self, x: Tensor) -> Tensor:
        """Elementwise, any shape."""
        return ops.tanh(x)  # type: ignore[no-any-return]


class Step(Module):
    """The perceptron's yes or no: 1 where x > 0, else 0. Its gradient is zero, so nothing learns by
    it.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Elementwise, any shape."""
        return ops.step(x)  # type: ignore[no-any-return]


class _AlongDim(Module):
    """What normalises along one dimension."""

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def extra_repr(self) -> str:
        """The dimension."""
        return f"dim={self.dim}"


class Softmax(_AlongDim):
    """Probabilities along `dim`."""

    def forward(self, x: Tensor) -> Any:
        """x (…, C, …) → the same shape, with sum 1 along `dim`."""
        return F.softmax(x, self.dim)


class LogSoftmax(_AlongDim):
    """The logarithms of the probabilities along `dim`."""

    def forward(self, x: Tensor) -> Any:
        """x (…, C, …) → the same shape."""
        return F.log_softmax(x, self.dim)
