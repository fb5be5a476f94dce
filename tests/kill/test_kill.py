"""A process that is killed while it trains loses the epoch in progress at most, and no bit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

pytest.importorskip("safetensors", reason="safetensors is not installed")

ROOT = Path(__file__).parents[2]
KILLS = 70


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("kind", ["hand", "trainer"])
def test_kills_change_nothing(tmp_path: Path, kind: str) -> None:
    """After 70 kills at random moments every checkpoint could be read, no finished epoch was lost,
    and every training ended with the weights and averages of the one that was left alone.
    """
    done = subprocess.run(
        [sys.executable, "-m", "tests.kill", str(tmp_path), str(KILLS), "0", kind],
        cwd=ROOT,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},  # a fork takes one thread along
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["kills"] >= KILLS
    assert report["lost"] <= 0  # epochs that were told to be safe, and were not in the checkpoint
    assert report["same"] == report["trainings"] > 0
