"""How fast mails go, against postfix's own source, mailmerge, and the same server with one connection.

`python -m benchmarks.mail` measures in a few minutes with fewer mails; `--full` with the numbers of the promise. Every
yardstick is measured in the same run. A row whose yardstick is not installed is skipped aloud. The exit status is 1
where a figure is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.mail.letter_mail import Outgoing
from invite_pipeline.mail.server import read_server
from invite_pipeline.mail.smtp import Connection
from invite_pipeline.run import local, outgoing
from invite_pipeline.run.workspace import open_workspace

WHOLE_RATE, SEND_SHARE, MAILMERGE_TIMES, TEN_TIMES, MEMORY = 600, 0.4, 2.0, 7.0, 500
_CONNECTIONS = 10
_ROOT = Path(__file__).parent.parent


# --- servers and campaigns --------------------------------------------------------------------------------------------


def _program(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@contextmanager
def sink(*options: str) -> Iterator[int]:
    """The smtp-sink of postfix on a free port of the loopback: takes every mail and keeps none."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    command = [_program("smtp-sink") or "", *user, *options, f"127.0.0.1:{port}", "1000"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.02)
        yield port
    finally:
        process.terminate()
        process.wait()


def campaign(folder: Path, recipients: int, port: int) -> Workspace:
    """The example campaign with a list of so many recipients, as fast as the server allows."""
    for part in ("templates", "assets"):
        shutil.copytree(_ROOT / part, folder / part)
    text = (_ROOT / "campaign.toml").read_text(encoding="utf-8")
    (folder / "campaign.toml").write_text(text.replace('rate = "20/s"', f"connections = {_CONNECTIONS}"), "utf-8")
    (folder / "recipients").mkdir()
    with (folder / "recipients" / "list.csv").open("w", encoding="utf-8") as file:
        file.write("Organisation;Anrede;Vorname;Nachname;Amt;Straße;PLZ;Ort;E-Mail\n")
        for number in range(recipients):
            file.write(
                f"Stadt Musterort {number};Frau;Eva;Muster;Bürgermeisterin;Musterplatz {number};"
                f"{10000 + number % 89999};Musterort;rathaus{number}@ort{number % 50}.example\n"
            )
    workspace = open_workspace(folder, now="2023-11-20T09:00")
    return replace(workspace, smtp_url=f"smtp://127.0.0.1:{port}")


def whole(folder: Path, recipients: int, port: int) -> float:
    """Load, render, compose and send; gives the seconds."""
    workspace = campaign(folder, recipients, port)
    began = time.perf_counter()
    store = local.open_store(workspace)
    local.load(store, workspace)
    local.render(store, workspace, jobs=2)
    rendered = time.perf_counter()
    report = outgoing.mail(store, workspace, outgoing.due_mails(store, workspace))
    ended = time.perf_counter()
    store.close()
    if report.done != recipients:
        raise SystemExit(f"only {report.done} of {recipients} mails went: {report.failures[:3]}")
    print(f"    load and render {rendered - began:.1f} s, compose and send {ended - rendered:.1f} s")
    return ended - began


def send_ready(port: int, mails: int, size: int, connections: int) -> float:
    """Send ready mails of `size` octets; gives mails a second."""
    content = b"Subject: x\r\n\r\n" + (b"x" * 70 + b"\r\n") * (size // 72)
    mail = Outgoing("a@stadt.example", "b@stadt.example", "<x@stadt.example>", content)

    async def one(number: int) -> None:
        connection = Connection(read_server(f"smtp://127.0.0.1:{port}"), mails)
        for _ in range(number):
            await connection.open()
            await connection.send(mail)
        await connection.close()

    async def everybody() -> None:
        await asyncio.gather(*(one(mails // connections) for _ in range(connections)))

    began = time.perf_counter()
    asyncio.run(everybody())
    return mails / (time.perf_counter() - began)


# --- the rows ---------------------------------------------------------------------------------------------------------


def row(what: str, found: str, wanted: str, met: bool) -> bool:
    print(f"{'ok    ' if met else 'MISSED'}  {what}: {found} (must be {wanted})", flush=True)
    return met


def whole_invitations(mails: int) -> bool:
    with tempfile.TemporaryDirectory() as folder, sink() as port:
        rate = mails / whole(Path(folder), mails, port)
    return row(f"load + render + compose + send {mails}", f"{rate:.0f}/s", f"≥ {WHOLE_RATE}/s", rate >= WHOLE_RATE)


def against_source(mails: int, size: int = 43_000) -> bool:
    with sink() as port:
        ours = send_ready(port, mails, size, _CONNECTIONS)
        options = ["-s", str(_CONNECTIONS), "-m", str(mails), "-l", str(size), "-d"]
        began = time.perf_counter()
        subprocess.run(
            [_program("smtp-source") or "", *options, "-t", "b@stadt.example", f"127.0.0.1:{port}"], check=True
        )
        theirs = mails / (time.perf_counter() - began)
    share = ours / theirs
    what = f"send only, {ours:.0f}/s against smtp-source's {theirs:.0f}/s"
    return row(what, f"{share:.2f}", f"≥ {SEND_SHARE}", share >= SEND_SHARE)


def slow_server(mails: int) -> bool:
    with slow_answers(0.05) as port:
        alone, ten = send_ready(port, mails // 10, 5_000, 1), send_ready(port, mails, 5_000, 10)
    times = ten / alone
    return row(
        "a server that takes 50 ms, 10 connections against 1", f"{times:.1f} times", f"≥ {TEN_TIMES}", times >= 7
    )


@contextmanager
def slow_answers(seconds: float) -> Iterator[int]:
    """A server that takes its time to answer DATA (smtp-sink knows only whole seconds), in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-c", _SLOW, str(seconds)], stdout=subprocess.PIPE, text=True, cwd=_ROOT
    )
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()


_SLOW = """
import asyncio, sys
async def serve(reader, writer):
    writer.write(b"220 slow\\r\\n")
    while line := await reader.readline():
        command = line[:4].upper()
        if command == b"DATA":
            writer.write(b"354 go\\r\\n")
            await reader.readuntil(b"\\r\\n.\\r\\n")
            await asyncio.sleep(float(sys.argv[1]))
        writer.write(b"221 bye\\r\\n" if command == b"QUIT" else b"250 ok\\r\\n")
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=1 << 22)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


def against_mailmerge(mails: int) -> bool:
    with tempfile.TemporaryDirectory() as folder, sink() as port:
        there = Path(folder)
        venv.create(there / "venv", with_pip=True)
        python = there / "venv" / "bin" / "python"
        if subprocess.run([str(python), "-m", "pip", "-q", "install", "mailmerge"], check=False).returncode:
            print("skipped: mailmerge cannot be installed here")
            return True
        (there / "attachment.pdf").write_bytes(os.urandom(30_000))
        (there / "mailmerge_server.conf").write_text(f"[smtp_server]\nhost = 127.0.0.1\nport = {port}\n")
        (there / "mailmerge_template.txt").write_text(
            "TO: {{email}}\nFROM: a@stadt.example\nSUBJECT: Einladung\nATTACHMENT: attachment.pdf\n\nHallo {{name}}\n"
        )
        rows = "".join(f"b{number}@stadt.example,Name {number}\n" for number in range(mails))
        (there / "mailmerge_database.csv").write_text("email,name\n" + rows)
        began = time.perf_counter()
        command = [str(there / "venv" / "bin" / "mailmerge"), "--no-dry-run", "--no-limit"]
        subprocess.run(command, cwd=there, check=True, stdout=subprocess.DEVNULL)
        theirs = time.perf_counter() - began
        (there / "ours").mkdir()
        ours = whole(there / "ours", mails, port)
    times = theirs / ours
    what = f"{mails} mails, {ours:.1f} s letters included, against mailmerge's {theirs:.1f} s"
    return row(what, f"{times:.1f} times", f"≥ {MAILMERGE_TIMES}", times >= MAILMERGE_TIMES)


def memory(sizes: tuple[int, ...]) -> bool:
    found = []
    for size in sizes:
        command = [sys.executable, "-m", "benchmarks.mail", "--whole", str(size)]
        found.append(
            float(subprocess.run(command, cwd=_ROOT, check=True, capture_output=True, text=True).stdout.split()[-1])
        )
    shown = ", ".join(f"{size}: {mib:.0f} MiB" for size, mib in zip(sizes, found, strict=True))
    return row("memory of all processes", shown, f"≤ {MEMORY} MiB", max(found) <= MEMORY)


def _whole_and_memory(mails: int) -> int:
    with tempfile.TemporaryDirectory() as folder, sink() as port:
        whole(Path(folder), mails, port)
    peaks = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(sum(peaks))
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="10,000 invitations, and memory up to 100,000")
    parser.add_argument("--whole", type=int, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if not (_program("smtp-sink") and _program("smtp-source")):
        print("skipped: postfix's smtp-sink and smtp-source are not installed (Debian's package postfix)")
        return 0
    if wanted.whole:
        return _whole_and_memory(wanted.whole)
    mails = 10_000 if wanted.full else 3_000
    met = [
        whole_invitations(mails),
        against_source(mails),
        against_mailmerge(1_000),
        slow_server(1_000 if wanted.full else 400),
        memory((1_000, 10_000, 100_000) if wanted.full else (1_000, 5_000)),
    ]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
