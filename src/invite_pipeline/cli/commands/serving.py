"""The pages: `serve`."""

from __future__ import annotations

from typing import Annotated

import typer

from invite_pipeline.cli.app import Global, app


@app.command()
def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="The port; 0 takes a free one.")] = 8000,
) -> None:
    """Serve the RSVP pages until Ctrl-C."""
    from invite_pipeline.web.serve import serve as serve_pages

    options: Global = context.obj
    serve_pages(options.workspace(), host, port)
