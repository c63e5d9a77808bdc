"""What a connection makes of a server's answers, played by a server that says what a test tells it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Sequence

import pytest
import trustme

from invite_pipeline.errors import MailServerUnusable
from invite_pipeline.mail import smtp
from invite_pipeline.mail.letter_mail import Outgoing
from invite_pipeline.mail.server import read_server
from invite_pipeline.mail.smtp import Ambiguous, Connection, NotTaken, SenderRefused

MAIL = Outgoing("a@stadt.example", "b@stadt.example", "<x@stadt.example>", b"Subject: x\r\n\r\n.dot\r\n..\r\nend\r\n")
GO = ("250 sender", "250 recipient", "354 go on")


class Played:
    """A server that greets, and then gives one answer of its script for each line or mail that it hears."""

    def __init__(self, script: Sequence[str], extensions: Sequence[str] = ("PIPELINING",)) -> None:
        self.script = list(script)
        self.extensions = extensions
        self.heard: list[str] = []
        self.breaks_off_within = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 played\r\n")
        body = False
        while line := await reader.readline():
            text = line.decode().rstrip("\r\n")
            self.heard.append(text)
            if text.startswith("EHLO"):
                lines = ["played", *self.extensions]
                writer.write("".join(f"250{' ' if one == lines[-1] else '-'}{one}\r\n" for one in lines).encode())
                continue
            if body and self.breaks_off_within:
                break
            if body and text != ".":
                continue
            answer = self.script.pop(0) if self.script else "250 OK"
            body = answer.startswith("354")
            if answer == "hang up":
                break
            if answer == "silence":
                await reader.read()
                break
            writer.write(answer.encode() + b"\r\n")
        writer.close()

    def bodies(self) -> list[str]:
        return [line for line in self.heard if line == "end"]


def play(server: Played, act: Callable[[Connection], Awaitable[None]]) -> None:
    async def both() -> None:
        async with await asyncio.start_server(server.serve, "127.0.0.1", 0) as listening:
            connection = Connection(read_server(f"smtp://127.0.0.1:{listening.sockets[0].getsockname()[1]}"))
            await connection.open()
            try:
                await act(connection)
            finally:
                await connection.close()

    asyncio.run(asyncio.wait_for(both(), 20))


async def sent(connection: Connection) -> str:
    await connection.open()
    return await connection.send(MAIL)


def refused_as(server: Played, kind: type[Exception]) -> Exception:
    found: list[Exception] = []

    async def act(connection: Connection) -> None:
        with pytest.raises(kind) as caught:
            await sent(connection)
        found.append(caught.value)

    play(server, act)
    return found[0]


@pytest.mark.parametrize("extensions", [("PIPELINING",), ("SIZE 1000000",)])
def test_mail_is_handed_over_with_its_dots(extensions: tuple[str, ...]) -> None:
    server = Played([*GO, "250 taken"], extensions)

    async def act(connection: Connection) -> None:
        assert await sent(connection) == "250 taken"

    play(server, act)
    assert server.heard[1:8] == [
        "MAIL FROM:<a@stadt.example>", "RCPT TO:<b@stadt.example>", "DATA", "Subject: x", "", "..dot", "...",
    ]  # fmt: skip


def test_answers_of_several_lines_are_one() -> None:
    async def act(connection: Connection) -> None:
        assert await sent(connection) == "250 taken\nas 17"

    play(Played(["250-sender\r\n250 is fine", *GO[1:], "250-taken\r\n250 as 17"]), act)


def test_refused_recipient_gets_nothing_and_the_connection_goes_on() -> None:
    server = Played(["250 sender", "550 5.1.1 unknown", "554 5.5.1 no valid recipients", "250 reset", *GO, "250 taken"])

    async def act(connection: Connection) -> None:
        with pytest.raises(NotTaken, match=r"550 5\.1\.1 unknown"):
            await sent(connection)
        assert await sent(connection) == "250 taken"

    play(server, act)
    assert len(server.bodies()) == sum(line.startswith("EHLO") for line in server.heard) == 1


def test_server_that_says_go_on_after_refusing_the_recipient_gets_no_mail() -> None:
    server = Played(["250 sender", "550 5.1.1 unknown", "354 go on"])
    assert refused_as(server, NotTaken).args[0].startswith("550")
    assert (server.bodies(), "." in server.heard) == ([], False)


def test_refused_sender_is_told_from_a_refused_recipient() -> None:
    server = Played(["550 5.7.1 not yours", "503 first the sender", "503 first the sender"])
    assert str(refused_as(server, SenderRefused)) == "550 5.7.1 not yours"


def test_unasked_answer_between_two_mails_is_never_taken_for_the_next_ones() -> None:
    server = Played([*GO, "250 taken\r\n421 4.4.2 timeout", *GO, "250 second"])

    async def act(connection: Connection) -> None:
        assert await sent(connection) == "250 taken"
        await asyncio.sleep(0.05)
        assert await sent(connection) == "250 second"

    play(server, act)
    assert sum(line.startswith("EHLO") for line in server.heard) == 2


@pytest.mark.parametrize("answer", ["hang up", "rubbish", "25x what", "250-never ends"])
def test_no_answer_to_the_mail_leaves_it_unknown(answer: str) -> None:
    script = [*GO, answer] if answer != "250-never ends" else [*GO, "250-never ends\r\nrubbish"]
    refused_as(Played(script), Ambiguous)


def test_connection_lost_within_the_mail_leaves_it_unknown() -> None:
    server = Played(GO)
    server.breaks_off_within = True
    refused_as(server, Ambiguous)


@pytest.mark.parametrize("script", [["hang up"], ["250 sender", "hang up"], ["rubbish"], ["250 ok", "250 ok", "+OK"]])
def test_trouble_before_the_mail_sends_nothing(script: list[str]) -> None:
    server = Played(script)
    error = refused_as(server, NotTaken)
    assert isinstance(error, NotTaken)
    assert (error.hung_up, error.worth_another_try, server.bodies()) == (True, True, [])


def test_421_ends_the_connection_and_names_itself() -> None:
    error = refused_as(Played(["250 sender", "421 4.3.2 shutting down", "hang up"]), NotTaken)
    assert isinstance(error, NotTaken)
    assert (error.code, error.hung_up) == (421, True)


@pytest.mark.parametrize("stalls_at", [0, 1, 2, 3])
def test_server_that_falls_silent_is_given_up(monkeypatch: pytest.MonkeyPatch, stalls_at: int) -> None:
    monkeypatch.setattr(smtp, "_COMMAND_SECONDS", 0.2)
    monkeypatch.setattr(smtp, "_LAST_ANSWER_SECONDS", 0.2)
    server = Played([*GO[:stalls_at], "silence"], extensions=("SIZE 1000000",))
    # Only where the whole mail is on its way can nobody know.
    error = refused_as(server, Ambiguous if stalls_at == 3 else NotTaken)
    assert "Timed out" in str(error)


def test_refused_login_says_which_settings_to_check() -> None:
    server = Played(["535 5.7.8 wrong", "535 5.7.8 wrong", "535 5.7.8 wrong"], extensions=("AUTH PLAIN",))

    async def both() -> None:
        async with await asyncio.start_server(server.serve, "127.0.0.1", 0) as listening:
            port = listening.sockets[0].getsockname()[1]
            connection = Connection(read_server(f"smtp://office:secret@127.0.0.1:{port}"))
            with pytest.raises(MailServerUnusable, match="refuses the login") as caught:
                await connection.open()
        assert "INVITE_SMTP_URL" in caught.value.fix
        assert "secret" not in f"{caught.value} {caught.value.fix}"

    asyncio.run(asyncio.wait_for(both(), 20))


@pytest.mark.parametrize("trusted", [True, False])
def test_certificate_of_the_server_is_checked(trusted: bool) -> None:
    authority = trustme.CA()
    served, ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("localhost").configure_cert(served)
    if trusted:
        authority.configure_trust(ours)
    server = Played([*GO, "250 taken"])

    async def both() -> None:
        async with await asyncio.start_server(server.serve, "localhost", 0, ssl=served) as listening:
            port = listening.sockets[0].getsockname()[1]
            connection = Connection(read_server(f"smtps://localhost:{port}"), tls=ours)
            if not trusted:
                with pytest.raises(MailServerUnusable, match="certificate"):
                    await connection.open()
                return
            assert await sent(connection) == "250 taken"
            await connection.close()

    asyncio.run(asyncio.wait_for(both(), 20))
    assert bool(server.bodies()) == trusted


def test_encryption_that_breaks_off_sends_nothing() -> None:
    async def both() -> None:
        async def break_off(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"220 this is no TLS\r\n")
            writer.close()

        async with await asyncio.start_server(break_off, "127.0.0.1", 0) as listening:
            port = listening.sockets[0].getsockname()[1]
            with pytest.raises(MailServerUnusable):
                await Connection(read_server(f"smtps://127.0.0.1:{port}")).open()

    asyncio.run(asyncio.wait_for(both(), 20))
