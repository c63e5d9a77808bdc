"""The tracking table's columns as people read them: the same in page, workbook and CSV."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from invite_pipeline.formats.sheets import Cell, to_csv
from invite_pipeline.reports import labels
from invite_pipeline.reports.rows import Row

HEADER = (
    "Organisation",
    "Ansprechperson",
    "Art",
    "Region",
    "Weg",
    "Zustellung",
    "Antwort",
    "Antwort über",
    "Personen",
    "Vertretung",
    "Arbeitsgruppen",
    "Letzter Kontakt",
    "Anmerkungen",
    "Schlüssel",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of the table in words; `marks` are what a page filters by."""

    organisation: str
    addressee: str
    kind: str
    region: str
    channel: str
    delivery: str
    reply: str
    source: str
    persons: int | None
    deputy: str
    workshops: tuple[str, ...]
    last_contact: datetime | None
    notes: tuple[str, ...]
    key: str
    marks: frozenset[str]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The row in the header's order; several groups or notes in one cell are parted by semicolons."""
        return (
            *(self.organisation, self.addressee, self.kind, self.region, self.channel, self.delivery, self.reply),
            *(self.source, self.persons, self.deputy, "; ".join(self.workshops), self.last_contact),
            *("; ".join(self.notes), self.key),
        )


def line(row: Row) -> Line:
    """A row of the tracking table in words."""
    recipient, tracking = row.recipient, row.tracking
    marks = {
        row.reply: True,
        "failed": row.delivery.failed,
        "call": row.to_call,
        "review": tracking.reviews > 0,
        "gone": not row.listed,
    }
    return Line(
        organisation=recipient.organisation,
        addressee=recipient.addressee,
        kind=labels.kind(recipient.kind),
        region=recipient.region,
        channel=labels.CHANNEL[row.channel],
        delivery=labels.DELIVERY[row.delivery],
        reply=labels.reply(row),
        source=labels.SOURCE[tracking.source] if tracking.source else "",
        persons=row.persons if row.reply == "yes" else None,
        deputy=tracking.deputy,
        workshops=row.workshops,
        last_contact=row.last_contact,
        notes=tuple(labels.notes(row)),
        key=row.key,
        marks=frozenset(mark for mark, applies in marks.items() if applies),
    )


def tracking_csv(rows: Iterable[Row]) -> bytes:
    """The tracking table as German Excel opens it."""
    return to_csv(HEADER, (line(row).cells for row in rows))
