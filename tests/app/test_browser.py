"""The drawing page as a person uses it, in a real browser: mouse, finger, file, correction.

Needs the package playwright and a Chromium of the system (`apt-get install chromium`).
"""

from __future__ import annotations

from itertools import pairwise

import pytest

from .files import file_of, seven
from .serving import running

pytestmark = pytest.mark.browser

DESKTOP = {"viewport": {"width": 1200, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SEVEN = ((0.3, 0.25), (0.7, 0.25), (0.45, 0.8))
MIRRORED = tuple((1 - x, y) for x, y in SEVEN)
ONE = ((0.5, 0.2), (0.5, 0.8))


@pytest.fixture
def visit(chromium, tmp_path):
    """Open the page; a complaint of the browser, or a request to elsewhere, fails the test."""
    seen, contexts = [], []
    with running(tmp_path) as client:
        here = f"http://127.0.0.1:{client.port}/"

        def open_page(options=DESKTOP):
            context = chromium.new_context(**options)
            contexts.append(context)
            context.set_default_timeout(20_000)
            context.on("console", lambda message: seen.append(f"console: {message.text}"))
            context.on("weberror", lambda error: seen.append(f"error: {error.error}"))
            context.on("request", lambda request: seen.append(f"request: {request.url}"))
            page = context.new_page()
            page.goto(here)
            return page

        open_page.seen = seen
        yield open_page
        for context in contexts:
            context.close()
    own = (f"request: {here}", "request: data:", "request: blob:")
    looked = "willReadFrequently"  # advice that `ink` brings about
    assert not [line for line in seen if not line.startswith(own) and looked not in line]


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


def ink(page) -> int:
    """How many pixels of the paper are dark."""
    return page.locator("#paper").evaluate(
        """c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data
            .filter((v, i) => i % 4 == 0 && v < 128).length"""
    )


def test_a_seven_by_the_mouse(visit) -> None:
    """The first stroke draws; the answer, the ten bars and the reasons come by themselves."""
    page = visit()
    draw(page, SEVEN)
    says(page, 7)
    assert page.locator("#seen").evaluate(
        "c => c.getContext('2d').getImageData(0, 0, 28, 28).data.some(v => v)"
    )


def test_the_answer_comes_while_one_draws(visit) -> None:
    """Before the button is released; and the ten probabilities stand beside their bars."""
    page = visit()
    box = page.locator("#paper").bounding_box()
    for i, (x, y) in enumerate(SEVEN):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=8)
        if not i:
            page.mouse.down()
    says(page, 7)
    assert page.locator("#bars li b").all_inner_texts() == list("0123456789")
    told = page.locator("#bars li > span:last-child").all_inner_texts()
    assert sum(float(text.rstrip("\u00a0%")) for text in told) == pytest.approx(100, abs=1)
    assert page.locator("#bars li.best").inner_text().startswith("7")
    page.mouse.up()


def test_undo_and_clear(visit) -> None:
    """Undo takes back a stroke, by its button and by Ctrl-Z; clear takes all of them."""
    page = visit()
    draw(page, ONE)
    says(page, 1)
    before = ink(page)
    for undo in (
        lambda: page.get_by_role("button", name="Undo", exact=True).click(),
        lambda: page.keyboard.press("Control+z"),
    ):
        draw(page, ((0.2, 0.5), (0.8, 0.5)))
        assert ink(page) > before
        undo()
        assert ink(page) == before
    says(page, 1)
    draw(page, ((0.2, 0.5), (0.8, 0.5)))
    page.get_by_role("button", name="Clear", exact=True).click()
    page.wait_for_function("() => !/It is/.test(document.body.innerText)")
    assert ink(page) == 0
    assert page.get_by_role("button", name="Clear", exact=True).is_disabled()


def test_the_pen_has_a_thickness(visit) -> None:
    """From a hair to a brush, and the digit stays what it is."""
    page, inks = visit(), []
    for thick in ("4", "26", "60"):
        page.locator("#thickness").fill(thick)
        draw(page, SEVEN)
        says(page, 7)
        inks.append(ink(page))
        page.get_by_role("button", name="Clear", exact=True).click()
    assert inks[0] < inks[1] / 3 < inks[2] / 5


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


HAND_OVER = """([name, bytes]) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(bytes)], "seven.png", { type: "image/png" }));
    const event = name == "paste"
        ? new ClipboardEvent(name, { clipboardData: data })
        : new DragEvent(name, { dataTransfer: data, cancelable: true });
    document.dispatchEvent(event);
}"""


@pytest.mark.parametrize("name", ["paste", "drop"])
def test_a_picture_from_elsewhere(visit, name) -> None:
    """A picture that is pasted or dropped is shown on the paper and read."""
    page = visit()
    page.evaluate(HAND_OVER, [name, list(file_of(seven()))])
    says(page, 7)
    assert ink(page) > 0


def test_what_is_no_picture_is_answered_politely(visit) -> None:
    """A sentence, no dialogue; and the next drawing is read."""
    page = visit()
    page.locator("input[type=file]").set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": b"<svg onload='alert(1)'/>"}
    )
    page.wait_for_function("() => /no picture that can be read/.test(document.body.innerText)")
    draw(page, SEVEN)
    says(page, 7)
    refused = [line for line in visit.seen if "status of 415" in line]  # Chromium notes each
    assert len(refused) == 1
    visit.seen.remove(refused[0])


def test_the_stepper_opens_on_this_drawing(visit) -> None:
    """The button opens the last layer in a page of its own, which steps, and speaks Russian."""
    page = visit()
    assert page.locator("#stepper").get_attribute("aria-disabled") == "true"
    page.locator("[data-lang=ru]").click()
    draw(page, SEVEN)
    says(page, 7)
    with page.context.expect_page() as opened:
        page.locator("#stepper").click()
    steps = opened.value
    steps.wait_for_load_state()
    assert "cross_entropy" in steps.content() and steps.locator("svg").count() >= 1
    before = steps.locator("body").inner_text()
    steps.keyboard.press("ArrowRight")
    assert steps.locator("body").inner_text() != before
    assert steps.evaluate("document.documentElement.lang") == "ru"


def test_the_page_speaks_russian(visit) -> None:
    """A button changes every word."""
    page = visit()
    page.locator("[data-lang=ru]").click()
    page.wait_for_function("() => /Нарисуй/.test(document.body.innerText)")
    draw(page, SEVEN)
    says(page, 7)


DIGIT_IS = "digit => document.getElementById('digit').textContent == digit"


def test_a_correction_is_learned_and_taken_back(visit, tmp_path) -> None:
    """A mirrored seven is corrected, learned with progress, read; and all of it is taken back."""
    page = visit()
    draw(page, MIRRORED)
    page.wait_for_function("() => /\\d/.test(document.getElementById('digit').textContent)")
    page.wait_for_timeout(500)
    before = page.locator("#digit").inner_text()
    assert before != "7" and not list(tmp_path.iterdir())
    page.locator("#right button", has_text="7").click()
    learn = page.get_by_role("button", name="Learn from it")
    page.wait_for_function("b => !b.disabled", arg=learn.element_handle())
    assert "Corrections kept: 1" in page.locator("#taught").inner_text()
    learn.click()
    page.wait_for_function("() => !document.getElementById('progress').hidden")
    undo = page.get_by_role("button", name="Undo the lesson")
    page.wait_for_function("b => !b.disabled", arg=undo.element_handle(), timeout=60_000)
    assert page.locator("#progress").is_hidden()
    assert (
        "100\u00a0% are read rightly now (0\u00a0% before)"
        in page.locator("#taught").text_content()
    )
    page.wait_for_function(DIGIT_IS, arg="7")
    undo.click()
    page.wait_for_function("b => b.disabled", arg=undo.element_handle())
    page.wait_for_function(DIGIT_IS, arg=before)
    page.get_by_role("button", name="Forget corrections").click()
    page.wait_for_function("b => b.disabled", arg=learn.element_handle())
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
