"""Beside the pages: offers that have run out go to the next, and places that a campaign file adds are offered."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.replies.places import settle
from invite_pipeline.store.database import Store
from invite_pipeline.web.security import log_fault

_EVERY_SECONDS = 60


@contextmanager
def keeping_places(store: Store, workspace: Workspace) -> Iterator[None]:
    """Settle places at once and then every minute, in a thread of its own, while the block lasts."""
    ending = threading.Event()
    thread = threading.Thread(target=_keep, args=(store, workspace, ending), name="places", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()


def _keep(store: Store, workspace: Workspace, ending: threading.Event) -> None:
    while not ending.is_set():
        try:
            settle(store, workspace)
        except Exception as error:
            # The pages go on; the next minute may find the store free again.
            log_fault(error)
        ending.wait(_EVERY_SECONDS)
