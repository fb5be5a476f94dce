"""Classic mistakes, put into the library one at a time, to see whether the tests notice each.

    python -m tests.mutants             all of them; the last line counts them
    python -m tests.mutants matmul      those whose description or file has this word

A test that passes proves little until it has been seen to fail. Each mutant is one exact piece of
source and what somebody in a hurry might have written instead.
"""

from __future__ import annotations

from dataclasses import dataclass

LAWS = "tests/ops/test_laws.py"


@dataclass(frozen=True)
class Mutant:
    """In `file` the text `old`, which is there exactly once, becomes `new`: a mistake.

    `tests` are the files that should notice; `ops` narrows them to tests that name one of these.
    """

    mistake: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...] = (LAWS,)
    ops: tuple[str, ...] = ()
    hangs: bool = False  # the mistake is one that never ends: running out of time is noticing

    @property
    def arguments(self) -> list[str]:
        """What pytest is asked to run."""
        chosen = ["-k", " or ".join(f"[{op}" for op in self.ops)] if self.ops else []
        return [*self.tests, *chosen, "-m", "not slow and not mnist"]
