"""The answer pages under load, two uvicorn workers on one SQLite file, against a constant page of the same framework.

python -m benchmarks.rsvp [--recipients N] [--seconds S]   (20,000 and 6 seconds each; the issue says 100,000)
"""

from __future__ import annotations

import argparse
import http.client
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import uvicorn
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from tests.builders import a_recipient, a_store, a_workspace

from benchmarks._table import Row, finish
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.formats.rsvp_link import LinkSigner
from invite_pipeline.store import queries
from invite_pipeline.store.database import Store
from invite_pipeline.web.app import create_app

_CLIENTS = 100
_NONCE = re.compile(rb'name="nonce" value="([^"]+)"')


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipients", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--worker", nargs=3, metavar=("KIND", "FOLDER", "FD"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        kind, folder, fd = options.worker
        _serve(kind, Path(folder), int(fd))
        return
    with tempfile.TemporaryDirectory() as few, tempfile.TemporaryDirectory() as many:
        small, large = _office(Path(few), 1000), _office(Path(many), options.recipients)
        finish("rsvp", list(_measure(small, large, options.seconds)))


def _office(folder: Path, recipients: int) -> tuple[Workspace, Store, list[str]]:
    workspace = a_workspace(folder)
    store = a_store(workspace, [a_recipient(f"k-{number}") for number in range(recipients)])
    signer = LinkSigner(workspace.keys, workspace.campaign.id)
    return workspace, store, [signer.token(f"C0DE{number:06}", 1) for number in range(recipients)]


Office = tuple[Workspace, Store, list[str]]


def _measure(small: Office, large: Office, seconds: float) -> Iterator[Row]:
    folder = large[0].out.parent
    with _workers("constant", folder) as port:
        constant = len(_load(port, seconds, lambda _: _get("/")))
    with _workers("pages", small[0].out.parent) as port:
        at_1000 = len(_load(port, seconds, _visits(small[2])))
    with _workers("pages", folder) as port:
        gets = len(_load(port, seconds, _visits(large[2])))
        answers, confirmed = _answers(large[2])
        posts = _load(port, seconds, answers, clients=32)
        rate = len(confirmed) / seconds
        mixed, _ = _answers(large[2], start=len(large[2]) // 2)
        visit = _visits(large[2])
        both = sorted(_load(port, seconds, lambda number: mixed(number) if number % 10 == 0 else visit(number)))
    with _workers("constant", folder) as port:
        # Before and after: on a machine that others use too, the yardstick must not be of another moment.
        constant = (constant + len(_load(port, seconds, lambda _: _get("/")))) // 2
    lost, doubled = _lost_and_doubled(large[1], confirmed)
    slowest, median = both[int(0.99 * len(both))], statistics.median(both)
    yield Row(
        "GET of the form ÷ a constant page", gets / constant, 0.4, f"{gets / seconds:.0f} ÷ {constant / seconds:.0f}/s"
    )
    yield Row("POST of a reply, committed, a second", rate, 300, f"form and post: {len(posts) / seconds:.0f}/s")
    yield Row("confirmed replies that are not there, or doubled", lost + doubled or 0.0, -0.5, f"of {len(confirmed)}")
    yield Row("99th percentile ÷ median, 100 clients, mixed", slowest / median, -20, f"{1000 * slowest:.0f} ms")
    yield Row(f"1,000 → {len(large[2]):,} recipients, GET", at_1000 / gets, -1.2, f"{at_1000 / seconds:.0f}/s before")


def _lost_and_doubled(store: Store, confirmed: list[str]) -> tuple[int, int]:
    with store.reading() as tx:
        replies = [one.recipient for one in queries.history(tx) if type(one.event).__name__ == "Replied"]
    wanted = {f"k-{number}" for number in map(int, confirmed)}
    return len(wanted - set(replies)), len(replies) - len(set(replies))


# --- the client -------------------------------------------------------------------------------------------------------

Visit = Callable[[http.client.HTTPConnection], None]


def _get(path: str) -> Visit:
    def visit(connection: http.client.HTTPConnection) -> None:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"GET answered {answer.status}")

    return visit


def _visits(tokens: list[str]) -> Callable[[int], Visit]:
    return lambda number: _get(f"/r/{tokens[number * 7919 % len(tokens)]}/antwort")


def _answers(tokens: list[str], start: int = 0) -> tuple[Callable[[int], Visit], list[str]]:
    """Open a form of somebody's own and send it; each that the browser saw confirmed is noted."""
    confirmed: list[str] = []

    def answer(number: int) -> Visit:
        whose = (start + number) % len(tokens)

        def visit(connection: http.client.HTTPConnection) -> None:
            path = f"/r/{tokens[whose]}/antwort"
            connection.request("GET", path)
            nonce = _NONCE.search(connection.getresponse().read())
            body = urlencode({"nonce": nonce[1].decode() if nonce else "", "answer": "no"})
            connection.request("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})
            response = connection.getresponse()
            response.read()
            if response.status != 303:
                raise RuntimeError(f"POST answered {response.status}")
            confirmed.append(str(whose))

        return visit

    return answer, confirmed


def _load(port: int, seconds: float, visit: Callable[[int], Visit], *, clients: int = _CLIENTS) -> list[float]:
    """How long each visit took, in seconds, while so many clients visit one page after the other."""
    until, took, lock = time.monotonic() + seconds, list[float](), threading.Lock()
    numbers = iter(range(10**9))

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while time.monotonic() < until:
            with lock:
                number = next(numbers)
            started = time.monotonic()
            visit(number)(connection)
            took.append(time.monotonic() - started)
        connection.close()

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took


# --- the servers ------------------------------------------------------------------------------------------------------


@contextmanager
def _workers(kind: str, folder: Path) -> Iterator[int]:
    """Two processes that share one listening socket, as uvicorn's own workers do."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(512)
        os.set_inheritable(listener.fileno(), True)
        command = [sys.executable, "-m", "benchmarks.rsvp", "--worker", kind, str(folder), str(listener.fileno())]
        running = [subprocess.Popen(command, pass_fds=[listener.fileno()]) for _ in range(2)]
        try:
            port = listener.getsockname()[1]
            # The socket listens already: the first answer tells that a worker is ready.
            for _ in running:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
                connection.request("GET", "/healthz")
                connection.getresponse().read()
                connection.close()
            yield port
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait()


def _serve(kind: str, folder: Path, fd: int) -> None:
    app = _constant_page() if kind == "constant" else create_app(a_workspace(folder))
    with socket.socket(fileno=fd) as listener:
        config = uvicorn.Config(app, access_log=False, log_level="warning", server_header=False)
        uvicorn.Server(config).run(sockets=[listener])


def _constant_page() -> FastAPI:
    app = FastAPI(openapi_url=None)
    page = "<!doctype html><title>.</title>" + "x" * 12_000

    @app.get("/{path:path}")
    def constant(path: str) -> HTMLResponse:
        return HTMLResponse(page)

    return app


if __name__ == "__main__":
    main()
