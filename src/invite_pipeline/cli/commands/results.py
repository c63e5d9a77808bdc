"""What is known: `status` and `report`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from invite_pipeline.cli.app import Global, app
from invite_pipeline.cli.output import dump, say, show_table

if TYPE_CHECKING:
    from invite_pipeline.reports.figures import Figures


@app.command()
def status(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """The funnel: invited, reached, answered, yes, no, open; heads, working groups, what is due next."""
    from invite_pipeline.reports.figures import figures
    from invite_pipeline.run.local import open_store

    options: Global = context.obj
    workspace = options.workspace()
    found = figures(open_store(workspace), workspace)
    if as_json:
        dump(found.as_json())
    else:
        show_figures(found)


def show_figures(found: Figures) -> None:
    """The figures as tables for people."""
    shown = found.as_json()
    channels, messages, replies = shown["channels"], shown["messages"], shown["replies"]
    rows: list[tuple[str, object]] = [
        ("recipients", f"{shown['recipients']} ({channels['mail']} by mail, {channels['post']} by post)"),
        ("mails", ", ".join(f"{number} {state}" for state, number in messages.items() if number) or "none"),
        ("answered", f"{replies['yes'] + replies['no']} ({replies['yes']} yes, {replies['no']} no)"),
        ("open", replies["open"]),
        ("to review", replies["needs_review"]),
        ("persons", _persons(found)),
    ]
    show_table(("", ""), rows, title=f"{shown['campaign']}, {shown['now']}")
    if shown["workshops"]:
        groups = [
            (group["id"], group["confirmed"], group["waitlisted"], group["capacity"] or "–")
            for group in shown["workshops"]
        ]
        show_table(("working group", "confirmed", "waiting", "places"), groups)
    for task in shown["due"]:
        say(f"next: {task['what']}: {task['count']}")


def _persons(found: Figures) -> str:
    waiting = f", {found.persons_waitlisted} of them waiting" if found.persons_waitlisted else ""
    return f"{found.persons} of {found.capacity or 'any number'}{waiting}"


@app.command()
def report(
    context: typer.Context,
    formats: Annotated[
        str, typer.Option("--format", metavar="html,xlsx,csv,pdf", help="Which to write.")
    ] = "html,xlsx,csv",
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="TIME", help="What was known then.")] = None,
) -> None:
    """The tracking table and the figures, under out/reports/."""
    from invite_pipeline.reports.write import write_reports
    from invite_pipeline.run.local import open_store
    from invite_pipeline.run.workspace import parse_time

    options: Global = context.obj
    workspace = options.workspace()
    then = parse_time(as_of, workspace.campaign.event.tz) if as_of else None
    wanted = [name.strip() for name in formats.split(",") if name.strip()]
    for path in write_reports(open_store(workspace), workspace, wanted, as_of=then):
        say(f"wrote {path}")
