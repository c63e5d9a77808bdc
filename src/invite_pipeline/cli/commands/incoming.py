"""Replies: `collect`, `read` and `record`."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from invite_pipeline.cli.app import IN_PART, Global, app
from invite_pipeline.cli.output import dump_line, progress, say, show_report

if TYPE_CHECKING:
    from invite_pipeline.domain.reply import Attendee, Reply
    from invite_pipeline.domain.workspace import Workspace
    from invite_pipeline.replies.collect import CollectReport

_STAFF_SOURCES = ("phone", "letter", "fax", "counter")


@app.command()
def collect(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Maildirs, mbox, .eml or .msg files, or folders of them.")
    ] = None,
    imap: Annotated[bool, typer.Option("--imap", help="Read the mailbox that INVITE_IMAP_URL names.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen and store nothing.")] = False,
    follow: Annotated[bool, typer.Option("--follow", help="Go on reading the IMAP mailbox until Ctrl-C.")] = False,
    distributed: Annotated[
        bool, typer.Option("--distributed", help="Let a worker read the mailbox that its INVITE_IMAP_URL names.")
    ] = False,
) -> None:
    """Read replies from IMAP, Maildir, mbox, .eml or .msg files."""
    from invite_pipeline.run.local import collect_replies, follow_replies, open_store

    options: Global = context.obj
    workspace = options.workspace()
    if distributed:
        if paths or dry_run or follow:
            raise typer.BadParameter("--distributed goes with nothing but --imap")
        from invite_pipeline.run.distributed.follow import collect_distributed

        report = collect_distributed(open_store(workspace), workspace, say=say)
        show_report("mails read", report)
        raise typer.Exit(IN_PART if report.failures else 0)
    if bool(paths) == imap:
        raise typer.BadParameter("name the mailboxes to read, or give --imap")
    if follow and (not imap or dry_run):
        raise typer.BadParameter("--follow goes with --imap, and not with --dry-run")
    if follow:
        follow_replies(open_store(workspace), workspace, _say_collected)
        return
    with progress("4 collect") as tell:
        found = collect_replies(open_store(workspace), workspace, paths or None, dry_run=dry_run, progress=tell)
    _say_collected(found)
    if found.failures:
        raise typer.Exit(IN_PART)


def _say_collected(found: CollectReport) -> None:
    for line in found.lines():
        say(line)


@app.command()
def read(
    paths: Annotated[list[Path], typer.Argument(help="Maildirs, mbox, .eml or .msg files, or folders of them.")],
    as_json: Annotated[bool, typer.Option("--json", help="A JSON line for each mail on stdout.")] = False,
) -> None:
    """Explain how each mail is read; nothing is stored."""
    from invite_pipeline.replies.mailbox import read_paths
    from invite_pipeline.replies.read import read_mail

    for name, data in read_paths(paths):
        reading = read_mail(data, name).as_json()
        if as_json:
            dump_line(reading)
        else:
            answer = f", {reading['answer']}" if reading["answer"] else ""
            say(f"{reading['file']}: {reading['kind']}{answer} – {reading['reason']}")


@app.command()
def record(
    context: typer.Context,
    key: Annotated[str, typer.Argument(help="The recipient's key.")],
    answer: Annotated[str, typer.Argument(help="yes or no.")],
    source: Annotated[str, typer.Option("--source", help="phone, letter, fax or counter.")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who enters it.")],
    persons: Annotated[int | None, typer.Option("--persons", min=1, help="How many come.")] = None,
    deputy: Annotated[str, typer.Option("--deputy", metavar="NAME", help="Who comes in place of the invitee.")] = "",
    workshop: Annotated[
        str, typer.Option("--workshop", metavar="ID", help="The working group of the first person.")
    ] = "",
    declared: Annotated[
        str | None, typer.Option("--declared", metavar="DATE", help="The letter's date, if not now.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why, where it overturns something.")] = "",
) -> None:
    """Enter a reply that came another way: it applies and sticks."""
    from invite_pipeline.domain.reply import Disposition, Intent, Reply, Source
    from invite_pipeline.replies.record import record_reply
    from invite_pipeline.run.local import open_store
    from invite_pipeline.run.workspace import parse_time

    options: Global = context.obj
    if answer not in ("yes", "no"):
        raise typer.BadParameter("the answer is yes or no")
    if source not in _STAFF_SOURCES:
        raise typer.BadParameter(f"the source is one of {', '.join(_STAFF_SOURCES)}")
    by, deputy = _in_one_line("--by", by), _in_one_line("--deputy", deputy)
    if not by:
        raise typer.BadParameter("say with --by who enters it")
    if answer == "no" and (persons or deputy or workshop):
        raise typer.BadParameter("who declines brings nobody: a deputy who comes is a yes with --deputy")
    workspace = options.workspace()
    now = workspace.now()
    reply = Reply(
        recipient=key,
        source=Source(source),
        intent=Intent(answer),
        declared_at=parse_time(declared, workspace.campaign.event.tz) if declared else now,
        received_at=now,
        # Every entry is a new one: who types the same twice means it twice, and nothing is lost.
        dedupe=f"staff:{uuid.uuid4()}",
        actor=by,
        persons=(persons or 1) if answer == "yes" else None,
        attendees=_first_attendee(deputy, workshop) if answer == "yes" else (),
        reason=reason,
    )
    most = workspace.campaign.rsvp.max_persons
    if (persons or 0) > most:
        say(f"Noted: {persons} persons are more than the {most} that the RSVP page allows.")
    outcome = record_reply(open_store(workspace), workspace, reply)
    late = " It came after the deadline and is marked late." if outcome.late else ""
    if outcome.disposition is Disposition.APPLIED:
        say(f"Recorded: {_spoken(workspace, reply)}.{late}")
        _say_waitlisted(outcome.attendees)
    else:
        say(f"Kept for review: {outcome.reason}.{late}")


_LONGEST_NAME = 120


def _in_one_line(option: str, text: str) -> str:
    found = " ".join(text.split())
    if len(found) > _LONGEST_NAME:
        raise typer.BadParameter(f"{option} takes at most {_LONGEST_NAME} characters")
    return found


def _first_attendee(deputy: str, workshop: str) -> tuple[Attendee, ...]:
    from invite_pipeline.domain.reply import Attendee, Role

    if not deputy and not workshop:
        return ()
    return (Attendee(role=Role.DEPUTY if deputy else Role.INVITEE, name=deputy, workshop=workshop),)


def _spoken(workspace: Workspace, reply: Reply) -> str:
    if reply.intent == "no":
        return f"{reply.recipient} does not come to {workspace.campaign.title}"
    return f"{reply.recipient} comes with {reply.persons} person{'s' if (reply.persons or 1) > 1 else ''}"


def _say_waitlisted(attendees: tuple[Attendee, ...]) -> None:
    waiting = sum(attendee.seat == "waitlisted" for attendee in attendees)
    if waiting:
        say(f"The hall is full: {waiting} person{'s' * (waiting != 1)} on the waiting list.")
    for attendee in attendees:
        if attendee.workshop_seat == "waitlisted":
            say(f"The working group {attendee.workshop} is full: the person stands on its waiting list.")
