"""The report as a workbook: one sheet for each question that staff ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from invite_pipeline.domain.campaign import Campaign
from invite_pipeline.domain.recipient import Channel
from invite_pipeline.domain.reply import Attendee, Role, Seat
from invite_pipeline.formats.sheets import Cell, Share, Sheet, to_xlsx
from invite_pipeline.reports import labels, table
from invite_pipeline.reports.figures import Figures
from invite_pipeline.reports.rows import Delivery, Row

NOT_CHOSEN = "noch nicht gewählt"


def xlsx_report(figures: Figures, rows: Sequence[Row], campaign: Campaign) -> bytes:
    """The whole report as one workbook; times are those of the event's zone."""
    sheets = [
        _overview(figures),
        Sheet(name="Tabelle", header=table.HEADER, rows=[table.line(row).cells for row in rows]),
        _attendees(rows, campaign),
        _groups(rows, campaign),
        _outstanding(rows),
        _phone_list(rows),
        _course(figures),
    ]
    author = campaign.hosts[0].organisation
    return to_xlsx(sheets, title=f"Rückmeldungen: {campaign.title}", author=author, created=figures.now)


# --- figures ----------------------------------------------------------------------------------------------------


def _overview(figures: Figures) -> Sheet:
    rows: list[Sequence[Cell]] = []
    headings = set()
    for title, lines in _sections(figures):
        headings.add(len(rows))
        rows += [(title, None, None), *lines]
    return Sheet(name="Übersicht", header=("Kennzahl", "Wert", "Anteil"), rows=rows, headings=frozenset(headings))


def _sections(figures: Figures) -> Iterator[tuple[str, list[Sequence[Cell]]]]:
    funnel, replies, mails = figures.funnel, figures.replies, figures.messages
    invited, answered = funnel.invited or 1, funnel.answered or 1
    yield figures.title, [("Stand", figures.now, None)]
    yield (
        "Von der Einladung zur Antwort",
        [
            ("Eingeladen", funnel.invited, None),
            ("Erreicht", funnel.reached, Share(funnel.reached / invited)),
            ("Beantwortet", funnel.answered, Share(funnel.rate_of_invited)),
            ("Beantwortet, von den Erreichten", funnel.answered, Share(funnel.rate_of_reached)),
            ("Zusagen", replies.yes, Share(replies.yes / answered)),
            ("Absagen", replies.no, Share(replies.no / answered)),
            ("Offen", replies.open, Share(replies.open / invited)),
            ("Zu prüfen", replies.needs_review, None),
        ],
    )
    capacity = figures.capacity
    yield (
        "Köpfe",
        [
            ("Personen", figures.persons, Share(figures.persons / capacity) if capacity else None),
            ("davon auf der Warteliste", figures.persons_waitlisted, None),
            ("Plätze", capacity or "ohne Grenze", None),
            ("Speed Dating", figures.speed_dating, None),
            ("ohne Arbeitsgruppe", figures.without_choice, None),
        ],
    )
    yield (
        "Zustellung per E-Mail",
        [
            (labels.CHANNEL[Channel.MAIL], figures.channels[Channel.MAIL], None),
            (labels.DELIVERY[Delivery.QUEUED], mails.queued, None),
            (labels.DELIVERY[Delivery.SENT], mails.sent, None),
            (labels.DELIVERY[Delivery.REFUSED], mails.refused, None),
            ("zurückgekommen", mails.bounced, None),
            (labels.DELIVERY[Delivery.UNKNOWN], mails.unknown, None),
        ],
    )
    letters: list[Sequence[Cell]] = [(labels.DELIVERY[step], count, None) for step, count in figures.letters.items()]
    yield "Zustellung per Post", [(labels.CHANNEL[Channel.POST], figures.channels[Channel.POST], None), *letters]
    if figures.workshops:
        yield (
            "Arbeitsgruppen (bestätigt)",
            [
                (one.title, one.confirmed, Share(one.confirmed / one.capacity) if one.capacity else None)
                for one in figures.workshops
            ],
        )
    kinds = [(labels.kind(name, many=True), group) for name, group in figures.by_kind.items()]
    regions = [(labels.region(name), group) for name, group in figures.by_region.items()]
    for title, groups in (("Beantwortet nach Art", kinds), ("Beantwortet nach Region", regions)):
        yield title, [(name, group.answered, Share(group.rate_of_invited)) for name, group in groups]


def _course(figures: Figures) -> Sheet:
    rows = [(day.day, day.received, day.yes, day.no, day.yes + day.no) for day in figures.timeline]
    header = ("Tag", "Eingegangen", "Zusagen gesamt", "Absagen gesamt", "Beantwortet gesamt")
    return Sheet(name="Verlauf", header=header, rows=rows)


# --- people -----------------------------------------------------------------------------------------------------


def _people(rows: Iterable[Row]) -> Iterator[tuple[Row, Attendee]]:
    """Everybody who comes, also those whose names are open: as many as the figures count, then who left the list."""
    for row in rows:
        missing = row.persons - len(row.tracking.attendees)
        for attendee in (*row.tracking.attendees, *[Attendee(role=Role.COMPANION)] * missing):
            yield row, attendee


def _attendees(rows: Sequence[Row], campaign: Campaign) -> Sheet:
    header = (
        *("Name", "Rolle", "Funktion", "Organisation", "Art", "Region", "Platz", "Arbeitsgruppe"),
        *("Platz in der Arbeitsgruppe", "Speed Dating", "E-Mail", "Hinweis", "Schlüssel"),
    )
    cells = [
        (
            *(labels.attendee(one), labels.ROLE[one.role], one.office, row.recipient.organisation),
            *(labels.kind(row.recipient.kind), row.recipient.region, labels.SEAT[one.seat], _group(one, campaign)),
            *(_group_seat(one), "ja" if one.speed_dating else "", one.email),
            *("" if row.listed else "nicht mehr in der Empfängerliste", row.key),
        )
        for row, one in _people(rows)
    ]
    return Sheet(name="Teilnehmende", header=header, rows=cells)


def _groups(rows: Sequence[Row], campaign: Campaign) -> Sheet:
    """Who is in which working group, in the campaign's order, those without a choice last: a list for each room."""
    order = {workshop.id: number for number, workshop in enumerate(campaign.workshops)}
    rooms = {workshop.id: workshop.room for workshop in campaign.workshops}
    people = sorted(
        ((row, one) for row, one in _people(rows) if campaign.workshops or one.workshop),
        key=lambda pair: (not pair[1].workshop, order.get(pair[1].workshop, len(order)), _group_seat(pair[1])),
    )
    cells = [
        (
            *(_group(one, campaign), rooms.get(one.workshop, ""), _group_seat(one), labels.attendee(one)),
            *(labels.ROLE[one.role], row.recipient.organisation, row.key),
        )
        for row, one in people
    ]
    header = ("Arbeitsgruppe", "Raum", "Platz", "Name", "Rolle", "Organisation", "Schlüssel")
    return Sheet(name="Arbeitsgruppen", header=header, rows=cells)


def _group(one: Attendee, campaign: Campaign) -> str:
    workshop = campaign.workshop(one.workshop)
    return workshop.title if workshop else one.workshop or NOT_CHOSEN


def _group_seat(one: Attendee) -> str:
    return labels.SEAT[one.workshop_seat or Seat.CONFIRMED] if one.workshop else ""


# --- work -------------------------------------------------------------------------------------------------------


def _outstanding(rows: Sequence[Row]) -> Sheet:
    header = (
        *("Organisation", "Ansprechperson", "Art", "Region", "Weg", "Zustellung", "Antwort", "E-Mail", "Telefon"),
        *("Letzter Kontakt", "Anmerkungen", "Schlüssel"),
    )
    cells = []
    for row in rows:
        if row.listed and row.reply == "open":
            one, recipient = table.line(row), row.recipient
            line = (
                *(one.organisation, one.addressee, one.kind, one.region, one.channel, one.delivery, one.reply),
                *(recipient.email, recipient.phone, one.last_contact, "; ".join(one.notes), one.key),
            )
            cells.append(line)
    return Sheet(name="Offen", header=header, rows=cells)


def _phone_list(rows: Sequence[Row]) -> Sheet:
    """Whom only the phone reaches, with room for what came of the call."""
    header = (
        *("Organisation", "Ansprechperson", "Telefon", "Ort", "Grund", "E-Mail", "Anmerkungen", "Angerufen am"),
        *("Ergebnis", "Schlüssel"),
    )
    cells = [
        (
            *(row.recipient.organisation, row.recipient.addressee, row.recipient.phone, row.recipient.city),
            *(_why_call(row), row.recipient.email, "; ".join(labels.notes(row)), None, None, row.key),
        )
        for row in rows
        if row.to_call
    ]
    return Sheet(name="Telefonliste", header=header, rows=cells)


def _why_call(row: Row) -> str:
    if row.channel is Channel.POST:
        return "keine E-Mail-Adresse" + (", Brief kam zurück" if row.delivery is Delivery.RETURNED else "")
    # A reminder may have come back where the invitation did not.
    return labels.DELIVERY[row.delivery if row.delivery.failed else Delivery.BOUNCED_HARD]
