"""A recipient and the campaign's templates become the HTML of a letter; the campaign alone, that of the programme."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from invite_pipeline.domain.campaign import Campaign
from invite_pipeline.domain.invitation import Invitation
from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.formats.printed_names import Printed
from invite_pipeline.formats.rsvp_link import LinkSigner, rsvp_url
from invite_pipeline.formats.templates import Templates, campaign_context, personal_context
from invite_pipeline.letters.outline import Outline
from invite_pipeline.letters.slots import Form, split

LETTER, LETTER_STYLE = "letter.html", "letter.css"
PROGRAMME, PROGRAMME_STYLE = "programme.html", "programme.css"

_PERSONAL = frozenset(("recipient", "address", "salutation", "link", "code"))
_LISTS = frozenset(("address",))
_EMBEDDED = ("address", "link", "code")


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


class LetterText(NamedTuple):
    """A letter before it is laid out: its form, and what stands in its slots, the file that it embeds last."""

    form: Form
    values: tuple[str, ...]

    @property
    def html(self) -> str:
        """The HTML that is laid out."""
        return self.form.filled(self.values)

    @property
    def data(self) -> str:
        """The JSON text that the letter embeds for programs."""
        return self.values[-1]


class LetterWriter:
    """Writes letters: where the template only prints what is personal, it is rendered and taken apart once for many."""

    def __init__(self, templates: Templates, workspace: Workspace) -> None:
        self._templates = templates
        self._workspace = workspace
        self._signer = LinkSigner(workspace.keys, workspace.campaign.id)
        self._shared = _shared_context(workspace)
        self._only_prints: dict[str, bool] = {}
        self._outlines: dict[tuple[str, int], Outline] = {}
        self._event = json.dumps(_event(workspace.campaign), ensure_ascii=False)[1:]

    def text(self, recipient: Recipient, invitation: Invitation) -> LetterText:
        """One recipient's letter. Raises TemplateBroken."""
        (name,), reader = self._templates.in_language_of(recipient, [LETTER], self._workspace.campaign.language)
        personal = _personal_context(self._workspace, self._signer, reader, invitation)
        data = self._data(recipient, personal)
        if name not in self._only_prints:
            self._only_prints[name] = self._templates.only_prints(name, _PERSONAL, _LISTS)
        if self._only_prints[name]:
            try:
                return LetterText(*self._outline(name, len(personal["address"])).filled(personal, data))
            except AttributeError:
                # A part that recipients do not have: the template itself says where it is asked for.
                pass
        return LetterText(*split(self._templates.render(name, **self._shared, **personal), data))

    def _data(self, recipient: Recipient, personal: dict[str, Any]) -> str:
        invited = {"organisation": recipient.organisation} | {name: personal[name] for name in _EMBEDDED}
        return f'{{"invitation": {json.dumps(invited, ensure_ascii=False)}, {self._event}'

    def _outline(self, name: str, lines: int) -> Outline:
        form = name, lines
        if form not in self._outlines:
            stand_ins: dict[str, Any] = {one: Printed(one) for one in _PERSONAL}
            stand_ins["address"] = [Printed(f"address.{line}") for line in range(lines)]
            self._outlines[form] = Outline(self._templates.render(name, **self._shared, **stand_ins))
        return self._outlines[form]


def _event(campaign: Campaign) -> dict[str, Any]:
    """What the letter says to everybody, for programs."""
    event = campaign.event
    return {
        "event": campaign.title,
        "start": event.starts_at.isoformat(),
        "end": event.ends_at.isoformat(),
        "venue": [event.venue, *event.address],
        "deadline": campaign.rsvp.deadline.isoformat(),
        "hosts": [{"name": host.name, "organisation": host.organisation} for host in campaign.hosts],
        "letter_date": campaign.letter.date.isoformat(),
    }


def programme_html(templates: Templates, workspace: Workspace) -> str:
    """The HTML of the programme. Raises TemplateBroken."""
    return templates.render(PROGRAMME, **campaign_context(workspace.campaign))
