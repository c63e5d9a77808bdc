"""Workers of the distributed run: `worker`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from invite_pipeline.cli.app import Global, app


@app.command()
def worker(
    context: typer.Context,
    queues: Annotated[
        str, typer.Option("--queues", metavar="render,send,collect", help="What this worker does.")
    ] = "render,send,collect",
    jobs: Annotated[int, typer.Option("--jobs", min=1, metavar="N", help="So many processes.")] = 1,
    yes: Annotated[
        bool,
        typer.Option("--yes", help="Also mail by itself what becomes due: confirmations, offers, the first reminder."),
    ] = False,
    once: Annotated[bool, typer.Option("--once", help="End when nothing is left to do.")] = False,
) -> None:
    """Work off what `--distributed` commands put into the queue, on this machine, until Ctrl-C or SIGTERM."""
    from invite_pipeline.run.distributed.worker import check_worker, run_workers

    options: Global = context.obj
    wanted = tuple(name.strip() for name in queues.split(",") if name.strip())
    # What is wrong is said here, once, and not by each process.
    check_worker(options.workspace(), wanted)
    run_workers(_start, (options.folder.resolve(), options.now, wanted, yes, once), jobs)


def _start(folder: Path, now: str | None, queues: tuple[str, ...], may_mail: bool, once: bool) -> None:
    from invite_pipeline.errors import InviteError
    from invite_pipeline.run.distributed.worker import run_worker
    from invite_pipeline.run.logs import log_to_stderr
    from invite_pipeline.run.workspace import open_workspace

    log_to_stderr("invite.worker")
    try:
        run_worker(lambda: open_workspace(folder, now=now), queues=queues, may_mail=may_mail, once=once)
    except InviteError as error:
        print(f"invite: {error.message} {error.fix}".rstrip(), file=sys.stderr)
        sys.exit(error.exit_status)
