"""For those who operate the pages: /readyz, /metrics behind a token, JSON logs."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from invite_pipeline.domain.events import SendAccepted, SendClaimed
from invite_pipeline.errors import StoreUnusable
from invite_pipeline.run.logs import JsonLines
from invite_pipeline.store.ledger import append
from tests.builders import NOW
from tests.web.pages import Office

TOKEN = "a-token-for-prometheus"


@pytest.fixture
def watched(open_office: Callable[..., Office], monkeypatch: pytest.MonkeyPatch) -> Office:
    """The pages with a token for /metrics."""
    monkeypatch.setenv("INVITE_METRICS_TOKEN", TOKEN)
    return open_office()


def scrape(office: Office) -> str:
    return str(office.browser.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text)


def test_metrics_count_mails_replies_and_reviews(watched: Office) -> None:
    with watched.store.writing() as tx:
        append(tx, "k-bonn", SendClaimed(wave="invitation", attempt=1, message_id="<1@x>"), at=NOW)
        append(tx, "k-koeln", SendClaimed(wave="invitation", attempt=1, message_id="<2@x>"), at=NOW)
        append(tx, "k-koeln", SendAccepted(wave="invitation", attempt=1), at=NOW)
    found = scrape(watched)
    assert 'invite_mails{kind="invitation",state="sent"} 1.0' in found
    assert 'invite_mails{kind="invitation",state="unknown"} 1.0' in found
    assert 'invite_replies{answer="open"} 3.0' in found
    assert "invite_reviews 0.0" in found


def test_posted_reply_is_timed_and_a_look_is_not(watched: Office) -> None:
    watched.browser.get(watched.path())
    assert "invite_reply_seconds_count 0.0" in scrape(watched)
    watched.browser.post(watched.path(), data={"nonce": watched.nonce(), "answer": "no"})
    assert "invite_reply_seconds_count 1.0" in scrape(watched)


def test_metrics_are_no_page_without_their_token(watched: Office) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic x"}):
        assert watched.browser.get("/metrics", headers=headers).status_code == 404


def test_metrics_are_no_page_where_no_token_is_set(office: Office) -> None:
    assert office.browser.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_no_metric_names_anybody(watched: Office) -> None:
    found = scrape(watched)
    assert "bonn" not in found.lower()
    assert "@" not in found


def test_ready_while_the_store_answers(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    assert office.browser.get("/readyz").status_code == 200

    def gone(*_args: Any) -> None:
        raise StoreUnusable("The store is away.", "Wait.")

    monkeypatch.setattr("invite_pipeline.store.operating.answers", gone)
    assert office.browser.get("/readyz").status_code == 503


def test_json_line_holds_what_the_caller_gave_and_no_words_of_an_error() -> None:
    record = logging.makeLogRecord({"name": "invite.worker", "levelname": "INFO", "msg": "send %d", "args": (3,)})
    record.stage, record.done = "send", 3
    try:
        raise ValueError("ob@bonn.example was refused")
    except ValueError as error:
        record.exc_info = (type(error), error, None)
    line = json.loads(JsonLines().format(record))
    assert (line["message"], line["stage"], line["done"], line["error"]) == ("send 3", "send", 3, "ValueError")
    assert "bonn" not in str(line)
