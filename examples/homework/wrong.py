"""A homework with a mistake that its loss curve hides: find it by reading, then ask the tool.

tinygrad-edu check wrong.py --lang ru
"""

import numpy as np

rng = np.random.default_rng(0)

# Columns: X is (features, batch), as in the first lab report.
inputs = {
    "X": rng.normal(size=(4, 6)),
    "Y": np.eye(3)[:, [0, 1, 2, 0, 1, 1]],
    "W1": rng.normal(size=(5, 4)),
    "b1": np.zeros((5, 1)),
    "W2": rng.normal(size=(3, 5)),
    "b2": np.zeros((3, 1)),
}


def softmax(z):
    e = np.exp(z - z.max(axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)


def forward(X, Y, W1, b1, W2, b2):
    Z1 = W1 @ X + b1
    A1 = np.maximum(Z1, 0)
    A2 = softmax(W2 @ A1 + b2)
    loss = -np.sum(Y * np.log(A2)) / X.shape[1]
    return loss, {"Z1": Z1, "A1": A1, "A2": A2}


def backward(X, Y, Z1, A1, A2, W2):
    m = X.shape[1]
    dZ2 = A2 - Y
    dW2 = dZ2 @ A1.T / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = W2.T @ dZ2
    dW1 = dZ1 @ X.T / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return dW1, db1, dW2, db2
