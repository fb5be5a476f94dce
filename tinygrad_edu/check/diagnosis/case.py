"""One piece of work under examination: its sizes, its samples, the truth, and calls of backward."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...errors import ArgumentError
from .network import Network, Pass, engine_gradients
from .recognise import recognise
from .relations import Observation
from .samples import Sampler
from .sizes import Axis, axes_of, distinct, sizes_of
from .slopes import Slopes
from .work import Answer, Inputs, Work, parameter_names

__all__ = ["Case", "Lengths"]

Lengths = dict[frozenset[Axis], int]


class Case:
    """A student's work with example inputs; raises `ArgumentError` where forward cannot be used."""

    def __init__(self, work: Work, inputs: Inputs, params: tuple[str, ...] | None) -> None:
        self.work, self.slopes = work, Slopes(work)
        self.inputs = self._as_floats({k: as_input(v) for k, v in inputs.items()}, params)
        self.params = parameter_names(self.inputs, params)
        for name in self.params:
            self.inputs[name] = np.asarray(self.inputs[name], np.float64)
        first = self.slopes.loss(self.inputs)
        if not np.isfinite(first):
            raise ArgumentError(
                "diagnose: forward's loss is NaN or infinite at the given inputs, so it has no "
                "slope there. Give inputs with a finite loss."
            )
        self.sizes = sorted(
            sizes_of(self.inputs, self._runs), key=lambda s: s is not self._batch(s)
        )
        self.batch = next((s for s in self.sizes if self._batch(s)), None)
        self.sampler = Sampler(self.inputs, self.params, self._finite, self.batch or frozenset())
        self.net: Network | None = None

    def _as_floats(self, inputs: Inputs, params: tuple[str, ...] | None) -> Inputs:
        """Whole-numbered data as floats, unless forward needs it whole (as an index)."""
        whole = [
            k for k, v in inputs.items() if isinstance(v, np.ndarray) and v.dtype.kind in "iub"
        ]
        for name in whole:
            floats = {**inputs, name: inputs[name].astype(np.float64)}
            if self._runs(floats):
                inputs = floats
        return inputs

    def _runs(self, inputs: Inputs) -> bool:
        try:
            self.slopes.loss(inputs)
        except Exception:  # whatever a student's forward raises at sizes that do not fit
            return False
        return True

    def _finite(self, inputs: Inputs) -> bool:
        try:
            return bool(np.isfinite(self.slopes.loss(inputs)))
        except Exception:  # as above
            return False

    def _batch(self, size: frozenset[Axis]) -> frozenset[Axis] | None:
        """The size itself if it is the batch's: of two inputs that are no parameters."""
        names = {name for name, _ in size}
        return size if len(names) > 1 and not names & set(self.params) else None

    def plans(self) -> Iterator[Lengths]:
        """Lengths to work with: all different; different where the given ones are; the given."""
        given = axes_of(self.inputs)
        yield dict(zip(self.sizes, distinct(len(self.sizes)), strict=True))
        lengths = {s: given[next(iter(s))] for s in self.sizes}
        order = list(dict.fromkeys(lengths.values()))
        small = dict(zip(order, distinct(len(order)), strict=True))
        yield {s: small[n] for s, n in lengths.items()}
        yield lengths

    def axes(self, lengths: Lengths) -> dict[Axis, int]:
        """The lengths axis by axis."""
        return {axis: length for size, length in lengths.items() for axis in size}

    def letters(self, inputs: Inputs) -> dict[str, int]:
        """N, K and D: the lengths of the batch, of one target and of one example."""
        data = [v for k, v in inputs.items() if k not in self.params and np.ndim(v)]
        batch = None
        if self.batch:
            name, axis = min(self.batch)
            batch = inputs[name].shape[axis]
        found = {"N": batch or 1, "K": 1, "D": 1}
        for letter, value in zip("DK", data[:2], strict=False):
            found[letter] = max(1, value.size // found["N"])
        return found

    def answer(self, inputs: Inputs) -> Answer:
        """Backward's answer."""
        with np.errstate(all="ignore"):
            return self.work.gradients(inputs, self.params)

    def truth(self, inputs: Inputs) -> dict[str, np.ndarray]:
        """The slopes of forward."""
        return self.slopes.of(inputs, self.params)

    def quick_truth(self, inputs: Inputs) -> dict[str, np.ndarray]:
        """The same from the recognised network, whose pass was compared with the slopes."""
        if self.net is None:
            return self.truth(inputs)
        found = self.net.gradients(inputs)
        return {name: found[name] for name in self.params}

    def observation(
        self, inputs: Inputs, answer: Answer, truth: dict[str, np.ndarray]
    ) -> Observation:
        """An answer beside the truth."""
        return Observation(inputs, self.letters(inputs), truth, answer.gradients)

    def recognise(self, points: list[Inputs], truth: dict[str, np.ndarray]) -> None:
        """Find out what network forward is; it must have the slopes of forward, `truth`, too, and
        the library's engine must find them as well.
        """
        losses = [(x, self.slopes.loss(x)) for x in points]
        net = recognise(points[0], self.params, losses)
        if net is None or not set(self.params) <= {*net.weights, *net.biases}:
            return
        for found in (net.gradients(points[0]), engine_gradients(net, points[0])):
            if Observation(points[0], {}, truth, dict(found)).wrong():
                return
        self.net = net

    def at_kink(self, inputs: Inputs) -> bool:
        """Whether a small step changes the slope: there the truth is an interval."""
        if self.net is None:
            return not self.slopes.smooth(inputs, self.params)
        run = Pass(self.net, inputs)
        kinked = [z for i, z in enumerate(run.Z) if run.function(i) in ("relu", "leaky_relu")]
        return any((np.abs(z) < 1e-5).any() for z in kinked)


def as_input(value: object) -> object:
    """Numbers with a point and lists as arrays; whole numbers, names and so on as they are."""
    if isinstance(value, float | list | tuple | np.floating):
        return np.asarray(value)
    return value
