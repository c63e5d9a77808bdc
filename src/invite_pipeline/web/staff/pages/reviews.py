"""2 Prüfen: replies that wait for a human, each with what was read and why it was not applied."""

from __future__ import annotations

from starlette.responses import Response

from invite_pipeline.domain.events import Replied
from invite_pipeline.domain.staff import StaffRole
from invite_pipeline.domain.tracking import Tracking
from invite_pipeline.errors import AnswerChanged, ReplyRefused, ReviewSettled, UnknownRecipient
from invite_pipeline.replies import review as decisions
from invite_pipeline.replies.review import Verdict
from invite_pipeline.reports import labels
from invite_pipeline.store import queries, table_queries
from invite_pipeline.store.queries import Review
from invite_pipeline.web.staff.pages.replies import CHANGED, FieldWrong, one_line, read_answer, refusal
from invite_pipeline.web.staff.site import HOME, Call, Routes

REVIEWS = f"{HOME}/reviews"
_PAGE = 50


def routes(routes: Routes) -> None:
    """The list, one reply, and what is decided about it."""
    routes.get(REVIEWS, _list, StaffRole.VIEW)
    routes.get(f"{REVIEWS}/{{seq}}", _show, StaffRole.VIEW)
    routes.post(f"{REVIEWS}/{{seq}}/accept", _accept, StaffRole.ENTER)
    routes.post(f"{REVIEWS}/{{seq}}/dismiss", _dismiss, StaffRole.ENTER)


def _list(call: Call) -> Response:
    after = _number(call.params.get("after", ""))
    with call.store.reading() as tx:
        found = queries.open_reviews(tx, after=after, limit=_PAGE + 1)
        names = table_queries.organisations(tx, [one.recipient for one in found])
        total = table_queries.to_review(tx)
    more = found[_PAGE - 1].seq if len(found) > _PAGE else 0
    return call.page("reviews.html", found=found[:_PAGE], names=names, total=total, more=more, labels=labels)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _show(call: Call, status: int = 200, wrong: FieldWrong | None = None) -> Response:
    seq = _number(call.path_part("seq"))
    with call.store.reading() as tx:
        found = queries.open_reviews(tx, seq=seq)
        if not found or not isinstance(found[0].recorded.event, Replied):
            return _settled(call)
        one = found[0]
        event = found[0].recorded.event
        state = queries.tracking(tx, one.recipient) if one.recipient else None
        recipient = queries.recipient(tx, one.recipient) if one.recipient else None
        following = queries.open_reviews(tx, after=seq, limit=1)
    return call.page(
        "review.html",
        status,
        one=one,
        event=event,
        state=state,
        recipient=recipient,
        following=following[0].seq if following else 0,
        proposal=_proposal(call, event),
        why=_why(call, one, state),
        labels=labels,
        wrong=wrong,
    )


def _settled(call: Call) -> Response:
    return call.sorry(409, call.text("Über diese Rückmeldung ist schon entschieden, oder es gibt sie nicht."))


def _proposal(call: Call, event: Replied) -> dict[str, str]:
    """What the form begins with: what somebody typed before, else what was read."""
    people = event.attendees
    deputy = ", ".join(one.name for one in people if one.role == "deputy" and one.name)
    read = {
        "answer": str(event.intent) if event.intent in ("yes", "no") else "",
        "persons": str(max(event.persons or 0, len(people)) or 1),
        "deputy": deputy,
        "workshop": next((one.workshop for one in people if one.workshop), ""),
        "recipient": "",
    }
    return {name: call.posted.get(name, value) for name, value in read.items()}


def _why(call: Call, one: Review, state: Tracking | None) -> str:
    """Why it waits, in the reader's language where it is about what is recorded."""
    if not one.recipient:
        return call.text("Die Nachricht ließ sich keinem Empfänger zuordnen.")
    event = one.recorded.event
    answers = state is not None and state.reply != "open" and isinstance(event, Replied)
    if answers and event.intent in ("yes", "no") and event.intent != state.reply:  # type: ignore[union-attr]
        return call.text("Sie widerspricht der erfassten Antwort.")
    return one.reason


# --- deciding ---------------------------------------------------------------------------------------------------


def _accept(call: Call) -> Response:
    seq = _number(call.path_part("seq"))
    try:
        typed = read_answer(call)
        with call.store.writing() as tx:
            key = _whose(call, queries.open_reviews(tx, seq=seq))
            seen = _number(call.posted.get("seen", "")) if call.posted.get("seen") else None
            verdict = Verdict(
                recipient=key, intent=typed.intent, persons=typed.persons, attendees=typed.attendees, based_on=seen
            )
            decisions.accept(tx, call.site.workspace, seq, verdict, by=call.account.name)
            call.note(tx, "review.accepted", key)
    except FieldWrong as wrong:
        return _show(call, 422, wrong)
    except ReplyRefused as error:
        return _show(call, 422, refusal(call, error))
    except UnknownRecipient:
        return _show(call, 422, FieldWrong("recipient", call.text("Diesen Empfänger gibt es nicht.")))
    except AnswerChanged:
        return _show(call, 409, FieldWrong("", call.text(CHANGED)))
    except ReviewSettled:
        return _settled(call)
    return _go_on(call, seq, call.text("Übernommen."))


def _whose(call: Call, found: list[Review]) -> str:
    if not found:
        raise ReviewSettled
    if found[0].recipient:
        return found[0].recipient
    key = one_line(call, "recipient", 80)
    if not key:
        raise FieldWrong("recipient", call.text("Bitte geben Sie an, zu wem die Nachricht gehört."))
    return key


def _dismiss(call: Call) -> Response:
    seq = _number(call.path_part("seq"))
    try:
        with call.store.writing() as tx:
            whose = [one.recipient for one in queries.open_reviews(tx, seq=seq)]
            decisions.dismiss(tx, call.site.workspace, seq, by=call.account.name)
            call.note(tx, "review.dismissed", whose[0])
    except ReviewSettled:
        return _settled(call)
    return _go_on(call, seq, call.text("Beiseitegelegt; was erfasst ist, bleibt."))


def _go_on(call: Call, seq: int, said: str) -> Response:
    """The next reply that waits, or the list when none is left behind it."""
    with call.store.reading() as tx:
        following = queries.open_reviews(tx, after=seq, limit=1)
    return call.go(f"{REVIEWS}/{following[0].seq}" if following else REVIEWS, said)
