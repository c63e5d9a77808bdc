"""The campaign's state: `store copy`, `store backup` and `store restore`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from invite_pipeline.cli.app import Global, app
from invite_pipeline.cli.output import progress, say

store_app = typer.Typer(
    help="Copy the campaign's state to another store, back it up, restore it.", rich_markup_mode=None
)
app.add_typer(store_app, name="store")

Replace = Annotated[
    bool, typer.Option("--replace", help="Empty what the target knows of the campaign first: it is lost.")
]


@store_app.command()
def copy(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="FROM", help="A store's address, or a SQLite file.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="A store's address, or a SQLite file.")],
    replace: Replace = False,
) -> None:
    """Copy the campaign from one store to another, and compare both row by row."""
    from invite_pipeline.run.keeping import copy_store

    options: Global = context.obj
    with progress("copy") as tell:
        copied = copy_store(options.workspace(), source, target, replace=replace, progress=tell)
    for name, number in copied.rows.items():
        if number:
            say(f"  {name}: {number}")
    say(f"{copied.total} rows copied, and each compared.")


@store_app.command()
def backup(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="Where to; by default .invite/backups/.")
    ] = None,
) -> None:
    """Write the store as it stands now into a file, while pages are served and mails go out."""
    from invite_pipeline.run.keeping import backup_store

    options: Global = context.obj
    with progress("backup") as tell:
        path, events = backup_store(options.workspace(), file, progress=tell)
    say(f"{events} events and all that goes with them: {path}")
    say("Keep it apart from this machine, with .invite/keys: without the signing keys, links already sent are lost.")


@store_app.command()
def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `store backup` wrote.")],
    replace: Replace = False,
) -> None:
    """Bring a backup into the campaign's store."""
    from invite_pipeline.run.keeping import restore_store

    options: Global = context.obj
    with progress("restore") as tell:
        copied = restore_store(options.workspace(), file, replace=replace, progress=tell)
    say(f"{copied.total} rows restored, and each compared.")
