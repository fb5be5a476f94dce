"""Attention with several heads: each looks at the sequence in its own way.

    head i = softmax(Qᵢ Kᵢᵀ/√d) Vᵢ        Q = x_q W_qᵀ + b_q, and K, V likewise; Qᵢ its i-th part
    y = (head 1, …, head h) W_oᵀ + b_o    d = E/h numbers a head

Reference: Vaswani et al., "Attention is all you need", NeurIPS (2017), section 3.2.2.
"""

from __future__ import annotations

import math
from typing import Any

from .. import ops
from ..errors import ArgumentError, ShapeError
from ..tensor import Tensor
from . import functional as F
from . import init
from .linear import Linear, new_parameter
from .module import Module

__all__ = ["MultiheadAttention"]


class NonDynamicallyQuantizableLinear(Linear):
    """PyTorch's name for the last layer of an attention, which the text of a model shows."""


class MultiheadAttention(Module):
    """query (L, N, E), key (S, N, kdim), value (S, N, vdim) → output (L, N, E), weights (N, L, S).

    With `batch_first` the batch is the first dimension of all three and of the output; a single
    sequence has none. `dropout` leaves out weights in training. The weights of Q, K and V stand
    under each other in `in_proj_weight` (3E, E), or apart where `kdim` or `vdim` differ from E;
    they start uniform by Xavier's rule, the biases with 0. PyTorch's rare `add_bias_kv` and
    `add_zero_attn` are refused.
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        if not (embed_dim > 0 and num_heads > 0 and embed_dim % num_heads == 0):
            raise ArgumentError(
                f"MultiheadAttention: embed_dim={embed_dim!r} does not part into "
                f"num_heads={num_heads!r} equal heads. Choose a multiple."
            )
        if add_bias_kv or add_zero_attn:
            raise ArgumentError(
                "MultiheadAttention: add_bias_kv and add_zero_attn are not known here. Leave them "
                "out, or append a row to key and value."
            )
        F.check_probability("MultiheadAttention", dropout)
        self.embed_dim, self.num_heads, self.dropout = embed_dim, num_heads, dropout
        self.kdim, self.vdim = kdim or embed_dim, vdim or embed_dim
        self.head_dim, self.batch_first = embed_dim // num_heads, batch_first
        together = self.kdim == self.vdim == embed_dim
        apart = {"q": embed_dim, "k": self.kdim, "v": self.vdim}
        for name, width in apart.items():
            new = None if together else new_parameter((embed_dim, width), dtype, device)
            self.register_parameter(f"{name}_proj_weight", new)
        whole = new_parameter((3 * embed_dim, embed_dim), dtype, device) if together else None
        self.register_parameter("in_proj_weight", whole)
        shift = new_parameter((3 * embed_dim,), dtype, device) if bias else None
        self.register_parameter("in_proj_bias", shift)
        self.out_proj = NonDynamicallyQuantizableLinear(embed_dim, embed_dim, bias, device, dtype)
        self._reset_parameters()

    def _reset_parameters(self) -> None:
        for weight in (self.in_proj_weight, *self._apart):
            if weight is not None:
                init.xavier_uniform_(weight)
        if self.in_proj_bias is not None:
            init.zeros_(self.in_proj_bias)
            init.zeros_(self.out_proj.bias)

    @property
    def _apart(self) -> tuple[Any, Any, Any]:
        return self.q_proj_weight, self.k_proj_weight, self.v_proj_weight

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """The output, and how much each query looked at each key: the mean over the heads, or with
        `average_attn_weights=False` each head's, (N, h, L, S).

        Of truth values, a mask is true where a query may **not** look, the reverse of
        `scaled_dot_product_attention`; numbers are added to the scores. `key_padding_mask` (N, S)
        holds for all queries, `attn_mask` (L, S) or (N · h, L, S) for all keys as well. `is_causal`
        only says of what kind `attn_mask` is. A query that may look nowhere gets zeros before the
        last layer. Raises `ShapeError` where the shapes do not chain.
        """
        batched = self._check(query, key, value)
        if is_causal and attn_mask is None:
            raise ArgumentError(
                "MultiheadAttention: is_causal=True describes attn_mask, which is missing. Pass "
                "attn_mask=torch.ones(L, L).triu(1).bool()."
            )
        q, k, v = (self._sequences(x, batched) for x in (query, key, value))  # (N, L, …)
        mask = self._mask(key_padding_mask, attn_mask, (q.shape[0], q.shape[1], k.shape[1]))
        q, k, v = self._heads(q, k, v)  # (N, h, L, d)
        scores = (q * (1 / math.sqrt(self.head_dim))) @ k.mT  # (N, h, L, d) @ (N, h, d, S)
        weights = ops.softmax(scores, -1) if mask is None else F.masked_softmax(scores, mask)
        weights = F.dropout(weights, self.dropout, self.training)
        y = ops.transpose(weights @ v, 1, 2)  # (N, L, h, d)
        y = self.out_proj(ops.reshape(y, (*y.shape[:2], self.embed_dim)))
        y = y[0] if not batched else y if self.batch_first else ops.transpose(y, 0, 1)
        if not need_weights:
            return y, None
        seen = ops.mean(weights, 1) if average_attn_weights else weights
        return y, seen if batched else seen[0]

    def _sequences(self, x: Tensor, batched: bool) -> Tensor:
        """x with its batch in front: (N, L, D)."""
        if not batched:
            return ops.unsqueeze(x, 0)  # type: ignore[no-any-return]
        return x if self.batch_first else ops.transpose(x, 0, 1)

    def _heads(self, *sequences: Tensor) -> list[Tensor]:
        """Each sequence (N, L, D) through its own weights, in h parts: (N, h, L, d)."""
        whole, shift = self.in_proj_weight, self.in_proj_bias
        weights = self._apart if whole is None else ops.chunk(whole, 3)
        shifts = (None,) * 3 if shift is None else ops.chunk(shift, 3)
        found = []
        for x, weight, bias in zip(sequences, weights, shifts, strict=True):
            z = ops.linear(x, weight, bias)
            parts = ops.reshape(z, (*z.shape[:2], self.num_heads, self.head_dim))
            found.append(ops.transpose(parts, 1, 2))
        return found

    def _mask(self, padding: Any, mask: Any, sizes: tuple[int, int, int]) -> Tensor | None:
        """Both masks as numbers to be added to the scores (N, h, L, S): −∞ where not to look."""
        n, queries, keys = sizes
        shapes: dict[str, list[tuple[int, ...]]] = {
            "attn_mask": [(queries, keys), (n * self.num_heads, queries, keys)],
            "key_padding_mask": [(n, keys), (keys,) if n == 1 else (n, keys)],
        }
        total = None
        for name, given in (("attn_mask", mask), ("key_padding_mask", padding)):
            if given is None:
                continue
            shape = tuple(given.shape)
            if shape not in shapes[name]:
                raise ShapeError(
                    f"MultiheadAttention: {name} is {shape}, but {shapes[name][0]} or "
                    f"{shapes[name][1]} was expected, for {n} sequences, {queries} queries and "
                    f"{keys} keys."
                )
            numbers = _added(given, self.out_proj.weight)
            if name == "key_padding_mask":
                numbers = ops.reshape(numbers, (n, 1, 1, keys))
            elif len(shape) == 3:
                numbers = ops.reshape(numbers, (n, self.num_heads, queries, keys))
            total = numbers if total is None else total + numbers
        return total

    def _check(self, query: Tensor, key: Tensor, value: Tensor) -> bool:
        """Whether there is a batch; `ShapeError` where the three do not belong together."""
        shapes = [tuple(x.shape) for x in (query, key, value)]
        widths = (self.embed_dim, self.kdim, self.vdim)
        ranks = {len(shape) for shape in shapes}
        fits = ranks in ({2}, {3}) and all(s[-1] == d for s, d in zip(shapes, widths, strict=True))
        if fits:
            at = 0 if self.batch_first else 1
            fits = shapes[1][:-1] == shapes[2][:-1] and (
                ranks == {2} or shapes[0][at] == shapes[1][at]
            )
        if not fits:
            order = "(N, L, E)" if self.batch_first else "(L, N, E)"
            raise ShapeError(
                f"MultiheadAttention: query {shapes[0]}, key {shapes[1]} and value {shapes[2]} do "
                f"not fit: with batch_first={self.batch_first} they are {order} or (L, E), with E "
                f"= {widths[0]}, {widths[1]} and {widths[2]}; key and value have one length, and "
                "all have one number of sequences."
            )
        return ranks == {3}


def _added(mask: Tensor, like: Tensor) -> Tensor:
    """A mask as numbers: true becomes −∞, false 0."""
    if mask.dtype.kind != "b":
        return mask
    zeros = like.detach().new_zeros(mask.shape)
    return ops.masked_fill(zeros, mask, -math.inf)  # type: ignore[no-any-return]
