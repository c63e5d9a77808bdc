"""The whole campaign in a minute: all five stages on the example, with a mail server, pages and replies of its own.

Nothing leaves the machine: the mail server and the pages listen on the loopback, and everything lies in out/demo/.
The clock is the rehearsal's: it walks from the day of the invitation to the days before the deadline.
"""

from __future__ import annotations

import secrets
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from invite_pipeline.domain.reply import Attendee, Intent, Reply, Role, Source
from invite_pipeline.domain.stage import Progress, StageReport
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError
from invite_pipeline.letters.print_run import print_run
from invite_pipeline.replies.record import record_reply
from invite_pipeline.reports.figures import Figures, figures
from invite_pipeline.reports.write import write_reports
from invite_pipeline.run import local, outgoing
from invite_pipeline.run.demo import townhalls
from invite_pipeline.run.demo.certificates import MARK, with_test_certificates
from invite_pipeline.run.demo.mail_server import mail_server
from invite_pipeline.store import queries
from invite_pipeline.store.database import Store

Pages = Callable[[Workspace], AbstractContextManager[str]]
"""Serves a workspace's RSVP pages while the block lasts; gives their base URL."""

Say = Callable[[str], None]
Bar = Callable[[str], AbstractContextManager[Progress]]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What the demo came to, and where to look."""

    figures: Figures
    mails_delivered: int
    letter: Path
    mail: Path
    reports: tuple[Path, ...]
    programme: Path
    print_run: Path
    page: str
    page_copy: Path
    workspace: Workspace


class RehearsalClock:
    """A clock that only goes when it is told to."""

    def __init__(self, start: datetime) -> None:
        self.time = start

    def __call__(self) -> datetime:
        """What counts as now."""
        return self.time

    def on(self, day: datetime, hours: float = 10) -> None:
        """Put the clock to a time of a day."""
        self.time = day.replace(hour=0, minute=0) + timedelta(hours=hours)


def rehearse(workspace: Workspace, pages: Pages, say: Say, bar: Bar, *, limit: int | None = None) -> Rehearsal:
    """Run the example campaign from the lists to the report in `out/demo/`, starting afresh.

    `limit` takes only so many recipients of each list, for those in a hurry.
    """
    folder = workspace.out / "demo"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    clock = RehearsalClock(_invitation_day(workspace))
    demo = replace(workspace, out=folder, store_url=f"sqlite:///{folder / 'store.db'}", now=clock)
    demo = with_test_certificates(demo, folder / "certificates", secrets.token_urlsafe())
    with pages(demo) as base_url:
        demo = replace(demo, base_url=base_url)
        store = local.open_store(demo)
        try:
            return _Campaign(demo, store, clock, say, bar).run(limit)
        finally:
            store.close()


def _invitation_day(workspace: Workspace) -> datetime:
    day = workspace.campaign.letter.date
    return datetime(day.year, day.month, day.day, 9, tzinfo=workspace.campaign.event.tz)


class _Campaign:
    """One rehearsal, step by step."""

    def __init__(self, workspace: Workspace, store: Store, clock: RehearsalClock, say: Say, bar: Bar) -> None:
        self.workspace, self.store, self.clock, self.say, self.bar = workspace, store, clock, say, bar
        self.start = clock.time
        self.outbox = workspace.out / "mailserver"
        self.inbox = workspace.out / "inbox"
        self.campaign = workspace.campaign

    def run(self, limit: int | None) -> Rehearsal:
        loaded = local.load(self.store, self.workspace, limit=limit)
        self.say(f"1 load: {loaded.report.done} recipients, {len(loaded.problems)} problems")
        with self.bar("2 render") as tell:
            rendered = local.render(self.store, self.workspace, progress=tell)
        self._must_be_clean(rendered)
        self.say(f"2 render: each letter is signed by {len(self.campaign.hosts)} test certificates ({MARK})")
        printed = print_run(self.store, self.workspace, posted=True)
        self.say(f"2 render: {rendered.done} letters, {printed.letters} of them for the post")
        with self.store.reading() as tx:
            recipients = queries.recipients(tx)
        refused = [one.email for one in recipients if one.email][7::150]
        with mail_server(self.outbox, refused) as smtp_url:
            self.workspace = replace(self.workspace, smtp_url=smtp_url)
            self._send("3 mail: invitations")
            invited = townhalls.read_invited(self.outbox, self.workspace.base_url)
            page_copy = self._keep_page(next(iter(invited.values())))
            self._replies(list(invited.values()))
            self.clock.on(self._day(28), 9)
            self._send("3 mail: reminders", reminders=True)
            self._late_replies(list(invited.values()))
            self.clock.on(self._day(35), 17)
            self._send("3 mail: confirmations")
        self.clock.on(self._day(37), 8)
        with self.bar("5 report") as tell:
            reports = write_reports(self.store, self.workspace, ["html", "xlsx", "csv", "pdf"])
            tell(1, 1)
        some_letter = next(one for one in recipients if one.email)
        return Rehearsal(
            figures=figures(self.store, self.workspace),
            mails_delivered=sum(1 for _ in (self.outbox / "new").iterdir()),
            letter=self.workspace.letter_path(some_letter.key),
            mail=self._keep_mail(some_letter.email),
            reports=tuple(reports),
            programme=self.workspace.out / "programme.pdf",
            print_run=printed.pdf,
            page=next(iter(invited.values())).link,
            page_copy=page_copy,
            workspace=self.workspace,
        )

    # --- how the invited answer ---------------------------------------------------------------------------------

    def _replies(self, invited: list[townhalls.Invited]) -> None:
        """The first four weeks: most answer by the link, some by mail or calendar, two call."""
        by_link, by_mail = invited[::3], [one for number, one in enumerate(invited) if number % 3 == 1]
        with self.bar("4 collect: by link") as tell:
            for number, one in enumerate(by_link):
                self._go_to_day(1 + 26 * number // max(1, len(by_link)), number)
                townhalls.answer_form(one.link, self._fields(number))
                tell(number + 1, len(by_link))
        self.say(f"4 collect: {len(by_link)} answers over the RSVP page")
        self.clock.on(self._day(20), 11)
        count = townhalls.deliver(self.inbox, self._mails(by_mail, by_link))
        self._collect(count)
        self._calls()

    def _late_replies(self, invited: list[townhalls.Invited]) -> None:
        """After the reminder some more answer by the link."""
        late = invited[2::6]
        with self.bar("4 collect: after the reminder") as tell:
            for number, one in enumerate(late):
                self._go_to_day(29 + 6 * number // max(1, len(late)), number)
                townhalls.answer_form(one.link, self._fields(number + 1))
                tell(number + 1, len(late))
        self.say(f"4 collect: {len(late)} more answers over the RSVP page")

    def _mails(self, silent: list[townhalls.Invited], answered: list[townhalls.Invited]) -> Iterator[EmailMessage]:
        """What lies in the mailbox one morning: answers, calendars, bounces, absence notes, and a stranger's mail."""
        to, at = self.campaign.mail.reply_to or self.campaign.mail.sender, self.clock.time
        rest = iter(silent)
        for (_, text), one in zip(townhalls.WRITTEN, rest, strict=False):
            yield townhalls.written_answer(one, text, at, to)
        for partstat, one in zip(("ACCEPTED", "DECLINED", "TENTATIVE"), rest, strict=False):
            yield townhalls.calendar_answer(one, partstat, at, to)
        for (status, words), one in zip(_BOUNCES, rest, strict=False):
            yield townhalls.bounce(one, status, words, at)
        for _, one in zip(range(2), rest, strict=False):
            yield townhalls.out_of_office(one, at, to)
        # Came by link already: what now says something else must wait for a human.
        for text, one in zip(("wir müssen unsere Zusage leider zurückziehen.",), answered, strict=False):
            yield townhalls.written_answer(one, text, at, to)
        yield townhalls.stranger(at, to)

    def _calls(self) -> None:
        """Two that have no e-mail ring up, and staff enter what they say."""
        with self.store.reading() as tx:
            by_post = [one for one in queries.recipients(tx) if not one.email][:2]
        for one, intent in zip(by_post, (Intent.YES, Intent.NO), strict=False):
            deputy = (Attendee(role=Role.DEPUTY, name="Maria Amt", workshop=self.campaign.workshops[0].id),)
            reply = Reply(
                recipient=one.key,
                source=Source.PHONE,
                intent=intent,
                declared_at=self.clock.time,
                received_at=self.clock.time,
                dedupe=f"staff:{uuid.uuid4()}",
                actor="Beispiel (Demo)",
                persons=1 if intent is Intent.YES else None,
                attendees=deputy if intent is Intent.YES else (),
            )
            record_reply(self.store, self.workspace, reply)
        self.say(f"4 collect: {len(by_post)} phone calls entered")

    def _collect(self, count: int) -> None:
        with self.bar("4 collect: mails") as tell:
            report = local.collect_replies(self.store, self.workspace, [self.inbox], progress=tell)
        self.say(f"4 collect: {count} mails in the mailbox")
        for line in report.lines():
            self.say(f"  {line}")

    def _keep_page(self, one: townhalls.Invited) -> Path:
        """A copy of one recipient's form, to look at when the pages are no longer served."""
        path = self.workspace.out / "rsvp-page.html"
        path.write_text(townhalls.open_page(one.link), encoding="utf-8")
        return path

    def _keep_mail(self, address: str) -> Path:
        """A copy of one invitation under a name that mail programs open."""
        path = self.workspace.out / "invitation.eml"
        wanted = f"\nTo: {address}\n".encode()
        mails = (mail.read_bytes() for mail in sorted((self.outbox / "new").iterdir()))
        path.write_bytes(next(mail for mail in mails if wanted in mail.replace(b"\r", b"")))
        return path

    # --- small parts --------------------------------------------------------------------------------------------

    def _day(self, number: int) -> datetime:
        return self.start + timedelta(days=number)

    def _go_to_day(self, number: int, index: int) -> None:
        """A working hour of that day, never before what was."""
        self.clock.time = max(self.clock.time, self._day(number).replace(hour=9 + index % 8, minute=7 * index % 60))

    def _send(self, label: str, *, reminders: bool = False) -> None:
        plan = outgoing.due_reminders if reminders else outgoing.due_mails
        mailing = plan(self.store, self.workspace)
        with self.bar(label) as tell:
            report = outgoing.mail(self.store, self.workspace, mailing, rate=_NO_BRAKE, progress=tell)
        counts = ", ".join(f"{number} {kind}s" for kind, number in mailing.counts().items())
        refused = f", {len(report.failures)} refused by the mail server" if report.failures else ""
        self.say(f"3 mail: {counts or 'nothing due'}; {report.done} sent{refused}")

    def _fields(self, number: int) -> dict[str, str]:
        """How somebody fills in the form: two of three come, some with a deputy or a companion."""
        if number % 3 == 2:
            return {"answer": "no", "remark": "Leider Ratssitzung an diesem Tag." if number % 2 else ""}
        groups = [workshop.id for workshop in self.campaign.workshops]
        deputy = number % 5 == 0
        fields = {
            "answer": "yes",
            "person-1-role": "deputy" if deputy else "invitee",
            "person-1-name": "Toni Beispiel" if deputy else "",
            "person-1-workshop": groups[number % len(groups)] if number % 7 else "",
            "person-1-speed-dating": "yes" if number % 4 == 0 else "",
        }
        if number % 4 == 1:
            fields |= {"person-2-role": "companion", "person-2-name": "Robin Probe", "person-2-workshop": groups[-1]}
        return {name: value for name, value in fields.items() if value}

    def _must_be_clean(self, report: StageReport) -> None:
        if report.failures:
            first = report.failures[0]
            raise InviteError(f"The letter for {first.key} failed: {first.message}", "See: invite check")


_NO_BRAKE = "1000/s"
"""The demo's mail server is its own: the campaign's pace is meant for others'."""

_BOUNCES = (
    ("5.1.1", "550 5.1.1 User unknown"),
    ("4.2.2", "452 4.2.2 Mailbox full"),
    ("5.7.1", "550 5.7.1 Message rejected as spam"),
)
