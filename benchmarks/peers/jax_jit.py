"""JAX: the whole step, forward, backward and update, as one function compiled by XLA."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ..problem import OPTIMIZERS, Problem

NAME = "JAX jit"


def steps(problem: Problem) -> dict[str, Callable[[], Any]]:
    """The old parameters are donated, so XLA may write the new ones over them."""
    import jax
    import jax.numpy as jnp

    x, t = map(jnp.asarray, problem.examples())
    params = [jnp.asarray(a) for layer in problem.layers() for a in layer]
    rule = partial(_RULES[problem.optimizer], jnp, **OPTIMIZERS[problem.optimizer][1])

    def loss_of(params: list[Any], x: Any, t: Any) -> Any:
        h = x
        for k in range(0, len(params) - 2, 2):
            h = jnp.maximum(h @ params[k].T + params[k + 1], 0)
        logp = jax.nn.log_softmax(h @ params[-2].T + params[-1])
        return -logp[jnp.arange(len(t)), t].mean()

    @partial(jax.jit, donate_argnums=(0, 1))
    def update(params: list[Any], memory: Any, n: Any, x: Any, t: Any) -> Any:
        loss, slopes = jax.value_and_grad(loss_of)(params, x, t)
        new = [rule(w, g, m, n) for w, g, m in zip(params, slopes, memory, strict=True)]
        return [w for w, _ in new], [m for _, m in new], n + 1, loss

    memory: Any = [(jnp.zeros_like(p), jnp.zeros_like(p)) for p in params]
    n: Any = jnp.float32(1)

    def step() -> Any:
        nonlocal params, memory, n
        params, memory, n, loss = update(params, memory, n, x, t)
        return loss.block_until_ready()

    return {NAME: step}


def _sgd(jnp: Any, w: Any, g: Any, m: Any, n: Any, lr: float) -> Any:
    return w - lr * g, m


def _momentum(jnp: Any, w: Any, g: Any, m: Any, n: Any, lr: float, momentum: float) -> Any:
    v = momentum * m[0] + g
    return w - lr * v, (v, m[1])


def _rmsprop(jnp: Any, w: Any, g: Any, m: Any, n: Any, lr: float, alpha: float) -> Any:
    e = alpha * m[0] + (1 - alpha) * g * g
    return w - lr * g / (jnp.sqrt(e) + 1e-8), (e, m[1])


def _adam(jnp: Any, w: Any, g: Any, m: Any, n: Any, lr: float) -> Any:
    mean, square = 0.9 * m[0] + 0.1 * g, 0.999 * m[1] + 0.001 * g * g
    mean_hat, square_hat = mean / (1 - 0.9**n), square / (1 - 0.999**n)
    return w - lr * mean_hat / (jnp.sqrt(square_hat) + 1e-8), (mean, square)


_RULES: dict[str, Callable[..., Any]] = {
    "SGD": _sgd,
    "Momentum": _momentum,
    "RMSprop": _rmsprop,
    "Adam": _adam,
}
