"""The HTML of every wave, composed from the example campaign's templates."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from invite_pipeline.domain.invitation import Invitation, InvitationState
from invite_pipeline.domain.reply import Attendee, Role, Seat
from invite_pipeline.domain.tracking import Tracking
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.mail.entry import Entry
from invite_pipeline.mail.letter_mail import Composer
from tests.builders import ROOT, a_recipient, a_workspace
from tests.mails import parsed

INVITED = Invitation("k-bonn", "C0DE000000", 1, InvitationState.ISSUED)
WAITING = Attendee(role=Role.DEPUTY, name="Max <Muster>", seat=Seat.WAITLISTED, waiting=3)
YES = Tracking(reply="yes", persons=2, attendees=(WAITING, Attendee(role=Role.COMPANION)), remark="Mit Rad & Bus")
OFFERED = replace(YES, offer=7, offer_until=datetime(2023, 12, 1, 12, tzinfo=UTC))


def a_wave_workspace(tmp_path: Path) -> Workspace:
    """A workspace with letter, programme and the texts that organisers write."""
    for part in ("templates", "assets"):
        shutil.copytree(ROOT / part, tmp_path / part)
    for name in ("message_text.html", "correction_text.html"):
        (tmp_path / "templates" / name).write_text("<p>Der Eingang liegt am Rheinufer.</p><ul><li>Ausweis</li></ul>")
    made = replace(a_workspace(tmp_path, base_url="https://anmeldung.example"), folder=tmp_path)
    made.letter_path("k-bonn").parent.mkdir(parents=True)
    made.letter_path("k-bonn").write_bytes(b"%PDF-1.7 the letter")
    (made.out / "programme.pdf").write_bytes(b"%PDF-1.7 the programme")
    return made


def html_of(workspace: Workspace, kind: str, state: Tracking | None = None, *, test_to: str = "") -> str:
    """The HTML part of a mail; without `state`, to somebody in a state in which it is sent."""
    state = state or (OFFERED if kind in ("offer", "confirmation", "message") else Tracking())
    entry = Entry(sequence=1, before=workspace.campaign.event)
    wave = kind if kind == "invitation" else f"{kind}-7"
    mail = Composer(workspace, entry).compose(a_recipient(), INVITED, state, wave, test_to=test_to)
    body = parsed(mail.content).get_body(("html",))
    assert body is not None
    return str(body.get_content())
