"""Where was this NaN born? A listener on the reverse pass that walks back to the line.

The engine keeps every node's values until its turn in the pass, so nothing has to be recorded on
the way forward: when the loss or a gradient turns out not to be finite, the graph still shows the
first value that was not, and the line that computed it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..engine import BackwardEvent, Node, modes
from ..errors import AnomalyError

__all__ = ["detect_anomaly", "is_anomaly_enabled", "set_detect_anomaly"]


def is_anomaly_enabled() -> bool:
    """Whether backward passes in this thread look for NaN and infinities."""
    return _check in modes.listeners


class detect_anomaly:
    """Backward passes inside raise `AnomalyError` at the first NaN or infinity.

    The error names the forward line where the first one was born, and the values that went into it.
    With `check_nan=False` it does nothing. Costs one look at every gradient.
    """

    def __init__(self, check_nan: bool = True) -> None:
        self.check_nan = check_nan

    def __enter__(self) -> None:
        self._before = modes.listeners
        if self.check_nan:
            modes.listeners = (*modes.listeners, _check)

    def __exit__(self, *_: Any) -> None:
        modes.listeners = self._before


class set_detect_anomaly(detect_anomaly):
    """`detect_anomaly` switched on or off from here on, or for a block."""

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        self._before = modes.listeners
        others = tuple(x for x in modes.listeners if x is not _check)
        modes.listeners = (*others, _check) if mode and check_nan else others

    def __enter__(self) -> None:
        pass


def _check(event: BackwardEvent) -> None:
    node, g = event.node, _array(event.g)
    if not _finite(node.z):
        raise AnomalyError(_born_forward(node))
    if not _finite(g):
        raise AnomalyError(
            f"backward of {node.op.name} ({node.where}) received an upstream gradient with "
            f"{_what(g)}. The gradient passed to backward() is not finite."
        )
    for i, gx in enumerate(event.contributions):
        if gx is not None and not _finite(_array(gx)):
            if not _finite(node.values[i]) and isinstance(node.inputs[i], Node):
                raise AnomalyError(_born_forward(node.inputs[i]))
            raise AnomalyError(
                f"backward of {node.op.name} ({node.where}) made {_what(_array(gx))} in the "
                f"gradient of {node.op.input_name(i)}, from a finite upstream gradient. There "
                f"{_inputs(node, _array(gx))}; the slope of ${node.op.formula}$ is not finite "
                "there. Keep the input away from that point (clamp it, or add a small ε)."
            )


def _born_forward(node: Node) -> str:
    """Follow the value that is not finite back to the op that made it out of finite ones."""
    while True:
        culprits = [i for i, v in enumerate(node.values or ()) if not _finite(v)]
        sources = [node.inputs[i] for i in culprits if isinstance(node.inputs[i], Node)]
        if sources and sources[0].z is not None:
            node = sources[0]
            continue
        if culprits:
            name = node.op.input_name(culprits[0])
            return (
                f"{_what(node.values[culprits[0]])} came in from outside: {name} of {node.op.name} "
                f"({node.where}) already held it. Check the data, or the parameters after the last "
                "step (a learning rate too high?)."
            )
        return (
            f"{_what(node.z)} was born in the forward pass, in {node.op.name} ({node.where}). "
            f"There {_inputs(node, node.z)}. Keep the inputs where ${node.op.formula}$ is finite "
            "(clamp, add a small ε, or use the numerically safe loss)."
        )


def _array(x: Any) -> np.ndarray:
    return np.asarray(getattr(x, "array", x))


def _finite(x: Any) -> bool:
    if x is None:
        return True
    array = _array(x)
    return array.dtype.kind != "f" or bool(np.isfinite(array).all())


def _what(array: Any) -> str:
    array = _array(array)
    kind = "NaN" if np.isnan(array).any() else "an infinity"
    where = np.argwhere(~np.isfinite(array))
    place = f" at index {tuple(map(int, where[0]))}" if array.ndim else ""
    return f"{kind}{place} ({len(where)} of {array.size} value(s))"


def _inputs(node: Node, bad: Any) -> str:
    """The inputs at the first place that is not finite, where shapes allow; else their ranges."""
    bad = _array(bad)
    place = tuple(np.argwhere(~np.isfinite(bad))[0])
    told = []
    for i, value in enumerate(node.values):
        array = _array(value)
        name = node.op.input_name(i)
        if array.dtype.kind not in "iuf" or not array.size:
            continue
        if array.shape == bad.shape:
            told.append(f"{name} = {array[place]:.6g}")
        elif array.ndim == 0:
            told.append(f"{name} = {array.item():.6g}")
        else:
            told.append(f"{name} lies in [{array.min():.6g}, {array.max():.6g}]")
    return ", ".join(told) or "it has no numeric input"
