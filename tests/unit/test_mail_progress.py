"""What a run says of itself where there is no terminal."""

from __future__ import annotations

import pytest

from invite_pipeline.cli.output import MinuteLines, mail_line
from invite_pipeline.mail.tally import Standing

STANDING = Standing(total=600, sent=280, left_out=10, failed=9, unknown=1, rate=2.0)


def test_line_says_counts_pace_and_time_left() -> None:
    assert mail_line(STANDING) == "3 mail: 280 of 600 sent, 9 failed, 1 unknown, 2.0/s, 2 min left"


def test_one_line_a_minute(capsys: pytest.CaptureFixture[str]) -> None:
    times = iter([0.0, 30.0, 61.0, 61.0, 90.0, 122.0, 122.0])
    lines = MinuteLines(lambda: next(times))
    for _ in range(4):
        lines(STANDING)
    assert len(capsys.readouterr().err.splitlines()) == 2
