"""Mails of every kind into a store: who wins, what waits for a human, and that the second time changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from invite_pipeline.domain.events import AutomaticReply, Bounced, SendAccepted, SendClaimed
from invite_pipeline.domain.reply import Role, Source
from invite_pipeline.domain.tracking import MessageState, Tracking
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.formats.rsvp_link import LinkSigner, rsvp_url
from invite_pipeline.replies.collect import CollectReport, collect
from invite_pipeline.replies.match import Match, find_recipient
from invite_pipeline.replies.parse import MAX_OCTETS
from invite_pipeline.replies.read import MailReading
from invite_pipeline.store import queries
from invite_pipeline.store.database import Store, Transaction
from invite_pipeline.store.ledger import append
from tests.builders import KEYS, NOW, a_recipient, a_store, a_workspace
from tests.mails import CODE, SENT_ID, a_bounce, a_calendar_mail, a_mail


@dataclass
class Office:
    """A campaign with two recipients, one of whom has got the invitation by mail."""

    workspace: Workspace
    store: Store

    def collect(self, *mails: bytes, dry_run: bool = False) -> CollectReport:
        named = [(f"mail-{number}", data) for number, data in enumerate(mails)]
        return collect(self.store, self.workspace, named, dry_run=dry_run)

    def tracking(self, key: str = "k-bonn") -> Tracking:
        with self.store.reading() as tx:
            return queries.tracking(tx, key)

    def events(self) -> list[object]:
        with self.store.reading() as tx:
            return [recorded.event for recorded in queries.history(tx)]

    def reviews(self) -> list[queries.Review]:
        with self.store.reading() as tx:
            return queries.open_reviews(tx)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    workspace = a_workspace(tmp_path)
    store = a_store(workspace, [a_recipient("k-bonn"), a_recipient("k-essen", email="rat@essen.example")])
    with store.writing() as tx:
        append(tx, "k-bonn", SendClaimed(wave="invitation", attempt=1, message_id=SENT_ID), at=NOW)
        append(tx, "k-bonn", SendAccepted(wave="invitation", attempt=1), at=NOW)
    yield Office(workspace, store)
    store.close()


def test_mail_saying_yes_from_the_invited_address_applies(office: Office) -> None:
    report = office.collect(a_mail("Wir nehmen gerne mit 2 Personen teil."))
    assert report.counts == {"applied": 1}
    assert (office.tracking().reply, office.tracking().persons) == ("yes", 2)
    assert office.tracking().source is Source.MAIL


def test_mail_saying_no_applies(office: Office) -> None:
    office.collect(a_mail("Leider bin ich an diesem Tag verhindert."))
    assert office.tracking().reply == "no"


def test_reading_the_same_mails_twice_changes_nothing(office: Office) -> None:
    mails = (a_mail(), a_calendar_mail(), a_bounce(), a_mail("Hallo", Message_ID="<2@stadt.example>"))
    office.collect(*mails)
    before, events = office.tracking(), office.events()
    report = office.collect(*mails)
    assert report.counts == {"repeated": 4}
    assert (office.tracking(), office.events()) == (before, events)


def test_two_mails_under_one_message_id_are_two(office: Office) -> None:
    office.collect(a_mail("Danke für die Einladung."), a_mail("Gerne sage ich zu."))
    assert office.tracking().reply == "yes"


def test_copy_of_a_mail_that_came_another_way_is_the_same_mail(office: Office) -> None:
    report = office.collect(a_mail(), b"Received: from elsewhere\r\n" + a_mail())
    assert report.counts == {"applied": 1, "repeated": 1}


def test_calendar_acceptance_applies_by_its_uid_whatever_alias_answers(office: Office) -> None:
    office.collect(a_calendar_mail(From="privat@anderswo.example"))
    assert (office.tracking().reply, office.tracking().source) == ("yes", Source.CALENDAR)


def test_calendar_answer_to_another_event_waits(office: Office) -> None:
    office.collect(a_calendar_mail(uid="040000008200E00074C5B7101A82E008"))
    assert office.tracking().reply == "open"
    assert len(office.reviews()) == 1


def test_older_calendar_answer_is_dropped(office: Office) -> None:
    report = office.collect(
        a_calendar_mail("DECLINED", stamp="20231120T073000Z"), a_calendar_mail(stamp="20231119T073000Z")
    )
    assert report.counts == {"applied": 1, "superseded": 1}
    assert office.tracking().reply == "no"


def test_calendar_answer_that_also_answers_our_mail_applies(office: Office) -> None:
    office.collect(a_calendar_mail(In_Reply_To=SENT_ID))
    assert office.tracking().reply == "yes"


def test_calendar_answer_to_an_older_version_of_the_entry_waits(office: Office) -> None:
    office.collect(a_calendar_mail("TENTATIVE", sequence=2))
    office.collect(a_calendar_mail("ACCEPTED", stamp="20231120T083000Z", sequence=1))
    assert office.tracking().reply == "open"
    assert "older version" in office.reviews()[0].reason


def test_calendar_decline_after_a_yes_waits(office: Office) -> None:
    office.collect(a_mail(), a_calendar_mail("DECLINED"))
    assert office.tracking().reply == "yes"
    assert office.tracking().reviews == 1


def test_deputy_keeps_the_seat_for_the_organisation(office: Office) -> None:
    office.collect(a_mail("Leider verhindert. Herr Schulz wird mich vertreten."))
    tracking = office.tracking()
    assert (tracking.reply, tracking.deputy, tracking.persons) == ("yes", "Schulz", 1)


def test_deputies_without_names_are_open_seats(office: Office) -> None:
    office.collect(a_mail("Ich kann nicht, schicke aber zwei Kolleginnen."))
    assert [one.role for one in office.tracking().attendees] == [Role.DEPUTY, Role.DEPUTY]


def test_names_in_a_mail_become_attendees(office: Office) -> None:
    office.collect(a_mail("Teilnehmen werden A. Alt, B. Berg und C. Cron."))
    assert [one.name for one in office.tracking().attendees] == ["A. Alt", "B. Berg", "C. Cron"]


def test_unclear_mail_waits_with_its_text(office: Office) -> None:
    office.collect(a_mail("Kann ich eine Begleitperson mitbringen?"))
    (review,) = office.reviews()
    assert review.recipient == "k-bonn"
    assert review.recorded.event.text == "Kann ich eine Begleitperson mitbringen?"  # type: ignore[union-attr]
    assert office.tracking().reply == "open"


def test_more_persons_than_may_come_wait(office: Office) -> None:
    office.collect(a_mail("Wir kommen mit 9 Personen."))
    assert office.tracking().reply == "open"
    assert "at most 4" in office.reviews()[0].reason


def test_no_by_mail_after_a_yes_keeps_the_yes(office: Office) -> None:
    office.collect(a_mail(), a_mail("Ich muss meine Zusage leider zurückziehen.", Message_ID="<2@stadt.example>"))
    assert office.tracking().reply == "yes"
    assert len(office.reviews()) == 1


def test_objection_blocks_and_is_no_answer(office: Office) -> None:
    office.collect(a_mail("Bitte streichen Sie mich aus dem Verteiler."))
    assert (office.tracking().blocked, office.tracking().reply) == (True, "open")


def test_unknown_sender_waits_and_belongs_to_nobody(office: Office) -> None:
    report = office.collect(a_mail(From="fremd@unbekannt.example"))
    assert [review.recipient for review in office.reviews()] == [""]
    assert "belongs to nobody" in report.notes[0]


def test_address_of_two_recipients_is_nobodys(tmp_path: Path) -> None:
    workspace = a_workspace(tmp_path)
    store = a_store(workspace, [a_recipient("a", email="rat@x.example"), a_recipient("b", email="rat@x.example")])
    collect(store, workspace, [("m", a_mail(From="rat@x.example"))])
    with store.reading() as tx:
        assert [review.recipient for review in queries.open_reviews(tx)] == [""]
    store.close()


def test_answer_to_our_mail_from_a_colleague_applies(office: Office) -> None:
    office.collect(a_mail(From="vorzimmer@stadt.example", In_Reply_To=SENT_ID))
    assert office.tracking().reply == "yes"


def test_answer_to_our_mail_from_another_house_waits(office: Office) -> None:
    office.collect(a_mail(From="jemand@anderswo.example", In_Reply_To=SENT_ID))
    assert office.tracking().reply == "open"
    assert office.tracking().reviews == 1


def test_personal_link_in_the_quoted_text_says_whose_mail_it_is(office: Office) -> None:
    url = rsvp_url("https://a.example", LinkSigner(KEYS, "tsp-2024").token("C0DE000001", 1))
    office.collect(a_mail(f"Gerne sage ich zu.\n\n> Hier antworten: {url}\n", From="buero@essen.example"))
    assert office.tracking("k-essen").reply == "yes"


def test_forged_link_says_nothing(office: Office) -> None:
    url = rsvp_url("https://a.example", LinkSigner(("another-key",), "tsp-2024").token("C0DE000001", 1))
    office.collect(a_mail(f"Gerne sage ich zu.\n\n> {url}\n", From="fremd@unbekannt.example"))
    assert office.tracking("k-essen").reply == "open"


@pytest.mark.parametrize(
    ("status", "words", "state"),
    [
        ("5.1.1", "smtp; 550 5.1.1 User unknown", MessageState.BOUNCED_HARD),
        ("5.2.2", "smtp; 552 5.2.2 Mailbox full", MessageState.BOUNCED_SOFT),
        ("4.7.1", "smtp; 450 4.7.1 [EAB] 554 IP=192.0.2.1", MessageState.BOUNCED_SOFT),
    ],
)
def test_bounce_changes_the_message_and_never_the_reply(
    office: Office, status: str, words: str, state: MessageState
) -> None:
    office.collect(a_mail(), a_bounce(status=status, words=words))
    assert (office.tracking().message, office.tracking().reply) == (state, "yes")


def test_bounce_is_matched_by_its_token_even_where_it_names_another_address(office: Office) -> None:
    office.collect(a_bounce("weiterleitung@intern.example"))
    assert office.tracking().message is MessageState.BOUNCED_HARD


def test_policy_refusal_tells_the_organiser(office: Office) -> None:
    report = office.collect(a_bounce(status="5.7.1", words="smtp; 554 5.7.1 blocked, see spamhaus"))
    assert "because of the sender" in report.notes[0]


def test_bounce_of_a_mail_that_we_never_sent_touches_nobody(office: Office) -> None:
    report = office.collect(a_bounce("rat@essen.example", to="office@x.example", returned_id="<other@x.example>"))
    assert report.counts == {"unmatched": 1}
    assert office.tracking("k-essen").message is MessageState.QUEUED


def test_delay_warning_is_no_bounce(office: Office) -> None:
    office.collect(a_bounce(action="delayed", status="4.4.1", words="smtp; connection timed out"))
    assert office.tracking().message is MessageState.SENT
    assert [one.kind for one in office.events() if isinstance(one, AutomaticReply)] == ["delayed"]


def test_out_of_office_is_noted_and_names_no_deputy(office: Office) -> None:
    text = "Ich bin bis 5. Juni nicht im Haus. Vertretung: Frau X."
    office.collect(a_mail(text, Auto_Submitted="auto-replied", Subject="Automatische Antwort: Einladung"))
    assert (office.tracking().reply, office.tracking().deputy) == ("open", "")
    assert [one.kind for one in office.events() if isinstance(one, AutomaticReply)] == ["automatic"]
    assert office.reviews() == []


def test_our_own_mail_in_the_mailbox_is_no_reply(office: Office) -> None:
    report = office.collect(a_mail(From="einladung@staedtepartnerschaften.example"))
    assert report.counts == {"own": 1}


def test_unreadable_mail_waits_and_the_others_are_read(office: Office) -> None:
    report = office.collect(b"\x00\xff", a_mail(), b"Subject: x\r\n\r\n" + b"x" * MAX_OCTETS)
    assert report.counts == {"review": 2, "applied": 1}
    assert "larger than 30 MB" in report.notes[1]


def test_dry_run_says_what_would_happen_and_writes_nothing(office: Office) -> None:
    before = office.events()
    report = office.collect(a_mail(), a_bounce(), dry_run=True)
    assert office.events() == before
    assert report.counts == {"applied": 1, "bounce": 1}
    assert "mail-0: reply yes of k-bonn: applied" in report.notes[0]
    assert "dry run" in report.lines()[0]


def test_mail_that_cannot_be_stored_is_reported_and_the_others_go_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(tx: Transaction, signer: LinkSigner, reading: MailReading) -> Match:
        if reading.file == "mail-0":
            raise ValueError("broken")
        return find_recipient(tx, signer, reading)

    monkeypatch.setattr("invite_pipeline.replies.enter.find_recipient", broken)
    report = office.collect(a_mail("Hallo"), a_mail())
    assert [failure.key for failure in report.failures] == ["mail-0"]
    assert office.tracking().reply == "yes"


def test_mailbox_is_told_only_what_is_on_disk(office: Office) -> None:
    class Box:
        told: list[str]

        def __init__(self) -> None:
            self.told, self.open = [], True

        def __iter__(self) -> Iterator[tuple[str, bytes]]:
            yield from (("1", a_mail()), ("2", a_bounce()))

        def committed(self, names: list[str]) -> None:
            assert office.tracking().reply == "yes"
            self.told += names

        def close(self) -> None:
            self.open = False

    box = Box()
    collect(office.store, office.workspace, box)
    assert (box.told, box.open) == (["1", "2"], False)


def test_every_mail_is_accounted_for(office: Office) -> None:
    report = office.collect(a_mail(), a_mail(), a_bounce(), a_calendar_mail(), b"", a_mail(From=""))
    assert report.read == 6
    assert sum(report.counts.values()) + len(report.failures) == 6


def test_bounces_are_events_with_the_servers_words(office: Office) -> None:
    office.collect(a_bounce())
    (bounced,) = [one for one in office.events() if isinstance(one, Bounced)]
    assert (bounced.classification, bounced.status, bounced.wave) == ("hard", "5.1.1", "invitation")
    assert "User unknown" in bounced.answer
    assert CODE not in bounced.answer
