"""The example lists load without a single problem, and hold what the example promises."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

from invite_pipeline.domain.address import derive
from invite_pipeline.recipients.load import Loaded, list_files, read_lists
from tests.builders import ROOT, a_campaign


@cache
def example() -> Loaded:
    return read_lists(list_files(ROOT, a_campaign()), ROOT)


def test_the_examples_have_no_problems() -> None:
    assert example().problems == ()


def test_all_municipalities_and_enough_associations_are_there() -> None:
    kinds = Counter(listed.recipient.kind for listed in example().recipients)
    assert kinds["kommune"] == 396
    assert kinds["verein"] >= 150


def test_everybody_can_be_reached_at_an_invented_address() -> None:
    recipients = [listed.recipient for listed in example().recipients]
    assert all(one.street and one.city and one.postcode for one in recipients)
    assert all(one.email.endswith(".example") for one in recipients if one.email)
    assert {str(one.channel) for one in recipients} == {"mail", "post"}


def test_every_row_says_that_it_is_an_example() -> None:
    assert all("Beispieldaten" in listed.recipient.extra["Hinweis"] for listed in example().recipients)
    named = [listed.recipient for listed in example().recipients if listed.recipient.addressee]
    assert all("erfunden" in one.extra["Hinweis"] for one in named)


def test_every_way_of_addressing_occurs() -> None:
    salutations = {derive(listed.recipient).salutation.split(" ")[0] for listed in example().recipients}
    assert salutations >= {"Sehr", "Guten"}
    assert any(len(listed.recipient.persons) == 2 for listed in example().recipients)
    assert any(re.search(r"[Α-Ωα-ω]", listed.recipient.organisation) for listed in example().recipients)
    assert any(re.search(r"[А-я]", listed.recipient.organisation) for listed in example().recipients)


def test_only_towns_without_a_district_have_an_oberbuergermeister() -> None:
    municipal = [listed.recipient for listed in example().recipients if listed.recipient.kind == "kommune"]
    lords = {one.city for one in municipal if any("Oberbürgermeister" in person.office for person in one.persons)}
    assert lords <= {"Aachen"} | {one.city for one in municipal if one.extra["Kreis"] == "kreisfrei"}
    assert len(lords) > 10


def test_the_csv_is_as_german_excel_writes_it() -> None:
    data = (ROOT / "recipients" / "kommunen.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfSchl\xc3\xbcssel;")
    assert data.count(b"\n") == data.count(b"\r\n") == 397
