"""A real browser without a network, for the tests that look at a page as a person does.

Needs the package playwright and a Chromium of the system (`apt-get install chromium`).
"""

from __future__ import annotations

import re

import pytest


@pytest.fixture
def show(chromium, tmp_path):
    """Open a stepper's page; what it asks the network for, or complains of, fails the test."""
    seen, contexts = [], []

    def open_page(made, **options):
        file = made.save(tmp_path / f"page{len(contexts)}.html")
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(5000)
        page.on("console", lambda message: seen.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: seen.append(f"error: {error}"))
        page.on("request", lambda request: seen.append(f"request: {request.url[:80]}"))
        page.goto(file.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    strange = [
        line for line in seen if not re.match(r"request: (file:.*/page\d+\.html|data:)", line)
    ]
    assert not strange
