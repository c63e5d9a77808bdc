"""What could go wrong with the pages, found before anybody visits them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from invite_pipeline.domain.campaign import Campaign
from invite_pipeline.domain.invitation import Invitation, InvitationState
from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.domain.reply import Attendee, Role, Seat, Source
from invite_pipeline.domain.tracking import Tracking
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import Problem, TemplateBroken
from invite_pipeline.formats.templates import Templates
from invite_pipeline.web.forms import Mistake, shown_fields
from invite_pipeline.web.rsvp import form_rows
from invite_pipeline.web.site import SCRIPT_NAME, STYLE, STYLE_NAME, Places, Visit, page_context, visit_context

_FOR_ALL = ("start", "privacy", "imprint", "accessibility", "unknown", "fault", "code")
_FOR_VISITORS = ("form", "closed", "done", "past", "objection", "offer")


def check_pages(workspace: Workspace, sample: Recipient) -> list[Problem]:
    """Every problem of the pages' templates, each tried on all kinds of answers that it may be asked to show."""
    templates = Templates(workspace.folder)
    problems = [found for found in [_problem(templates, STYLE, {})] if found]
    for name, context in _tries(workspace, sample):
        found = _problem(templates, f"rsvp/{name}.html", context)
        if found and found not in problems:
            problems.append(found)
    return problems


def _problem(templates: Templates, name: str, context: dict[str, Any]) -> Problem | None:
    try:
        templates.render(name, **context)
    except TemplateBroken as error:
        return Problem("error", error.file, error.message.split(": ", 1)[-1], error.fix, row=error.line)
    return None


def _tries(workspace: Workspace, sample: Recipient) -> Iterator[tuple[str, dict[str, Any]]]:
    common = page_context(workspace, "", {STYLE_NAME: "", SCRIPT_NAME: ""})
    wrong = [Mistake("code", "code-unknown"), Mistake("answer", "answer-missing"), Mistake("nonce", "form-used")]
    for name in _FOR_ALL:
        yield name, {**common, "why": 500, "typed": "", "mistakes": wrong}
    for visit in _visits(workspace, sample):
        for mistakes in ([], wrong):
            context = {**common, **_context(workspace, visit), "mistakes": mistakes}
            yield from ((name, context) for name in _FOR_VISITORS)


def _visits(workspace: Workspace, sample: Recipient) -> list[Visit]:
    invitation = Invitation(sample.key, "0000000000", 1, InvitationState.ISSUED)
    states = (
        Tracking(),
        Tracking(tentative=True),
        _coming(workspace.campaign, workspace.now()),
        Tracking(reply="no", blocked=True),
    )
    return [Visit("TOKEN", sample, invitation, state) for state in states]


def _coming(campaign: Campaign, at: datetime) -> Tracking:
    workshop = campaign.workshops[0].id if campaign.workshops else ""
    deputy = Attendee(
        role=Role.DEPUTY,
        name="Jörg Klein",
        office="Beigeordneter",
        email="klein@stadt.example",
        workshop=workshop,
        speed_dating=True,
        seat=Seat.OFFERED,
        workshop_seat=Seat.WAITLISTED if workshop else None,
    )
    return Tracking(
        reply="yes", persons=1, attendees=(deputy,), source=Source.WEB, declared_at=at, remark="Wir freuen uns."
    )


def _context(workspace: Workspace, visit: Visit) -> dict[str, Any]:
    campaign = workspace.campaign
    fields = shown_fields(visit.state, visit.recipient, most=campaign.rsvp.max_persons)
    return {
        **visit_context(workspace, visit, ""),
        "fields": fields,
        "rows": form_rows(fields, visit.recipient),
        "places": Places(hall=1, workshops={workshop.id: 1 for workshop in campaign.workshops}),
        "nonce": "NONCE",
        "offer": "1",
        "offer_until": workspace.now(),
        "stage": "open",
    }
