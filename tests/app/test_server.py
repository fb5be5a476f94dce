"""What the page asks of the server, as the page relies on it."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from .files import file_of, seven
from .serving import Client, running

from tinygrad_edu.app.serving import serve  # isort: skip

pytestmark = pytest.mark.long

PICTURE = file_of(seven())


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def client(kept: Path) -> Iterator[Client]:
    with running(kept) as client:
        yield client


def test_the_address_can_be_opened_once_it_is_known(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Who opens it before the server runs is not refused, but waits; one thread will compute."""
    pools = pytest.importorskip("threadpoolctl", reason="needs the extra [cli]")
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    seen: list[object] = []

    def opened(address: str) -> None:
        socket.create_connection(("127.0.0.1", int(address.split(":")[2][:-1])), 5).close()
        seen.append(address)

    def run(server: object, sockets: list[socket.socket]) -> None:
        seen.extend(p["num_threads"] for p in pools.threadpool_info() if p["user_api"] == "blas")
        sockets[0].close()

    monkeypatch.setattr("uvicorn.Server.run", run)
    serve(port=0, browser=False, announce=opened)
    assert len(seen) > 1 and set(seen[1:]) == {1}


def test_a_seven_is_read_and_explained(client: Client) -> None:
    """Digit, ten probabilities, the 28×28 pixels, the gradient, the units."""
    answer = client.read(PICTURE)
    told = answer.json
    assert answer.status == 200 and told["digit"] == 7
    assert len(told["probabilities"]) == 10 and sum(told["probabilities"]) == pytest.approx(
        1, abs=1e-3
    )
    assert {unit["layer"] for unit in told["units"]} == {1, 2}
    assert all((unit["pattern"] is not None) == (unit["layer"] == 1) for unit in told["units"])
    activity = [unit["activity"] for unit in told["units"] if unit["layer"] == 2]
    assert activity == sorted(activity, reverse=True) and activity[-1] >= 0


def test_nothing_is_written_by_reading(client: Client, kept: Path) -> None:
    """A drawing leaves no trace on disk."""
    client.read(PICTURE)
    client.ask("GET", "/")
    assert not list(kept.iterdir())


def test_the_page_asks_nothing_from_outside(client: Client) -> None:
    """Its policy lets it load from this server alone, and no file of it names another address."""
    page = client.ask("GET", "/")
    assert page.status == 200 and "default-src 'none'" in page.headers["content-security-policy"]
    for name in ("", "style.css", "main.js", "paper.js", "show.js", "teach.js", "words.js"):
        file = client.ask("GET", f"/{name}")
        assert (
            file.status == 200
            and b"http://" not in file.content
            and b"//" + b"cdn" not in file.content
        )
    assert client.ask("GET", "/main.js").headers["content-type"].startswith("text/javascript")


def test_other_files_are_not_served(client: Client) -> None:
    """No path leads out of the page's own files."""
    for path in (
        "/server.py",
        "/..%2fserver.py",
        "/%2e%2e/reading.py",
        "/etc/passwd",
        "/page.html%00",
    ):
        assert client.ask("GET", path).status == 404


def test_an_empty_canvas_is_told_so(client: Client) -> None:
    """White, black: "draw something"."""
    for shade in (0, 255):
        answer = client.read(file_of(np.full((300, 300), shade, np.uint8)))
        assert answer.status == 422 and answer.json["error"] == "empty"
        assert "Draw something" in answer.json["detail"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:80"},
        {"Host": ""},
        {"Host": "[::1"},
    ],
)
def test_other_names_of_this_machine_are_refused(client: Client, headers: dict[str, str]) -> None:
    """DNS rebinding: a page whose name was turned to 127.0.0.1 gets not even the page."""
    for method, path in (("GET", "/"), ("GET", "/api/school"), ("POST", "/api/read")):
        assert client.ask(method, path, None, headers).status == 421


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://[::1"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_other_sites_change_nothing(client: Client, kept: Path, headers: dict[str, str]) -> None:
    """Cross-site requests to whatever changes something are refused."""
    body = {"picture": client.read(PICTURE).json["seen"], "digit": 1, "answered": 7}
    for method, path in (
        *(("POST", "/api/corrections"), ("DELETE", "/api/corrections")),
        *(("POST", "/api/lessons"), ("DELETE", "/api/lessons"), ("POST", "/api/read")),
    ):
        answer = client.ask(method, path, body, headers)
        assert answer.status == 403 and answer.json["error"] == "origin"
    assert not list(kept.iterdir())


def test_the_page_is_known_behind_a_proxy(tmp_path: Path) -> None:
    """Its browser says that the request is the page's own, whatever the proxy calls the host."""
    own = {"Host": "10.0.0.7:7860", "Origin": "https://x.hf.space"}
    with running(tmp_path, teach=False, any_host=True) as client:
        asked = client.ask("POST", "/api/read", PICTURE, own | {"Sec-Fetch-Site": "same-origin"})
        assert asked.json["digit"] == 7
        assert client.ask("POST", "/api/read", PICTURE, own).status == 403


def test_a_form_cannot_correct(client: Client) -> None:
    """What a form of any site can send without asking first is not taken."""
    text = json.dumps({"picture": client.read(PICTURE).json["seen"], "digit": 1, "answered": 7})
    answer = client.ask("POST", "/api/corrections", text, {"content-type": "text/plain"})
    assert answer.status == 400


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"picture": "AAAA", "digit": 1, "answered": 7},
        {"picture": "é" * 784, "digit": 1, "answered": 7},
        {"picture": "A" * 1048, "digit": 10, "answered": 7},
        {"picture": "A" * 1048, "digit": True, "answered": 7},
        {"picture": ["A"], "digit": 1, "answered": 7},
    ],
)
def test_odd_corrections_are_refused(client: Client, body: dict[str, object]) -> None:
    """A correction has a picture of 784 bytes and two digits."""
    answer = client.ask("POST", "/api/corrections", body)
    assert answer.status == 400 and answer.json["error"] == "refused"


def finished(client: Client) -> dict[str, object]:
    """Where teaching stands once the lesson has ended."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        state: dict[str, object] = client.ask("GET", "/api/school").json
        if not state["running"]:
            return state
        time.sleep(0.05)
    raise AssertionError("the lesson did not end within a minute")


def test_a_lesson_changes_the_answer_and_can_be_taken_back(tmp_path: Path) -> None:
    """A child's mirrored seven is taught, and MNIST is not forgotten; then all is taken back."""
    mirrored = file_of(seven()[:, ::-1])
    with running(tmp_path) as client:
        assert client.ask("POST", "/api/lessons").status == 400  # nothing to learn yet
        before = client.read(mirrored).json
        assert before["digit"] != 7
        correction = {"picture": before["seen"], "digit": 7, "answered": before["digit"]}
        assert client.ask("POST", "/api/corrections", correction).json["corrections"] == 1
        assert client.ask("POST", "/api/lessons").status == 200
        state = finished(client)
        outcome = state["outcome"]
        assert isinstance(outcome, dict)
        assert (outcome["learned_before"], outcome["learned"], state["lessons"]) == (0, 1, 1)
        assert outcome["known"] > 0.97
        assert client.read(mirrored).json["digit"] == client.read(PICTURE).json["digit"] == 7
    with running(tmp_path) as client:  # it is remembered
        assert client.read(mirrored).json["digit"] == 7
        assert client.ask("DELETE", "/api/lessons").json["lessons"] == 0
        assert client.read(mirrored).json == before
        assert client.ask("DELETE", "/api/corrections").json["corrections"] == 0
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_without_teaching_nothing_can_be_changed(tmp_path: Path) -> None:
    """On a public server the routes are not there, and the page is told so."""
    with running(tmp_path, teach=False, any_host=True) as client:
        assert client.ask("GET", "/api/school", headers={"Host": "x.hf.space"}).json == {
            "teach": False
        }
        assert client.ask("POST", "/api/lessons").status in (404, 405)
        assert client.ask("POST", "/api/corrections", {}).status in (404, 405)
        assert client.read(PICTURE).json["digit"] == 7


def test_the_stepper_opens_in_a_sandbox(client: Client) -> None:
    """The last layer for this drawing, as one page that can reach nothing."""
    pytest.importorskip("tinygrad_edu.viz.stepping", reason="the stepper is not there")
    seen = client.read(PICTURE).json["seen"]
    page = client.ask("GET", f"/stepper?lang=ru&x={seen}")
    assert page.status == 200 and "sandbox" in page.headers["content-security-policy"]
    assert b"cross_entropy" in page.content
    assert client.ask("GET", "/stepper?x=1").status == 400
