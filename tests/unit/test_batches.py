"""What is noted of a batch that a worker could not do."""

from __future__ import annotations

from typing import Any, cast

import pytest

from invite_pipeline.domain.stage import StageReport
from invite_pipeline.errors import MailServerUnusable
from invite_pipeline.run.distributed.jobs import Hands, carry_out
from invite_pipeline.run.distributed.queue import queue_name


class Noting:
    """Hands that only remember what they are to report."""

    def __init__(self) -> None:
        self.noted: list[StageReport] = []

    def report(self, _run: str, _number: int, _stage: str, report: StageReport, _seconds: float) -> None:
        self.noted.append(report)


def tried(error: Exception, *, last: bool) -> list[StageReport]:
    def fail() -> StageReport:
        raise error

    hands = Noting()
    with pytest.raises(type(error)):
        carry_out(cast(Hands, cast(Any, hands)), "send", "run", 1, fail, last=last, size=3)
    return hands.noted


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MailServerUnusable("The server is away.", "Start it."), "The server is away. Start it."),
        (ZeroDivisionError("Gerda Geheim"), "unforeseen (ZeroDivisionError)"),
    ],
)
def test_last_failure_of_a_batch_is_noted_whatever_it_was(error: Exception, words: str) -> None:
    assert tried(error, last=False) == []
    (noted,) = tried(error, last=True)
    assert words in noted.failures[0].message
    assert "Geheim" not in noted.failures[0].message


def test_queues_of_long_campaigns_differ_and_stay_short() -> None:
    names = {queue_name("render", "tag-der-staedtepartnerschaften-2024-" + end) for end in ("a", "b")}
    assert len(names) == 2
    assert max(map(len, names)) <= 39
