"""Beside the pages: offers that have run out go to the next, places that are added are offered, answers confirmed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.replies.places import settle
from invite_pipeline.run.answering import Answering
from invite_pipeline.store.database import Store
from invite_pipeline.web.security import log, log_fault

_EVERY_SECONDS = 60
_ANSWER_EVERY_SECONDS = 2.0
_LONGEST_PAUSE = 300.0
_LOOK_AT_ALL_EVERY = 300
"""Of so many looks one is at everybody: what could not be sent for now is due again."""
_GRACE_SECONDS = 20


@contextmanager
def keeping(store: Store, workspace: Workspace, *, may_mail: bool = False) -> Iterator[None]:
    """Settle places at once and then every minute, in a thread of its own, while the block lasts.

    With `may_mail` another thread mails each answer's confirmation, and offers of places.
    """
    ending = threading.Event()
    works: list[Callable[[], None]] = [lambda: _keep_places(store, workspace, ending)]
    if may_mail:
        works.append(lambda: _answer(Answering(store, workspace), ending))
    threads = [threading.Thread(target=work, name="keeper", daemon=True) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ending.set()
        for thread in threads:
            # A mail server that falls silent must not keep the command from ending.
            thread.join(_GRACE_SECONDS)


def _keep_places(store: Store, workspace: Workspace, ending: threading.Event) -> None:
    while not ending.is_set():
        try:
            settle(store, workspace)
        except Exception as error:
            # The pages go on; the next minute may find the store free again.
            log_fault(error)
        ending.wait(_EVERY_SECONDS)


def _answer(answering: Answering, ending: threading.Event) -> None:
    pause, looks = _ANSWER_EVERY_SECONDS, 0
    while not ending.is_set():
        try:
            report = answering.once()
            pause, looks = _ANSWER_EVERY_SECONDS, looks + 1
            if report.done or report.failures:
                log.info("%d confirmations and offers mailed, %d not", report.done, len(report.failures))
            if report.failures or looks % _LOOK_AT_ALL_EVERY == 0:
                answering.forget()
        except Exception as error:
            # The pages go on: what is due stays due.
            log_fault(error)
            pause = min(_LONGEST_PAUSE, 2 * pause)
        ending.wait(pause)
