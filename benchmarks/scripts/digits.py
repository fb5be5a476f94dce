"""Digits from process start to trained model, in one library: `digits.py LIBRARY FILE THREADS`.

Prints the test accuracy and the most memory this process held, in MiB. 64-32-10, ReLU, Adam, 20
epochs in batches of 32, shuffled by the library's own loader. The process imports what its library
needs and nothing else.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

EPOCHS, BATCH, RATE = 20, 32, 3e-3


def read(path: str) -> tuple[Any, Any, Any, Any]:
    """Pictures (N, 64) in float32 and labels; every fifth picture is kept for the test."""
    import numpy as np

    with np.load(path) as file:
        x, t = file["images"].reshape(-1, 64).astype("float32") / 16, file["labels"].astype("int64")
    test = np.arange(len(x)) % 5 == 4
    return x[~test], t[~test], x[test], t[test]


def torchlike(name: str, path: str, threads: int) -> float:
    """tinygrad_edu and PyTorch."""
    library: Any = import_module(name)
    if name == "torch":
        library.set_num_threads(threads)
    nn, F, optim = (import_module(f"{name}.{p}") for p in ("nn", "nn.functional", "optim"))
    data = import_module("torch.utils.data" if name == "torch" else f"{name}.data")
    library.manual_seed(0)
    x, t, x_test, t_test = map(library.tensor, read(path))
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    updates = optim.Adam(model.parameters(), lr=RATE)
    loader = data.DataLoader(data.TensorDataset(x, t), batch_size=BATCH, shuffle=True)
    for _ in range(EPOCHS):
        for pictures, labels in loader:
            updates.zero_grad()
            F.cross_entropy(model(pictures), labels).backward()
            updates.step()
    with library.no_grad():
        return float((model(x_test).argmax(dim=1) == t_test).float().mean().item())


def sklearn(name: str, path: str, threads: int) -> float:
    """scikit-learn's MLPClassifier with the same network and rates."""
    import warnings

    from sklearn.neural_network import MLPClassifier

    warnings.simplefilter("ignore")  # twenty epochs are meant, converged or not
    x, t, x_test, t_test = read(path)
    model = MLPClassifier(
        (32,), batch_size=BATCH, learning_rate_init=RATE, max_iter=EPOCHS, alpha=0, random_state=0
    )
    return float(model.fit(x, t).score(x_test, t_test))


def peak() -> float:
    """MiB. Linux's own figure where there is one: getrusage also counts the parent's memory, from
    the moment between fork and exec.
    """
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
    except (OSError, StopIteration):
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


if __name__ == "__main__":
    library, file, threads = sys.argv[1:]
    train = sklearn if library == "sklearn" else torchlike
    print(train(library, file, int(threads)), peak())
