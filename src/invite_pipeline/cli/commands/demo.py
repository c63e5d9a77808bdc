"""The whole campaign in a minute: `demo`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from invite_pipeline.cli.app import Global, app
from invite_pipeline.cli.output import progress, say

if TYPE_CHECKING:
    from invite_pipeline.run.demo.rehearsal import Rehearsal


@app.command()
def demo(
    context: typer.Context,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, metavar="N", help="Only N recipients of each list.")
    ] = None,
    stay: Annotated[bool, typer.Option("--serve", help="Keep the RSVP pages up afterwards, until Ctrl-C.")] = False,
) -> None:
    """All five stages on the example, with a mail server and replies of its own; nothing leaves this machine."""
    from invite_pipeline.cli.commands.results import show_figures
    from invite_pipeline.run.demo.rehearsal import rehearse
    from invite_pipeline.web.serve import serve, serving

    options: Global = context.obj
    result = rehearse(options.workspace(), serving, say, progress, limit=limit)
    say()
    show_figures(result.figures)
    _show_places(result)
    if stay:
        host, _, port = result.workspace.base_url.removeprefix("http://").partition(":")
        say(f"The RSVP page of one recipient: {result.page}")
        serve(result.workspace, host, int(port))


def _show_places(result: Rehearsal) -> None:
    places = (
        ("a letter", result.letter),
        ("the programme", result.programme),
        ("the letters for the post", result.print_run),
        ("a mail", result.mail),
        *((f"the report ({path.suffix[1:]})", path) for path in result.reports),
        ("an RSVP page", result.page_copy),
    )
    say("Where to look:")
    for name, path in places:
        say(f"  {name:<26} {path}")
    say("The RSVP pages, alive: invite demo --serve")
