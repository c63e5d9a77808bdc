"""Which column means what: by its header, or as campaign.toml says."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from difflib import get_close_matches

from invite_pipeline.errors import Problem
from invite_pipeline.recipients.cells import tidy
from invite_pipeline.recipients.headers import ALL_FIELDS, WEAK_ORGANISATIONS, field_of, office_in, spelling
from invite_pipeline.recipients.sheet import Sheet, column_letter

EXTRA = "extra"
"""In campaign.toml: what keeps a column for templates, whatever its header seems to mean."""

MEND = "Zu beheben"
"""The header of the column in which `check --rejects` says what to mend; loading ignores it."""

Mapped = Mapping[str, str]
"""campaign.toml's own word: a header's spelling to its field, or to `extra`."""


@dataclasses.dataclass(frozen=True, slots=True)
class Columns:
    """Where each field stands; `extra` are the columns that mean nothing to the pipeline, by header."""

    of: Mapping[str, int]
    extra: Mapping[str, int]
    offices: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """The offices whose holders a column names, by its field: "Bürgermeister/in" over `contact`."""
    bare_name: bool = False
    """Whether the organisation's column is headed "Name", and may as well hold persons."""

    def letter(self, field: str) -> str | None:
        """The spreadsheet's name of a field's column."""
        return column_letter(self.of[field]) if field in self.of else None

    def understood(self, header: tuple[str, ...]) -> dict[str, str]:
        """What each column means, in the sheet's order: `B “E-Mail”` to `email`."""
        meanings = {index: field for field, index in self.of.items()} | dict.fromkeys(self.extra.values(), EXTRA)
        return {f"{column_letter(index)} “{tidy(header[index])}”": meanings[index] for index in sorted(meanings)}


def read_mapping(given: Mapping[str, str | tuple[str, ...]]) -> tuple[dict[str, str], list[Problem]]:
    """campaign.toml's section [columns] as headers' spellings with their fields, and what is wrong with it."""
    mapped: dict[str, str] = {}
    problems = []
    for field, headers in given.items():
        if field != EXTRA and field not in ALL_FIELDS:
            near = get_close_matches(field, ALL_FIELDS, n=1)
            fix = f"Did you mean “{near[0]}”?" if near else f"Known are: {', '.join(sorted(ALL_FIELDS))}."
            problems.append(
                Problem("error", "campaign.toml", f"There is no field “{field}”.", fix, column=f"columns.{field}")
            )
        for header in [headers] if isinstance(headers, str) else headers:
            mapped[spelling(header)] = field
    return mapped, problems


def read_header(sheet: Sheet, mapped: Mapped | None = None) -> tuple[Columns, list[Problem]]:
    """What each column means, and every reason why the header cannot be used."""
    header = [tidy(name) for name in sheet.header]
    of: dict[str, int] = {}
    extra: dict[str, int] = {}
    problems = []
    fields = _meanings(header, mapped or {})
    for index, (name, field) in enumerate(zip(header, fields, strict=True)):
        if not field:
            if name and spelling(name) != spelling(MEND):
                extra.setdefault(name, index)
        elif field in of:
            problems.append(_twice(sheet, header, field, of[field], index))
        else:
            of[field] = index
    _name_by_town(of, header)
    held = {one: office_in(header[of[one]]) for one in ("contact", "contact2") if one in of}
    offices: dict[str, str] = {one: office for one, office in held.items() if office}
    bare = "organisation" in of and spelling(header[of["organisation"]]) in ("name", "name1")
    return Columns(of, extra, offices, bare), problems + _lacking(sheet, of, header)


def _name_by_town(of: dict[str, int], header: list[str]) -> None:
    """In a list of towns that has no other name of theirs, the column "Stadt" is the organisation, too."""
    named = {"organisation", "last_name", "contact", "address"} & of.keys()
    if not named and "city" in of and spelling(header[of["city"]]) in ("stadt", "town", "city"):
        of["organisation"] = of["city"]


def _meanings(header: list[str], mapped: Mapped) -> list[str]:
    told = {mapped[spelling(name)] for name in header if spelling(name) in mapped}
    fields = []
    for name in header:
        word = spelling(name)
        field = "" if mapped.get(word) == EXTRA else mapped.get(word) or field_of(name) or ""
        # A field that campaign.toml gives to one column is no other column's.
        fields.append("" if field in told and word not in mapped else field)
    for index, name in enumerate(header):
        word = spelling(name)
        if word in ("name", "name1", "name2") and word not in mapped:
            fields[index] = _meaning_of_name(word, fields)
    _settle_towns(header, fields)
    _settle_addresses(fields)
    return fields


def _settle_towns(header: list[str], fields: list[str]) -> None:
    """A town's column is the organisation, the town of the address, or neither, as the other columns have it."""
    if fields.count("city") == 2 and "organisation" not in fields:
        stadt = next((index for index, name in enumerate(header) if spelling(name) == "stadt"), None)
        if stadt is not None:
            fields[stadt] = "organisation"
    organisations = [index for index, field in enumerate(fields) if field == "organisation"]
    weak = [index for index in organisations if spelling(header[index]) in WEAK_ORGANISATIONS]
    if weak and len(weak) < len(organisations):
        for index in weak:
            fields[index] = "" if {"city", "place"} & set(fields) else "city"


def _settle_addresses(fields: list[str]) -> None:
    """A column "Adresse" beside postcode and town is the street; alone it is the whole address."""
    if "address" in fields and "street" not in fields and {"postcode", "city", "place"} & set(fields):
        fields[fields.index("address")] = "street"


def _meaning_of_name(name: str, others: list[str]) -> str:
    """Beside a first name it is the last name; without an organisation it is that; else it is a whole name."""
    second = "2" if name.endswith("2") else ""
    if f"first_name{second}" in others and f"last_name{second}" not in others:
        return "last_name" + second
    if "organisation" not in others:
        return "organisation"
    if second and "contact" not in others and "unit" not in others and "last_name" not in others:
        return "unit"
    return "contact" + second if f"contact{second}" not in others else ""


def _twice(sheet: Sheet, header: list[str], field: str, first: int, second: int) -> Problem:
    message = (
        f"The columns {column_letter(first)} “{header[first]}” and {column_letter(second)} “{header[second]}” "
        f"mean the same ({field})."
    )
    fix = f'Rename or remove one, or say in campaign.toml under [columns]: {field} = "{header[first]}".'
    return Problem("error", sheet.file, message, fix, row=sheet.first_row - 1, column=column_letter(second))


def _lacking(sheet: Sheet, of: Mapping[str, int], header: list[str]) -> list[Problem]:
    lacking = []
    if not {"organisation", "last_name", "contact", "address"} & of.keys():
        lacking.append(("for the organisation (“Organisation”) or a person's name (“Nachname”)", "organisation"))
    postal = "address" in of or ("street" in of and ("place" in of or {"postcode", "city"} <= of.keys()))
    if "email" not in of and not postal:
        lacking.append(("by which anyone can be reached (“E-Mail”, or “Straße”, “PLZ” and “Ort”)", "email"))
    shown = ", ".join(f"“{name[:40]}”" for name in header[:20] if name) or "nothing"
    return [
        Problem(
            "error",
            sheet.file,
            f"The header has no column {what}; it has {shown}.",
            f'Add or rename it, or say in campaign.toml under [columns]: {field} = "its header".',
            row=sheet.first_row - 1,
        )
        for what, field in lacking
    ]
