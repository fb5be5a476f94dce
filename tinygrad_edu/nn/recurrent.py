"""Recurrent cells: one step in time, h_t from x_t and h_{t−1}. A loop over them is the network.

    h = torch.zeros(N, hidden)
    for x_t in x:                       # x (T, N, in)
        h = cell(x_t, h)                # → (N, hidden)

The gradient travels back through every step of the loop (backpropagation through time).
"""

from __future__ import annotations

import math
from typing import Any

from .. import ops
from ..creation import zeros
from ..errors import ArgumentError, ShapeError
from ..tensor import Tensor
from . import init
from .linear import new_parameter
from .module import Module

__all__ = ["GRUCell", "LSTMCell", "RNNCell"]


class _Cell(Module):
    """What the cells share: two layers, of the input and of the state, `gates` times as wide.

    Weights (gates · hidden, in) and (gates · hidden, hidden), biases (gates · hidden), all uniform
    in ±1/√hidden at first.
    """

    gates = 1

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        if hidden_size < 1:
            raise ArgumentError(
                f"{self._get_name()}: hidden_size={hidden_size}, but a number of units was "
                "expected: a whole number ≥ 1."
            )
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        rows = self.gates * hidden_size
        shapes = {"ih": (rows, input_size), "hh": (rows, hidden_size)}
        for name, shape in shapes.items():
            self.register_parameter(f"weight_{name}", new_parameter(shape, dtype, device))
        for name in shapes:
            new = new_parameter((rows,), dtype, device) if bias else None
            self.register_parameter(f"bias_{name}", new)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weights and biases anew."""
        bound = 1 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def _state(self, x: Tensor, h: Tensor | None) -> Tensor:
        """The state before: zeros where none is given. (…, hidden), as x is (…, in)."""
        expected = (*x.shape[:-1], self.hidden_size)
        if x.ndim not in (1, 2) or x.shape[-1] != self.input_size:
            raise ShapeError(
                f"{self._get_name()}: x {tuple(x.shape)}, but one step was expected, "
                f"(N, {self.input_size}) or ({self.input_size}). Loop over the steps of a sequence."
            )
        if h is None:
            return zeros(expected, dtype=x.dtype)
        if tuple(h.shape) != expected:
            raise ShapeError(
                f"{self._get_name()}: x {tuple(x.shape)} needs a state {expected}, but received "
                f"{tuple(h.shape)}. Pass what the step before returned, or nothing at first."
            )
        return h

    def _layers(self, x: Tensor, h: Tensor) -> tuple[Any, Any]:
        """W_ih x + b_ih and W_hh h + b_hh: (…, gates · hidden) each."""
        return (
            ops.linear(x, self.weight_ih, self.bias_ih),
            ops.linear(h, self.weight_hh, self.bias_hh),
        )

    def extra_repr(self) -> str:
        """The sizes and switches."""
        return f"{self.input_size}, {self.hidden_size}" + ("" if self.bias else ", bias=False")


class RNNCell(_Cell):
    """h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu. x (N, in), h (N, hidden) → (N, hidden).

    Reference: Elman, "Finding structure in time", Cognitive Science 14 (1990).
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, device, dtype)
        if nonlinearity not in ("tanh", "relu"):
            raise ArgumentError(
                f"RNNCell: nonlinearity={nonlinearity!r} is unknown. Use 'tanh' or 'relu'."
            )
        self.nonlinearity = nonlinearity

    def forward(self, x: Tensor, hx: Tensor | None = None) -> Tensor:
        """x (N, in), hx (N, hidden) → h' (N, hidden)."""
        of_x, of_h = self._layers(x, self._state(x, hx))
        bend = ops.tanh if self.nonlinearity == "tanh" else ops.relu
        return bend(of_x + of_h)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        """The sizes and switches."""
        unusual = self.nonlinearity != "tanh"
        return super().extra_repr() + (f", nonlinearity={self.nonlinearity}" if unusual else "")


class GRUCell(_Cell):
    """A state that gates mix with a new one: h' = (1 − z) ⊙ n + z ⊙ h.

    r = σ(·) resets, z = σ(·) keeps, n = tanh(W_in x + b_in + r ⊙ (W_hn h + b_hn)); the rows of the
    weights are those of r, z, n. x (N, in), h (N, hidden) → (N, hidden). Reference: Cho and others,
    arXiv:1406.1078 (2014).
    """

    gates = 3

    def forward(self, x: Tensor, hx: Tensor | None = None) -> Tensor:
        """x (N, in), hx (N, hidden) → h' (N, hidden)."""
        h = self._state(x, hx)
        (xr, xz, xn), (hr, hz, hn) = (y.chunk(3, -1) for y in self._layers(x, h))
        r, z = ops.sigmoid(xr + hr), ops.sigmoid(xz + hz)
        n = ops.tanh(xn + r * hn)
        return n + z * (h - n)  # type: ignore[no-any-return]


class LSTMCell(_Cell):
    """A memory c that gates write and read: c' = f ⊙ c + i ⊙ g, h' = o ⊙ tanh(c').

    i, f, o = σ(·) let in, keep and let out; g = tanh(·) is what may come in. The rows of the
    weights are those of i, f, g, o. x (N, in), (h, c) (N, hidden) each → (h', c'). Reference:
    Hochreiter, Schmidhuber, "Long short-term memory", Neural Computation 9 (1997).
    """

    gates = 4

    def forward(self, x: Tensor, hx: tuple[Tensor, Tensor] | None = None) -> tuple[Tensor, Tensor]:
        """x (N, in), hx = (h, c) → (h', c'), each (N, hidden)."""
        h, c = (self._state(x, state) for state in hx or (None, None))
        of_x, of_h = self._layers(x, h)
        i, f, g, o = (of_x + of_h).chunk(4, -1)
        c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
        return ops.sigmoid(o) * ops.tanh(c), c
