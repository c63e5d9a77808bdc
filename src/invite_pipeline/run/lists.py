"""Comparing lists with the store, without writing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.recipients.changes import Plan, of_same_list, plan
from invite_pipeline.run.local import open_store

if TYPE_CHECKING:
    from invite_pipeline.recipients.load import Loaded


def compare(workspace: Workspace, loaded: Loaded, *, whole: bool) -> Plan:
    """What storing the lists would change; unless they are the `whole` campaign's, other lists' recipients stay."""
    complete = not any(problem.severity == "error" for problem in loaded.problems)
    with open_store(workspace).reading() as tx:
        within = None if whole else of_same_list(tx, loaded.recipients)
        return plan(tx, loaded.recipients, complete=complete, within=within)
