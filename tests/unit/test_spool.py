"""Contents of mails that go from one process to another by way of files."""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor

import pytest

from invite_pipeline.mail.kinds import INVITATION, Due
from invite_pipeline.mail.letter_mail import Outgoing
from invite_pipeline.mail.spool import Left, Prepared, Spool, SpoolFiles

THERE: list[Spool] = []


def a_batch() -> list[Prepared]:
    mails = [Outgoing("a@stadt.example", f"b{n}@stadt.example", f"<{n}>", b"x" * n * 1000) for n in range(1, 4)]
    return [Prepared(Due(f"k-{n}", INVITATION), mail=mail) for n, mail in enumerate(mails)] + [
        Prepared(Due("k-9", INVITATION), failure="no letter")
    ]


def begin(files: SpoolFiles) -> None:
    THERE.append(Spool.again(files))


def compose() -> list[Left]:
    return THERE[0].left(1, a_batch())


def test_batch_composed_elsewhere_arrives_whole() -> None:
    here = Spool(2)
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), begin, (here.files(),)) as pool:
        for _ in range(2):
            left = pool.submit(compose).result()
            assert all(one.prepared.mail is None or not one.prepared.mail.content for one in left)
            assert here.taken(1, left) == a_batch()
    here.close()


def test_full_disk_sends_contents_through_the_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    here = Spool(1)
    monkeypatch.setattr(os, "pwrite", full)
    assert here.taken(0, here.left(0, a_batch())) == a_batch()
    here.close()
