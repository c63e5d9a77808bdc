"""Data protection: what the campaign promised to forget is forgotten."""

from __future__ import annotations

from datetime import timedelta

from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.store.database import Store
from invite_pipeline.store.erasure import Purged, purge_mail_words


def purge(store: Store, workspace: Workspace, *, dry_run: bool = False) -> Purged:
    """Empty the words of mails older than the campaign's mail_retention_days; `dry_run` only counts them."""
    before = workspace.now() - timedelta(days=workspace.campaign.privacy.mail_retention_days)
    if dry_run:
        with store.reading() as tx:
            return purge_mail_words(tx, before=before, dry_run=True)
    with store.writing() as tx:
        return purge_mail_words(tx, before=before)
