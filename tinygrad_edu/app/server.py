"""The application: a page, and what it asks.

    GET    /                    the page, its style and its scripts
    POST   /api/read            a picture's bytes → digit, probabilities, and why
    GET    /stepper?x=…&lang=…  the last layer for a prepared picture, step by step
    GET    /api/school          how many corrections and lessons there are, and how one goes on
    POST   /api/corrections     {"picture", "digit", "answered"}: keep it
    DELETE /api/corrections     forget them all
    POST   /api/lessons         learn from the corrections
    DELETE /api/lessons         take the last lesson back

Nothing is written but what somebody teaches. What is wrong with a request is said in a word that
the page translates: {"error": "empty"}.
"""

from __future__ import annotations

import functools
import json
import mimetypes
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import anyio
import numpy as np
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ..errors import DataError, NoInk, NotInstalled, TinygradEduError
from .codes import picture_of, signed, text_of
from .corrections import Correction
from .guard import LONGEST, Busy, Guard, TooLong, TooSlow
from .pictures import MOST_BYTES, NotAPicture, TooLarge, read_picture
from .preparing import prepare
from .reading import Reader
from .school import School

__all__ = ["application", "explained"]

# Pictures that are unpacked and read at the same time. One bounds the memory, and with a second
# thread that waits for the interpreter twenty users wait 60 ms, not 40 (measured).
AT_ONCE = 1
PAGES = ("page.html", "style.css", "main.js", "paper.js", "show.js", "teach.js", "words.js")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'"
)
STEPPER_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; "
    "sandbox allow-scripts"
)
Endpoint = Callable[[Request], Any]


def application(
    school: School,
    *,
    any_host: bool = False,
    teach: bool = True,
    most_bytes: int = MOST_BYTES,
    longest: float = LONGEST,
) -> Starlette:
    """The ASGI application on a school; with `teach=False` nobody can change its network."""
    desk = Desk(school, teach)
    routes = [
        Route("/", desk.page),
        Route("/stepper", desk.stepper),
        Route("/{name}", desk.page),
        Route("/api/read", desk.read, methods=["POST"]),
        Route("/api/school", desk.school_state),
    ]
    if teach:
        routes += [
            Route("/api/corrections", desk.correct, methods=["POST"]),
            Route("/api/corrections", desk.forget, methods=["DELETE"]),
            Route("/api/lessons", desk.learn, methods=["POST"]),
            Route("/api/lessons", desk.unlearn, methods=["DELETE"]),
        ]
    guard = Middleware(Guard, most_bytes=most_bytes, any_host=any_host, longest=longest)
    handlers: dict[Any, Any] = dict.fromkeys((TooLong, TooSlow, Busy, TinygradEduError), _refused)
    return Starlette(routes=routes, middleware=[guard], exception_handlers=handlers)


def explained(reader: Reader, x: np.ndarray) -> dict[str, Any]:
    """All that the page shows of a prepared picture."""
    reading = reader.read(x)
    units = [
        {
            "layer": unit.layer,
            "number": unit.number,
            "activity": round(unit.activity, 3),
            "pattern": None if unit.pattern is None else signed(unit.pattern),
        }
        for unit in reader.units(x)
    ]
    return {
        "digit": reading.digit,
        "probabilities": [round(float(p), 5) for p in reading.probabilities],
        "seen": text_of(x),
        "matters": signed(reader.matters(x)),
        "units": units,
    }


class Desk:
    """What is done for each request."""

    def __init__(self, school: School, teach: bool) -> None:
        self.school, self.teach = school, teach
        self._turns: anyio.CapacityLimiter | None = None

    async def _in_turn(self, work: Callable[..., Any], *args: Any) -> Any:
        """Work for the processor, in a thread: a few at once, the others wait."""
        if self._turns is None:  # needs a running loop
            self._turns = anyio.CapacityLimiter(AT_ONCE)
        return await anyio.to_thread.run_sync(work, *args, limiter=self._turns)

    async def page(self, request: Request) -> Response:
        """The page or one of its files; no other names are known."""
        name = request.path_params.get("name", "page.html")
        if name not in PAGES:
            return JSONResponse({"error": "no such page"}, 404)
        headers = {
            "content-security-policy": POLICY,
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "cache-control": "no-cache",
        }
        kind = mimetypes.guess_type(name)[0] or "text/plain"
        kind = "text/javascript" if name.endswith(".js") else kind
        return Response(_file(name), media_type=kind, headers=headers)

    async def read(self, request: Request) -> Response:
        """A picture's bytes: what is on it, and why."""
        content = await request.body()
        return JSONResponse(await self._in_turn(self._read, content))

    def _read(self, content: bytes) -> dict[str, Any]:
        return explained(self.school.reader, prepare(read_picture(content)))

    async def stepper(self, request: Request) -> Response:
        """The stepper's page, in a sandbox of its own: it can ask nothing of this server."""
        x = picture_of(request.query_params.get("x"))
        lang = "ru" if request.query_params.get("lang") == "ru" else "en"
        html = await self._in_turn(self.school.reader.stepper_page, x, lang)
        headers = {"content-security-policy": STEPPER_POLICY, "referrer-policy": "no-referrer"}
        return Response(html, media_type="text/html", headers=headers)

    async def school_state(self, request: Request) -> Response:
        """Where teaching stands."""
        state = await self._in_turn(self.school.state) if self.teach else {}
        return JSONResponse({"teach": self.teach, **state})

    async def correct(self, request: Request) -> Response:
        """Keep a correction."""
        given = await _json(request)
        digits: list[Any] = [given.get("digit"), given.get("answered")]
        if not all(type(digit) is int and 0 <= digit <= 9 for digit in digits):
            raise DataError("a digit from 0 to 9 was expected.")
        right, answered = digits
        correction = Correction(picture_of(given.get("picture")), right, answered)
        await self._in_turn(self.school.correct, correction)
        return await self.school_state(request)

    async def forget(self, request: Request) -> Response:
        """Remove the corrections."""
        await self._in_turn(self.school.forget)
        return await self.school_state(request)

    async def learn(self, request: Request) -> Response:
        """Begin a lesson."""
        await self._in_turn(self.school.start)
        return await self.school_state(request)

    async def unlearn(self, request: Request) -> Response:
        """Take the last lesson back."""
        await self._in_turn(self.school.back)
        return await self.school_state(request)


@functools.cache
def _file(name: str) -> bytes:
    return (files(__package__) / "page" / name).read_bytes()


async def _json(request: Request) -> dict[str, Any]:
    """The body as a table. JSON's own type is asked for: a form of another site cannot send it."""
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise DataError("application/json was expected.")
    try:
        given = json.loads(await request.body())
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise DataError("a JSON object was expected.")
    return given


_ANSWERS: tuple[tuple[type[Exception], int, str], ...] = (
    (NoInk, 422, "empty"),
    (TooLong, 413, "too large"),
    (TooSlow, 408, "too slow"),
    (Busy, 503, "busy"),
    (TooLarge, 413, "too large"),
    (NotAPicture, 415, "not a picture"),
    (NotInstalled, 501, "not installed"),
)


async def _refused(request: Request, error: Exception) -> Response:
    """What is wrong, in a word for the page and a sentence for whoever reads it."""
    for kind, status, code in _ANSWERS:
        if isinstance(error, kind):
            return JSONResponse({"error": code, "detail": str(error)}, status)
    return JSONResponse({"error": "refused", "detail": str(error)}, 400)
