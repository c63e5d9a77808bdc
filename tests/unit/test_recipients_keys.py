"""A renumbered key column: nobody's invitation, ledger or answer becomes somebody else's without a question."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from invite_pipeline.domain.events import LetterMoved, SendClaimed
from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.domain.stage import StageReport
from invite_pipeline.errors import InviteError
from invite_pipeline.recipients.changes import plan
from invite_pipeline.recipients.key_questions import Question
from invite_pipeline.recipients.listed import ListedRecipient
from invite_pipeline.recipients.store import decide_other, decide_same, store_recipients
from invite_pipeline.store import queries
from invite_pipeline.store.database import Store
from invite_pipeline.store.ledger import append
from tests.builders import NOW, a_person, a_recipient, a_store, a_workspace

BONN = a_recipient("1", email="info@bonn.example")
KOELN = a_recipient("2", organisation="Stadt Köln", city="Köln", street="Dom 1", email="info@koeln.example")
WESEL = a_recipient("3", organisation="Kreis Wesel", city="Wesel", street="Markt 1", email="", phone="7")
AACHEN = a_recipient("4", organisation="Stadt Aachen", city="Aachen", street="Markt 9", email="", phone="8")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = a_store(a_workspace(tmp_path))
    store_recipients(store, listed(BONN, KOELN, WESEL), NOW)
    return store


def listed(*recipients: Recipient) -> list[ListedRecipient]:
    return [ListedRecipient(one, "recipients/list.csv", row) for row, one in enumerate(recipients, start=2)]


def under(key: str, one: Recipient) -> Recipient:
    return replace(one, key=key)


def asked(store: Store, *recipients: Recipient) -> dict[str, Question]:
    with store.reading() as tx:
        return {one.listed.recipient.key: one for one in plan(tx, listed(*recipients)).questions}


def organisations(store: Store) -> dict[str, str]:
    with store.reading() as tx:
        return {one.key: one.organisation for one in queries.recipients(tx)}


def test_swapped_keys_are_asked_about_and_change_nothing(store: Store) -> None:
    swapped = [under("2", BONN), under("1", KOELN), WESEL]
    assert {key: one.stored for key, one in asked(store, *swapped).items()} == {"2": "1", "1": "2"}
    report = store_recipients(store, listed(*swapped), NOW)
    assert (report.done, len(report.failures)) == (0, 2)
    assert organisations(store) == {"1": "Stadt Bonn", "2": "Stadt Köln", "3": "Kreis Wesel"}


def test_swapped_keys_are_set_right_one_by_one(store: Store) -> None:
    rows = listed(under("2", BONN), under("1", KOELN), WESEL)
    decide_same(store, "1", "2", rows, NOW)
    assert list(asked(store, *(one.recipient for one in rows))) == ["1"]
    decide_same(store, "2", "1", rows, NOW)
    assert store_recipients(store, rows, NOW) == StageReport(done=0, skipped=3)


def test_a_row_put_in_front_shifts_nobody(store: Store) -> None:
    shifted = [under("1", AACHEN), under("2", BONN), under("3", KOELN), under("4", WESEL)]
    found = asked(store, *shifted)
    assert {key: (one.stored, one.doubt) for key, one in found.items()} == {
        "1": ("1", "another"), "2": ("1", "moved"), "3": ("2", "moved"), "4": ("3", "new key"),
    }  # fmt: skip
    rows = listed(*shifted)
    for key in ("2", "3", "4"):
        decide_same(store, found[key].stored, key, rows, NOW)
    assert decide_other(store, "1", rows) == "1-2"
    assert store_recipients(store, rows, NOW).notes == ("1 new",)
    assert organisations(store) == {"1": "Stadt Bonn", "2": "Stadt Köln", "3": "Kreis Wesel", "1-2": "Stadt Aachen"}


def test_old_keys_coming_back_are_asked_about_again(store: Store) -> None:
    rows = listed(under("2", BONN), under("1", KOELN), WESEL)
    decide_same(store, "1", "2", rows, NOW)
    decide_same(store, "2", "1", rows, NOW)
    assert sorted(asked(store, BONN, KOELN, WESEL)) == ["1", "2"]
    decide_same(store, "1", "1", listed(BONN, KOELN, WESEL), NOW)
    decide_same(store, "2", "2", listed(BONN, KOELN, WESEL), NOW)
    assert store_recipients(store, listed(BONN, KOELN, WESEL), NOW).failures == ()


def test_units_that_share_house_and_mailbox_are_told_apart(store: Store) -> None:
    culture, sport = replace(BONN, key="5", unit="Kulturamt"), replace(BONN, key="6", unit="Sportamt")
    store_recipients(store, listed(culture, sport), NOW, complete=False)
    assert sorted(asked(store, BONN, KOELN, WESEL, under("6", culture), under("5", sport))) == ["5", "6"]


@pytest.mark.parametrize(
    "changed",
    [
        {"organisation": "Bundesstadt Bonn"},
        {"email": "neu@bonn.example", "street": "Neuer Platz 1", "persons": (a_person(last_name="Neu"),)},
        {"organisation": "Bundesstadt am Rhein", "email": "", "persons": ()},
    ],
)
def test_one_who_only_changed_is_no_question(store: Store, changed: dict[str, object]) -> None:
    assert asked(store, replace(BONN, **changed), KOELN, WESEL) == {}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "event", [SendClaimed(wave="invitation", attempt=1, message_id="<1@x.example>"), LetterMoved(step="printed")]
)
def test_who_was_written_to_becomes_nobody_else_unasked(store: Store, event: SendClaimed | LetterMoved) -> None:
    assert asked(store, under("1", AACHEN), KOELN, WESEL) == {}
    with store.writing() as tx:
        append(tx, "1", event, at=NOW)
    (question,) = asked(store, under("1", AACHEN), KOELN, WESEL).values()
    assert "1 is stored as “Stadt Bonn, Dr. Eva Muster”, and has been written to" in question.text
    assert "--same 1=1" in question.text


def test_all_of_a_recipient_may_change_if_somebody_says_so(store: Store) -> None:
    with store.writing() as tx:
        append(tx, "1", LetterMoved(step="printed"), at=NOW)
    rows = listed(under("1", AACHEN), KOELN, WESEL)
    assert decide_same(store, "1", "1", rows, NOW).written_to
    assert store_recipients(store, rows, NOW).failures == ()
    assert organisations(store)["1"] == "Stadt Aachen"


def test_one_who_was_written_to_and_is_gone_is_named(store: Store) -> None:
    with store.writing() as tx:
        append(tx, "1", LetterMoved(step="printed"), at=NOW)
    report = store_recipients(store, listed(KOELN, WESEL), NOW)
    assert report.notes == ("1 gone", "1 is gone from the lists, but was written to already")


def test_an_answer_never_makes_a_third_of_two(store: Store) -> None:
    rows = listed(under("2", BONN), under("1", KOELN), WESEL)
    with pytest.raises(InviteError, match="3 is invited already"):
        decide_same(store, "1", "3", rows, NOW)
