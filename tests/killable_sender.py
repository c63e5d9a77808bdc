"""A sender that a test kills: imports once, then forks a process for each run, which costs milliseconds.

    python -m tests.killable_sender SMTP_URL

Each line on its standard input names a folder and starts a run over its store; it says "begins PID" when the first
mail is about to go, and "ends PID".
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from invite_pipeline.domain.invitation import Invitation, InvitationState
from invite_pipeline.domain.tracking import Tracking
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError
from invite_pipeline.mail.letter_mail import Composer
from invite_pipeline.mail.send import send_batch
from invite_pipeline.mail.waves import plan_invitations
from invite_pipeline.store.database import Store
from tests.builders import a_campaign, a_recipient, a_workspace


def _run(workspace: Workspace) -> None:
    store = Store.open(workspace.store_url, workspace.campaign.id)
    due = plan_invitations(store, workspace).due
    _say(f"begins {os.getpid()}")
    try:
        send_batch(store, workspace, due)
    except InviteError as error:
        _say(f"error {error.message} {error.fix}")
    _say(f"ends {os.getpid()}")


def _say(line: str) -> None:
    # One system call, whole or not at all: two runs share the pipe, and one may be killed at any moment.
    os.write(1, f"{line}\n".encode())


def _warm(workspace: Workspace) -> None:
    """Compile the templates and load what a mail needs, once for all runs."""
    with tempfile.TemporaryDirectory() as folder:
        here = replace(workspace, out=Path(folder))
        here.letter_path("k-bonn").parent.mkdir()
        for path in (here.letter_path("k-bonn"), here.out / "programme.pdf"):
            path.write_bytes(b"%PDF-1.7")
        invitation = Invitation("k-bonn", "C0DE000000", 1, InvitationState.ISSUED)
        Composer(here).compose(a_recipient(), invitation, Tracking(), "invitation")


def main() -> None:
    campaign = replace(a_campaign(), mail=replace(a_campaign().mail, rate=""))
    workspace = a_workspace(Path("nowhere"), smtp_url=sys.argv[1], campaign=campaign)
    _warm(workspace)
    # Whoever was killed is to be gone, not to wait for us.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            folder = Path(line.strip())
            try:
                _run(replace(workspace, out=folder / "out", store_url=f"sqlite:///{folder / 'store.db'}"))
            finally:
                os._exit(0)


if __name__ == "__main__":
    main()
