"""Files and requests that nobody should send: a polite answer, bounded memory, no trace."""

from __future__ import annotations

import resource
import socket
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from .files import bomb, file_of, seven
from .serving import Client, running

from PIL import Image  # isort: skip  (after serving has looked whether it is there)

import contextlib

from tinygrad_edu.app import Reader, prepare
from tinygrad_edu.app.pictures import MOST_BYTES, NotAPicture, TooLarge, read_picture
from tinygrad_edu.errors import DataError, DataMissing

pytestmark = pytest.mark.long

GOOD = file_of(seven())


def animation(kind: str) -> bytes:
    frames = [Image.fromarray(p) for p in (seven(), np.zeros((280, 280), np.uint8))]
    file = BytesIO()
    frames[0].save(file, kind, save_all=True, append_images=frames[1:] * 3)
    return file.getvalue()


NO_PICTURES = {
    "nothing": b"",
    "text": b"a seven",
    "html": b"<!doctype html><script>alert(1)</script>",
    "svg": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9"/></svg>',
    "svg named png": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>' + GOOD,
    "pdf": b"%PDF-1.7\n%%EOF",
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file",
    "half a png": GOOD[: len(GOOD) // 2],
    "a png's start": GOOD[:20],
    "half a jpeg": file_of(seven(), "JPEG")[:900],
    "noise": np.random.default_rng(0).bytes(50_000),
    "a damaged png": GOOD[:60] + bytes(40) + GOOD[100:],
}


@pytest.mark.parametrize("content", NO_PICTURES.values(), ids=NO_PICTURES.keys())
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    """SVG and HTML are no pictures either, whatever they are called."""
    with pytest.raises(NotAPicture, match="cannot be read as a picture"):
        read_picture(content)


@pytest.mark.parametrize(("w", "h"), [(20_000, 20_000), (2**31 - 1, 2**31 - 1), (200_000, 300)])
def test_too_many_pixels_are_refused_unread(w: int, h: int) -> None:
    """From the header alone: the memory that the claim would take is never asked for."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises((TooLarge, NotAPicture)):
        read_picture(bomb(w, h))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # KB


def test_large_files_are_refused(tmp_path: Path) -> None:
    """Above 16 MB nothing is looked at; below, a large photo is read at a smaller size."""
    with pytest.raises(TooLarge, match="16 MB"):
        read_picture(bytes(MOST_BYTES + 1))
    big = np.kron(seven(300), np.ones((10, 10), np.uint8))
    for kind in ("PNG", "JPEG"):
        picture = read_picture(file_of(big, kind))
        assert max(picture.shape[:2]) <= 1600 and Reader().read(prepare(picture)).digit == 7
    with pytest.raises(DataMissing):
        read_picture(tmp_path / "absent.png")


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_of_an_animation_the_first_frame_counts(kind: str) -> None:
    """And of a file with many pages the first."""
    assert Reader().read(prepare(read_picture(animation(kind)))).digit == 7


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F"])
def test_every_kind_of_pixel_is_read(mode: str) -> None:
    """Black and white, palettes, transparency, sixteen bits, printing colours."""
    image = Image.fromarray(seven())
    image = (
        Image.fromarray(seven().astype(np.uint16) * 257) if mode == "I;16" else image.convert(mode)
    )
    file = BytesIO()
    image.save(file, "TIFF")
    assert Reader().read(prepare(read_picture(file.getvalue()))).digit == 7


def test_a_photo_is_turned_upright() -> None:
    """The camera's note on how it was held is followed."""
    image = Image.fromarray(seven()).rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90° clockwise to see it upright
    file = BytesIO()
    image.save(file, "JPEG", exif=exif)
    assert Reader().read(prepare(read_picture(file.getvalue()))).digit == 7


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    folder = tmp_path_factory.mktemp("data")
    with running(folder) as client:
        yield client
    assert not list(folder.iterdir())


@pytest.mark.parametrize("content", NO_PICTURES.values(), ids=NO_PICTURES.keys())
def test_the_server_answers_politely(client: Client, content: bytes) -> None:
    """415 and a word that the page translates; the next drawing is read as ever."""
    answer = client.read(content)
    assert answer.status == 415 and answer.json["error"] == "not a picture"
    assert client.read(GOOD).json["digit"] == 7


def test_the_server_refuses_what_is_too_large(client: Client) -> None:
    """By its pixels, by its length, and by its true length where the stated one lies."""
    assert client.read(bomb(20_000, 20_000)).json["error"] == "too large"
    assert client.read(bytes(MOST_BYTES + 1)).status == 413
    with socket.create_connection(("127.0.0.1", client.port), timeout=30) as line:
        line.sendall(
            b"POST /api/read HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        part = b"100000\r\n" + bytes(0x100000) + b"\r\n"  # a MiB
        for _ in range(MOST_BYTES // 0x100000 + 1):
            line.sendall(part)
        assert b" 413 " in line.recv(100)
    assert client.read(GOOD).json["digit"] == 7


def test_a_body_that_never_ends_is_given_up(tmp_path: Path) -> None:
    """408 after the time that a body may take; until then others are answered."""
    with running(tmp_path, longest=0.5) as client:
        with socket.create_connection(("127.0.0.1", client.port), timeout=30) as line:
            line.sendall(b"POST /api/read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n")
            line.sendall(b"abc")
            assert client.read(GOOD).json["digit"] == 7
            assert b" 408 " in line.recv(100)
        assert client.read(GOOD).json["digit"] == 7


def test_many_bodies_at_once_have_a_bound(tmp_path: Path) -> None:
    """Beyond eight times the largest body, 503; once they are gone, all is as before."""
    beginning = b"POST /api/read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\n"
    with running(tmp_path, most_bytes=5000) as client, contextlib.ExitStack() as lines:
        for _ in range(8):
            line = lines.enter_context(socket.create_connection(("127.0.0.1", client.port)))
            line.sendall(beginning + bytes(4990))
        answers = {client.read(bytes(4000)).status for _ in range(20)}
        assert 503 in answers and answers <= {503, 415}
        lines.close()
        end = time.monotonic() + 10
        while (answer := client.read(GOOD)).status != 200 and time.monotonic() < end:
            time.sleep(0.05)
        assert answer.json["digit"] == 7


@pytest.mark.parametrize("method", ["PUT", "PATCH", "OPTIONS", "TRACE", "DELETE"])
def test_other_methods_are_refused(client: Client, method: str) -> None:
    """On every route that does not have them."""
    assert client.ask(method, "/api/read").status in (403, 404, 405)


def test_thousands_of_requests_leave_no_memory_behind(client: Client) -> None:
    """Drawings, rubbish and pages in turn; what stays allocated does not grow."""
    from .process import resident

    kinds = [GOOD, b"rubbish", file_of(np.zeros((200, 200), np.uint8))]
    for round_ in range(2):
        for i in range(150):
            assert client.read(kinds[i % 3]).status in (200, 415, 422)
        if not round_:
            before = resident()
    assert resident() - before < 8_000_000


def test_files_with_any_damage_are_read_or_refused() -> None:
    """A byte changed anywhere: a picture or a DataError, never another exception."""
    rng = np.random.default_rng(0)
    for kind in ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF"):
        whole = bytearray(file_of(seven(80, 6), kind))
        for _ in range(25):
            damaged = whole.copy()
            damaged[rng.integers(len(damaged))] ^= 1 << int(rng.integers(8))
            with contextlib.suppress(DataError):
                prepare(read_picture(bytes(damaged)))
