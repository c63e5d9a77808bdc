"""Whose mail it is when the evidence is weak, and what becomes of notes that name somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from invite_pipeline.domain.events import AutomaticReply, Replied
from invite_pipeline.domain.reply import Intent
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.replies.collect import collect
from invite_pipeline.store import queries
from invite_pipeline.store.database import Store
from tests.builders import a_recipient, a_store, a_workspace
from tests.mails import a_mail


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return a_workspace(tmp_path)


@pytest.fixture
def store(workspace: Workspace) -> Iterator[Store]:
    recipients = [
        a_recipient("k-bonn", email="OB@Bonn.example"),
        a_recipient("k-essen", organisation="Stadt Essen", email="ob@essen.example"),
        a_recipient("v-essen", organisation="Partnerschaftsverein Essen", email="verein@gmx.example"),
    ]
    store = a_store(workspace, recipients)
    yield store
    store.close()


def waiting(store: Store, workspace: Workspace, mail: bytes) -> Replied:
    """The one reply that waits for review after this mail."""
    collect(store, workspace, [("1", mail)])
    with store.reading() as tx:
        (event,) = [one.event for one in queries.history(tx) if isinstance(one.event, Replied)]
    return event


def test_address_is_found_whatever_its_capitals(store: Store, workspace: Workspace) -> None:
    collect(store, workspace, [("1", a_mail(From="ob@BONN.example"))])
    with store.reading() as tx:
        assert queries.tracking(tx, "k-bonn").reply == "yes"


def test_sender_of_the_same_house_is_a_candidate_and_never_a_match(store: Store, workspace: Workspace) -> None:
    event = waiting(store, workspace, a_mail(From="vorzimmer@essen.example"))
    assert event.disposition == "review"
    assert "perhaps k-essen" in event.decision + event.evidence
    with store.reading() as tx:
        assert queries.tracking(tx, "k-essen").reply == "open"


def test_organisation_in_the_signature_is_a_candidate(store: Store, workspace: Workspace) -> None:
    text = "Gerne sage ich zu.\n\nViele Grüße\nMax Mann\nPartnerschaftsverein Essen"
    event = waiting(store, workspace, a_mail(text, From="max@privat.example"))
    assert "perhaps v-essen" in event.decision + event.evidence


def test_mail_provider_of_half_the_country_is_no_house(store: Store, workspace: Workspace) -> None:
    event = waiting(store, workspace, a_mail(From="irgendwer@gmx.example"))
    assert "perhaps" not in event.decision + event.evidence


def test_who_left_is_a_task_with_the_successors_address(store: Store, workspace: Workspace) -> None:
    text = "Frau Muster ist nicht mehr im Hause. Bitte schreiben Sie an jan.gross@bonn.example."
    event = waiting(store, workspace, a_mail(text, From="ob@bonn.example", Auto_Submitted="auto-replied"))
    assert (event.intent, event.disposition) == (Intent.CONTACT, "review")
    assert "jan.gross@bonn.example" in event.reason


def test_vacation_is_kept_with_the_day_of_return(store: Store, workspace: Workspace) -> None:
    text = "Ich bin bis 5. Dezember nicht im Büro."
    collect(store, workspace, [("1", a_mail(text, From="ob@bonn.example", Auto_Submitted="auto-replied"))])
    with store.reading() as tx:
        (note,) = [one.event for one in queries.history(tx) if isinstance(one.event, AutomaticReply)]
    assert (note.sort, note.back) == ("vacation", "2023-12-06")
