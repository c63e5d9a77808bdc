"""The pages: `serve`."""

from __future__ import annotations

from typing import Annotated

import typer

from invite_pipeline.cli.app import Global, app
from invite_pipeline.cli.output import say


@app.command()
def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="The port; 0 takes a free one.")] = 8000,
    yes: Annotated[
        bool, typer.Option("--yes", help="Mail each answer's confirmation and each offer of a place as they come in.")
    ] = False,
) -> None:
    """Serve the RSVP pages and the staff pages until Ctrl-C."""
    from invite_pipeline.mail.server import read_server
    from invite_pipeline.web.serve import serve as serve_pages

    options: Global = context.obj
    workspace = options.workspace()
    if yes:
        say(f"Confirmations and offers go through {read_server(workspace.smtp_url)} as they come in.")
    serve_pages(workspace, host, port, may_mail=yes)
