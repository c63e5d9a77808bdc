"""Data protection: `purge`."""

from __future__ import annotations

from typing import Annotated

import typer

from invite_pipeline.cli.app import Global, app
from invite_pipeline.cli.output import say


@app.command()
def purge(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be emptied and change nothing.")] = False,
) -> None:
    """Empty the texts of mails that are older than the campaign keeps them."""
    from invite_pipeline.run.local import open_store
    from invite_pipeline.run.privacy import purge as purge_mails

    options: Global = context.obj
    workspace = options.workspace()
    found = purge_mails(open_store(workspace), workspace, dry_run=dry_run)
    days = workspace.campaign.privacy.mail_retention_days
    done = "would be emptied" if dry_run else "emptied"
    say(f"Mails older than {days} days, their texts and senders {done}: {found.mails}.")
    if found.waiting:
        say(f"Kept because they wait for review: {found.waiting}. Decide them, then purge again.")
