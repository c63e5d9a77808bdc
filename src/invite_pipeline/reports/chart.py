"""Replies over time as a picture: where every line, tick and label of the SVG stands. Units are SVG's pixels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date

from invite_pipeline.reports import labels
from invite_pipeline.reports.figures import Figures
from invite_pipeline.reports.timeline import Day

WIDTH, HEIGHT = 940, 320
LEFT, RIGHT, TOP, BOTTOM = 46, 808, 52, 282
_LINE_HEIGHT = 18


@dataclass(frozen=True, slots=True)
class Series:
    """One line: its points as SVG wants them, where it ends, and what stands there."""

    name: str
    points: str
    end_x: float
    end_y: float
    label_y: float
    value: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A tick or a day that matters: where, what, and in which line of labels."""

    at: float
    text: str
    level: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Everything that the SVG draws; `description` says it in words."""

    series: tuple[Series, Series]
    y_ticks: tuple[Mark, ...]
    x_ticks: tuple[Mark, ...]
    marks: tuple[Mark, ...]
    description: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = RIGHT
    bottom: int = BOTTOM


def chart(figures: Figures, deadline: date) -> Chart | None:
    """The picture of how answers came in, or None before there is anything to draw."""
    days = figures.timeline
    if not days or not (days[-1].yes or days[-1].no or any(day.received for day in days)):
        return None
    step = _step(max(max(day.yes, day.no) for day in days))
    top = step * max(1, -(-max(max(day.yes, day.no) for day in days) // step))
    yes = _series("Zusagen", [day.yes for day in days], top)
    no = _series("Absagen", [day.no for day in days], top)
    return Chart(
        series=_apart(yes, no),
        y_ticks=tuple(Mark(_y(value, top), labels.number(value)) for value in range(0, top + 1, step)),
        x_ticks=tuple(_x_ticks(days)),
        marks=tuple(_marks(figures, deadline)),
        description=_description(days),
    )


def _description(days: Sequence[Day]) -> str:
    first, last = (format_date(day.day, "d. MMMM y", locale="de") for day in (days[0], days[-1]))
    return (
        f"Vom {first} bis zum {last} stiegen die Zusagen auf {labels.number(days[-1].yes)}"
        f" und die Absagen auf {labels.number(days[-1].no)}. Die Zahlen stehen in der Tabelle darunter."
    )


def _series(name: str, values: Sequence[int], top: int) -> Series:
    points = [(_x(number, len(values)), _y(value, top)) for number, value in enumerate(values)]
    text = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return Series(name, text, *points[-1], points[-1][1], values[-1])


def _apart(yes: Series, no: Series) -> tuple[Series, Series]:
    """The labels of two lines that end close to each other are moved apart."""
    missing = max(0.0, _LINE_HEIGHT - abs(yes.label_y - no.label_y)) / 2
    upward = -1 if yes.label_y <= no.label_y else 1
    # The lower label must not stand in the axis.
    lift = max(0.0, max(yes.label_y, no.label_y) + missing - BOTTOM)
    return _moved(yes, upward * missing - lift), _moved(no, -upward * missing - lift)


def _moved(one: Series, by: float) -> Series:
    return Series(one.name, one.points, one.end_x, one.end_y, one.label_y + by, one.value)


def _x(number: int, of: int) -> float:
    return LEFT + (RIGHT - LEFT) * (number / (of - 1) if of > 1 else 0.5)


def _y(value: int, top: int) -> float:
    return BOTTOM - (BOTTOM - TOP) * value / top


def _step(highest: int) -> int:
    """A round distance of the grid's lines that gives at most five of them."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            if highest <= 5 * factor * size:
                return factor * size
        size *= 10


def _x_ticks(days: Sequence[Day]) -> Iterable[Mark]:
    every = max(1, -(-len(days) // 8))
    # Weekly ticks read best once there are more than a few.
    every = 7 * -(-every // 7) if every > 2 else every
    for number in range(0, len(days), every):
        yield Mark(_x(number, len(days)), format_date(days[number].day, "d. MMM", locale="de"))


_LABELS_APART = 200
"""Two labels, one to the right and one to the left of its line, need so much room between their lines."""


def _marks(figures: Figures, deadline: date) -> Iterable[Mark]:
    """The days on which invitations and reminders began, and the deadline; close labels take turns in two lines."""
    days = figures.timeline
    named = [(day, labels.wave(wave)) for wave, day in figures.waves.items() if wave.startswith(("invit", "remind"))]
    named.append((deadline, "Anmeldeschluss"))
    before, level = -1000.0, 0
    for day, text in sorted(named):
        number = (day - days[0].day).days
        if 0 <= number < len(days):
            at = _x(number, len(days))
            # Near the right edge a label is written to the left of its line, towards the one before.
            level = 1 - level if at - before < _LABELS_APART else 0
            before = at
            yield Mark(at, text, level)
