"""What of a graph is in sight: when the page opens, at a step, and where a person zoomed to."""

from __future__ import annotations

import pytest

import tinygrad_edu as torch
from tinygrad_edu import viz

from .walking import example

pytestmark = pytest.mark.browser


def in_sight(page):
    """Which boxes lie in the graph's window, whole."""
    return page.evaluate("""() => {
        const { left, right, top } = document.querySelector("#graph").getBoundingClientRect();
        const foot = document.querySelector(".view").getBoundingClientRect().top;
        return boxParts.map(({ group }) => group.querySelector(".card").getBoundingClientRect())
            .map((b) => b.left >= left && b.right <= right && b.top >= top && b.bottom <= foot);
    }""")


def deep():
    """A hundred ops in a row, too many for a window."""
    y = torch.tensor(1.0, requires_grad=True)
    for _ in range(100):
        y = y.tanh()
    return viz.stepper(y, lang="en")


def test_a_graph_that_fits_opens_whole_and_a_deep_one_at_its_beginning(show):
    """Also on a phone, and again after Home; a step is always in sight; 0 shows everything."""
    assert all(in_sight(show(example())))
    assert all(in_sight(show(example(), viewport={"width": 1024, "height": 640})))
    for size in ({"width": 1280, "height": 800}, {"width": 390, "height": 844}):
        page = show(deep(), viewport=size)
        first, leaf, last = 0, 100, 99
        assert [in_sight(page)[k] for k in (first, leaf, last)] == [True, True, False]
        page.keyboard.press("b")
        assert in_sight(page)[last]
        page.keyboard.press("End")
        assert in_sight(page)[first]
        page.keyboard.press("b")
        page.keyboard.press("Home")
        assert [in_sight(page)[k] for k in (first, leaf, last)] == [True, True, False]
        page.keyboard.press("0")
        assert all(in_sight(page))


def test_what_a_person_zoomed_to_is_not_taken_away(show):
    """Home keeps a view that was chosen; the button shows the whole graph again."""
    page = show(example())
    scale = "world.getAttribute('transform').match(/scale\\((.*)\\)/)[1]"
    before = page.evaluate(scale)
    for _ in range(3):
        page.click("#larger")
    chosen = page.evaluate(scale)
    assert float(chosen) > float(before)
    page.keyboard.press("End")
    page.keyboard.press("Home")
    page.set_viewport_size({"width": 1200, "height": 700})
    assert page.evaluate(scale) == chosen
    page.click("#smaller")
    assert float(page.evaluate(scale)) < float(chosen)
    page.mouse.move(300, 300)
    page.mouse.wheel(0, -300)
    page.locator("#fit").click()
    assert all(in_sight(page))
