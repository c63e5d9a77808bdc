"""The mail server's address and the pace, as settings give them."""

from __future__ import annotations

import asyncio

import pytest

from invite_pipeline.errors import InviteError
from invite_pipeline.mail.pace import Pace, read_rate
from invite_pipeline.mail.server import Server, read_server


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.stadt.example", Server("mail.stadt.example", 587, False)),
        ("smtps://mail.stadt.example", Server("mail.stadt.example", 465, True)),
        ("smtp://127.0.0.1:2525/", Server("127.0.0.1", 2525, False)),
        ("smtp://[::1]:25", Server("::1", 25, False)),
        (
            "smtp://office%40stadt.example:p%40ss%2Fw%3Ard@mail.stadt.example:25",
            Server("mail.stadt.example", 25, False, "office@stadt.example", "p@ss/w:rd"),
        ),
    ],
)
def test_address_is_read(url: str, server: Server) -> None:
    assert read_server(url) == server


@pytest.mark.parametrize(
    "url",
    ["", "mail.stadt.example", "http://mail.stadt.example", "smtp://", "smtp://h:99999", "smtp://h:port",
     "smtp://user:pass/word@host", "smtp://user:pass#word@host", "smtp://user:pass?@host", "smtp://[::1"],
)  # fmt: skip
def test_what_is_no_address_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(InviteError) as caught:
        read_server(url)
    assert "INVITE_SMTP_URL=smtp://" in caught.value.fix
    assert "word" not in caught.value.message


def test_password_is_never_shown() -> None:
    server = read_server("smtp://office:geheim@mail.stadt.example:587")
    assert str(server) == "smtp://mail.stadt.example:587"
    assert "geheim" not in repr(server) + str(server)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True), ("mail.example", False),
     ("10.0.0.1", False), ("localhost.evil.example", False)],
)  # fmt: skip
def test_only_this_machine_is_the_loopback(host: str, loopback: bool) -> None:
    assert Server(host, 25, False).loopback is loopback


@pytest.mark.parametrize(
    ("text", "rate"),
    [("20/s", 20), ("300/min", 5), (" 1800 / h ", 0.5), ("0.5/s", 0.5), ("", None), ("  ", None)],
)
def test_rate_is_read(text: str, rate: float | None) -> None:
    assert read_rate(text) == rate


@pytest.mark.parametrize("text", ["20", "20/d", "fast", "0/s", "-1/s", "1e9/s"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(InviteError, match="not a pace"):
        read_rate(text)


def turns(pace: Pace, number: int) -> list[float]:
    async def take() -> list[float]:
        return [await pace.turn() for _ in range(number)]

    return asyncio.run(take())


def test_pace_lets_mails_go_evenly() -> None:
    waits = turns(Pace(1 / 100), 4)
    assert waits[0] == 0
    assert [round(wait, -1) for wait in waits] == [0, 100, 200, 300]


def test_no_pace_lets_all_go_at_once() -> None:
    assert turns(Pace(None), 3) == [0, 0, 0]
