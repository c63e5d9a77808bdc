"""What the page and the PDF say, put into words: their common templates and the values these are given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from invite_pipeline.domain.campaign import Campaign
from invite_pipeline.domain.recipient import Channel
from invite_pipeline.formats.templates import clock_time, long_date, weekday_date
from invite_pipeline.reports import labels
from invite_pipeline.reports.chart import chart
from invite_pipeline.reports.figures import Figures, Funnel
from invite_pipeline.reports.reasons import reason
from invite_pipeline.reports.rows import Delivery, Row
from invite_pipeline.reports.table import HEADER, Line, line


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the funnel as a bar."""

    name: str
    count: int
    share: float
    colour: str


def html_report(figures: Figures, rows: Sequence[Row], campaign: Campaign) -> str:
    """The whole report as one HTML file that loads nothing and needs no script."""
    lines = [line(row) for row in rows]
    return render("report.html", figures, campaign, lines=lines, header=HEADER, filters=_filters(lines))


def render(template: str, figures: Figures, campaign: Campaign, **more: Any) -> str:
    """One of the package's templates with the figures; whatever stands in the data stays text."""
    return (
        _environment()
        .get_template(template)
        .render(
            f=figures,
            campaign=campaign,
            event=campaign.event,
            deadline_text=_deadline(figures, campaign),
            funnel=_funnel(figures.funnel),
            heads=_heads(figures),
            delivery=_delivery(figures),
            groups_hint=_groups_hint(figures, campaign),
            kinds=[(labels.kind(name, many=True), group) for name, group in figures.by_kind.items()],
            regions=[(labels.region(name), group) for name, group in figures.by_region.items()],
            chart=chart(figures, campaign.rsvp.deadline),
            source=labels.SOURCE,
            intent=labels.INTENT,
            retention=_months(campaign.privacy.retention_months),
            **more,
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("invite_pipeline.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        number=labels.number,
        percent=labels.percent,
        moment=labels.moment,
        short=lambda at: f"{at:%d.%m.%Y %H:%M}",
        date=long_date,
        weekday_date=weekday_date,
        time=clock_time,
        task=labels.task,
        reason=reason,
    )
    return environment


def _deadline(figures: Figures, campaign: Campaign) -> str:
    days = (campaign.rsvp.deadline - figures.now.date()).days
    closing = f"Anmeldeschluss {long_date(campaign.rsvp.deadline)}"
    if days > 1:
        return f"{closing}, noch {days} Tage"
    return f"{closing}, {'morgen' if days == 1 else 'heute' if days == 0 else 'vorbei'}"


def _funnel(funnel: Funnel) -> list[Step]:
    steps = [
        ("Eingeladen", funnel.invited, "main"),
        ("Erreicht", funnel.reached, "main"),
        ("Beantwortet", funnel.answered, "main"),
        ("Zusagen", funnel.yes, "yes"),
        ("Absagen", funnel.no, "no"),
    ]
    return [Step(name, count, count / (funnel.invited or 1), colour) for name, count, colour in steps]


def _heads(figures: Figures) -> list[str]:
    """What else there is to say of those who come."""
    per_yes = figures.persons / figures.replies.yes if figures.replies.yes else 0.0
    waiting, gone = figures.persons_waitlisted, figures.departed_persons
    said = [
        (per_yes, f"{f'{per_yes:.1f}'.replace('.', ',')} Personen je Zusage"),
        (waiting, f"{labels.number(waiting)} davon auf der Warteliste"),
        (figures.speed_dating, f"{labels.number(figures.speed_dating)} beim Speed Dating"),
        (figures.replies.late, f"{labels.number(figures.replies.late)} Antworten nach Anmeldeschluss"),
        (gone, f"nicht mitgezählt: {labels.number(gone)} Personen, deren Organisation nicht mehr in der Liste steht"),
    ]
    return [text for applies, text in said if applies]


def _delivery(figures: Figures) -> list[tuple[str, int, list[tuple[str, int, str]]]]:
    """Per channel its number and, of each state that somebody is in, name, number and colour."""
    mails = figures.messages
    states = [
        (labels.DELIVERY[Delivery.SENT], mails.sent, "yes"),
        (labels.DELIVERY[Delivery.QUEUED], mails.queued, "main"),
        ("zurückgekommen", mails.bounced, "no"),
        (labels.DELIVERY[Delivery.REFUSED], mails.refused, "no"),
        (labels.DELIVERY[Delivery.UNKNOWN], mails.unknown, "alert"),
    ]
    colours = {Delivery.POSTED: "yes", Delivery.RETURNED: "no"}
    letters = [(labels.DELIVERY[step], count, colours.get(step, "main")) for step, count in figures.letters.items()]
    both = [
        (labels.CHANNEL[Channel.MAIL], figures.channels[Channel.MAIL], states),
        (labels.CHANNEL[Channel.POST], figures.channels[Channel.POST], letters),
    ]
    return [(name, total, [one for one in parts if one[1]]) for name, total, parts in both if total]


def _groups_hint(figures: Figures, campaign: Campaign) -> str:
    missing = figures.without_choice
    who = "Person hat" if missing == 1 else "Personen haben"
    parts = [f"{labels.number(missing)} {who} noch keine Arbeitsgruppe gewählt."] if missing else []
    if figures.persons and not missing:
        parts.append("Alle, die kommen, haben gewählt.")
    if campaign.speed_dating:
        title = campaign.speed_dating.title
        parts.append(f"„{title}“: {labels.number(figures.speed_dating)} angemeldet.")
    return " ".join(parts)


def _filters(lines: Iterable[Line]) -> list[tuple[str, str, int]]:
    """The choices over the table: mark, name, number; only those that show somebody."""
    marks = [mark for one in lines for mark in one.marks]
    names = {
        "yes": "Zusagen",
        "no": "Absagen",
        "open": "offen",
        "call": "anzurufen",
        "review": "zu prüfen",
        "gone": "nicht mehr in der Liste",
    }
    everybody = sum(mark in ("yes", "no", "open") for mark in marks)
    return [
        ("all", "alle", everybody),
        *((mark, name, marks.count(mark)) for mark, name in names.items() if mark in marks),
    ]


def _months(number: int) -> str:
    return "einen Monat" if number == 1 else f"{number} Monate"
