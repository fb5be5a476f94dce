"""What every test shares: hypothesis profiles, and a registry of ops that no test leaves changed.

The default profile draws the same examples on every run. A longer, random search:

    HYPOTHESIS_PROFILE=thorough python -m pytest tests

and, while writing an op, a short one that does not look for the smallest failure: `quick`.

The library's own loop trains with compiled steps, and numba's loops come in where they pay. The
same tests the other ways:

    TINYGRAD_EDU_COMPILE=off python -m pytest tests
    TINYGRAD_EDU_FAST=on python -m pytest tests        (or =off)
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

from tinygrad_edu import fast
from tinygrad_edu.op import registry

settings.register_profile(
    "ci",
    max_examples=20,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],  # two busy cores are not a defect of a strategy
)
settings.register_profile(
    "thorough", settings.get_profile("ci"), max_examples=150, derandomize=False, print_blob=True
)
settings.register_profile(
    "quick", settings.get_profile("ci"), max_examples=5, phases=[Phase.explicit, Phase.generate]
)
settings.register_profile(  # for tests/mutants: that a test fails is enough
    "unshrunk", settings.get_profile("ci"), phases=[Phase.explicit, Phase.generate]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(autouse=True)
def _registry_as_before() -> Iterator[None]:
    """An op that a test declares leaves the registry with the test."""
    before = dict(registry)
    yield
    if registry.keys() != before.keys():
        registry.clear()
        registry.update(before)


@pytest.fixture(autouse=True)
def _fast_as_before() -> Iterator[None]:
    """So does the choice of compiled loops."""
    before = fast.mode
    yield
    if fast.mode != before or fast.enabled() != (before == "on"):
        fast.use(before)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A real browser, the system's own; nothing that it does by itself asks the network."""
    playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("apt-get install chromium: there is no Chromium here")
    with playwright.sync_playwright() as started:
        quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
        quiet += ["--disable-background-networking", "--disable-component-update"]
        opened = started.chromium.launch(executable_path=program, args=quiet)
        yield opened
        opened.close()
