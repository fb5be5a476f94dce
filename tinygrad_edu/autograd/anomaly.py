"""Where was this NaN born? A listener on the reverse pass that walks back to the line.

The engine keeps every node's values until its turn in the pass, so nothing has to be recorded on
the way forward: when the loss or a gradient turns out not to be finite, the graph still shows the
first value that was not, and the line that computed it.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from ..engine import BackwardEvent, Node, modes
from ..errors import AnomalyError

__all__ = [
    "Origin",
    "describe",
    "detect_anomaly",
    "finite",
    "has_nan",
    "inputs_at",
    "is_anomaly_enabled",
    "origin_of",
    "set_detect_anomaly",
]


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
    """Raise where a value or a gradient went wrong, with the place where the first one did.

    An infinity that the user put in, such as the −∞ of an attention mask, is no anomaly by itself:
    it becomes one where a NaN or a gradient that is not finite comes of it.
    """
    node, g = event.node, _array(event.g)
    if not finite(node.z):
        origin = origin_of(node)
        if has_nan(node.z) or origin.kind == "born":
            raise AnomalyError(_explain_value(origin))
    if not finite(g):
        raise AnomalyError(
            f"backward of {node.op.name} ({node.where}) received an upstream gradient with "
            f"{describe(g)}. The gradient passed to backward(), or made by a hook, is not finite."
        )
    for i, gx in enumerate(event.contributions):
        if gx is None or finite(_array(gx)):
            continue
        source = node.inputs[i]
        if isinstance(source, Node) and not finite(source.z):
            origin = origin_of(source)
            if origin.kind == "born":
                raise AnomalyError(_explain_value(origin))
        raise AnomalyError(
            f"backward of {node.op.name} ({node.where}) made {describe(_array(gx))} in the "
            f"gradient of {node.op.input_name(i)}, from a finite upstream gradient. There "
            f"{inputs_at(node, _array(gx))}; the slope of ${node.op.formula}$ is not finite "
            "there. Keep the input away from that point (clamp it, or add a small ε)."
        )


class Origin(NamedTuple):
    """Where a value that is not finite began.

    kind    "born": `node` made it out of finite inputs; "nan": `node` made a NaN out of infinities;
            "outside": input `i` of `node` held it when it came in
    """

    kind: str
    node: Node
    i: int = 0


def origin_of(node: Node) -> Origin:
    """The earliest birth among the values that led to `node`'s; if there is none, who let it in."""
    found: dict[str, list[Origin]] = {"born": [], "outside NaN": [], "nan": [], "outside": []}
    seen, stack = {node}, [node]
    while stack:
        node = stack.pop()
        bad = [i for i, v in enumerate(node.values or ()) if not finite(v)]
        nans = [i for i in bad if has_nan(node.values[i])]
        told = any(isinstance(v, float) and not math.isfinite(v) for v in node.params.values())
        if not bad and not told:
            found["born"].append(Origin("born", node))
        elif not nans and has_nan(node.z):
            found["nan"].append(Origin("nan", node))
        for i in bad:
            source = node.inputs[i]
            if isinstance(source, Node) and source.z is not None:
                if source not in seen:
                    seen.add(source)
                    stack.append(source)
            else:
                key = "outside NaN" if i in nans else "outside"
                found[key].append(Origin("outside", node, i))
        if told and not bad:
            found["outside"].append(Origin("outside", node, -1))
    first = next(origins for origins in found.values() if origins)
    return min(first, key=lambda origin: origin.node.number)


def _explain_value(origin: Origin) -> str:
    node, i = origin.node, origin.i
    if origin.kind == "outside":
        name, value = ("a parameter", node.z) if i < 0 else (node.op.input_name(i), node.values[i])
        return (
            f"{describe(value)} came in from outside: {name} of {node.op.name} "
            f"({node.where}) already held it. Check the data, or the parameters after the last "
            "step (a learning rate too high?)."
        )
    return (
        f"{describe(node.z)} was born in the forward pass, in {node.op.name} ({node.where}). "
        f"There {inputs_at(node, node.z)}. Keep the inputs where ${node.op.formula}$ is finite "
        "(clamp, add a small ε, or use the numerically safe loss)."
    )


def _array(x: Any) -> np.ndarray:
    return np.asarray(getattr(x, "array", x))


def finite(x: Any) -> bool:
    """Whether x holds neither NaN nor infinity."""
    if x is None:
        return True
    array = _array(x)
    return array.dtype.kind != "f" or bool(np.isfinite(array).all())


def has_nan(x: Any) -> bool:
    """Whether x holds a NaN."""
    array = _array(x)
    return array.dtype.kind == "f" and bool(np.isnan(array).any())


def describe(array: Any) -> str:
    """What is not finite in an array, and where: `NaN at index (0, 1) (2 of 4 value(s))`."""
    array = _array(array)
    kind = "NaN" if np.isnan(array).any() else "an infinity"
    where = np.argwhere(~np.isfinite(array))
    place = f" at index {tuple(map(int, where[0]))}" if array.ndim else ""
    return f"{kind}{place} ({len(where)} of {array.size} value(s))"


def inputs_at(node: Node, bad: Any) -> str:
    """The inputs at the first place that is not finite, where shapes allow; else their ranges."""
    bad = _array(bad)
    place = tuple(np.argwhere(~np.isfinite(bad))[0])
    told = []
    for i, value in enumerate(node.values or ()):
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
