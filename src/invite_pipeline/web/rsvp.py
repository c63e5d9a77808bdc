"""The pages behind a personal link: answer, confirmation, calendar entry, objection. GET and HEAD change nothing."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from invite_pipeline.domain.invitation import InvitationState
from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.domain.reply import Intent, Reply, Source
from invite_pipeline.domain.tracking import RECIPIENT, Tracking
from invite_pipeline.errors import AnswerChanged, ReplyRefused
from invite_pipeline.formats.itip import publish
from invite_pipeline.formats.rsvp_link import calendar_uid, rsvp_url
from invite_pipeline.replies.places import OfferAnswer, answer_offer
from invite_pipeline.replies.record import Outcome, record_reply
from invite_pipeline.store import queries
from invite_pipeline.web.forms import (
    Answer,
    FormFields,
    Mistake,
    default_role,
    invited_names,
    invitee_role,
    posted_fields,
    read_answer,
    shown_fields,
)
from invite_pipeline.web.site import Site, Visit, visit_context

LOOKS = ["GET", "HEAD"]

Stage = Literal["open", "deadline", "more", "past"]
"""What the form still takes: everything; only a cancellation (after the deadline, or where more persons are recorded
than the form holds); nothing, since the event is over."""


async def posted(request: Request) -> dict[str, str]:
    """The fields of a posted form, urlencoded or multipart; of a field sent twice the last counts.

    A coroutine, as the body, already in memory, can be read in no other way.
    """
    async with request.form(max_files=0, max_fields=200) as form:
        return {name: value for name, value in form.multi_items() if isinstance(value, str)}


Posted = Annotated[dict[str, str], Depends(posted)]


class RsvpPages:
    """The pages of one site behind `/r/<token>/`."""

    def __init__(self, site: Site) -> None:
        self.site = site
        # Nearly all that is asked for: without what the framework does for parameters, which takes as long as the page.
        self._form_route = Route("/r/{token}/antwort", self.form, methods=LOOKS)

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(prefix="/r/{token}")
        router.routes.append(self._form_route)
        router.add_api_route("/antwort", self.record, methods=["POST"])
        router.add_api_route("/danke", self.done, methods=LOOKS)
        router.add_api_route("/platz/{offer}", self.show_offer, methods=LOOKS)
        router.add_api_route("/platz/{offer}", self.answer_offer, methods=["POST"])
        router.add_api_route("/termin.ics", self.calendar, methods=LOOKS)
        router.add_api_route("/abmelden", self.ask_objection, methods=LOOKS)
        router.add_api_route("/abmelden", self.object, methods=["POST"])
        return router

    # --- the form -----------------------------------------------------------------------------------------------

    async def form(self, request: Request) -> Response:
        """The form; see `show`."""
        # What the log names.
        request.scope["route"] = self._form_route
        token = str(request.path_params["token"])
        if self.site.quick:
            return self.show(request, token)
        return await run_in_threadpool(self.show, request, token)

    def show(self, request: Request, token: str) -> Response:
        """The form, with the answer that is recorded; `?answer=yes` only preselects."""
        visit = self.site.visit(request, token)
        stage, suggested = self._stage(visit), request.query_params.get("answer", "")
        suggested = suggested if suggested in ("yes", "no") else ""
        if stage != "open" or visit.state.reply != "open":
            return self._form(request, visit, self._fields(visit.state, visit.recipient, suggested))
        places, root = self.site.places(visit), request.scope.get("root_path", "")
        choice = self.site.choice(visit, request.scope)

        def make(personal: Mapping[str, Any]) -> str:
            recipient = personal["recipient"]
            fields = self._fields(personal["reply"], recipient, suggested)
            context = {"fields": fields, "mistakes": [], "rows": form_rows(fields, recipient), "places": places}
            return self.site.rendered(root, choice, "rsvp/form.html", {**personal, **context})

        # Nearly all who open the form have not answered yet: their pages differ in a few words only.
        nonce = self.site.nonces.new(visit.invitation.code, visit.state.answer)
        personal = visit_context(self.site.workspace, visit, root) | {"nonce": nonce}
        kind = (root, choice, suggested, places.hall, *places.workshops.items())
        page = self.site.plates.page("form", kind, personal, make)
        return HTMLResponse(page, headers={"content-language": choice.language})

    def _fields(self, state: Tracking, recipient: Recipient, suggested: str) -> FormFields:
        most, dating = self.site.campaign.rsvp.max_persons, self.site.campaign.speed_dating
        funders = dating.funders if dating else ()
        return shown_fields(state, recipient, most=most, preselected=suggested, funders=funders)

    def record(self, request: Request, token: str, posted: Posted) -> Response:
        """Record what was posted, or show the form again with every mistake and all that was typed."""
        visit = self.site.visit(request, token)
        if not self.site.limits.posts.note(visit.invitation.code):
            raise HTTPException(429)
        fields = posted_fields(posted, most=self.site.campaign.rsvp.max_persons)
        stage = self._stage(visit)
        if stage == "past" or (stage != "open" and fields.answer == "yes"):
            return self._form(request, visit, fields, status=409)
        nonce = self.site.nonces.read(posted.get("nonce", ""), visit.invitation.code)
        answer, mistakes = read_answer(fields, visit.recipient, self.site.campaign)
        if nonce is None:
            mistakes = [Mistake("nonce", "form-expired"), *mistakes]
        if mistakes or answer is None or nonce is None:
            return self._form(request, visit, fields, mistakes, status=422)
        return self._record(request, visit, fields, answer, nonce)

    def _record(
        self, request: Request, visit: Visit, fields: FormFields, answer: Answer, nonce: tuple[str, int]
    ) -> Response:
        try:
            outcome = self._enter(visit, answer, *nonce)
        except AnswerChanged:
            # Somebody else answered meanwhile: their answer is shown before it can be changed.
            newest = self.site.visit(request, visit.token)
            return self._form(request, newest, fields, [Mistake("nonce", "answer-changed")], status=409)
        except ReplyRefused:
            # The deadline passed between opening and sending.
            return self._form(request, visit, fields, status=409)
        if outcome.repeated:
            with self.site.store.reading() as tx:
                state = queries.tracking(tx, visit.recipient.key)
            if not answer.is_recorded_in(state):
                # Back, another choice, sent again: one nonce records once, so that a double click never counts twice.
                return self._form(request, visit, fields, [Mistake("nonce", "form-used")], status=409)
        return self._lead(request, visit, "danke")

    def _enter(self, visit: Visit, answer: Answer, unique: str, seen: int) -> Outcome:
        now = self.site.workspace.now()
        reply = Reply(
            recipient=visit.recipient.key,
            source=Source.WEB,
            intent=answer.intent,
            declared_at=now,
            received_at=now,
            dedupe=f"web:{unique}",
            actor=answer.by_name or RECIPIENT,
            sender=answer.by_email,
            partly=answer.partly,
            answers=answer.answers,
            based_on=seen,
            persons=len(answer.attendees) or None,
            attendees=answer.attendees,
            remark=answer.remark,
        )
        return record_reply(self.site.store, self.site.workspace, reply)

    def _stage(self, visit: Visit) -> Stage:
        campaign, now = self.site.campaign, self.site.workspace.now()
        if now > campaign.event.ends_at:
            return "past"
        if now > campaign.deadline or visit.invitation.state is InvitationState.CLOSED:
            return "deadline"
        return "more" if visit.state.persons > campaign.rsvp.max_persons else "open"

    def _form(
        self,
        request: Request,
        visit: Visit,
        fields: FormFields,
        mistakes: list[Mistake] | None = None,
        *,
        status: int = 200,
    ) -> Response:
        stage = self._stage(visit)
        if stage == "past":
            return self.site.page_for(visit, request.scope, "rsvp/past.html", status)
        context: dict[str, Any] = {
            "fields": fields,
            "mistakes": mistakes or [],
            "nonce": self.site.nonces.new(visit.invitation.code, visit.state.answer),
        }
        if stage != "open":
            return self.site.page_for(visit, request.scope, "rsvp/closed.html", status, stage=stage, **context)
        context |= {"rows": form_rows(fields, visit.recipient), "places": self.site.places(visit)}
        return self.site.page_for(visit, request.scope, "rsvp/form.html", status, **context)

    # --- what follows -------------------------------------------------------------------------------------------

    def done(self, request: Request, token: str) -> Response:
        """What is recorded, and how to change it."""
        visit = self.site.visit(request, token)
        if visit.state.reply == "open":
            return self._lead(request, visit, "antwort")
        return self.site.page_for(visit, request.scope, "rsvp/done.html", stage=self._stage(visit))

    def calendar(self, request: Request, token: str) -> Response:
        """The event as a calendar entry, the same that the mail carries."""
        visit = self.site.visit(request, token)
        campaign = self.site.campaign
        domain = campaign.mail.sender.rpartition("@")[2].encode("idna").decode("ascii")
        entry = publish(
            campaign,
            uid=calendar_uid(visit.invitation.code, domain),
            now=self.site.workspace.now(),
            url=rsvp_url(self.site.workspace.base_url, visit.token),
        )
        disposition = f'attachment; filename="{campaign.id}.ics"'
        return Response(entry, media_type="text/calendar", headers={"content-disposition": disposition})

    def _lead(self, request: Request, visit: Visit, page: str) -> Response:
        """To another page of this visitor, in the language that they chose."""
        own = f"{request.scope.get('root_path', '')}/r/{visit.token}"
        return RedirectResponse(f"{own}/{page}{self.site.choice(visit, request.scope).query}", 303)

    # --- a place that fell free ---------------------------------------------------------------------------------

    def show_offer(self, request: Request, token: str, offer: str) -> Response:
        """What is offered, and until when; an offer that is answered or has run out says so."""
        return self._offer(request, self.site.visit(request, token), offer)

    def _offer(
        self, request: Request, visit: Visit, offer: str, mistakes: list[Mistake] | None = None, *, status: int = 200
    ) -> Response:
        until = visit.state.offer_until
        stands = offer == str(visit.state.offer) and until is not None and until >= self.site.workspace.now()
        context = {
            "offer": offer if stands else "",
            "offer_until": until.astimezone(self.site.campaign.event.tz) if stands and until else None,
            "nonce": self.site.nonces.new(visit.invitation.code),
            "mistakes": mistakes or [],
            "stage": self._stage(visit),
        }
        return self.site.page_for(visit, request.scope, "rsvp/offer.html", status, **context)

    def answer_offer(self, request: Request, token: str, offer: str, posted: Posted) -> Response:
        """Accept or decline an offer; the same page answers whoever comes too late."""
        visit = self.site.visit(request, token)
        if not self.site.limits.posts.note(visit.invitation.code):
            raise HTTPException(429)
        choice = posted.get("place", "")
        mistakes = [] if choice in ("yes", "no") else [Mistake("place", "place-missing")]
        if self.site.nonces.read(posted.get("nonce", ""), visit.invitation.code) is None:
            mistakes = [Mistake("nonce", "form-expired"), *mistakes]
        if mistakes:
            return self._offer(request, visit, offer, mistakes, status=422)
        wanted = int(offer) if offer.isascii() and offer.isdecimal() and len(offer) < 12 else 0
        store, workspace, key = self.site.store, self.site.workspace, visit.recipient.key
        if answer_offer(store, workspace, key, wanted, accept=choice == "yes") is OfferAnswer.GONE:
            return self._offer(request, self.site.visit(request, token), offer, status=409)
        return self._lead(request, visit, "danke")

    # --- objection ----------------------------------------------------------------------------------------------

    def ask_objection(self, request: Request, token: str) -> Response:
        """The page where one objects to further invitations."""
        visit = self.site.visit(request, token)
        return self.site.page_for(visit, request.scope, "rsvp/objection.html", mistakes=[])

    def object(self, request: Request, token: str, posted: Posted) -> Response:
        """Record an objection, never an answer: from the page's form, or at once from a mail program (RFC 8058)."""
        visit = self.site.visit(request, token)
        if not self.site.limits.posts.note(visit.invitation.code):
            raise HTTPException(429)
        one_click = posted.get("List-Unsubscribe") == "One-Click"
        if not one_click and posted.get("objection") != "yes":
            mistakes = [Mistake("objection", "objection-missing")]
            return self.site.page_for(visit, request.scope, "rsvp/objection.html", 422, mistakes=mistakes)
        if not visit.state.blocked:
            self._object(visit)
        if one_click:
            # RFC 8058, 3.1: a redirect is not allowed.
            return Response(status_code=200)
        return self._lead(request, visit, "abmelden")

    def _object(self, visit: Visit) -> None:
        now = self.site.workspace.now()
        reply = Reply(
            recipient=visit.recipient.key,
            source=Source.WEB,
            intent=Intent.OBJECTION,
            declared_at=now,
            received_at=now,
            dedupe=f"web:{uuid.uuid4()}",
            actor="recipient",
        )
        record_reply(self.site.store, self.site.workspace, reply)


def form_rows(fields: FormFields, recipient: Recipient) -> list[dict[str, Any]]:
    """The form's rows as the template shows them, each with the roles that make sense in it."""
    invited = invited_names(recipient)
    rows = []
    for number, person in enumerate(fields.people, start=1):
        role = person.role or default_role(number, recipient)
        names = {invitee_role(place): name for place, name in enumerate(invited, start=1)}
        # Where nobody is named nobody can be represented: whoever comes is somebody of the house.
        choice = (number == 1 and invited) or len(invited) > 1 or role != default_role(number, recipient)
        roles = [*names] or ["invitee"]
        roles = [*(["companion"] if number > 1 else []), *roles, "deputy"] if choice else []
        rows.append({"number": number, "person": person, "role": role, "roles": roles, "names": names})
    return rows
