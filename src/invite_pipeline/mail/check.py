"""What could go wrong with the mails, found before one is sent."""

from __future__ import annotations

from invite_pipeline.domain.campaign import LANGUAGES
from invite_pipeline.domain.invitation import Invitation, InvitationState
from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.domain.reply import Attendee, Role
from invite_pipeline.domain.tracking import Tracking
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError, Problem
from invite_pipeline.formats.campaign_file import NAME
from invite_pipeline.formats.template_rules import check_template
from invite_pipeline.formats.templates import Templates
from invite_pipeline.mail.dkim import signer_of
from invite_pipeline.mail.entry import Entry
from invite_pipeline.mail.headers import ascii_address
from invite_pipeline.mail.kinds import CONFIRMATION, KINDS
from invite_pipeline.mail.letter_mail import Composer
from invite_pipeline.mail.pace import DomainPaces, read_hours, read_rate
from invite_pipeline.mail.server import read_server

# With each answer, since a template may ask for it.
_STATES = (
    Tracking(),
    Tracking(
        reply="yes", persons=2, attendees=(Attendee(role=Role.DEPUTY, name="Max Muster"), Attendee(role=Role.COMPANION))
    ),
    Tracking(reply="no"),
)


def check_mail(workspace: Workspace, sample: Recipient) -> list[Problem]:
    """Every problem of the mails' templates and settings; `sample` is tried as a recipient."""
    return _check_templates(workspace, sample) + _check_settings(workspace) + _check_bounce_address(workspace)


def _check_templates(workspace: Workspace, sample: Recipient) -> list[Problem]:
    templates, composer = Templates(workspace.folder), Composer(workspace, Entry(before=workspace.campaign.event))
    invitation = Invitation(sample.key, "0000000000", 1, InvitationState.DRAFT)
    problems: list[Problem] = []
    written = [kind for kind in KINDS.values() if not kind.text or templates.exists(kind.text)]
    for kind in written:
        for state in (one for one in _STATES if one.reply not in kind.not_to):
            context = composer.context(sample, invitation, state, kind)
            files = (f"{kind.template}.html", f"{kind.template}.txt")
            for file in dict.fromkeys(templates.in_language(file, one) for one in ("", *LANGUAGES) for file in files):
                problems += check_template(templates, file, context, needs=kind.needs)
    return list(dict.fromkeys(problems))


def _check_settings(workspace: Workspace) -> list[Problem]:
    mail = workspace.campaign.mail
    problems = []
    for setting, address in (("sender", mail.sender), ("reply_to", mail.reply_to)):
        try:
            if address:
                ascii_address(address)
        except InviteError as error:
            problems.append(Problem("error", NAME, error.message, "", column=f"mail.{setting}"))
    readers = (("rate", read_rate), ("hours", read_hours), ("domain_rates", DomainPaces))
    for setting, read in readers:
        try:
            read(getattr(mail, setting))
        except InviteError as error:
            problems.append(Problem("error", NAME, error.message, error.fix, column=f"mail.{setting}"))
    try:
        signer_of(workspace)
    except InviteError as error:
        problems.append(Problem("error", NAME, error.message, error.fix, column="mail.dkim_selector"))
    if workspace.smtp_url:
        try:
            read_server(workspace.smtp_url)
        except InviteError as error:
            problems.append(Problem("error", "INVITE_SMTP_URL", error.message, error.fix))
    return problems


def _check_bounce_address(workspace: Workspace) -> list[Problem]:
    if not workspace.campaign.mail.bounce:
        return []
    try:
        # As long as a wave's name becomes in a large campaign.
        Composer(workspace).envelope_sender("0" * 10, f"{CONFIRMATION}-1000000")
    except InviteError as error:
        return [Problem("error", NAME, error.message, error.fix, column="mail.bounce")]
    return []
