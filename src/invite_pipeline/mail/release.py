"""A host's release of exactly these letters and texts: a hash of each, and one over all of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from invite_pipeline.domain.events import Released
from invite_pipeline.domain.stage import Failure
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.mail.entry import Entry, entry_now
from invite_pipeline.mail.kinds import Due
from invite_pipeline.mail.letter_mail import Composer
from invite_pipeline.mail.prepare import prepare
from invite_pipeline.store.database import Store
from invite_pipeline.store.ledger import append

_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Proof:
    """Each mail's hash as it would go now, and what could not be made."""

    mails: tuple[tuple[Due, str, str], ...]
    """The mail, its address, and its hash."""
    failures: tuple[Failure, ...]

    @property
    def digest(self) -> str:
        """One hash over all: the same for the same mails, whatever their order."""
        lines = sorted(f"{due.key} {due.wave} {digest}\n" for due, _, digest in self.mails)
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    def listing(self) -> str:
        """One line for each mail, as it is kept beside the letters."""
        return "".join(f"{digest}  {due.key}  {due.wave}  {to}\n" for due, to, digest in self.mails)


def proof(store: Store, workspace: Workspace, due: Sequence[Due], entry: Entry | None = None) -> Proof:
    """Compose what is due and hash it; nothing is kept and nothing is sent."""
    campaign = workspace.campaign
    free = replace(workspace, campaign=replace(campaign, mail=replace(campaign.mail, release="")))
    with store.reading() as tx:
        entry = entry or entry_now(tx, campaign)
    composer, mails, failures = Composer(free, entry), [], []
    for start in range(0, len(due), _AT_ONCE):
        for one in prepare(store, free, composer, due[start : start + _AT_ONCE]):
            if one.mail:
                mails.append((one.due, one.mail.to, one.mail.digest))
            elif one.failure:
                failures.append(Failure(one.due.key, one.failure))
    return Proof(tuple(mails), tuple(failures))


def release(store: Store, workspace: Workspace, proven: Proof, by: str) -> None:
    """Note that a host releases these mails, each by its hash."""
    now = workspace.now()
    with store.writing() as tx:
        for due, _, digest in proven.mails:
            append(tx, due.key, Released(wave=due.wave, digest=digest, by=by), at=now)
