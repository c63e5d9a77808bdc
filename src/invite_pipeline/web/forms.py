"""The answer form: what a browser posted, what it means, and what is wrong with it.

Fields, all of them plain text:

- `answer`: `yes` or `no`, never preset
- `persons`: how many come, 1 to the campaign's limit; where it is missing, the last row that is filled counts
- for each row N from 1 to the limit: `person-N-role` (`invitee`; `invitee-2` … for further invited persons; `deputy`;
  `companion`), `person-N-name`, `person-N-office`, `person-N-email`, `person-N-workshop` (a working group's id, empty
  for none yet), `person-N-second` (its second choice), `person-N-speed-dating` (present = yes), `person-N-funder-M`
  (present = wants to meet the campaign's funder M, from 1), `person-N-diet`, `person-N-access`, and `person-N-consent`,
  without which neither of the two is taken
- `partly` (present = some may come where there is no room for all), `question-ID` for the campaign's own questions
- `by-name` and `by-email` of whoever answers, `remark`, and the hidden `nonce`

Nothing here speaks to people: a mistake is a field and a code, and the template has the words for it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from invite_pipeline.domain.campaign import Campaign
from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.domain.reply import Attendee, Intent, Role
from invite_pipeline.domain.tracking import Tracking
from invite_pipeline.web.questions import question_mistakes, read_questions

_LONGEST = {"name": 120, "office": 160, "email": 254, "diet": 300, "access": 300, "remark": 1000}
_MOST_FUNDERS = 30


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing to correct: the field's name, and a code for which the templates have words."""

    field: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFields:
    """One row of the form, as it was typed."""

    role: str = ""
    name: str = ""
    office: str = ""
    email: str = ""
    workshop: str = ""
    second: str = ""
    speed_dating: bool = False
    funders: tuple[int, ...] = ()
    """The numbers of the campaign's funders, from 1."""
    diet: str = ""
    access: str = ""
    consent: bool = False

    @property
    def filled(self) -> bool:
        """Whether anything was entered; the role is always sent, so it says nothing."""
        typed = (self.name, self.office, self.email, self.workshop, self.second, self.diet, self.access)
        return any(typed) or self.speed_dating or bool(self.funders)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFields:
    """The whole form, as it was typed or as the page first shows it."""

    answer: str = ""
    persons: str = "1"
    people: tuple[PersonFields, ...] = ()
    remark: str = ""
    partly: bool = False
    by_name: str = ""
    by_email: str = ""
    questions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a form without mistakes says."""

    intent: Intent
    attendees: tuple[Attendee, ...] = ()
    remark: str = ""
    partly: bool = False
    by_name: str = ""
    by_email: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)

    def is_recorded_in(self, state: Tracking) -> bool:
        """Whether it says what is recorded already."""
        mine = [_said(attendee) for attendee in self.attendees]
        said = (self.intent, self.remark, self.partly, dict(self.answers), mine)
        return said == (
            state.reply,
            state.remark,
            state.partly,
            dict(state.answers),
            [_said(a) for a in state.attendees],
        )


def _said(attendee: Attendee) -> tuple[object, ...]:
    """All that a form can say of an attendee: seats are given, not said."""
    one = attendee
    chosen = (one.workshop, one.second, one.speed_dating, one.funders, one.diet, one.access)
    return one.role, one.name, one.office, one.email, *chosen


# --- what the page shows at first -------------------------------------------------------------------------------


def shown_fields(
    state: Tracking, recipient: Recipient, *, most: int, preselected: str = "", funders: Sequence[str] = ()
) -> FormFields:
    """The form filled with the answer that is recorded; `preselected` is what the link suggests."""
    recorded = state.reply if state.reply in ("yes", "no") else ""
    people = [_shown(attendee, recipient, funders) for attendee in state.attendees]
    empty = [PersonFields(role=default_role(number, recipient)) for number in range(len(people) + 1, most + 1)]
    return FormFields(
        answer=preselected if preselected in ("yes", "no") else recorded,
        persons=str(max(1, state.persons)),
        people=(*people, *empty),
        remark=state.remark,
        partly=state.partly,
        questions=state.answers,
    )


def _shown(attendee: Attendee, recipient: Recipient, funders: Sequence[str]) -> PersonFields:
    role, name = str(attendee.role), attendee.name
    if attendee.role is Role.INVITEE:
        for number, invited in enumerate(invited_names(recipient), start=1):
            if invited == name:
                role, name = invitee_role(number), ""
    return PersonFields(
        role=role,
        name=name,
        office=attendee.office,
        email=attendee.email,
        workshop=attendee.workshop,
        second=attendee.second,
        speed_dating=attendee.speed_dating,
        funders=tuple(number for number, name in enumerate(funders, start=1) if name in attendee.funders),
        diet=attendee.diet,
        access=attendee.access,
        consent=bool(attendee.diet or attendee.access),
    )


def invited_names(recipient: Recipient) -> tuple[str, ...]:
    """The names of those whom the invitation names."""
    return tuple(person.name for person in recipient.persons if person.last_name)


def invitee_role(number: int) -> str:
    """The form's role of the invited person with this number, from 1."""
    return "invitee" if number == 1 else f"invitee-{number}"


def default_role(number: int, recipient: Recipient) -> str:
    """What a row's person is unless somebody says otherwise: the invited one after the other, then companions."""
    invited = max(1, len(invited_names(recipient)))
    return invitee_role(number) if number <= invited else str(Role.COMPANION)


# --- what was posted --------------------------------------------------------------------------------------------


def posted_fields(posted: Mapping[str, str], *, most: int) -> FormFields:
    """The form as it was posted, freed of control characters and of blanks that mean nothing."""
    people = tuple(_person(posted, f"person-{number}-") for number in range(1, most + 1))
    last_filled = max((number for number, person in enumerate(people, start=1) if person.filled), default=1)
    return FormFields(
        answer=_line(posted.get("answer", "")),
        persons=_line(posted.get("persons", "")) or str(last_filled),
        people=people,
        remark=_text(posted.get("remark", "")),
        partly=bool(_line(posted.get("partly", ""))),
        by_name=_line(posted.get("by-name", "")),
        by_email=_line(posted.get("by-email", "")),
        questions={
            name.removeprefix("question-"): _line(typed)
            for name, typed in posted.items()
            if name.startswith("question-")
        },
    )


def _person(posted: Mapping[str, str], prefix: str) -> PersonFields:
    lines = ("role", "name", "office", "email", "workshop", "second", "diet", "access")
    numbers = range(1, _MOST_FUNDERS + 1)
    return PersonFields(
        **{name: _line(posted.get(prefix + name, "")) for name in lines},
        speed_dating=bool(_line(posted.get(prefix + "speed-dating", ""))),
        consent=bool(_line(posted.get(prefix + "consent", ""))),
        funders=tuple(number for number in numbers if _line(posted.get(f"{prefix}funder-{number}", ""))),
    )


def _text(typed: str) -> str:
    """Composed, without control and invisible characters; lines stay lines."""
    whole = unicodedata.normalize("NFC", typed.replace("\r\n", "\n").replace("\r", "\n"))
    kept = "".join(char for char in whole if char == "\n" or not unicodedata.category(char).startswith("C"))
    return re.sub(r"\n{3,}", "\n\n", kept).strip()


def _line(typed: str) -> str:
    """As _text, in one line."""
    if not typed:
        # Most fields of most forms.
        return ""
    return " ".join(_text(re.sub(r"\s", " ", typed)).split())


def read_answer(fields: FormFields, recipient: Recipient, campaign: Campaign) -> tuple[Answer | None, list[Mistake]]:
    """What the form says, or every mistake in it. A no needs nothing else: the rows then say nothing."""
    mistakes = list(_common_mistakes(fields))
    if fields.answer not in ("yes", "no"):
        return None, [Mistake("answer", "answer-missing"), *mistakes]
    if fields.answer == "no":
        return (None if mistakes else _by(fields, Answer(intent=Intent.NO, remark=fields.remark))), mistakes
    persons, wrong = _persons(fields, campaign.rsvp.max_persons)
    rows = fields.people[:persons]
    answers = read_questions(fields.questions, campaign.questions)
    asked = [Mistake(*found) for found in question_mistakes(answers, campaign.questions)]
    mistakes = [*wrong, *_role_mistakes(rows, recipient), *_row_mistakes(rows, campaign), *asked, *mistakes]
    if mistakes:
        return None, mistakes
    funders = campaign.speed_dating.funders if campaign.speed_dating else ()
    attendees = tuple(_attendee(number, row, recipient, funders) for number, row in enumerate(rows, start=1))
    said = Answer(intent=Intent.YES, attendees=attendees, remark=fields.remark, partly=fields.partly, answers=answers)
    return _by(fields, said), []


def _by(fields: FormFields, answer: Answer) -> Answer:
    return replace(answer, by_name=fields.by_name, by_email=fields.by_email)


def _common_mistakes(fields: FormFields) -> Iterator[Mistake]:
    if len(fields.by_name) > _LONGEST["name"]:
        yield Mistake("by-name", "too-long")
    if fields.by_email and not (len(fields.by_email) <= _LONGEST["email"] and _is_mailbox(fields.by_email)):
        yield Mistake("by-email", "email-invalid")
    if len(fields.remark) > _LONGEST["remark"]:
        yield Mistake("remark", "too-long")


def _persons(fields: FormFields, most: int) -> tuple[int, list[Mistake]]:
    """How many come. Names beyond that number are a mistake: nobody is dropped unseen."""
    if not re.fullmatch(r"[0-9]{1,3}", fields.persons) or not 1 <= int(fields.persons) <= most:
        return most, [Mistake("persons", "persons-invalid")]
    persons = int(fields.persons)
    more = any(person.filled for person in fields.people[persons:])
    return persons, [Mistake("persons", "persons-fewer")] if more else []


def _role_mistakes(rows: tuple[PersonFields, ...], recipient: Recipient) -> Iterator[Mistake]:
    invited = [invitee_role(number) for number in range(1, max(1, len(invited_names(recipient))) + 1)]
    seen: set[str] = set()
    for number, row in enumerate(rows, start=1):
        role = row.role or default_role(number, recipient)
        if role not in (*invited, Role.DEPUTY, Role.COMPANION):
            yield Mistake(f"person-{number}-role", "role-unknown")
        elif role in invited and not row.name and role in seen:
            yield Mistake(f"person-{number}-role", "role-twice")
        seen.add(role)
        if role == Role.DEPUTY and not row.name:
            yield Mistake(f"person-{number}-name", "deputy-name-missing")


def _row_mistakes(rows: tuple[PersonFields, ...], campaign: Campaign) -> Iterator[Mistake]:
    for number, row in enumerate(rows, start=1):
        for name in ("name", "office", "email", "diet", "access"):
            if len(getattr(row, name)) > _LONGEST[name]:
                yield Mistake(f"person-{number}-{name}", "too-long")
        if row.email and not _is_mailbox(row.email):
            yield Mistake(f"person-{number}-email", "email-invalid")
        yield from _choice_mistakes(number, row, campaign)
        if (row.diet or row.access) and not row.consent:
            yield Mistake(f"person-{number}-consent", "consent-missing")


def _choice_mistakes(number: int, row: PersonFields, campaign: Campaign) -> Iterator[Mistake]:
    for name in ("workshop", "second"):
        if getattr(row, name) and campaign.workshop(getattr(row, name)) is None:
            yield Mistake(f"person-{number}-{name}", "workshop-unknown")
    if row.second and row.second == row.workshop:
        yield Mistake(f"person-{number}-second", "second-twice")
    if row.second and not row.workshop:
        yield Mistake(f"person-{number}-second", "second-first")


def _is_mailbox(text: str) -> bool:
    from email_validator import EmailNotValidError, validate_email

    try:
        # "Test environment" only means that the reserved domain .test passes, which rehearsals use.
        validate_email(text, check_deliverability=False, test_environment=True)
    except (EmailNotValidError, ValueError):
        return False
    return True


def _attendee(number: int, row: PersonFields, recipient: Recipient, funders: Sequence[str]) -> Attendee:
    role = row.role or default_role(number, recipient)
    name = row.name
    if role.startswith(Role.INVITEE):
        invited = dict(enumerate(invited_names(recipient), start=1))
        name = name or invited.get(int(role.partition("-")[2] or 1), "")
        role = Role.INVITEE
    return Attendee(
        role=Role(role),
        name=name,
        office=row.office,
        email=row.email,
        workshop=row.workshop,
        second=row.second,
        # Whoever names funders wants to meet them.
        speed_dating=row.speed_dating or any(number <= len(funders) for number in row.funders),
        funders=tuple(name for place, name in enumerate(funders, start=1) if place in row.funders),
        diet=row.diet,
        access=row.access,
    )
