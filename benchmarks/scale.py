"""The same campaign on PostgreSQL with workers: against one machine, per job, at a million, and for the pages.

python -m benchmarks.scale [--full] [--only ROW]   (3,000 invitations, 100,000 recipients; --full: 20,000, 1,000,000)

Every yardstick is measured in the same run, on a server of the benchmark's own that writes to disk as a real one does.
"""

from __future__ import annotations

import argparse
import http.client
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
import uvicorn
from tests.builders import a_campaign, a_recipient, a_store, a_workspace
from tests.postgresql_server import PostgresqlServer, running_server, server_programs

from benchmarks import rsvp
from benchmarks._table import Row, finish
from benchmarks.mail import campaign, sink, whole
from invite_pipeline.domain.reply import Seat
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.formats.rsvp_link import LinkSigner
from invite_pipeline.run import local, outgoing
from invite_pipeline.run.distributed import follow
from invite_pipeline.run.distributed.queue import prepare
from invite_pipeline.run.workspace import open_workspace
from invite_pipeline.store import queries
from invite_pipeline.store.database import Store
from invite_pipeline.web.app import create_app

_NOW = "2023-11-20T09:00"
_PLACES = 500


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--only", choices=("workers", "million", "pages"))
    parser.add_argument("--load", nargs=2, metavar=("RECIPIENTS", "URL"), help=argparse.SUPPRESS)
    parser.add_argument("--worker", nargs=3, metavar=("FOLDER", "URL", "FD"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.load:
        _load_and_plan(int(options.load[0]), options.load[1])
        return
    if options.worker:
        _serve(Path(options.worker[0]), options.worker[1], int(options.worker[2]))
        return
    programs = server_programs()
    if programs is None:
        sys.exit("PostgreSQL's server programs are not installed (Debian: postgresql)")
    with running_server(programs, durable=True) as server:
        finish("scale", list(_rows(server, full=options.full, only=options.only)))


def _rows(server: PostgresqlServer, *, full: bool, only: str | None) -> Iterator[Row]:
    if only in (None, "workers"):
        yield from _workers_against_one_machine(server, 20_000 if full else 3_000)
    if only in (None, "million"):
        yield from _million(server, 1_000_000 if full else 100_000)
    if only in (None, "pages"):
        yield from _pages(server, 8)


# --- two workers against one machine ----------------------------------------------------------------------------------


def _workers_against_one_machine(server: PostgresqlServer, invitations: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as there, sink() as port:
        here = whole(Path(there), invitations, port)
    with tempfile.TemporaryDirectory() as there, sink() as port:
        found = distributed(server, Path(there), invitations, port)
    seconds, chunk, job = found.whole, found.letter * follow.LETTERS, found.job
    share = here / seconds
    seen = f"{invitations / seconds:.0f} ÷ {invitations / here:.0f}/s, {invitations:,} invitations"
    yield Row("two workers on PostgreSQL ÷ local with two processes on SQLite", share, 0.7, seen)
    yield Row("a job's overhead, % of a chunk", 100 * job / chunk, -5, f"{1000 * job:.1f} ms of {1000 * chunk:.0f} ms")


@dataclass(frozen=True, slots=True)
class Distributed:
    """What a run by workers took, in seconds: its stages, one letter and one mail in a batch, and an empty job."""

    load: float
    render: float
    plan: float
    send: float
    letter: float
    mail: float
    job: float

    @property
    def whole(self) -> float:
        """From the list to the last mail."""
        return self.load + self.render + self.plan + self.send


def distributed(server: PostgresqlServer, folder: Path, invitations: int, port: int) -> Distributed:
    """All invitations by two worker processes on PostgreSQL."""
    workspace = campaign(folder, invitations, port)
    url = server.url(server.create_database())
    environ = {"INVITE_STORE_URL": url, "INVITE_SMTP_URL": workspace.smtp_url}
    workspace = replace(open_workspace(folder, now=_NOW, environ=environ), store_url=url)
    store = local.open_store(workspace)
    prepare(store)
    with _working(folder, environ):
        # The workers have started when a first job is done.
        _run(store, workspace, [[]])
        times = [time.perf_counter()]
        local.load(store, workspace)
        keys = local.prepare_letters(store, workspace)
        times.append(time.perf_counter())
        follow.render_distributed(store, workspace, keys, say=_silent)
        times.append(time.perf_counter())
        due = outgoing.due_mails(store, workspace).due
        times.append(time.perf_counter())
        sent = follow.send_distributed(store, workspace, due, say=_silent)
        times.append(time.perf_counter())
        if sent.done != invitations:
            raise SystemExit(f"only {sent.done} of {invitations} mails went: {sent.failures[:3]}")
        started = time.perf_counter()
        _run(store, workspace, [[]] * 200)
        job = (time.perf_counter() - started) / 200
    letter, mail = _in_a_batch(store, "render"), _in_a_batch(store, "send")
    store.close()
    load, render, plan, send = (after - before for before, after in pairwise(times))
    print(f"    workers: load {load:.1f} s, render {render:.1f} s, plan {plan:.1f} s, send {send:.1f} s", flush=True)
    return Distributed(load, render, plan, send, letter, mail, job)


def _in_a_batch(store: Store, stage: str) -> float:
    """Seconds of one letter or mail, over all batches but each worker's first, which reads the templates."""
    with store.reading() as tx:
        query = sa.text(
            "SELECT sum(seconds) / sum(done) FROM (SELECT seconds, done, row_number() OVER (PARTITION BY worker"
            " ORDER BY ended_at) AS place FROM batches WHERE stage = :stage AND done > 0) AS work WHERE place > 1"
        )
        return float(tx.connection.execute(query, {"stage": stage}).scalar_one())


def _run(store: Store, workspace: Workspace, batches: list[list[str]]) -> None:
    made = [follow._Batch(number, 0, {"keys": keys}) for number, keys in enumerate(batches, start=1)]
    follow._follow(store, workspace, follow.Run("render", made), lambda *_: None, _silent)


@contextmanager
def _working(folder: Path, environ: dict[str, str]) -> Iterator[None]:
    code = "from invite_pipeline.cli.app import main; main()"
    command = [sys.executable, "-c", code, "-C", str(folder), "--now", _NOW, "worker", "--jobs", "2"]
    process = subprocess.Popen(command, env={**os.environ, **environ}, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _silent(_words: str) -> None:
    return


# --- a million --------------------------------------------------------------------------------------------------------


def _million(server: PostgresqlServer, recipients: int) -> Iterator[Row]:
    few, _ = _loaded(server, recipients // 100)
    many, memory = _loaded(server, recipients)
    worst, name = max(
        (many[statement] / max(few[statement], 0.001), statement) for statement in many.keys() & few.keys()
    )
    yield Row(f"memory of loading {recipients:,} and of what is due, MiB", memory, -1024)
    yield Row(f"slowest statement, {recipients:,} ÷ {recipients // 100:,}", worst, -100, name[:60])


def _loaded(server: PostgresqlServer, recipients: int) -> tuple[dict[str, float], float]:
    url = server.url(server.create_database())
    command = [sys.executable, "-m", "benchmarks.scale", "--load", str(recipients), url]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    memory, *rows = told
    found = {}
    for row in rows:
        seconds, _, statement = row.partition(" ")
        found[statement] = float(seconds)
    return found, float(memory)


def _load_and_plan(recipients: int, url: str) -> None:
    slowest: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as there:
        workspace = replace(campaign(Path(there), recipients, 1), store_url=url)
        store = local.open_store(workspace)
        _watch(store, slowest)
        local.load(store, workspace)
        due = outgoing.due_mails(store, workspace).due
        store.close()
    if len(due) != recipients:
        raise SystemExit(f"only {len(due)} of {recipients} are due")
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    for statement, seconds in slowest.items():
        print(seconds, statement)


def _watch(store: Store, slowest: dict[str, float]) -> None:
    def before(connection: Any, *_: object) -> None:
        connection.info["began"] = time.perf_counter()

    def after(
        connection: Any, _cursor: object, statement: str, _parameters: object, _context: object, many: bool
    ) -> None:
        name = f"{'many ' * many}{' '.join(statement.split())}"
        seconds = time.perf_counter() - connection.info["began"]
        slowest[name] = max(slowest.get(name, 0.0), seconds)

    sa.event.listen(store.engine, "before_cursor_execute", before)
    sa.event.listen(store.engine, "after_cursor_execute", after)


# --- the pages --------------------------------------------------------------------------------------------------------


def _office(folder: Path, url: str) -> Workspace:
    full = a_campaign()
    full = replace(full, event=replace(full.event, capacity=_PLACES))
    return a_workspace(folder, campaign=full, store_url=url)


def _pages(server: PostgresqlServer, seconds: float) -> Iterator[Row]:
    url = server.url(server.create_database(server.migrated_template()))
    with tempfile.TemporaryDirectory() as there:
        workspace = _office(Path(there), url)
        store = a_store(workspace, [a_recipient(f"k-{number}") for number in range(6_000)])
        signer = LinkSigner(workspace.keys, workspace.campaign.id)
        tokens = [signer.token(f"C0DE{number:06}", 1) for number in range(6_000)]
        with _two_servers(Path(there), url) as port:
            # Who answers has opened the form before: opening it is the other figure.
            answers, confirmed = _coming(tokens, _nonces(port, tokens))
            rsvp._load(port, seconds, answers, clients=32)
        with store.reading() as tx:
            states = queries.trackings(tx)
        store.close()
    seats = [person.seat for state in states.values() for person in state.attendees]
    lost = sum(states[f"k-{number}"].reply == "open" for number in confirmed)
    wrong = lost + abs(min(len(seats), _PLACES) - seats.count(Seat.CONFIRMED))
    yield Row("replies posted on PostgreSQL, two web workers, a second", len(confirmed) / seconds, 300)
    yield Row("replies lost, and places given wrongly", wrong or 0.0, -0.5, f"{len(seats)} persons, {_PLACES} places")


def _nonces(port: int, tokens: list[str]) -> list[str]:
    def nonce(token: str) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", f"/r/{token}/antwort")
        found = re.search(rb'name="nonce" value="([^"]+)"', connection.getresponse().read())
        connection.close()
        return found[1].decode() if found else ""

    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(nonce, tokens))


def _coming(tokens: list[str], nonces: list[str]) -> tuple[Callable[[int], rsvp.Visit], list[int]]:
    """Say yes for one person by a form of somebody's own; each that the browser saw confirmed is noted."""
    confirmed: list[int] = []

    def answer(number: int) -> rsvp.Visit:
        body = urlencode({"nonce": nonces[number], "answer": "yes", "persons": "1"})

        def visit(connection: http.client.HTTPConnection) -> None:
            path, form = f"/r/{tokens[number]}/antwort", {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", path, body, form)
            response = connection.getresponse()
            response.read()
            if response.status != 303:
                raise RuntimeError(f"POST answered {response.status}")
            confirmed.append(number)

        return visit

    return answer, confirmed


@contextmanager
def _two_servers(folder: Path, url: str) -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(512)
        os.set_inheritable(listener.fileno(), True)
        command = [sys.executable, "-m", "benchmarks.scale", "--worker", str(folder), url, str(listener.fileno())]
        running = [subprocess.Popen(command, pass_fds=[listener.fileno()]) for _ in range(2)]
        try:
            port: int = listener.getsockname()[1]
            rsvp._load(port, 3, lambda _: rsvp._get("/healthz"), clients=2)
            yield port
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait()


def _serve(folder: Path, url: str, fd: int) -> None:
    with socket.socket(fileno=fd) as listener:
        config = uvicorn.Config(
            create_app(_office(folder, url)), access_log=False, log_level="warning", server_header=False
        )
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
