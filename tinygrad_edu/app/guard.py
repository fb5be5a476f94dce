"""What may talk to the server: the page it served itself, in bodies of a bounded size and time.

A server on loopback is reached by every page that the user's browser has open. Two ways in are
closed. A page of another site may send a request: its `Origin` tells. Such a site may let its own
name point to 127.0.0.1 (DNS rebinding), so that its page counts as ours: then `Host` holds its
name, and on loopback only loopback's names are answered.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import SplitResult, urlsplit

import anyio
from starlette.responses import JSONResponse

__all__ = ["LONGEST", "LOOPBACK", "Busy", "Guard", "TooLong", "TooSlow"]

LOOPBACK = ("127.0.0.1", "localhost", "::1")
AT_A_TIME = 8  # bodies of the largest size, or any number of smaller ones that hold as much
LONGEST = 30.0  # seconds for a whole body: 16 MB at half a megabyte a second


class TooLong(Exception):
    """The body of a request has more bytes than are taken; the page is told so."""


class Busy(Exception):
    """The bodies that are there already take all the memory that they may take together."""


class TooSlow(Exception):
    """The body of a request did not end in time; the line is freed for others."""


class Guard:
    """Wraps an ASGI application: refuses strange hosts and origins, counts the bytes of bodies.

    `any_host` is for servers that are meant to be reached from elsewhere.
    """

    def __init__(
        self, app: Any, most_bytes: int, any_host: bool = False, longest: float = LONGEST
    ) -> None:
        self.app, self.most_bytes, self.any_host = app, most_bytes, any_host
        self.longest = longest
        self.held = 0  # bytes of the bodies that are there now

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {name.decode("latin1"): text.decode("latin1") for name, text in scope["headers"]}
        refusal = self._refusal(scope["method"], headers)
        if refusal is not None:
            status, code = refusal
            await JSONResponse({"error": code}, status)(scope, receive, send)
            return
        body = _Body(self, receive)
        try:
            await self.app(scope, body.receive, send)
        finally:
            self.held -= body.seen

    def _refusal(self, method: str, headers: dict[str, str]) -> tuple[int, str] | None:
        host = headers.get("host", "")
        address = _parts(f"//{host}")
        if not self.any_host and (address is None or address.hostname not in LOOPBACK):
            return 421, "host"
        if method in ("GET", "HEAD"):
            return None
        if _is_foreign(headers, host):
            return 403, "origin"
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > self.most_bytes:
            return 413, "too large"
        return None


class _Body:
    """One request's body as it comes: not longer, slower or one more than the guard allows.

    What the header says of its length need not be true.
    """

    def __init__(self, guard: Guard, receive: Any) -> None:
        self._guard, self._receive = guard, receive
        self._end = anyio.current_time() + guard.longest
        self._whole = False
        self.seen = 0

    async def receive(self) -> Any:
        """The next part. Raises `TooLong`, `TooSlow` or `Busy`."""
        if self._whole:  # what is waited for now is the end of the connection
            return await self._receive()
        with anyio.move_on_after(self._end - anyio.current_time()):
            message = await self._receive()
            self._whole = not message.get("more_body", False)
            self._count(len(message.get("body", b"")))
            return message
        raise TooSlow

    def _count(self, size: int) -> None:
        guard = self._guard
        self.seen += size
        guard.held += size
        if self.seen > guard.most_bytes:
            raise TooLong
        if guard.held > AT_A_TIME * guard.most_bytes:
            raise Busy


def _is_foreign(headers: dict[str, str], host: str) -> bool:
    """Whether a page of another site sent this: its browser says so, or else its origin does.

    A browser's own word counts more, for a proxy may rename the host, but nobody forges the word.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None:
        return False
    address = _parts(origin)
    return address is None or address.netloc != host


def _parts(address: str) -> SplitResult | None:
    try:
        return urlsplit(address)
    except ValueError:
        return None
