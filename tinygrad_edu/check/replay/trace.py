"""What both runs share, and what a run leaves behind: the stream of random numbers, the trace."""

from __future__ import annotations

import json
import os
from typing import Any

import numpy as np

__all__ = ["Stream", "Trace"]

MOST, BYTES = 4096, 200_000_000  # elements kept of one array, bytes of all arrays


class Stream:
    """One source of random numbers for both libraries; each draw has a generator of its own."""

    def __init__(self) -> None:
        self.start(0)

    def start(self, seed: int) -> None:
        """Begin again at `seed`."""
        self.seed, self.counts = int(seed) % 2**63, dict[str, int]()

    def __getattr__(self, kind: str) -> Any:
        k = self.counts[kind] = self.counts.get(kind, 0) + 1
        rng = np.random.Generator(np.random.PCG64([self.seed, *kind.encode(), k]))
        return getattr(rng, kind)


class Trace:
    """What was seen, in order: labels and arrays; and the tape."""

    def __init__(self, path: str, tape: str | None) -> None:
        self.path = path
        self.labels: list[str] = []
        self.arrays: list[np.ndarray] = []
        self.bytes = 0
        self.tape: list[np.ndarray] = []
        self.given: list[np.ndarray] | None = None
        if tape is not None:
            with np.load(tape, allow_pickle=False) as file:
                count = json.loads(str(file["index"]))["tape"]
                self.given = [file[f"tape{k}"] for k in range(count)]
        self.counts: dict[str, int] = {}

    def note(self, label: str, array: np.ndarray) -> None:
        """Keep an array, or an even sample of a large one."""
        if array.dtype.kind not in "fiub" or self.bytes > BYTES:
            return
        flat = array.reshape(-1)
        kept = np.array(flat[:: max(1, -(-flat.size // MOST))])
        self.labels.append(label)
        self.arrays.append(kept)
        self.bytes += kept.nbytes

    def count(self, what: str) -> int:
        """The number of this forward, backward or step, from 1."""
        self.counts[what] = self.counts.get(what, 0) + 1
        return self.counts[what]

    def save(self, side: str, failed: str) -> None:
        """Write everything down."""
        index = {"side": side, "labels": self.labels, "tape": len(self.tape), "failed": failed}
        index["cut"] = self.bytes > BYTES
        arrays: dict[str, Any] = {f"a{k}": x for k, x in enumerate(self.arrays)}
        arrays |= {f"tape{k}": x for k, x in enumerate(self.tape)}
        with open(self.path + ".part", "wb") as file:
            np.savez(file, index=np.array(json.dumps(index)), **arrays)
        os.replace(self.path + ".part", self.path)
