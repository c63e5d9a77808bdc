"""What goes out: `preview`, `render`, `print`, `send` and `remind`."""

from __future__ import annotations

import sys
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

from invite_pipeline.cli.app import IN_PART, WRONG_USAGE, Global, app
from invite_pipeline.cli.output import MinuteLines, progress, say, show_problems, show_report

if TYPE_CHECKING:
    from invite_pipeline.domain.stage import StageReport
    from invite_pipeline.domain.workspace import Workspace
    from invite_pipeline.run.local import LoadReport
    from invite_pipeline.run.outgoing import Mailing
    from invite_pipeline.store.database import Store

Only = Annotated[str | None, typer.Option("--only", metavar="KEY", help="Only this recipient.")]


class Announcement(Enum):
    """What can be announced."""

    update = "update"
    cancel = "cancel"
    message = "message"
    correction = "correction"


Distributed = Annotated[
    bool, typer.Option("--distributed", help="Let the workers do it (see: invite worker), and show what they do.")
]
Jobs = Annotated[int | None, typer.Option("--jobs", min=1, help="Processes; as many as there are cores by default.")]


@app.command()
def preview(
    context: typer.Context,
    key: Annotated[str, typer.Argument(help="The recipient's key.")],
) -> None:
    """One recipient's letter as PDF and PNG, and the mail as .eml, HTML and text, under out/preview/."""
    from invite_pipeline.letters.programme import programme_pdf
    from invite_pipeline.run.outgoing import preview as make_preview

    workspace, store, _ = _loaded(context.obj)
    programme_pdf(workspace)
    for path in make_preview(store, workspace, key):
        say(f"wrote {path}")


@app.command()
def render(context: typer.Context, only: Only = None, jobs: Jobs = None, distributed: Distributed = False) -> None:
    """One letter for each recipient, out/letters/KEY.pdf, and the programme; only what changed is made again."""
    workspace, store, loaded = _loaded(context.obj)
    report = _render(store, workspace, only=only, jobs=jobs, distributed=distributed)
    show_report("letters rendered", report)
    say(f"Letters lie in {workspace.letters_url or workspace.out / 'letters'}.")
    _end(bool(loaded.errors), report)


@app.command("print")
def print_letters(
    context: typer.Context,
    everybody: Annotated[bool, typer.Option("--all", help="Also those who get a mail.")] = False,
    posted: Annotated[bool, typer.Option("--posted", help="Note that these letters were printed and posted.")] = False,
) -> None:
    """One PDF for the post, sorted by postcode, and the list that goes with it."""
    from invite_pipeline.letters.print_run import print_run

    workspace, store, loaded = _loaded(context.obj)
    report = _render(store, workspace, only=None, jobs=None)
    result = print_run(store, workspace, everybody=everybody, posted=posted)
    say(f"{result.letters} letters for the post: {result.pdf}")
    say(f"The list that goes with them: {result.listing}")
    if posted:
        say("Noted as posted.")
    _end(bool(loaded.errors), report)


@app.command()
def send(
    context: typer.Context,
    test: Annotated[str, typer.Option("--test", metavar="ADDRESS", help="Mail one real letter to yourself.")] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write the mails to out/dry-run/ and send nothing.")
    ] = False,
    limit: Annotated[int | None, typer.Option("--limit", min=1, metavar="N", help="At most N mails.")] = None,
    rate: Annotated[str, typer.Option("--rate", metavar="20/s", help="The pace: 20/s or 300/min.")] = "",
    only: Only = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    resolve: Annotated[
        str, typer.Option("--resolve", metavar="sent|not-sent", help="Decide what became of --only KEY's unknown mail.")
    ] = "",
    evidence: Annotated[str, typer.Option("--evidence", metavar="TEXT", help="What --resolve rests on.")] = "",
    distributed: Distributed = False,
) -> None:
    """Mail what is due: invitations, and confirmations of replies. Safe to repeat, safe to kill."""
    from invite_pipeline.mail.pace import read_rate
    from invite_pipeline.mail.resolve import resolve as resolve_unknown
    from invite_pipeline.replies.places import settle
    from invite_pipeline.run.outgoing import due_mails

    if resolve:
        if resolve not in ("sent", "not-sent") or not only or not evidence:
            raise typer.BadParameter("write --resolve sent (or not-sent) --only KEY --evidence TEXT")
        workspace, store = _opened(context.obj)
        for wave in resolve_unknown(store, workspace, only, sent=resolve == "sent", evidence=evidence):
            say(f"{only}, {wave}: noted as {resolve}.")
        return
    # Before minutes of rendering, not after them.
    read_rate(rate)
    workspace, store, loaded = _loaded(context.obj)
    distributed = distributed and not (dry_run or test)
    rendered = _render(store, workspace, only=only, jobs=None, distributed=distributed)
    if not (dry_run or test):
        # Time has passed, or the campaign file names more places: who waits hears of it now.
        settle(store, workspace)
    mails = due_mails(store, workspace, only=only, limit=limit)
    report = _mail(store, workspace, mails, test=test, dry=dry_run, rate=rate, yes=yes, distributed=distributed)
    _end(bool(loaded.errors or rendered.failures), report)


@app.command()
def remind(
    context: typer.Context,
    test: Annotated[str, typer.Option("--test", metavar="ADDRESS", help="Mail one real reminder to yourself.")] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write the mails to out/dry-run/ and send nothing.")
    ] = False,
    limit: Annotated[int | None, typer.Option("--limit", min=1, metavar="N", help="At most N mails.")] = None,
    rate: Annotated[str, typer.Option("--rate", metavar="20/s", help="The pace: 20/s or 300/min.")] = "",
    only: Only = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    distributed: Distributed = False,
) -> None:
    """Remind those who have not answered; says exactly who gets it, who does not and why."""
    from invite_pipeline.mail.pace import read_rate
    from invite_pipeline.run.outgoing import due_reminders

    read_rate(rate)
    workspace, store, loaded = _loaded(context.obj)
    mails = due_reminders(store, workspace, only=only, limit=limit)
    report = _mail(store, workspace, mails, test=test, dry=dry_run, rate=rate, yes=yes, distributed=distributed)
    _end(bool(loaded.errors), report)


@app.command()
def announce(
    context: typer.Context,
    what: Annotated[
        Announcement,
        typer.Argument(
            help="update: a new date or venue; cancel: the event is called off; message: news for all who said yes "
            "(templates/message_text.html); correction: to all who were invited (templates/correction_text.html)."
        ),
    ],
    test: Annotated[str, typer.Option("--test", metavar="ADDRESS", help="Mail one real mail to yourself.")] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write the mails to out/dry-run/ and send nothing.")
    ] = False,
    limit: Annotated[int | None, typer.Option("--limit", min=1, metavar="N", help="At most N mails.")] = None,
    rate: Annotated[str, typer.Option("--rate", metavar="20/s", help="The pace: 20/s or 300/min.")] = "",
    only: Only = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Tell many at once what changed; the calendar entry goes along with a higher SEQUENCE. Safe to repeat."""
    from invite_pipeline.letters.programme import programme_pdf
    from invite_pipeline.mail.pace import read_rate
    from invite_pipeline.run.outgoing import due_announcement

    read_rate(rate)
    workspace, store, loaded = _loaded(context.obj)
    mails = due_announcement(store, workspace, what.value, only=only, limit=limit)
    if test:
        programme_pdf(workspace)
    report = _mail(store, workspace, mails, test=test, dry=dry_run, rate=rate, yes=yes)
    _end(bool(loaded.errors), report)


@app.command()
def approve(
    context: typer.Context,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who releases: one of the hosts.")],
    reminders: Annotated[bool, typer.Option("--reminders", help="Release the reminders that are due.")] = False,
    announcement: Annotated[
        Announcement | None, typer.Option("--announcement", help="Release what `announce` would mail.")
    ] = None,
    only: Only = None,
) -> None:
    """A host's release of exactly these letters and texts; `send` and `remind` refuse whatever differs."""
    from invite_pipeline.letters.files import write_atomically
    from invite_pipeline.mail.kinds import KINDS
    from invite_pipeline.mail.release import proof, release
    from invite_pipeline.run.outgoing import due_announcement, due_mails, due_reminders

    if not by.strip():
        raise typer.BadParameter("write --by NAME")
    workspace, store, loaded = _loaded(context.obj)
    if announcement:
        mails = due_announcement(store, workspace, announcement.value, only=only)
    elif reminders:
        mails = due_reminders(store, workspace, only=only)
    else:
        _render(store, workspace, only=only, jobs=None)
        mails = due_mails(store, workspace, only=only)
    proven = proof(store, workspace, [one for one in mails.due if KINDS[one.kind].released], mails.entry)
    release(store, workspace, proven, by.strip())
    listing = workspace.out / "released.txt"
    write_atomically(listing, proven.listing().encode())
    say(f"{by.strip()} releases {len(proven.mails)} mails with all they carry: {proven.digest}")
    say(f"Each one's hash: {listing}")
    for failure in proven.failures:
        say(f"  {failure.key}: {failure.message}")
    if loaded.errors or proven.failures:
        raise typer.Exit(IN_PART)


def _opened(options: Global) -> tuple[Workspace, Store]:
    from invite_pipeline.run.local import open_store

    workspace = options.workspace()
    return workspace, open_store(workspace)


def _loaded(options: Global) -> tuple[Workspace, Store, LoadReport]:
    """The campaign with its lists read anew: stage 1 comes before whatever goes out."""
    from invite_pipeline.run.local import load

    workspace, store = _opened(options)
    loaded = load(store, workspace)
    if loaded.report.done:
        say(f"1 load: {'; '.join(loaded.report.notes)}.")
    show_problems(loaded.problems)
    for question in loaded.report.failures:
        say(f"question: {question.message}")
    return workspace, store, loaded


def _render(
    store: Store, workspace: Workspace, *, only: str | None, jobs: int | None, distributed: bool = False
) -> StageReport:
    from invite_pipeline.run.local import prepare_letters
    from invite_pipeline.run.local import render as render_letters

    with progress("2 render") as tell:
        if distributed:
            from invite_pipeline.run.distributed.follow import render_distributed

            keys = prepare_letters(store, workspace, only=only)
            return render_distributed(store, workspace, keys, progress=tell, say=say)
        return render_letters(store, workspace, only=only, jobs=jobs, progress=tell)


def _mail(
    store: Store,
    workspace: Workspace,
    mailing: Mailing,
    *,
    test: str,
    dry: bool,
    rate: str,
    yes: bool,
    distributed: bool = False,
) -> StageReport:
    from invite_pipeline.domain.stage import StageReport
    from invite_pipeline.mail.release import proof
    from invite_pipeline.mail.server import read_server
    from invite_pipeline.run.outgoing import WHO, dry_run, mail, send_test

    _show_mailing(mailing)
    if not mailing.due:
        say("Nothing is due.")
        return StageReport(0)
    if dry:
        report, domains = dry_run(store, workspace, mailing)
        show_report(f"mails written to {workspace.out / 'dry-run'}; none was sent", report)
        for domain, number in list(domains.items())[:20]:
            say(f"  {number} to {domain}")
        say(f"Who gets which mail, and who none and why: {workspace.out / 'dry-run' / WHO}")
        return report
    server = read_server(workspace.smtp_url)
    if test:
        one = mailing.due[0]
        say(f"The {one.kind} of {one.key} to {test}: {send_test(store, workspace, one, test, mailing.entry)}")
        return StageReport(1)
    # Whoever is asked sees what they agree to; without a question the hash would only cost time.
    shown = "" if yes else f" (hash {proof(store, workspace, mailing.due, mailing.entry).digest[:16]})"
    _ask(f"Mail {_counted(mailing)} through {server}{shown}?", yes=yes)
    with progress("3 mail") as tell:
        if distributed:
            from invite_pipeline.run.distributed.follow import send_distributed

            report = send_distributed(store, workspace, mailing.due, rate=rate, progress=tell, say=say)
        else:
            report = mail(store, workspace, mailing, rate=rate, progress=tell, watch=MinuteLines())
    show_report("mails sent", report)
    return report


def _show_mailing(mailing: Mailing) -> None:
    for reason, number in sorted(mailing.left_out.items(), key=lambda item: -item[1]):
        say(f"  left out: {number} ({reason})")
    for key in mailing.unknown:
        say(f"  unknown: {key}; decide with: invite send --resolve sent|not-sent --only {key} --evidence TEXT")


def _counted(mailing: Mailing) -> str:
    return " and ".join(f"{number} {kind}{'s' * (number != 1)}" for kind, number in mailing.counts().items())


def _ask(question: str, *, yes: bool) -> None:
    """Nothing is ever mailed without --yes or an answered question."""
    if yes:
        say(question.replace("?", "."))
        return
    if not sys.stdin.isatty():
        say(f"invite: {question} Without a terminal to ask on, say so with --yes.")
        raise typer.Exit(WRONG_USAGE)
    if not typer.confirm(question, err=True):
        say("Nothing was sent.")
        raise typer.Exit


def _end(broken_input: bool, report: StageReport) -> None:
    if broken_input or report.failures:
        raise typer.Exit(IN_PART)
