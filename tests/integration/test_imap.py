"""A real IMAP server: what is delivered is collected once, whatever breaks in between."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from invite_pipeline.domain.tracking import Tracking
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import MailServerUnusable
from invite_pipeline.replies.collect import CollectReport, collect
from invite_pipeline.replies.follow import follow
from invite_pipeline.replies.imap import COLLECTED, ImapMailbox, read_imap
from invite_pipeline.store import queries
from invite_pipeline.store.database import Store
from tests.builders import a_recipient, a_store, a_workspace
from tests.imap_server import ImapAccount, ImapServer
from tests.mails import a_bounce, a_mail

pytestmark = pytest.mark.imap


@dataclass
class Office:
    """A campaign whose replies come to one account of the server."""

    account: ImapAccount
    workspace: Workspace
    store: Store
    move_to: str = ""

    def open(self) -> ImapMailbox:
        url = self.account.url + (f"?move={self.move_to}" if self.move_to else "")
        return read_imap(url, self.store, tls=self.account.tls)

    def collect(self, box: ImapMailbox | None = None) -> CollectReport:
        return collect(self.store, self.workspace, box or self.open())

    def tracking(self, key: str) -> Tracking:
        with self.store.reading() as tx:
            return queries.tracking(tx, key)

    def replies(self) -> int:
        with self.store.reading() as tx:
            return sum(recorded.event.__class__.__name__ == "Replied" for recorded in queries.history(tx))


@pytest.fixture
def office(tmp_path: Path, imap_server: ImapServer) -> Iterator[Office]:
    workspace = a_workspace(tmp_path)
    recipients = [a_recipient(f"k-{number}", email=f"rat@stadt{number}.example") for number in range(120)]
    store = a_store(workspace, recipients)
    yield Office(imap_server.account("Erledigt"), workspace, store)
    store.close()


def answer(number: int, text: str = "Gerne sage ich zu.") -> bytes:
    return a_mail(text, From=f"rat@stadt{number}.example", Message_ID=f"<{number}@stadt{number}.example>")


class Crash(Exception):
    """The program dies."""


def test_delivered_mails_are_collected_once_and_marked(office: Office) -> None:
    office.account.deliver(answer(1), answer(2, "Leider bin ich verhindert."), a_bounce())
    assert office.collect().read == 3
    assert (office.tracking("k-1").reply, office.tracking("k-2").reply) == ("yes", "no")
    assert office.collect().read == 0
    assert office.account.flags() == ["a", "a", "a"]


def test_reading_does_not_mark_a_mail_as_read_for_people(office: Office) -> None:
    office.account.deliver(answer(1))
    office.collect()
    assert "S" not in "".join(office.account.flags())


def test_later_mails_are_read_from_where_the_last_run_ended(office: Office) -> None:
    office.account.deliver(answer(1))
    office.collect()
    office.account.deliver(answer(2))
    assert office.collect().read == 1
    assert office.tracking("k-2").reply == "yes"


def test_crash_between_commit_and_mark_loses_and_doubles_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.account.deliver(*(answer(number) for number in range(60)))

    def die(box: ImapMailbox, names: list[str]) -> None:
        raise Crash

    with monkeypatch.context() as broken:
        broken.setattr(ImapMailbox, "committed", die)
        with pytest.raises(Crash):
            office.collect()
    assert office.replies() == 50
    assert office.collect().read == 10
    assert office.replies() == 60
    assert all(office.tracking(f"k-{number}").reply == "yes" for number in range(60))
    assert office.account.flags() == ["a"] * 60


def test_crash_before_the_commit_reads_the_batch_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.account.deliver(answer(1), answer(2))

    def die(*_: object) -> None:
        raise Crash

    with monkeypatch.context() as broken:
        broken.setattr(ImapMailbox, "remember", die)
        with pytest.raises(Crash):
            office.collect()
    assert office.replies() == 0
    assert office.collect().read == 2
    assert office.replies() == 2


def test_collected_mails_are_moved_where_the_address_says_so(office: Office) -> None:
    office.move_to = "Erledigt"
    office.account.deliver(answer(1), answer(2))
    office.collect()
    assert (office.account.flags(), len(office.account.flags(".Erledigt"))) == ([], 2)


def test_crash_between_commit_and_move_moves_at_the_next_run(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.move_to = "Erledigt"
    office.account.deliver(answer(1))

    def die(box: ImapMailbox, names: list[str]) -> None:
        raise Crash

    with monkeypatch.context() as broken:
        broken.setattr(ImapMailbox, "committed", die)
        with pytest.raises(Crash):
            office.collect()
    assert len(office.account.flags()) == 1
    assert office.collect().read == 0
    assert (office.account.flags(), len(office.account.flags(".Erledigt"))) == ([], 1)


def test_renumbered_folder_is_read_again_and_changes_nothing(office: Office) -> None:
    office.account.deliver(answer(1))
    office.collect()
    box = office.open()
    box._uidvalidity += 1
    assert box._last_uid() == 0
    box._box.flag("1", COLLECTED, False)
    report = office.collect(box)
    assert report.counts.get("repeated") == report.read == 1
    assert office.replies() == 1


def test_dry_run_leaves_every_mark_as_it_is(office: Office) -> None:
    office.account.deliver(answer(1))
    box = read_imap(office.account.url, office.store, look_only=True, tls=office.account.tls)
    assert collect(office.store, office.workspace, box, dry_run=True).read == 1
    assert office.account.flags() == [""]
    assert office.collect().read == 1


def test_wrong_password_is_one_sentence(office: Office) -> None:
    with pytest.raises(MailServerUnusable, match="cannot be opened"):
        read_imap(office.account.url.replace("geheim", "falsch"), office.store, tls=office.account.tls)
    # A connection left open would be a warning here, and warnings are errors.
    gc.collect()


# imaplib leaves a refused connection to the garbage collector.
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_server_without_a_trusted_certificate_is_refused(office: Office) -> None:
    with pytest.raises(MailServerUnusable, match="SSLCert"):
        read_imap(office.account.url, office.store)
    gc.collect()


def test_following_reads_what_comes_in_and_opens_a_broken_connection_again(office: Office) -> None:
    office.account.deliver(answer(1))
    reports: list[CollectReport] = []

    def tell(report: CollectReport) -> None:
        reports.append(report)
        if len(reports) == 1:
            # While the command waits for the server to tell of something new.
            threading.Timer(0.3, office.account.deliver, [answer(2)]).start()
        if len(reports) == 2:
            raise MailServerUnusable("The connection broke.")
        if len(reports) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        follow(office.store, office.workspace, office.open, tell, pause=lambda _: office.account.deliver(answer(3)))
    assert [report.read for report in reports] == [1, 1, 1]
    assert office.tracking("k-3").reply == "yes"


def test_following_gives_up_after_ten_failures_in_a_row(office: Office) -> None:
    pauses: list[float] = []

    def tell(_: CollectReport) -> None:
        raise MailServerUnusable("The connection broke.")

    with pytest.raises(MailServerUnusable):
        follow(office.store, office.workspace, office.open, tell, pause=pauses.append)
    assert len(pauses) == 9
    assert pauses == sorted(pauses)
