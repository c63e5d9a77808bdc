"""Comparing lists with the store, without writing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.recipients.changes import Plan, of_same_list, plan
from invite_pipeline.recipients.store import decide_other, decide_same
from invite_pipeline.run.local import open_store

if TYPE_CHECKING:
    from invite_pipeline.recipients.load import Loaded


def compare(workspace: Workspace, loaded: Loaded, *, whole: bool) -> Plan:
    """What storing the lists would change; unless they are the `whole` campaign's, other lists' recipients stay."""
    complete = not any(problem.severity == "error" for problem in loaded.problems)
    with open_store(workspace).reading() as tx:
        within = None if whole else of_same_list(tx, loaded.recipients)
        return plan(tx, loaded.recipients, complete=complete, within=within)


@dataclass(frozen=True, slots=True)
class Answers:
    """What somebody says of keys: `same` are pairs of a stored key and the lists' key, `other` the lists' keys."""

    same: Sequence[tuple[str, str]] = ()
    other: Sequence[str] = ()


def decide(workspace: Workspace, loaded: Loaded, answers: Answers, *, whole: bool) -> Iterator[str]:
    """Record the answers one by one, and say what follows of each. Raises UnknownRecipient, InviteError."""
    store = open_store(workspace)
    for old, new in answers.same:
        found = compare(workspace, loaded, whole=whole)
        change = decide_same(store, old, new, loaded.recipients, workspace.now(), found=found)
        yield f"{new} is {old}: the invitation stays, the row is its new version."
        if change.written_to and change.fields:
            yield f"  {old} was written to before; changed: {', '.join(change.fields)}."
    for new in answers.other:
        key = decide_other(store, new, loaded.recipients, found=compare(workspace, loaded, whole=whole))
        called = f", under the key {key}" if key != new else ""
        yield f"{new} is a recipient of its own, and will be invited{called}."
