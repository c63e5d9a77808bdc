"""What the reports say is German, and the chart stays readable."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path

import pytest

from invite_pipeline.domain.invitation import InvitationState
from invite_pipeline.domain.recipient import Channel
from invite_pipeline.domain.reply import Attendee, Intent, Role, Seat, Source
from invite_pipeline.domain.tracking import LetterState, Tracking
from invite_pipeline.reports import chart as drawing
from invite_pipeline.reports import labels
from invite_pipeline.reports.chart import Chart, chart
from invite_pipeline.reports.figures import figures_of
from invite_pipeline.reports.known import from_history
from invite_pipeline.reports.reasons import reason
from invite_pipeline.reports.rows import Delivery, Row
from invite_pipeline.reports.timeline import Day
from tests.builders import NOW, a_recipient, a_workspace

FIRST = date(2023, 11, 7)


def a_row(**changes: object) -> Row:
    tracking = replace(Tracking(invitation=InvitationState.ISSUED), **changes)  # type: ignore[arg-type]
    return Row(recipient=a_recipient(), tracking=tracking, delivery=Delivery.SENT, workshops=(), last_contact=None)


def drawn(*days: tuple[int, int], waves: dict[str, date] | None = None) -> Chart | None:
    """The chart of days with so many yes and no."""
    found = figures_of(from_history([], [], frozenset(), NOW), a_workspace(Path("/nowhere")))
    timeline = tuple(
        Day(day=FIRST + timedelta(days=number), yes=yes, no=no, received=yes + no)
        for number, (yes, no) in enumerate(days)
    )
    return chart(replace(found, timeline=timeline, waves=waves or {}), date(2023, 12, 12))


# --- words ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "states"),
    [
        (labels.CHANNEL, Channel),
        (labels.DELIVERY, Delivery),
        (labels.SOURCE, Source),
        (labels.INTENT, Intent),
        (labels.ROLE, Role),
        (labels.SEAT, Seat),
    ],
)
def test_every_state_has_a_german_word(words: dict[object, str], states: type[StrEnum]) -> None:
    assert set(words) == set(states)
    assert len(set(words.values())) == len(words)


def test_reason_is_translated_with_its_passage_and_what_follows() -> None:
    said = "accepts, but leaves something open: “Wir kommen; Namen folgen.”; the number is not clear"
    assert reason(said) == "sagt zu, lässt aber etwas offen: „Wir kommen; Namen folgen.“; Personenzahl unklar"


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("says no where yes is recorded", "widerspricht: sagt „Absage“, gespeichert ist „Zusage“"),
        ("came after the deadline", "nach dem Anmeldeschluss eingegangen"),
        ("cannot come; a deputy comes (Herr Klein)", "sagt ab, schickt aber eine Vertretung"),
        ("the subject declines: “Absage”", "Betreff sagt ab: „Absage“"),
        ("the calendar says ACCEPTED, but the comment declines: “nein”", "Kalender und Kommentar: sagt ab: „nein“"),
        (
            "the mail has no text of its own; something is attached (bogen.pdf)",
            "ohne eigenen Text; mit Anlage: bogen.pdf",
        ),
    ],
)
def test_reasons_are_german(english: str, german: str) -> None:
    assert reason(english) == german


def test_unknown_reason_is_shown_as_it_is() -> None:
    assert reason("Rückruf erbeten: heute; morgen") == "Rückruf erbeten: heute; morgen"


def test_one_thing_and_many_things_are_told_apart() -> None:
    assert (labels.task("review", 1), labels.task("review", 2)) == ("Rückmeldung prüfen", "Rückmeldungen prüfen")
    assert (labels.kind("verein"), labels.kind("Verein", many=True)) == ("Verein", "Vereine")


def test_kind_of_the_lists_own_is_kept() -> None:
    assert (labels.kind("Botschaft", many=True), labels.kind("")) == ("Botschaft", "ohne Angabe")


@pytest.mark.parametrize(
    ("share", "shown"),
    [(0, "0\u00a0%"), (0.004, "< 1\u00a0%"), (0.555, "56\u00a0%"), (0.996, "> 99\u00a0%"), (1, "100\u00a0%")],
)
def test_only_nothing_is_nought_and_only_all_is_a_hundred(share: float, shown: str) -> None:
    assert labels.percent(share) == shown


def test_numbers_and_times_are_german() -> None:
    assert labels.number(12345) == "12.345"
    assert labels.moment(datetime(2023, 11, 20, 9, 5, tzinfo=UTC)) == "20. November 2023, 09:05 Uhr"


def test_notes_say_what_the_columns_do_not() -> None:
    waiting = (Attendee(role=Role.INVITEE, seat=Seat.WAITLISTED),)
    row = a_row(
        listed=False, reviews=2, attendees=waiting, late=True, reply="yes", blocked=True, letter=LetterState.POSTED
    )
    assert labels.notes(row) == [
        "nicht mehr in der Empfängerliste",
        "2 Rückmeldungen zu prüfen",
        "1 auf der Warteliste",
        "nach Anmeldeschluss",
        "möchte keine weiteren Einladungen",
        "Brief zur Post gegeben",
    ]


def test_tentative_answer_is_open_under_reserve() -> None:
    assert (labels.reply(a_row()), labels.reply(a_row(tentative=True))) == ("offen", "vorbehaltlich")


# --- the chart --------------------------------------------------------------------------------------------------


def test_there_is_no_chart_before_the_first_answer() -> None:
    assert drawn() is None
    assert drawn((0, 0), (0, 0)) is None


def test_lines_stay_inside_the_grid() -> None:
    found = drawn((1, 0), (7, 3), (23, 9))
    assert found is not None
    points = [point.split(",") for series in found.series for point in series.points.split()]
    assert all(drawing.LEFT <= float(x) <= drawing.RIGHT for x, _ in points)
    assert all(drawing.TOP <= float(y) <= drawing.BOTTOM for _, y in points)


@pytest.mark.parametrize(("highest", "last_tick"), [(1, "1"), (5, "5"), (23, "25"), (178, "200"), (60_000, "60.000")])
def test_grid_is_round_and_holds_the_highest(highest: int, last_tick: str) -> None:
    found = drawn((highest, 0))
    assert found is not None
    assert found.y_ticks[-1].text == last_tick
    assert 2 <= len(found.y_ticks) <= 6


@pytest.mark.parametrize("ends", [(50, 50), (50, 49), (1, 0), (0, 1), (100, 2)])
def test_labels_at_the_ends_never_overlap(ends: tuple[int, int]) -> None:
    found = drawn((0, 0), ends)
    assert found is not None
    yes, no = (series.label_y for series in found.series)
    assert abs(yes - no) >= 17.9
    assert max(yes, no) <= drawing.BOTTOM + 0.1


def test_waves_and_deadline_are_marked_confirmations_are_not() -> None:
    waves = {"invitation": FIRST, "reminder-1": FIRST + timedelta(days=28), "confirmation-7": FIRST}
    found = drawn(*[(1, 1)] * 40, waves=waves)
    assert found is not None
    assert [mark.text for mark in found.marks] == ["Einladung", "Erinnerung", "Anmeldeschluss"]
    # The deadline's label is written to the left of its line and would stand in the reminder's.
    assert [mark.level for mark in found.marks] == [0, 0, 1]


def test_marks_that_stand_close_take_turns() -> None:
    found = drawn(*[(1, 1)] * 40, waves={"reminder-1": date(2023, 12, 11)})
    assert found is not None
    assert [mark.level for mark in found.marks] == [0, 1]


def test_ticks_of_many_days_are_weeks() -> None:
    found = drawn(*[(1, 1)] * 31)
    assert found is not None
    assert [tick.text for tick in found.x_ticks] == ["7. Nov.", "14. Nov.", "21. Nov.", "28. Nov.", "5. Dez."]
