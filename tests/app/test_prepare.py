"""A picture as MNIST's authors would have prepared it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygrad_edu.app import Reader, prepare
from tinygrad_edu.app.stroke import grow, peel, width
from tinygrad_edu.errors import DTypeError, NoInk, ShapeError

pytest.importorskip("PIL", reason="needs the extra [app]")
from tests.drawings.photos import KINDS, photo

READER = Reader()


def stroke(size: int = 200, thick: float = 10, tall: float = 0.7) -> np.ndarray:
    """A digit 7 in light on dark, floats: a bar and a slanting leg."""
    y, x = np.mgrid[:size, :size] / size
    top, left, right = 0.5 - tall / 2, 0.5 - tall / 4, 0.5 + tall / 4
    half = thick / size / 2
    bar = (abs(y - top) <= half) & (x > left) & (x < right)
    leg = (abs(x - right + (y - top) * 0.45) <= half) & (y > top) & (y < top + tall)
    return np.float32(bar | leg)


SEVEN = stroke()


def test_the_picture_has_mnists_form() -> None:
    """28×28 float32 between 0 and 1, light on dark, with ink in the 20×20 box's height."""
    x = prepare(SEVEN)
    assert x.shape == (28, 28) and x.dtype == np.float32
    assert x.min() == 0 and 0.95 <= x.max() <= 1
    rows = np.flatnonzero(x.max(axis=1) > 0.3)
    assert 19 <= rows[-1] - rows[0] + 1 <= 21


def test_the_centre_of_mass_is_the_centre() -> None:
    """To an eighth of a pixel in both directions, the step of the fine grid halved."""
    x = prepare(SEVEN)
    places = np.arange(28) + 0.5
    assert abs((x.sum(axis=1) * places).sum() / x.sum() - 14) < 0.15
    assert abs((x.sum(axis=0) * places).sum() / x.sum() - 14) < 0.15


def test_the_aspect_is_kept() -> None:
    """A line that is five times as high as wide is not stretched to a square."""
    picture = np.zeros((300, 300))
    picture[50:250, 100:140] = 1
    x = prepare(picture)
    rows, columns = (np.flatnonzero(x.max(axis=axis) > 0.3) for axis in (1, 0))
    assert len(rows) >= 19 and len(columns) <= 6


@pytest.mark.parametrize("thick", [1, 2, 5, 12, 25, 40])
@pytest.mark.parametrize("size", [200, 480, 1200])
def test_lines_come_out_alike(thick: int, size: int) -> None:
    """From a hair to a brush, the line is as thick as MNIST's, and the digit is read."""
    if thick > 0.7 * size / 6:
        pytest.skip("a pen wider than a sixth of the digit leaves a blot")
    x = prepare(stroke(size, thick))
    assert 1.5 < width(x) < 3.8
    assert READER.read(x).digit == 7


@given(
    dy=st.integers(-30, 30), dx=st.integers(-60, 60), scale=st.floats(0.3, 1), dark=st.booleans()
)
def test_place_size_and_polarity_do_not_matter(dy: int, dx: int, scale: float, dark: bool) -> None:
    """A digit that is moved and printed dark on light looks to the network as it did."""
    picture = np.roll(SEVEN, (dy // 2, dx // 2), axis=(0, 1))
    picture = 0.1 + 0.8 * scale * picture
    seen = prepare(1 - picture if dark else picture)
    assert np.abs(seen - prepare(SEVEN)).mean() < 0.02


def test_bytes_floats_and_colours_are_the_same_picture() -> None:
    """The same drawing as bytes, as floats, as RGB and under transparency."""
    grey = np.uint8(255 * SEVEN)
    clear = np.stack([np.full_like(grey, 20)] * 3 + [grey], axis=-1)
    for same in (SEVEN, SEVEN.astype(bool), np.stack([grey] * 3, axis=-1), clear):
        np.testing.assert_allclose(prepare(same), prepare(grey), atol=0.02)


def test_coloured_ink_counts_as_dark_ink() -> None:
    """Red and yellow on white: each differs from the paper in one channel or more."""
    for colour in ((220, 20, 20), (250, 230, 0)):
        picture = np.where(SEVEN[..., None] > 0, colour, 255).astype(np.uint8)
        assert READER.read(prepare(picture)).digit == 7


@pytest.mark.parametrize("noise", [0.0, 0.03, 0.06])
def test_uneven_light_is_no_ink(noise: float) -> None:
    """A photo whose corners differ by a factor of two, with noise, shows the same digit."""
    rng = np.random.default_rng(0)
    picture = stroke(600, 14)
    v, u = np.mgrid[-1:1:600j, -1:1:600j]
    light = 0.7 + 0.2 * u - 0.1 * v - 0.08 * (u * u + v * v)
    photo = np.clip(light * (1 - 0.8 * picture) + rng.normal(0, noise, light.shape), 0, 1)
    seen = prepare(np.uint8(255 * photo))
    assert np.abs(seen - prepare(picture)).mean() < 0.04


@pytest.mark.parametrize("kind", KINDS)
def test_photos_of_paper_are_read(kind: str) -> None:
    """Shadows, a lamp, a dark corner, ruled and squared paper, pencil, noise, the table beside."""
    digit = len(kind) % 10
    taken = photo(kind, digit, np.random.default_rng(0))
    assert READER.read(prepare(taken.picture)).digit == digit


def test_light_ink_in_uneven_light_is_read() -> None:
    """Chalk on a board: the lines are light, whatever the loops that they enclose."""
    board = 255 - photo("light of a lamp", 8, np.random.default_rng(8)).picture
    assert READER.read(prepare(board)).digit == 8


def test_blots_are_dropped() -> None:
    """Specks of dust far from the digit change nothing."""
    picture = stroke(400, 16)
    dusty = picture.copy()
    for y, x in ((10, 10), (380, 30), (200, 390)):
        dusty[y : y + 3, x : x + 3] = 1
    np.testing.assert_allclose(prepare(dusty), prepare(picture), atol=1e-6)


def test_separate_strokes_all_stay() -> None:
    """The hat of a 5 that does not touch its body is no blot."""
    picture = np.zeros((300, 300))
    picture[60:250, 90:102] = 1
    picture[60:72, 130:220] = 1
    assert prepare(picture)[:, 18:].sum() > 5


@pytest.mark.parametrize("picture", [np.zeros((90, 90)), np.ones((90, 90)), np.full((9, 9), 0.4)])
def test_an_empty_picture_is_refused(picture: np.ndarray) -> None:
    """All black, all white or all grey: there is nothing to see."""
    with pytest.raises(NoInk, match="Draw something"):
        prepare(picture)


@pytest.mark.parametrize("shape", [(4,), (0, 5), (3, 4, 5), (2, 3, 4, 1)])
def test_what_is_no_picture_is_refused(shape: tuple[int, ...]) -> None:
    """The message names the shape."""
    with pytest.raises(ShapeError, match="prepare: received an array"):
        prepare(np.zeros(shape))
    with pytest.raises(DTypeError, match="numbers were expected"):
        prepare(np.array([["a"]]))


@given(data=st.data(), h=st.integers(1, 40), w=st.integers(1, 40))
def test_any_numbers_give_a_picture_or_a_refusal(data: st.DataObject, h: int, w: int) -> None:
    """Noise, a dot, a full page, NaN: never anything but a picture of the right form or NoInk."""
    rng = np.random.default_rng(data.draw(st.integers(0, 9999)))
    picture = rng.choice([0.0, 0.5, 1.0, np.nan, np.inf], (h, w), p=data.draw(CHANCES))
    try:
        x = prepare(picture)
    except NoInk:
        return
    assert x.shape == (28, 28) and np.isfinite(x).all() and 0 <= x.min() <= x.max() <= 1


CHANCES = st.sampled_from(
    [(0.9, 0, 0.1, 0, 0), (0.2, 0.2, 0.2, 0.2, 0.2), (0.01, 0, 0.99, 0, 0), (0.5, 0.5, 0, 0, 0)]
)


def test_mnists_own_pictures_stay_what_they_are() -> None:
    """A picture that is prepared already keeps its digit in nearly every case."""
    from tinygrad_edu.app.teaching import rehearsal

    known = rehearsal()
    x = known["x_test"].reshape(-1, 28, 28)
    right = [READER.read(prepare(p)).digit == y for p, y in zip(x, known["y_test"], strict=True)]
    assert np.mean(right) >= 0.97


def test_the_width_of_a_line_is_measured() -> None:
    """Area over half the edges, for whole and for broken thickness."""
    for thick in (1.0, 2.5, 7.0):
        x = np.clip(thick / 2 + 0.5 - abs(np.arange(60) - 30.0), 0, 1)[:, None] * np.ones(400)
        assert width(x) == pytest.approx(thick, rel=0.1)


def test_growing_adds_the_radius_on_both_sides() -> None:
    """A point becomes a disc, and a line thicker by twice the radius."""
    x = np.zeros((21, 21))
    x[10, 10] = 1
    disc = grow(x, 4)
    assert disc[10, 6:15].all() and disc[6:15, 10].all() and not disc[6, 6]
    assert grow(x, 2.5)[10, 13] == pytest.approx(0.5)


def test_peeling_breaks_no_line_and_opens_no_loop() -> None:
    """A thick ring with a tail becomes a thin one: still one part around one hole."""
    y, x = np.mgrid[:60, :60] - 30.0
    ring = abs(np.hypot(y, x) - 18) < 6
    ring |= (abs(x) < 2) & (y > 15)
    thin = peel(ring, 20)
    assert 0 < thin.sum() < ring.sum() / 4
    assert _parts(thin, corners=True) == 1 and _parts(~thin, corners=False) == 2


def _parts(filled: np.ndarray, corners: bool) -> int:
    left, count = set(zip(*np.nonzero(filled), strict=True)), 0
    steps = [(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1) if corners or not (a and b)]
    while left:
        todo, count = [left.pop()], count + 1
        while todo:
            y, x = todo.pop()
            found = {(y + a, x + b) for a, b in steps} & left
            left -= found
            todo += found
    return count
