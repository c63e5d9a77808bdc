"""The mail server's address, as settings give it."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from invite_pipeline.errors import InviteError


@dataclass(frozen=True, slots=True)
class Server:
    """Where mails are handed over; without TLS only on this machine."""

    host: str
    port: int
    implicit_tls: bool
    user: str = ""
    password: str = ""

    @property
    def loopback(self) -> bool:
        """Whether the server runs on this machine."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def __str__(self) -> str:
        """The address without user and password, as it may be shown."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'smtps' if self.implicit_tls else 'smtp'}://{host}:{self.port}"

    def __repr__(self) -> str:
        """As `str`: a traceback must not show the password."""
        return f"Server({self})"


def read_server(url: str) -> Server:
    """The server of `smtp://user:password@host:port` or `smtps://…`. Raises InviteError for anything else."""
    fix = "Set INVITE_SMTP_URL=smtp://user:password@mail.stadt.example:587 (or smtps://…:465)."
    if not url:
        raise InviteError("No mail server is set.", fix)
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        raise InviteError("INVITE_SMTP_URL is not an address of a mail server.", fix) from None
    if parts.scheme not in ("smtp", "smtps") or not host or parts.path not in ("", "/") or parts.query:
        # A password with “/”, “?” or “#” that is not encoded ends up as a path.
        raise InviteError("INVITE_SMTP_URL is not an address of a mail server.", f"{fix} Write “/” in it as %2F.")
    implicit = parts.scheme == "smtps"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Server(host, port or (465 if implicit else 587), implicit, user, password)
