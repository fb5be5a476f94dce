"""The drawing page as a person uses it, in a real browser: mouse, finger, file, correction.

Needs the package playwright and a Chromium of the system (`apt-get install chromium`).
"""

from __future__ import annotations

import shutil
from itertools import pairwise

import pytest

from .files import file_of, seven
from .serving import running

pytestmark = pytest.mark.browser
playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
if CHROMIUM is None:
    pytest.skip("apt-get install chromium: there is no Chromium here", allow_module_level=True)

DESKTOP = {"viewport": {"width": 1200, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SEVEN = ((0.3, 0.25), (0.7, 0.25), (0.45, 0.8))
ONE = ((0.5, 0.2), (0.5, 0.8))


@pytest.fixture(scope="module")
def chromium():
    with playwright.sync_playwright() as started:
        quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
        quiet += ["--disable-background-networking", "--disable-component-update"]
        opened = started.chromium.launch(executable_path=CHROMIUM, args=quiet)
        yield opened
        opened.close()


@pytest.fixture
def visit(chromium, tmp_path):
    """Open the page; a complaint of the browser, or a request to elsewhere, fails the test."""
    seen, contexts = [], []
    with running(tmp_path) as client:
        here = f"http://127.0.0.1:{client.port}/"

        def open_page(options=DESKTOP):
            context = chromium.new_context(**options)
            contexts.append(context)
            page = context.new_page()
            page.set_default_timeout(10_000)
            page.on("console", lambda message: seen.append(f"console: {message.text}"))
            page.on("pageerror", lambda error: seen.append(f"error: {error}"))
            page.on("request", lambda request: seen.append(f"request: {request.url}"))
            page.goto(here)
            return page

        yield open_page
        for context in contexts:
            context.close()
    own = (f"request: {here}", "request: data:", "request: blob:")
    assert not [line for line in seen if not line.startswith(own)]


def draw(page, way):
    """A line by the mouse, through places given as shares of the paper's sides."""
    box = page.locator("canvas").first.bounding_box()
    places = [(box["x"] + u * box["width"], box["y"] + v * box["height"]) for u, v in way]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=8)
    page.mouse.up()


def says(page, digit):
    """Wait until the page says that it sees this digit."""
    page.wait_for_function(
        "digit => document.body.innerText.match(new RegExp('(It is|Это) .{0,3}' + digit))",
        arg=str(digit),
    )


def test_a_seven_by_the_mouse(visit) -> None:
    """The first stroke draws; the answer, the ten bars and the reasons come by themselves."""
    page = visit()
    draw(page, SEVEN)
    says(page, 7)
    assert page.locator("#seen").evaluate(
        "c => c.getContext('2d').getImageData(0, 0, 28, 28).data.some(v => v)"
    )


def test_undo_and_clear(visit) -> None:
    """Undo takes back a stroke, clear all of them."""
    page = visit()
    draw(page, ONE)
    says(page, 1)
    draw(page, ((0.2, 0.5), (0.8, 0.5)))
    page.get_by_role("button", name="Undo", exact=True).click()
    says(page, 1)
    page.get_by_role("button", name="Clear", exact=True).click()
    page.wait_for_function("() => !/It is/.test(document.body.innerText)")


def test_a_finger_on_a_phone(visit) -> None:
    """Touch draws, does not scroll, and the page fits its width."""
    page = visit(PHONE)
    box = page.locator("canvas").first.bounding_box()
    session = page.context.new_cdp_session(page)
    places = [
        {"x": box["x"] + u * box["width"], "y": box["y"] + v * box["height"]}
        for a, b in pairwise(SEVEN)
        for t in (0, 0.25, 0.5, 0.75, 1)
        for u, v in [(a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]))]
    ]
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": places[:1]})
    for place in places[1:]:
        session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [place]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    says(page, 7)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_picture_from_a_file(visit, tmp_path) -> None:
    """An uploaded picture is read like a drawing."""
    page = visit()
    page.locator("input[type=file]").set_input_files(
        {"name": "seven.png", "mimeType": "image/png", "buffer": file_of(seven())}
    )
    says(page, 7)


def test_the_page_speaks_russian(visit) -> None:
    """A button changes every word."""
    page = visit()
    page.locator("[data-lang=ru]").click()
    page.wait_for_function("() => /Нарисуй/.test(document.body.innerText)")
    draw(page, SEVEN)
    says(page, 7)


def test_a_correction_is_learned_and_taken_back(visit) -> None:
    """The right digit is pressed, a lesson is taken with its progress, and can be undone."""
    page = visit()
    draw(page, SEVEN)
    says(page, 7)
    page.get_by_role("button", name="1", exact=True).click()
    learn = page.get_by_role("button", name="Learn from it")
    page.wait_for_function("b => !b.disabled", arg=learn.element_handle())
    learn.click()
    undo = page.get_by_role("button", name="Undo the lesson")
    page.wait_for_function("b => !b.disabled", arg=undo.element_handle(), timeout=60_000)
    undo.click()
    page.wait_for_function("b => b.disabled", arg=undo.element_handle())
    says(page, 7)
