"""Right work in the many ways in which students write it: none of it comes from the zoo.

Each returns (forward, backward, inputs) and, where it matters, the parameters' names.
"""

from __future__ import annotations

from typing import Any

import numpy as np

rng = np.random.default_rng(1)


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def laboratory() -> Any:
    """The course's first lab report: columns, ReLU, softmax, the mean at dW."""

    def softmax(z: Any) -> Any:
        e = np.exp(z - np.max(z, axis=0, keepdims=True))
        return e / np.sum(e, axis=0, keepdims=True)

    def forward(X: Any, Y: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
        Z1 = np.dot(W1, X) + b1
        A1 = np.maximum(0, Z1)
        A2 = softmax(np.dot(W2, A1) + b2)
        m = X.shape[1]
        return -np.sum(Y * np.log(A2 + 1e-8)) / m, {"Z1": Z1, "A1": A1, "A2": A2}

    def backward_propagation(X: Any, Y: Any, Z1: Any, A1: Any, A2: Any, W2: Any) -> Any:
        m = X.shape[1]
        dz2 = A2 - Y
        dW2 = np.dot(dz2, A1.T) / m
        db2 = np.sum(dz2, axis=1, keepdims=True) / m
        dz1 = np.dot(W2.T, dz2) * (Z1 > 0).astype(float)
        return np.dot(dz1, X.T) / m, np.sum(dz1, axis=1, keepdims=True) / m, dW2, db2

    inputs = {
        "X": rng.normal(size=(4, 6)),
        "Y": np.eye(3)[:, [0, 1, 2, 0, 1, 1]],
        "W1": rng.normal(size=(5, 4)),
        "b1": np.zeros((5, 1)),
        "W2": rng.normal(size=(3, 5)),
        "b2": np.zeros((3, 1)),
    }
    return forward, backward_propagation, inputs


def worked_example() -> Any:
    """The practical work's one neuron: plain numbers, x = 0.5, y = 1, w = 0.4."""

    def forward(x: Any, y: Any, w: Any, v: Any) -> Any:
        return 0.5 * (y - sigmoid(w * x) * v) ** 2

    def backward(x: Any, y: Any, w: Any, v: Any) -> Any:
        h = sigmoid(w * x)
        delta = h * v - y
        return delta * v * h * (1 - h) * x, delta * h

    return forward, backward, {"x": 0.5, "y": 1.0, "w": 0.4, "v": 0.5}


def two_outputs() -> Any:
    """One hidden layer and two outputs, sigmoid at both, one bias row; the cache is a tuple."""

    def forward(X: Any, T: Any, W: Any, b: Any, V: Any, c: Any) -> Any:
        H = sigmoid(X @ W + b)
        O = sigmoid(H @ V + c)
        return 0.5 * ((T - O) ** 2).sum(), (X, T, H, O, V)

    def backward(cache: Any) -> Any:
        X, T, H, O, V = cache
        d = (O - T) * O * (1 - O)
        e = d @ V.T * H * (1 - H)
        return {"gW": X.T @ e, "gb": e.sum(0), "gV": H.T @ d, "gc": d.sum(0)}

    inputs = {
        "X": rng.normal(size=(4, 3)),
        "T": rng.uniform(size=(4, 2)),
        "W": rng.normal(size=(3, 4)),
        "b": rng.normal(size=4),
        "V": rng.normal(size=(4, 2)),
        "c": rng.normal(size=2),
    }
    return forward, backward, inputs


def torch_layout() -> Any:
    """Rows, with W as (out, in), and class numbers for targets."""

    def forward(x: Any, labels: Any, weight: Any, bias: Any) -> Any:
        z = x @ weight.T + bias
        logp = z - np.log(np.exp(z).sum(1, keepdims=True))
        return -logp[np.arange(len(x)), labels].mean()

    def backward(x: Any, labels: Any, weight: Any, bias: Any) -> Any:
        z = x @ weight.T + bias
        p = np.exp(z) / np.exp(z).sum(1, keepdims=True)
        p[np.arange(len(x)), labels] -= 1
        p /= len(x)
        return {"weight": p.T @ x, "bias": p.sum(0)}

    inputs = {
        "x": rng.normal(size=(6, 4)),
        "labels": np.array([0, 2, 1, 1, 0, 2]),
        "weight": rng.normal(size=(3, 4)),
        "bias": np.zeros(3),
    }
    return forward, backward, inputs


def school_project() -> Any:
    """The school project: two linear layers, no biases, softmax's Jacobian as a matrix, a loop."""

    def softmax(v: Any) -> Any:
        e = np.exp(v - np.max(v))
        return e / np.sum(e)

    def forward(X: Any, Y: Any, W1: Any, W2: Any) -> Any:
        loss = 0.0
        for x, y in zip(X, Y, strict=True):
            loss = loss - np.sum(y * np.log(softmax(x @ W1 @ W2) + 1e-7))
        return loss

    def backward(X: Any, Y: Any, W1: Any, W2: Any) -> Any:
        d1, d2 = np.zeros_like(W1), np.zeros_like(W2)
        for x, y in zip(X, Y, strict=True):
            h = x @ W1
            s = softmax(h @ W2)
            g = (-y / (s + 1e-7)) @ (np.diagflat(s) - s[:, None] * s[None, :])
            d2 += np.outer(h, g)
            d1 += np.outer(x, g @ W2.T)
        return [d1, d2]

    inputs = {
        "X": rng.uniform(size=(3, 5)),
        "Y": np.eye(4)[[1, 3, 0]],
        "W1": rng.uniform(0, 1 / 5**0.5, (5, 6)),
        "W2": rng.uniform(0, 1 / 6**0.5, (6, 4)),
    }
    return forward, backward, inputs


def penalised() -> Any:
    """Linear regression with an L2 penalty: no network that the tool knows."""

    def forward(X: Any, y: Any, w: Any, b: Any, lam: Any = 0.3) -> Any:
        return np.mean((X @ w + b - y) ** 2) + lam / 2 * np.sum(w**2)

    def backward(X: Any, y: Any, w: Any, b: Any, lam: Any = 0.3) -> Any:
        d = 2 * (X @ w + b - y) / len(y)
        return {"w": X.T @ d + lam * w, "b": d.sum()}

    inputs = {"X": rng.normal(size=(7, 4)), "y": rng.normal(size=7)}
    return forward, backward, {**inputs, "w": rng.normal(size=4), "b": 0.5}


def recurrent() -> Any:
    """A small recurrent network through time: a shared weight in a loop, `abs` in the loss."""

    def forward(X: Any, Y: Any, U: Any, W: Any) -> Any:
        h = np.zeros((X.shape[1], W.shape[0]))
        for x in X:
            h = np.tanh(x @ U + h @ W)
        return np.abs(h - Y).sum()

    def backward(X: Any, Y: Any, U: Any, W: Any) -> Any:
        hs = [np.zeros((X.shape[1], W.shape[0]))]
        for x in X:
            hs.append(np.tanh(x @ U + hs[-1] @ W))
        dU, dW, g = np.zeros_like(U), np.zeros_like(W), np.sign(hs[-1] - Y)
        for x, before, h in zip(X[::-1], hs[-2::-1], hs[::-1], strict=False):
            d = g * (1 - h**2)
            dU += x.T @ d
            dW += before.T @ d
            g = d @ W.T
        return dU, dW

    inputs = {"X": rng.normal(size=(3, 5, 2)), "Y": rng.normal(size=(5, 4))}
    return forward, backward, {**inputs, "U": rng.normal(size=(2, 4)), "W": rng.normal(size=(4, 4))}


def single_precision() -> Any:
    """Columns, tanh, everything in float32."""

    def forward(X: Any, Y: Any, W: Any, b: Any, V: Any) -> Any:
        H = np.tanh(W @ X + b)
        return np.sum((V @ H - Y) ** 2) / (2 * X.shape[1])

    def backward(X: Any, Y: Any, W: Any, b: Any, V: Any) -> Any:
        X, Y, W, b, V = (v.astype(np.float32) for v in (X, Y, W, b, V))
        H = np.tanh(W @ X + b)
        d = (V @ H - Y) / X.shape[1]
        e = V.T @ d * (1 - H * H)
        return {"dW": e @ X.T, "db": e.sum(axis=1, keepdims=True), "dV": d @ H.T}

    inputs = {
        "X": rng.normal(size=(3, 5)),
        "Y": rng.normal(size=(2, 5)),
        "W": rng.normal(size=(4, 3)),
        "b": rng.normal(size=(4, 1)),
        "V": rng.normal(size=(2, 4)),
    }
    return forward, backward, inputs


STUDENTS = [
    laboratory,
    worked_example,
    two_outputs,
    torch_layout,
    school_project,
    penalised,
    recurrent,
    single_precision,
]
