"""A later list beside the stored one: what is new, changed and gone, and keys that nobody may be invited twice by."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from invite_pipeline.domain.events import SendAccepted, SendClaimed
from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.domain.stage import StageReport
from invite_pipeline.errors import InviteError, UnknownRecipient
from invite_pipeline.recipients.changes import Plan, of_same_list, plan
from invite_pipeline.recipients.listed import ListedRecipient
from invite_pipeline.recipients.store import decide_other, decide_same, store_recipients
from invite_pipeline.store import queries
from invite_pipeline.store.database import Store
from invite_pipeline.store.ledger import append
from tests.builders import NOW, a_recipient, a_store, a_workspace

BONN = a_recipient("k-bonn")
KOELN = a_recipient("k-koeln", organisation="Stadt Köln", city="Köln", street="Dom 1")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = a_store(a_workspace(tmp_path))
    load(store, BONN, KOELN)
    return store


def listed(*recipients: Recipient, file: str = "recipients/list.csv") -> list[ListedRecipient]:
    return [ListedRecipient(one, file, row) for row, one in enumerate(recipients, start=2)]


def load(store: Store, *recipients: Recipient) -> StageReport:
    return store_recipients(store, listed(*recipients), NOW)


def compare(store: Store, *recipients: Recipient, complete: bool = True) -> Plan:
    with store.reading() as tx:
        return plan(tx, listed(*recipients), complete=complete)


def mail(store: Store, key: str) -> None:
    with store.writing() as tx:
        append(tx, key, SendClaimed(wave="invitation", attempt=1, message_id="<1@x.example>"), at=NOW)
        append(tx, key, SendAccepted(wave="invitation", attempt=1), at=NOW)


def invited(store: Store) -> set[str]:
    with store.reading() as tx:
        return set(queries.invitations(tx))


def test_comparing_tells_everything_and_writes_nothing(store: Store) -> None:
    new = a_recipient("k-wesel", organisation="Kreis Wesel", city="Wesel")
    found = compare(store, replace(BONN, phone="1"), new)
    assert [(one.key, one.kind, one.fields) for one in found.changes] == [
        ("k-bonn", "changed", ("phone",)),
        ("k-wesel", "new", ()),
        ("k-koeln", "gone", ()),
    ]
    assert found.changes[0].old == BONN
    assert invited(store) == {"k-bonn", "k-koeln"}


def test_same_list_changes_nothing(store: Store) -> None:
    assert compare(store, BONN, KOELN) == Plan(())


def test_incomplete_list_makes_nobody_gone(store: Store) -> None:
    assert compare(store, BONN, complete=False) == Plan(())


def test_change_after_the_mail_is_told_by_name(store: Store) -> None:
    mail(store, "k-bonn")
    report = load(store, replace(BONN, email="neu@bonn.example"), KOELN)
    assert report.notes == ("1 changed", "k-bonn was changed after it was written to: email")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"organisation": "Bundesstadt Bonn"}, "the same e-mail address"),
        ({"email": "neu@bonn.example", "organisation": "Bonn, Stadt"}, "the same name"),
        ({"email": "", "organisation": "Rathaus"}, "the same street and persons"),
    ],
)
def test_changed_key_is_a_question_and_no_second_invitation(store: Store, changes: dict[str, Any], why: str) -> None:
    report = load(store, replace(BONN, key="r-new", **changes), KOELN)
    (failure,) = report.failures
    assert (failure.key, report.done) == ("r-new", 0)
    assert f"has {why} as k-bonn" in failure.message
    assert "--same k-bonn=r-new" in failure.message
    assert invited(store) == {"k-bonn", "k-koeln"}


def test_nobody_is_gone_while_the_question_is_open(store: Store) -> None:
    load(store, replace(BONN, key="r-new"), KOELN)
    with store.reading() as tx:
        assert queries.tracking(tx, "k-bonn").listed


def test_same_keeps_the_invitation_under_its_key(store: Store) -> None:
    rows = listed(replace(BONN, key="r-new", phone="1"), KOELN)
    change = decide_same(store, "k-bonn", "r-new", rows, NOW)
    assert (change.key, change.kind, change.fields) == ("k-bonn", "changed", ("phone",))
    assert store_recipients(store, rows, NOW) == StageReport(done=0, skipped=2)
    assert invited(store) == {"k-bonn", "k-koeln"}


def test_other_is_invited_and_the_first_is_gone(store: Store) -> None:
    rows = listed(replace(BONN, key="r-new"), KOELN)
    assert decide_other(store, "r-new", rows) == "r-new"
    assert store_recipients(store, rows, NOW).notes == ("1 new", "1 gone")
    assert invited(store) == {"k-bonn", "k-koeln", "r-new"}


def test_two_who_share_a_mailbox_are_no_question(store: Store) -> None:
    report = load(store, BONN, KOELN, a_recipient("k-club", organisation="Club", email=BONN.email))
    assert (report.notes, report.failures) == (("1 new",), ())


def test_decisions_need_a_stored_and_a_listed_key(store: Store) -> None:
    rows = listed(BONN, KOELN, a_recipient("k-wesel", organisation="Kreis Wesel"))
    with pytest.raises(UnknownRecipient):
        decide_same(store, "k-nobody", "k-wesel", rows, NOW)
    for answer in (
        lambda: decide_same(store, "k-bonn", "r-new", rows, NOW),
        lambda: decide_other(store, "r-new", rows),
    ):
        with pytest.raises(InviteError, match="No row without errors has the key “r-new”"):
            answer()


def test_nobody_invited_becomes_somebody_else(store: Store) -> None:
    with pytest.raises(InviteError, match="invited already"):
        decide_same(store, "k-bonn", "k-koeln", listed(BONN, KOELN), NOW)
    with pytest.raises(InviteError, match="nothing to decide"):
        decide_other(store, "k-bonn", listed(BONN, KOELN))


def test_two_rows_never_become_one_recipient(store: Store) -> None:
    rows = listed(BONN, KOELN, a_recipient("k-wesel", organisation="Kreis Wesel"))
    with pytest.raises(InviteError, match=r"row 2 \(k-bonn\) is k-bonn already"):
        decide_same(store, "k-bonn", "k-wesel", rows, NOW)


def test_other_after_same_would_invite_twice_and_is_refused(store: Store) -> None:
    rows = listed(replace(BONN, key="r-new"), KOELN)
    decide_same(store, "k-bonn", "r-new", rows, NOW)
    with pytest.raises(InviteError, match="r-new was decided to be k-bonn"):
        decide_other(store, "r-new", rows)
    assert store_recipients(store, rows, NOW).failures == ()


def test_other_lists_recipients_are_not_gone(store: Store) -> None:
    with store.reading() as tx:
        later = listed(a_recipient("k-x"), file="elsewhere/list.csv")
        assert of_same_list(tx, later) == {"k-bonn", "k-koeln"}
        assert of_same_list(tx, listed(a_recipient("k-x"), file="other.csv")) == frozenset()
        found = plan(tx, listed(replace(BONN, key="r-1"), file="other.csv"), within=frozenset())
    assert [(one.key, one.kind) for one in found.changes] == [("r-1", "new")]
