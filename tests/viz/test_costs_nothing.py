"""Who does not look pays nothing: the engine runs the same calls, before a look and after."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pytest

from tinygrad_edu import engine
from tinygrad_edu.tensor import Tensor

from .cost import chain, look, step

pytest.importorskip("fast_sugiyama", reason="the stepper needs a layout")


def calls(run):
    """How often which function was called, Python's own included, in the second of two runs."""
    run()
    seen = Counter()

    def note(frame, event, arg):
        if event == "call":
            seen[frame.f_code.co_filename, frame.f_code.co_name] += 1
        elif event == "c_call":
            seen[arg.__qualname__] += 1

    sys.setprofile(note)
    try:
        run()
    finally:
        sys.setprofile(None)
    return seen


@pytest.mark.parametrize("program", [chain, step])
def test_a_look_leaves_no_trace_in_the_engine(program):
    """The same functions are called as often, none of them viz's; nobody listens any more."""
    before = calls(program())
    methods = dict(vars(Tensor))
    look()
    after = calls(program())
    assert before == after
    assert sum(after.values()) > 100
    assert not [key for key in after if "tinygrad_edu/viz" in key[0]]
    assert engine.modes.listeners == ()
    assert dict(vars(Tensor)) == methods


def test_nothing_of_viz_is_imported_by_a_training():
    """Neither by the library, its networks and optimizers nor by a step of training."""
    code = (
        "import sys\nfrom tests.viz.cost import chain, step\nchain()()\nstep()()\n"
        "print(*[m for m in sys.modules if m.startswith(('tinygrad_edu.viz', 'graphviz', "
        "'matplotlib', 'fast_sugiyama'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
