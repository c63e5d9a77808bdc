"""A recipient and the campaign's templates become the HTML of a letter; the campaign alone, that of the programme."""

from __future__ import annotations

from typing import Any

from invite_pipeline.domain.invitation import Invitation
from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.formats.printed_names import Printed, cut, joined
from invite_pipeline.formats.rsvp_link import LinkSigner, rsvp_url
from invite_pipeline.formats.templates import Templates, campaign_context, personal_context

LETTER, LETTER_STYLE = "letter.html", "letter.css"
PROGRAMME, PROGRAMME_STYLE = "programme.html", "programme.css"

_PERSONAL = frozenset(("recipient", "address", "salutation", "link", "code"))
_LISTS = frozenset(("address",))


def letter_context(workspace: Workspace, recipient: Recipient, invitation: Invitation) -> dict[str, Any]:
    """All names that a letter's template may use."""
    signer = LinkSigner(workspace.keys, workspace.campaign.id)
    return _shared_context(workspace) | _personal_context(workspace, signer, recipient, invitation)


def _shared_context(workspace: Workspace) -> dict[str, Any]:
    return {
        **campaign_context(workspace.campaign),
        "code_url": f"{workspace.base_url}/code",
        "privacy_url": f"{workspace.base_url}/datenschutz",
    }


def _personal_context(
    workspace: Workspace, signer: LinkSigner, recipient: Recipient, invitation: Invitation
) -> dict[str, Any]:
    link = rsvp_url(workspace.base_url, signer.token(invitation.code, invitation.revision))
    return personal_context(recipient, link=link, code=invitation.code)


def letter_template(templates: Templates, language: str) -> str:
    """The letter's template in a recipient's language, else the one that all have."""
    return templates.in_language(LETTER, language)


class LetterWriter:
    """Writes the HTML of letters: where the template only prints what is personal, it is rendered once for many."""

    def __init__(self, templates: Templates, workspace: Workspace) -> None:
        self._templates = templates
        self._workspace = workspace
        self._signer = LinkSigner(workspace.keys, workspace.campaign.id)
        self._shared = _shared_context(workspace)
        self._only_prints: dict[str, bool] = {}
        self._parts: dict[tuple[str, int], list[str]] = {}

    def html(self, recipient: Recipient, invitation: Invitation) -> str:
        """The HTML of one letter. Raises TemplateBroken."""
        name = letter_template(self._templates, recipient.language)
        personal = _personal_context(self._workspace, self._signer, recipient, invitation)
        if name not in self._only_prints:
            self._only_prints[name] = self._templates.only_prints(name, _PERSONAL, _LISTS)
        if not self._only_prints[name]:
            return self._templates.render(name, **self._shared, **personal)
        form = name, len(personal["address"])
        if form not in self._parts:
            stand_ins: dict[str, Any] = {one: Printed(one) for one in personal}
            stand_ins["address"] = [Printed(f"address.{line}") for line in range(form[1])]
            self._parts[form] = cut(self._templates.render(name, **self._shared, **stand_ins))
        try:
            return joined(self._parts[form], personal)
        except AttributeError:
            # A part that recipients do not have: the template itself says where it is asked for.
            return self._templates.render(name, **self._shared, **personal)


def programme_html(templates: Templates, workspace: Workspace) -> str:
    """The HTML of the programme. Raises TemplateBroken."""
    return templates.render(PROGRAMME, **campaign_context(workspace.campaign))
