"""All stages on one machine, one after the other: the store is opened once, each stage does what is due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from invite_pipeline.domain.stage import Progress, StageReport, silent
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError, Problem, RecipientsInvalid, UnknownRecipient
from invite_pipeline.store import queries
from invite_pipeline.store.database import Store
from invite_pipeline.store.letter_files import letter_name, remove_file

if TYPE_CHECKING:
    from invite_pipeline.recipients.listed import ListedRecipient
    from invite_pipeline.replies.collect import CollectReport


def open_store(workspace: Workspace) -> Store:
    """The campaign's store, made or migrated where needed. Raises StoreUnusable."""
    return Store.open(workspace.store_url, workspace.campaign.id, workspace.campaign.title)


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What loading the lists did, and every problem of every row."""

    report: StageReport
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Those problems that kept a row out."""
        return tuple(problem for problem in self.problems if problem.severity == "error")


def load(store: Store, workspace: Workspace, *, limit: int | None = None) -> LoadReport:
    """Stage 1: read all lists and store what is new or changed; rows with errors stay out, the others go on.

    `limit` takes only so many recipients of each list, for a rehearsal. Raises RecipientsInvalid where not one
    recipient could be read.
    """
    from invite_pipeline.recipients.load import list_files, read_lists
    from invite_pipeline.recipients.store import store_recipients

    campaign = workspace.campaign
    loaded = read_lists(list_files(workspace.folder, campaign), workspace.folder, campaign.columns)
    if not loaded.recipients:
        raise RecipientsInvalid(loaded.problems)
    listed = list(loaded.recipients) if limit is None else _first_of_each_list(loaded.recipients, limit)
    broken = any(problem.severity == "error" for problem in loaded.problems)
    # Where a row or a file could not be read, nobody may count as taken off the list.
    report = store_recipients(store, listed, workspace.now(), complete=not broken)
    return LoadReport(report, loaded.problems)


def _first_of_each_list(listed: Sequence[ListedRecipient], limit: int) -> list[ListedRecipient]:
    counts: Counter[str] = Counter()
    found = []
    for one in listed:
        counts[one.file] += 1
        if counts[one.file] <= limit:
            found.append(one)
    return found


def render(
    store: Store, workspace: Workspace, *, only: str | None = None, jobs: int | None = None, progress: Progress = silent
) -> StageReport:
    """Stage 2: the programme, and every letter that is missing or no longer what it should be."""
    from invite_pipeline.letters.render import render_batch

    keys = prepare_letters(store, workspace, only=only)
    return render_batch(store, workspace, keys, jobs=jobs, progress=progress)


def prepare_letters(store: Store, workspace: Workspace, *, only: str | None = None) -> list[str]:
    """The programme, and nothing left of those who are gone; gives the keys of the letters that there are to be."""
    from invite_pipeline.letters.programme import programme_pdf

    programme_pdf(workspace)
    _remove_letters_of_the_gone(store, workspace)
    if only is not None:
        return [listed_key(store, only)]
    with store.reading() as tx:
        return queries.listed_keys(tx)


def _remove_letters_of_the_gone(store: Store, workspace: Workspace) -> None:
    """Whoever posts what lies in the folder must not post to those who were taken off the list."""
    with store.reading() as tx:
        gone = queries.fingerprints(tx).keys() - set(queries.listed_keys(tx))
    for key in gone:
        remove_file(workspace, letter_name(key))


def listed_key(store: Store, key: str) -> str:
    """The key, where a recipient of the newest list has it. Raises UnknownRecipient."""
    with store.reading() as tx:
        if not queries.recipients(tx, [key]):
            raise UnknownRecipient(key)
    return key


def collect_replies(
    store: Store,
    workspace: Workspace,
    paths: Sequence[Path] | None,
    *,
    dry_run: bool = False,
    progress: Progress = silent,
) -> CollectReport:
    """Stage 4: read the mails of `paths`, or of the workspace's IMAP mailbox, and record what they say."""
    from invite_pipeline.replies.collect import collect
    from invite_pipeline.replies.imap import read_imap
    from invite_pipeline.replies.mailbox import read_paths

    if paths:
        return collect(store, workspace, read_paths(paths), dry_run=dry_run, progress=progress)
    box = read_imap(_imap_url(workspace), store, look_only=dry_run)
    return collect(store, workspace, box, dry_run=dry_run, progress=progress)


def follow_replies(store: Store, workspace: Workspace, tell: Callable[[CollectReport], None]) -> None:
    """Stage 4, on and on: read the workspace's IMAP mailbox whenever something comes in, until interrupted."""
    from invite_pipeline.replies.follow import follow
    from invite_pipeline.replies.imap import read_imap

    url = _imap_url(workspace)
    follow(store, workspace, lambda: read_imap(url, store), tell)


def _imap_url(workspace: Workspace) -> str:
    if not workspace.imap_url:
        raise InviteError("No mailbox is set.", "Set INVITE_IMAP_URL=imaps://user:password@host/INBOX.")
    return workspace.imap_url
