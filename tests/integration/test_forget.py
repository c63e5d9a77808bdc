"""A person is forgotten, and the counts stay; what is kept of a person can be handed out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from invite_pipeline.domain.invitation import InvitationState
from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.domain.reply import Attendee, Role, Source
from invite_pipeline.domain.tracking import Tracking, fold_all
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import ReplyRefused, UnknownRecipient
from invite_pipeline.recipients.listed import ListedRecipient
from invite_pipeline.recipients.store import store_recipients
from invite_pipeline.replies.collect import collect
from invite_pipeline.replies.record import record_reply
from invite_pipeline.reports.figures import figures
from invite_pipeline.run.outgoing import due_mails
from invite_pipeline.run.privacy import export_person, forget, purge, retention_ends
from invite_pipeline.run.processing_record import record_of_processing
from invite_pipeline.store import queries, tables
from invite_pipeline.store.database import Store
from tests.builders import NOW, a_person, a_recipient, a_reply, a_store, a_workspace, at
from tests.mails import a_mail

SENDER = "chair@bonn.example"
SECRETS = ("Quastel", SENDER, "Zimtweg", "allergic", "0228", "Nebelhorn")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return a_workspace(tmp_path)


@pytest.fixture
def store(workspace: Workspace) -> Iterator[Store]:
    store = a_store(workspace, [bonn(), a_recipient("k-essen", email="mayor@essen.example")])
    yield store
    store.close()


def bonn() -> Recipient:
    """An association's chair, written to at home."""
    chair = a_person(first_name="Adelgunde", last_name="Quastel")
    at_home = {"street": "Zimtweg 3", "phone": "0228 4711", "extra": {"note": "Nebelhorn"}}
    return a_recipient("k-bonn", organisation="Verein der Freunde", persons=(chair,), email=SENDER, **at_home)


def listed() -> list[ListedRecipient]:
    """The list as it was loaded."""
    return [
        ListedRecipient(bonn(), "l.csv", 2),
        ListedRecipient(a_recipient("k-essen", email="m@essen.example"), "l.csv", 3),
    ]


def accept(store: Store, workspace: Workspace) -> None:
    """Three come: the chair, a deputy and a companion."""
    people = (
        Attendee(role=Role.INVITEE, name="Adelgunde Quastel", email=SENDER),
        Attendee(role=Role.DEPUTY, name="Balduin Quastel", office="Schriftführer"),
        Attendee(role=Role.COMPANION, name="Cosima Quastel"),
    )
    record_reply(store, workspace, a_reply("k-bonn", attendees=people, persons=3, remark="allergic to nuts"))


def all_words(store: Store) -> str:
    """Every cell of every table."""
    with store.reading() as tx:
        tables_ = [one for one in tables.metadata.sorted_tables if "recipient" in one.c or one is tables.recipients]
        return str([list(tx.connection.execute(sa.select(one)).all()) for one in tables_])


def test_forgotten_person_is_in_no_table_and_every_count_stays(store: Store, workspace: Workspace) -> None:
    accept(store, workspace)
    collect(store, workspace, [("1", a_mail("Ich, A. Quastel, frage noch etwas: wo ist der Zimtweg?", From=SENDER))])
    before = figures(store, workspace).as_json()
    forget(store, workspace, "k-bonn")
    words = all_words(store)
    assert [secret for secret in SECRETS if secret in words] == []
    after = figures(store, workspace).as_json()
    assert before["replies"].pop("needs_review") == 1
    assert after["replies"].pop("needs_review") == 0
    before.pop("due"), after.pop("due")
    assert after == before
    assert after["persons"] == 3


def test_forgotten_row_is_what_its_history_folds_to(store: Store, workspace: Workspace) -> None:
    accept(store, workspace)
    forget(store, workspace, "k-bonn")
    with store.reading() as tx:
        state = queries.tracking(tx, "k-bonn")
        assert fold_all(Tracking(), queries.history(tx, "k-bonn")) == state
    assert (state.reply, state.persons, [one.role for one in state.attendees]) == ("yes", 3, list(Role)[:3])
    assert state.invitation is InvitationState.FORGOTTEN


def test_nothing_of_an_attendee_but_choices_and_seats_stays() -> None:
    filled = {one.name: "Quastel" for one in fields(Attendee) if one.type in ("str", str)}
    emptied = Attendee(role=Role.DEPUTY, **filled).anonymous()  # type: ignore[arg-type]
    assert {name for name in filled if getattr(emptied, name)} <= {"workshop", "second"}


def test_forgotten_recipient_is_neither_mailed_nor_rendered_nor_loaded_again(
    store: Store, workspace: Workspace
) -> None:
    forget(store, workspace, "k-bonn")
    report = store_recipients(store, listed(), NOW)
    assert "k-bonn was erased and stays out: delete l.csv, row 2" in report.notes
    assert [one.key for one in due_mails(store, workspace).due] == ["k-essen"]
    with store.reading() as tx:
        assert queries.listed_keys(tx) == ["k-essen"]
        assert queries.recipient(tx, "k-bonn").persons == ()


def test_forgetting_twice_changes_nothing(store: Store, workspace: Workspace) -> None:
    accept(store, workspace)
    forget(store, workspace, "k-bonn")
    before = all_words(store)
    forget(store, workspace, "k-bonn")
    assert all_words(store) == before


def test_files_made_for_one_go_and_those_made_for_many_are_named(store: Store, workspace: Workspace) -> None:
    alone = [workspace.letter_path("k-bonn"), workspace.out / "dry-run" / "k-bonn.invitation.eml"]
    alone.append(workspace.out / "preview" / "k-bonn" / "letter.png")
    other = workspace.letter_path("k-bonn-2")
    for path in (*alone, other, workspace.out / "print" / "letters.pdf"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    left = forget(store, workspace, "k-bonn")
    assert not any(path.exists() for path in alone)
    assert other.exists()
    assert left.files == (workspace.out / "print",)


def test_answer_entered_for_a_forgotten_one_is_refused(store: Store, workspace: Workspace) -> None:
    forget(store, workspace, "k-bonn")
    with pytest.raises(ReplyRefused, match="erased"):
        record_reply(store, workspace, a_reply("k-bonn", source=Source.PHONE))


def test_mail_of_a_forgotten_one_waits_for_a_human(store: Store, workspace: Workspace) -> None:
    forget(store, workspace, "k-bonn")
    collect(store, workspace, [("1", a_mail(In_Reply_To=f"<{'x'}@y.example>", From="Eva <chair@bonn.example>"))])
    assert figures(store, workspace).as_json()["replies"]["needs_review"] == 1


def test_unknown_key_is_a_sentence(store: Store, workspace: Workspace) -> None:
    for door in (forget, export_person):
        with pytest.raises(UnknownRecipient):
            door(store, workspace, "k-nobody")


def test_export_holds_all_that_is_kept_of_one_and_nothing_of_others(store: Store, workspace: Workspace) -> None:
    accept(store, workspace)
    exported = json.dumps(export_person(store, workspace, "k-bonn"), ensure_ascii=False)
    assert [secret for secret in SECRETS if secret not in exported] == []
    assert "Balduin Quastel" in exported
    assert "k-essen" not in exported


def test_retention_erases_everybody_and_keeps_the_counts(store: Store, workspace: Workspace) -> None:
    accept(store, workspace)
    collect(store, workspace, [("1", a_mail("Wer sind Sie? Quastel", From="stranger@elsewhere.example"))])
    ends = retention_ends(workspace)
    assert purge(store, replace(workspace, now=at(ends - timedelta(seconds=1)))).persons == 0
    later = replace(workspace, now=at(ends))
    assert purge(store, later, dry_run=True).persons == 2
    assert "Quastel" in all_words(store)
    assert purge(store, later).persons == 2
    words = all_words(store)
    assert [secret for secret in (*SECRETS, "essen.example", "stranger") if secret in words] == []
    assert figures(store, later).as_json()["persons"] == 3
    assert purge(store, later).persons == 0


def test_record_of_processing_says_what_the_campaign_says(workspace: Workspace) -> None:
    record, privacy = record_of_processing(workspace), workspace.campaign.privacy
    for part in (*privacy.controllers, privacy.purpose, privacy.legal_basis, privacy.authority, "19.04.2024"):
        assert part in record
