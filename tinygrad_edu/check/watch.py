"""Forensics: what went wrong in this training, where, and on what evidence.

    with check.watch(model, optimizer) as seen:
        for epoch in train(model, optimizer, …):
            seen.epoch(epoch)                       # only for overfitting: accuracies, 0 to 1
    print(seen.report())

The watcher listens to the engine's stream of backward events and to the modules' forward hooks, and
keeps a few numbers of each pass; where nobody watches, none of it runs. It changes nothing: the
losses are the same to the last bit. `findings` says what the numbers mean.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..autograd.anomaly import finite, has_nan, inputs_at, origin_of
from ..engine import BackwardEvent, Node, modes
from ..errors import ArgumentError
from .findings import Finding, diagnose_run
from .watch_words import check, html, report

__all__ = ["Forensics", "Units", "watch"]

WINDOW = 20
"""Findings about units and gradients speak of the last passes, so many of them."""

SQUASHED = {"sigmoid": (0.01, 0.99), "tanh": (-0.99, 0.99)}
"""Outputs beyond these count as saturated: there the slope is below 0.01 (0.02 for tanh)."""

WEIGHTED = frozenset({"linear", "matmul", "contract"})


@dataclass
class Units:
    """One activation in the network, over the last passes.

    place    the layer's name, or the user's line; hidden: whether weights follow it
    off      per pass, which units (columns, channels) gave 0 for every example
    share    per pass, the share of outputs that are saturated
    examples how many examples a pass showed it
    """

    op: str
    place: str
    hidden: bool = False
    off: deque[np.ndarray] = field(default_factory=lambda: deque(maxlen=WINDOW))
    share: deque[float] = field(default_factory=lambda: deque(maxlen=WINDOW))
    examples: deque[int] = field(default_factory=lambda: deque(maxlen=WINDOW))


@dataclass
class Forensics:
    """The findings of a run, the gravest first; true where there is none."""

    findings: list[Finding]
    passes: int
    lang: str = "en"

    def __bool__(self) -> bool:
        return not self.findings

    def __str__(self) -> str:
        return self.text(self.lang)

    def text(self, lang: str) -> str:
        """The report in "en" or "ru"."""
        return report(self.findings, self.passes, lang)

    def _repr_html_(self) -> str:
        return html(self.findings, self.passes, self.lang)

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers and strings, for JSON."""
        told = [{"name": f.name, "where": f.where, "facts": f.facts} for f in self.findings]
        return {"healthy": bool(self), "passes": self.passes, "findings": told}


class watch:
    """Watch the training of `model`; `optimizer` lets the report name the learning rate.

    A context manager; or `start()` and `stop()`. Passes of other threads are not seen.
    """

    def __init__(self, model: Any, optimizer: Any = None, *, lang: str = "en") -> None:
        check(lang)
        self.model, self.optimizer, self.lang = model, optimizer, lang
        self.losses: list[float] = []
        self.scores: list[tuple[float, float]] = []
        self.gradients: dict[str, deque[float]] = {}
        self.norms: list[float] = []
        self.units: dict[Any, Units] = {}
        self.anomaly: Finding | None = None
        self._handles: list[Any] = []
        self._last = 0  # the number of the node that was visited last: a pass counts downward
        self._names: dict[int, str] = {}  # node → layer, for the graph in the making
        self._weights_seen = False

    # -- on and off

    def __enter__(self) -> watch:
        return self.start()

    def __exit__(self, *_: Any) -> None:
        self.stop()

    def start(self) -> watch:
        """Begin to watch."""
        if self._handles:
            raise ArgumentError("watch: it is watching already. Call stop() first.")
        self._parameters = dict(self.model.named_parameters())
        self._before = {name: np.array(p.array) for name, p in self._parameters.items()}
        for name, p in self._parameters.items():
            if p.requires_grad:
                self.gradients.setdefault(name, deque(maxlen=WINDOW))
                self._handles.append(p.register_hook(self._on_gradient(name)))
        for name, module in self.model.named_modules():
            if not list(module.children()):
                self._handles.append(module.register_forward_hook(self._on_forward(name)))
        modes.listeners = (*modes.listeners, self._on_event)
        return self

    def stop(self) -> None:
        """Take every hook away again; what was seen stays."""
        for handle in self._handles:
            handle.remove()
        self._handles.clear()
        modes.listeners = tuple(x for x in modes.listeners if x != self._on_event)

    # -- what comes in

    def epoch(self, epoch: Any = None, *, train: float = 0.0, test: float = 0.0) -> None:
        """Note accuracies (0 to 1) after an epoch: of an `Epoch` of the laboratory, or as given."""
        if epoch is not None:
            train, test = epoch.train.accuracy, epoch.test.accuracy
        self.scores.append((float(train), float(test)))

    def _on_gradient(self, name: str) -> Any:
        def hook(g: Any) -> None:
            size = float(np.sqrt(np.mean(np.square(g.array, dtype=np.float64)))) if g.numel() else 0
            self.gradients[name].append(size)
            if self.norms:
                self.norms[-1] += size * size * g.numel()

        return hook

    def _on_forward(self, name: str) -> Any:
        def hook(module: Any, args: Any, output: Any) -> None:
            node = getattr(output, "node", None)
            if node is not None:
                self._names[node.number] = f"{name} ({type(module).__name__})"

        return hook

    def _on_event(self, event: BackwardEvent) -> None:
        node = event.node
        if node.number > self._last:  # numbers fall during a pass, so this is a new one
            self.norms.append(0.0)
            self._weights_seen = False
            z = np.asarray(node.z)
            self.losses.append(float(z.reshape(-1)[0]) if z.size == 1 else float("nan"))
        self._last = node.number
        if self.anomaly is None:
            self.anomaly = self._anomaly(event)
        name = self._names.pop(node.number, "")
        if node.op.name == "relu" or node.op.name in SQUASHED:
            self._note_units(node, name)
        self._weights_seen = self._weights_seen or node.op.name in WEIGHTED
        if len(self._names) > 10_000:  # forward passes without a backward one
            self._names.clear()

    def _note_units(self, node: Node, name: str) -> None:
        z = np.asarray(node.z)
        if z.ndim < 2 or not z.size:
            return
        key = name or (node.file, node.line, node.op.name)
        units = self.units.setdefault(key, Units(node.op.name, name or node.where))
        units.hidden = units.hidden or self._weights_seen
        units.examples.append(len(z))
        if node.op.name == "relu":
            axis = 1 if z.ndim == 4 else z.ndim - 1
            rows = np.moveaxis(z, axis, -1).reshape(-1, z.shape[axis])
            units.off.append(~(rows != 0).any(0))
        else:
            low, high = SQUASHED[node.op.name]
            units.share.append(float(np.mean((z < low) | (z > high))))

    # -- the first value that is no number

    def _anomaly(self, event: BackwardEvent) -> Finding | None:
        """What is not finite at this node, and where it began; an infinity put in on purpose (the
        −∞ of a mask) is nothing by itself.
        """
        node, step = event.node, len(self.losses)
        if not finite(node.z):
            origin = origin_of(node)
            if has_nan(node.z) or origin.kind == "born":
                name = "value from outside" if origin.kind == "outside" else "value"
                at = origin.node
                bad = at.values[origin.i] if origin.kind == "outside" and origin.i >= 0 else at.z
                return self._strange(name, at, bad, step, at.op.input_name(max(origin.i, 0)))
        for i, g in enumerate(event.contributions):
            if g is not None and not finite(g) and finite(event.g):
                array = np.asarray(getattr(g, "array", g))
                return self._strange("slope", node, array, step, node.op.input_name(i))
        return None

    def _strange(self, name: str, node: Node, bad: Any, step: int, argument: str) -> Finding:
        array = np.asarray(bad)
        places = np.argwhere(~np.isfinite(array))
        facts: dict[str, Any] = {
            "op": node.op.name,
            "argument": argument,
            "kind": "NaN" if has_nan(array) else "inf",
            "index": [int(n) for n in places[0]],
            "count": len(places),
            "size": int(array.size),
            "inputs": inputs_at(node, array),
            "formula": node.op.formula,
            "step": step,
        }
        return Finding(name, node.where, facts)

    # -- what comes out

    def report(self) -> Forensics:
        """What was found up to now."""
        return Forensics(diagnose_run(self), len(self.losses), self.lang)

    def moved(self) -> float:
        """How far the parameters have gone from where they started, relative to their size."""
        change = size = 0.0
        for name, p in self._parameters.items():
            change += float(np.square(p.array - self._before[name], dtype=np.float64).sum())
            size += float(np.square(self._before[name], dtype=np.float64).sum())
        return float(np.sqrt(change / size)) if size else 0.0
