"""Activations and gradients of every layer, over a training: as histograms, and as norms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import ArgumentError
from ...nn import Module
from .style import COLOURS, dress, figure, words_of

__all__ = ["LayerWatch", "gradient_flow", "histograms"]

_MOST = 4000  # numbers kept of one layer at one step: enough for a histogram
_ALARM = 1e3  # the ratio of norms from which a flow is called vanishing or exploding


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen of a layer at one step: some of its numbers, and the norm and zeros of all."""

    numbers: np.ndarray
    norm: float
    zeros: float

    @classmethod
    def of(cls, array: np.ndarray) -> Sight:
        """Every k-th number, so that the same network gives the same sight."""
        flat = np.ravel(array)
        norm = float(np.linalg.norm(flat.astype(np.float64)))
        few = flat[:: -(-flat.size // _MOST) or 1].copy()
        return cls(few, norm, float(np.mean(flat == 0)) if flat.size else 0.0)


class LayerWatch:
    """Looks at every layer of `model` in the forward and the backward pass.

        with viz.LayerWatch(model) as watch:
            for step in range(100):
                …
                loss.backward()
                watch.snap()
        viz.histograms(watch)

    A layer is a module without modules inside; its activations are what it returns, its gradients
    dL/d(activations). `snap()` keeps what the last pass showed.
    """

    def __init__(self, model: Module) -> None:
        self.names = [n or "model" for n, m in model.named_modules() if not list(m.children())]
        self.activations: dict[str, list[Sight]] = {name: [] for name in self.names}
        self.gradients: dict[str, list[Sight]] = {name: [] for name in self.names}
        self._now: dict[str, dict[str, np.ndarray]] = {"activations": {}, "gradients": {}}
        layers = [m for _, m in model.named_modules() if not list(m.children())]
        kinds = [type(layer).__name__ for layer in layers]
        self.kinds = dict(zip(self.names, kinds, strict=True))
        self._handles = [
            layer.register_forward_hook(self._listener(name))
            for name, layer in zip(self.names, layers, strict=True)
        ]

    def _listener(self, name: str) -> Any:
        def look(_module: Any, _args: Any, output: Any) -> None:
            if not hasattr(output, "array"):
                return
            self._now["activations"][name] = output.array
            if output.requires_grad:
                output.register_hook(lambda g: self._hear(name, g))

        return look

    def _hear(self, name: str, g: Any) -> None:
        self._now["gradients"][name] = g.array

    def snap(self) -> None:
        """Keep what the last forward and backward pass showed of every layer.

        Raises `ArgumentError` where there was no backward pass since the last snap.
        """
        if not self._now["gradients"]:
            raise ArgumentError(
                "LayerWatch: no gradient has passed since the last snap(). Call it after "
                "loss.backward()."
            )
        for kind, kept in (("activations", self.activations), ("gradients", self.gradients)):
            for name, array in self._now[kind].items():
                kept[name].append(Sight.of(array))
            self._now[kind] = {}

    def close(self) -> None:
        """Stop looking; what was seen stays."""
        for handle in self._handles:
            handle.remove()

    def __enter__(self) -> LayerWatch:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()


def histograms(
    watch: LayerWatch, what: str = "activations", bins: int = 48, lang: str | None = None
) -> Any:
    """A panel for every layer: steps from left to right, values upward, the darker the more.

    `what` is "activations" or "gradients".
    """
    seen = _seen(watch, what)
    words = words_of(lang)
    columns = min(len(seen), 4)
    rows = -(-len(seen) // columns)
    made = figure(3.3 * columns, 2.7 * rows, words[what])
    panels = made.subplots(rows, columns, squeeze=False).ravel()
    for axes in panels[len(seen) :]:
        axes.set_axis_off()
    for axes, (name, sights) in zip(panels, seen.items(), strict=False):
        heights, edges = _histogram(sights, bins)
        steps = np.arange(len(sights) + 1) + 0.5
        axes.pcolormesh(steps, edges, np.sqrt(heights.T), cmap="Blues", vmin=0)
        zeros = words["zeros"].format(percent=f"{100 * sights[-1].zeros:.0f}")
        dress(
            axes, f"{name} {watch.kinds[name]} · {zeros}", words["step"], words["value"], grid=False
        )
        axes.title.set_fontsize(9)
        axes.xaxis.get_major_locator().set_params(integer=True)
    return made


def _histogram(sights: list[Sight], bins: int) -> tuple[np.ndarray, np.ndarray]:
    """The shares (steps, bins) of the finite numbers of every step, in common bins."""
    every = np.concatenate([s.numbers[np.isfinite(s.numbers)] for s in sights]).astype(float)
    low, high = (every.min(), every.max()) if every.size else (0.0, 1.0)
    edges = np.linspace(low, high if high > low else low + 1.0, bins + 1)
    counts = np.array([np.histogram(s.numbers, edges)[0] for s in sights], float)
    return counts / np.maximum(counts.sum(1, keepdims=True), 1), edges


def gradient_flow(source: Any, lang: str | None = None) -> Any:
    """The norm of the gradient in every layer, from input to output, on a logarithmic scale.

    `source` is a module after `loss.backward()`, and the norms are those of its parameters'
    gradients; or a `LayerWatch`, and there is a line for its first, middle and last step. Where the
    first layer's gradient is a thousand times smaller or larger than the last one's, the figure
    says that it vanishes or explodes.
    """
    words = words_of(lang)
    if isinstance(source, LayerWatch):
        seen = _seen(source, "gradients")
        names = [f"{name}\n{source.kinds[name]}" for name in seen]
        count = min(len(sights) for sights in seen.values())
        steps = sorted({0, count // 2, count - 1})
        lines = {f"{words['step']} {k + 1}": [s[k].norm for s in seen.values()] for k in steps}
        below = words["layer"]
    else:
        parameters: Any = getattr(source, "named_parameters", list)()
        norms = {n: _norm(p.grad) for n, p in parameters if p.grad is not None}
        if not norms:
            raise ArgumentError(
                "gradient_flow: no parameter has a gradient. Pass a module after loss.backward(), "
                "or a LayerWatch."
            )
        names, lines, below = list(norms), {"": list(norms.values())}, words["parameter"]
    made = figure(max(5.0, 0.75 * len(names) + 2.5), 4.2)
    axes = made.subplots()
    for k, (label, norms_) in enumerate(lines.items()):
        look = {"color": COLOURS[k % len(COLOURS)], "marker": "os^"[k % 3]}
        axes.plot(names, norms_, label=label or None, **look)
    axes.set_yscale("log")
    last = list(lines.values())[-1]
    dress(axes, _verdict(last, words), below, words["norm"])
    axes.tick_params(
        axis="x", rotation=90 if max(map(len, "\n".join(names).split("\n"))) > 9 else 0
    )
    if len(lines) > 1:
        axes.legend(frameon=False)
    return made


def _verdict(norms: list[float], words: dict[str, str]) -> str:
    first, last = norms[0], norms[-1]
    if last > _ALARM * first:
        return words["vanishes"].format(ratio=f"{last / first:.2g}" if first else "∞")
    if first > _ALARM * last:
        return words["explodes"].format(ratio=f"{first / last:.2g}" if last else "∞")
    return ""


def _norm(grad: Any) -> float:
    return float(np.linalg.norm(grad.array.astype(np.float64).ravel()))


def _seen(watch: LayerWatch, what: str) -> dict[str, list[Sight]]:
    if what not in ("activations", "gradients"):
        raise ArgumentError(f"histograms: {what!r} is not watched. activations or gradients?")
    seen = {name: sights for name, sights in getattr(watch, what).items() if sights}
    if not seen:
        raise ArgumentError("LayerWatch: nothing was seen yet. Call snap() after loss.backward().")
    return seen
