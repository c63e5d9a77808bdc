"""Links that reached the wrong hands: `revoke`."""

from __future__ import annotations

from typing import Annotated

import typer

from invite_pipeline.cli.app import Global, app
from invite_pipeline.cli.output import say


@app.command()
def revoke(
    context: typer.Context,
    key: Annotated[str, typer.Argument(metavar="KEY", help="The recipient's key: see `invite recipients`.")],
    again: Annotated[bool, typer.Option("--again", help="Issue a new link at once, or after a revocation.")] = False,
) -> None:
    """Let the links of one invitation open nothing any more; the answer that is recorded stays."""
    from invite_pipeline.run.links import invite_again
    from invite_pipeline.run.links import revoke as revoke_link
    from invite_pipeline.run.local import open_store

    options: Global = context.obj
    workspace = options.workspace()
    store = open_store(workspace)
    if again:
        revision = invite_again(store, workspace, key)
        say(f"{key} has a new link (revision {revision}); all older ones open nothing. Run: invite render --only {key}")
        return
    revoke_link(store, workspace, key)
    say(f"The links of {key} open nothing any more. For a new one: invite revoke {key} --again")
