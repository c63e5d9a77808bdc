"""Answering by itself while pages are served: each answer's confirmation, and each offer of a place."""

from __future__ import annotations

from invite_pipeline.domain.stage import StageReport
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.mail.kinds import CONFIRMATION, OFFER, Due
from invite_pipeline.mail.send import send_batch
from invite_pipeline.mail.waves import plan_confirmations, plan_offers
from invite_pipeline.store import queries
from invite_pipeline.store.database import Store, Transaction
from invite_pipeline.store.mail_queries import answered_since, newest_answers
from invite_pipeline.store.place_queries import open_offers


class Answering:
    """Mails what answers call for, once each: the ledger's claims see to that, also beside `invite send`.

    It follows the ledger, so that answers of every channel count: the form's, those that staff enter, those that
    `invite collect` reads in another process.
    """

    def __init__(self, store: Store, workspace: Workspace) -> None:
        self._store, self._workspace = store, workspace
        self._seen: int | None = None

    def forget(self) -> None:
        """Look at everybody next time: something failed, or may have been missed."""
        self._seen = None

    def once(self) -> StageReport:
        """Mail what has become due since the last time. Raises InviteError, after which all is looked at anew."""
        seen, self._seen = self._seen, None
        due, newest = self._everything() if seen is None else self._since(seen)
        report = send_batch(self._store, self._workspace, due) if due else StageReport(0)
        self._seen = newest
        return report

    def _everything(self) -> tuple[list[Due], int]:
        with self._store.reading() as tx:
            _, newest = answered_since(tx, 0, keys=False)
        plans = plan_confirmations(self._store, self._workspace), plan_offers(self._store, self._workspace)
        return [one for plan in plans for one in plan.due], newest

    def _since(self, seen: int) -> tuple[list[Due], int]:
        with self._store.reading() as tx:
            keys, newest = answered_since(tx, seen)
            return [due for key in sorted(keys) for due in _called_for(tx, key)] if keys else [], newest


def _called_for(tx: Transaction, key: str) -> list[Due]:
    """What one recipient may be owed; whether it is still so is asked again at the claim."""
    email = queries.recipient(tx, key).email
    if not email:
        return []
    domain = email.rpartition("@")[2].lower()
    answer, offer = newest_answers(tx, key).get(key), open_offers(tx).get(key)
    found = [Due(key, f"{CONFIRMATION}-{answer}", domain)] if answer else []
    return [*found, Due(key, f"{OFFER}-{offer}", domain)] if offer else found
