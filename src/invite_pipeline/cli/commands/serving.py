"""The pages: `serve`."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Annotated

import typer

from invite_pipeline.cli.app import Global, app
from invite_pipeline.cli.output import say


@app.command()
def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="The port; 0 takes a free one.")] = 8000,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, metavar="N", help="So many processes.")] = 1,
    yes: Annotated[
        bool, typer.Option("--yes", help="Mail each answer's confirmation and each offer of a place as they come in.")
    ] = False,
) -> None:
    """Serve the RSVP pages and the staff pages until Ctrl-C."""
    from invite_pipeline.mail.server import read_server
    from invite_pipeline.web.serve import serve as serve_pages
    from invite_pipeline.web.serve import serve_by_many

    options: Global = context.obj
    workspace = options.workspace()
    if yes:
        say(f"Confirmations and offers go through {read_server(workspace.smtp_url)} as they come in.")
    if workers == 1:
        serve_pages(workspace, host, port, may_mail=yes)
    else:
        serve_by_many(_start, (options.folder.resolve(), options.now, yes), workspace, (host, port), workers)


def _start(folder: Path, now: str | None, may_mail: bool, listener: socket.socket) -> None:
    """One process of several that answer at one address."""
    from invite_pipeline.run.workspace import open_workspace
    from invite_pipeline.web.serve import serve_from

    serve_from(open_workspace(folder, now=now), listener, may_mail=may_mail)
