"""What surrounds every page: headers, a bound on bodies, faults that tell nothing, a log without tokens.

Plain ASGI, so that nothing is buffered twice and no exception is lost between layers.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import time
import traceback
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 64 * 1024
"""Bytes of a posted form: the longest remark and all names take a tenth of it."""
_BODY_SECONDS = 20

log = logging.getLogger("invite_pipeline.web")

_HEADERS = {
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
}

_OURS = {name.encode(): value.encode() for name, value in _HEADERS.items()}
_OURS_SECURE = _OURS | {b"strict-transport-security": b"max-age=31536000"}
_DEFAULTS = (
    # The door's page may ask for the camera.
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    (b"cache-control", b"no-store"),
)

FaultPage = Callable[[Scope, int], Response]
"""Gives the page for a status that no route has answered: 400, 408, 413, 500."""


class Guard:
    """The outermost layer: whatever happens inside, an answer with our headers goes out and one line is logged."""

    def __init__(self, app: ASGIApp, *, fault_page: FaultPage) -> None:
        self._app, self._fault_page = app, fault_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(scope, send)
        started = time.monotonic()
        try:
            await self._answer(scope, receive, answer)
        except Exception as error:
            log_fault(error)
            # An answer that has begun cannot be taken back: the server then cuts the connection.
            if not answer.status:
                await self._fault_page(scope, 500)(scope, receive, answer)
        finally:
            if log.isEnabledFor(logging.INFO):
                milliseconds = 1000 * (time.monotonic() - started)
                log.info("%s %s %s %s %.0f ms", *_who(scope), _path(scope), answer.status, milliseconds)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await _body(scope, receive)
        except _BodyRefusedError as refused:
            await self._fault_page(scope, refused.status)(scope, receive, send)
            return
        await self._app(scope, _given(body, receive), send)


class _Answer:
    """Sends an answer with our headers, and remembers its status."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._secure = scope.get("scheme") == "https"
        self._send = send
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            given = [pair for pair in message["headers"] if pair[0] not in _OURS]
            names = {name for name, _ in given}
            ours = _OURS_SECURE if self._secure else _OURS
            message["headers"] = [*given, *ours.items(), *(pair for pair in _DEFAULTS if pair[0] not in names)]
        await self._send(message)


# --- bodies -----------------------------------------------------------------------------------------------------


class _BodyRefusedError(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


async def _body(scope: Scope, receive: Receive) -> bytes:
    """The whole body, read before any route runs: too long is 413, too slow is 408, cut off is 400."""
    if scope["method"] in ("GET", "HEAD"):
        return b""
    length = Headers(scope=scope).get("content-length", "0")
    if not (length.isascii() and length.isdecimal()) or len(length) > 9 or int(length) > MAX_BODY:
        raise _BodyRefusedError(413)
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            return await _read(receive)
    except TimeoutError:
        raise _BodyRefusedError(408) from None


async def _read(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            raise _BodyRefusedError(413)
        if message["type"] == "http.disconnect":
            # Half a form must not be read as a whole one.
            raise _BodyRefusedError(400)
        if not message.get("more_body", False):
            return bytes(body)


def _given(body: bytes, receive: Receive) -> Receive:
    """Hands on a body that was read already, then whatever comes after it."""
    waiting = [body]

    async def replay() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return replay


# --- the log ----------------------------------------------------------------------------------------------------


def log_fault(error: Exception) -> None:
    """Type and place only: the message of a database error quotes the values, which are personal."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "invite_pipeline" in frame.filename] or list(frames)
    place = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "?"
    log.error("fault: %s at %s", type(error).__name__, place)


def _who(scope: Scope) -> tuple[str, str]:
    return truncated(client_address(scope)), scope["method"]


def _path(scope: Scope) -> str:
    """The route's pattern: what was really asked for may hold a token, or a part of one."""
    return str(getattr(scope.get("route"), "path", "(unknown)"))


def client_address(scope: Scope) -> str:
    """The address of the client, as the server or a trusted proxy gives it."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def truncated(address: str) -> str:
    """An address as logs may keep it: the last octet of IPv4, all but the first 48 bits of IPv6, are cut off."""
    return _network(address, 24, 48)


def household(address: str) -> str:
    """What counts as one client: an IPv4 address, or the 64 bits of IPv6 that one household is given."""
    return _network(address, 32, 64)


@lru_cache(maxsize=4096)
def _network(address: str, bits4: int, bits6: int) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "-"
    bits = bits4 if parsed.version == 4 else bits6
    return str(ipaddress.ip_network(f"{parsed}/{bits}", strict=False).network_address)
