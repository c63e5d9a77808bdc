"""Organisations that are spelled almost alike are noticed; those that only look it are not."""

from __future__ import annotations

import pytest

from invite_pipeline.recipients.listed import ListedRecipient
from invite_pipeline.recipients.near import near_duplicates, reduced
from tests.builders import a_recipient


def pairs(*names: str, cities: tuple[str, ...] = ()) -> list[tuple[int, int]]:
    towns = cities or ("Bonn",) * len(names)
    listed = [
        ListedRecipient(a_recipient(f"k-{row}", organisation=name, city=city), "list.csv", row)
        for row, (name, city) in enumerate(zip(names, towns, strict=True), start=2)
    ]
    return [(one.row, other.row) for one, other in near_duplicates(listed)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Stadt Köln", "Köln, Stadt"),
        ("Stadt Köln", "Stadt Koeln"),
        ("Stadt Köln", "Stadtverwaltung Köln"),
        ("Partnerschaftsverein Bonn e. V.", "Partnerschaftsverein Bonn"),
        ("Partnerschaftsverein Bonn e. V.", "Partnerschaftsverien Bonn e.V."),
        ("Deutsch-Französische Gesellschaft", "Deutsch Französische Geselschaft"),
        ("Verein für Bonn und Oxford", "Verein Bonn - Oxford"),
    ],
)
def test_two_spellings_of_one_organisation_are_a_pair(one: str, other: str) -> None:
    assert pairs("Kreis Wesel", one, "Gemeinde Y", other) == [(3, 5)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Grundschule 1", "Grundschule 2"),
        ("Bezirksvertretung Nord", "Bezirksvertretung West"),
        ("Ortsverein I", "Ortsverein II"),
        ("Stadt Bonn", "Stadt Bonn"),
        ("Stadt Bonn", "STADT BONN"),
    ],
)
def test_what_only_looks_alike_is_none(one: str, other: str) -> None:
    assert pairs(one, other) == []


def test_towns_of_almost_the_same_name_are_two() -> None:
    assert pairs("Stadt Rheda", "Stadt Rhede", cities=("Rheda", "Rhede")) == []


def test_each_later_row_is_named_once_with_the_first() -> None:
    assert pairs("Stadt Köln", "Köln, Stadt", "Stadtverwaltung Köln") == [(2, 3), (2, 4)]


def test_legal_forms_and_order_do_not_count() -> None:
    assert reduced("Verein der Freunde e. V.") == reduced("Freunde, Verein") == "freunde verein"
    assert reduced("e. V.") == "e v"
