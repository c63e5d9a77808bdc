"""A recipient and the campaign's templates become the HTML of a letter; the campaign alone, that of the programme."""

from __future__ import annotations

from typing import Any

from invite_pipeline.domain.invitation import Invitation
from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.formats.rsvp_link import LinkSigner, rsvp_url
from invite_pipeline.formats.templates import Templates, campaign_context, invitation_context

LETTER, LETTER_STYLE = "letter.html", "letter.css"
PROGRAMME, PROGRAMME_STYLE = "programme.html", "programme.css"


def letter_context(workspace: Workspace, recipient: Recipient, invitation: Invitation) -> dict[str, Any]:
    """All names that a letter's template may use."""
    signer = LinkSigner(workspace.keys, workspace.campaign.id)
    link = rsvp_url(workspace.base_url, signer.token(invitation.code, invitation.revision))
    return {
        **invitation_context(workspace.campaign, recipient, link=link, code=invitation.code),
        "code_url": f"{workspace.base_url}/code",
        "privacy_url": f"{workspace.base_url}/datenschutz",
    }


def letter_html(templates: Templates, workspace: Workspace, recipient: Recipient, invitation: Invitation) -> str:
    """The HTML of one letter. Raises TemplateBroken."""
    return templates.render(LETTER, **letter_context(workspace, recipient, invitation))


def programme_html(templates: Templates, workspace: Workspace) -> str:
    """The HTML of the programme. Raises TemplateBroken."""
    return templates.render(PROGRAMME, **campaign_context(workspace.campaign))
