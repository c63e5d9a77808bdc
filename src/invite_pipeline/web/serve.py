"""Serving the pages: until somebody stops the command, or beside other work in this process."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import urlsplit

import uvicorn

from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError
from invite_pipeline.run.distributed.worker import run_workers
from invite_pipeline.run.logs import log_to_stderr
from invite_pipeline.web.app import create_app
from invite_pipeline.web.security import log

_GRACE_SECONDS = 10
_START_SECONDS = 30


def serve(workspace: Workspace, host: str, port: int, *, may_mail: bool = False) -> None:
    """Serve the pages until SIGTERM or Ctrl-C; requests in flight are answered first.

    With `may_mail` each answer is confirmed by mail, and each free place offered. Raises InviteError where the address
    cannot be listened on, StoreUnusable, TemplateBroken.
    """
    with _listening(host, port) as listener:
        log_to_stderr(log.name)
        _announce(listener)
        serve_from(workspace, listener, may_mail=may_mail)
        log.info("stopped")


def serve_by_many(
    start: Callable[..., None],
    arguments: tuple[object, ...],
    workspace: Workspace,
    address: tuple[str, int],
    processes: int,
) -> None:
    """Serve by several processes at one address: each calls `start(*arguments, listener)`.

    One that is ended from outside is started anew. Each counts for itself who asks too often. Raises as `serve` does.
    """
    # Whatever is wrong with store or templates is said once, here; and the store is migrated by one alone.
    create_app(workspace).state.site.store.close()
    with _listening(*address) as listener:
        log_to_stderr(log.name)
        _announce(listener)
        run_workers(start, (*arguments, listener), processes)
        log.info("stopped")


def serve_from(workspace: Workspace, listener: socket.socket, *, may_mail: bool = False) -> None:
    """Answer what comes to a socket that listens already, until SIGTERM or Ctrl-C."""
    log_to_stderr(log.name)
    server = uvicorn.Server(_config(workspace, may_mail=may_mail))
    # uvicorn stops cleanly and then raises the signal again: that must not end in a traceback.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    server.run(sockets=[listener])


def _announce(listener: socket.socket) -> None:
    log.info("pages on %s (Ctrl-C ends)", _address(listener))


@contextmanager
def serving(workspace: Workspace, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve the pages in a thread while the block lasts; gives their base URL, which the workspace's gives way to."""
    with _listening(host, port) as listener:
        base_url = _address(listener)
        server = uvicorn.Server(_config(replace(workspace, base_url=base_url)))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="pages")
        thread.start()
        try:
            _wait(server, thread)
            yield base_url
        finally:
            server.should_exit = True
            thread.join()


def _wait(server: uvicorn.Server, thread: threading.Thread) -> None:
    until = time.monotonic() + _START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > until:
            raise InviteError("The pages could not be started.", "See the messages above.")
        time.sleep(0.01)


def _config(workspace: Workspace, *, may_mail: bool = False) -> uvicorn.Config:
    return uvicorn.Config(
        create_app(workspace, may_mail=may_mail),
        root_path=urlsplit(workspace.base_url).path.rstrip("/"),
        # uvicorn's own log would name whole paths, and a path holds a token.
        access_log=False,
        log_config=None,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            # Whoever reads the address may call at once: the call waits until the pages are ready.
            listener.listen()
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise InviteError(
                f"The pages cannot listen on {host}:{port}: {reason}.", "Name another address with --host and --port."
            ) from error
        yield listener
    finally:
        listener.close()


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
