"""Senders killed at random moments: nobody is mailed twice, nobody is lost, and what is unsure is named."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.crash_harness import Outcome, crash
from tests.smtp_server import SmtpServer

pytestmark = [pytest.mark.smtp, pytest.mark.slow]


def killed(folder: Path, server: SmtpServer, kills: int, *, at_once: int = 1) -> Outcome:
    return crash(folder, server, kills, chance=random.Random(), at_once=at_once)


def test_150_kills_at_random_moments_double_nobody_and_lose_nobody(tmp_path: Path, smtp_server: SmtpServer) -> None:
    outcome = killed(tmp_path, smtp_server, 150)
    assert outcome.kills >= 150
    assert (outcome.doubled, outcome.lost) == (0, 0), str(outcome)
    assert outcome.sent + outcome.unknown == outcome.recipients


def test_50_kills_of_two_senders_at_once_double_nobody_and_lose_nobody(tmp_path: Path, smtp_server: SmtpServer) -> None:
    outcome = killed(tmp_path, smtp_server, 50, at_once=2)
    assert outcome.kills >= 50
    assert (outcome.doubled, outcome.lost) == (0, 0), str(outcome)
    assert outcome.sent + outcome.unknown == outcome.recipients
