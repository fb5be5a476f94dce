"""The lecture's homework: `class MLPRegressor` with train and predict, by hand in NumPy.

tinygrad-edu check regressor.py
"""

from itertools import pairwise

import numpy as np


class MLPRegressor:
    """Tanh layers and a linear output, squared loss, full-batch gradient descent."""

    def __init__(self, hidden_layer_sizes=(100,), learning_rate=0.001, max_iter=10):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.learning_rate = learning_rate
        self.max_iter = max_iter

    def train(self, X, y):
        rng = np.random.default_rng(0)
        widths = [X.shape[1], *self.hidden_layer_sizes, 1]
        pairs = list(pairwise(widths))
        self.weights = [rng.normal(size=(n, m)) / np.sqrt(n) for n, m in pairs]
        self.biases = [np.zeros(m) for _, m in pairs]
        for _ in range(self.max_iter):
            A = self.forward(X)
            delta = 2 * (A[-1] - y.reshape(-1, 1)) / len(X)
            for layer in reversed(range(len(pairs))):
                W, b = self.weights[layer], self.biases[layer]
                dW, db = A[layer].T @ delta, delta.sum(axis=0)
                delta = (delta @ W.T) * (1 - A[layer] ** 2)
                W -= self.learning_rate * dW
                b -= self.learning_rate * db

    def forward(self, X):
        A = [X]
        for W, b in zip(self.weights, self.biases, strict=True):
            z = A[-1] @ W + b
            A.append(z if len(A) == len(self.weights) else np.tanh(z))
        return A

    def predict(self, X):
        return self.forward(X)[-1].ravel()
