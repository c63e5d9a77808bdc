"""E-mail addresses of a cell: what is right, what is wrong, and what looks like a slip."""

from __future__ import annotations

import pytest

from invite_pipeline.recipients.deliverable import Verdict, check_domains
from invite_pipeline.recipients.listed import ListedRecipient
from invite_pipeline.recipients.mail_address import AddressChecker
from invite_pipeline.recipients.mail_providers import likely_meant
from tests.builders import a_recipient


@pytest.mark.parametrize(
    ("cell", "address"),
    [
        ("rathaus@stadt.example", "rathaus@stadt.example"),
        ("mailto:rathaus@stadt.example", "rathaus@stadt.example"),
        ("Eva Muster <eva@stadt.example>", "eva@stadt.example"),
        ("<eva@stadt.example>", "eva@stadt.example"),
        ("E-Mail: eva@stadt.example;", "eva@stadt.example"),
        ("eva@STADT.example", "eva@stadt.example"),
        ("eva@müllerstadt.example", "eva@müllerstadt.example"),
        ("eva@stadt.example; Eva@stadt.example", "Eva@stadt.example"),
    ],
)
def test_an_address_as_offices_write_it(cell: str, address: str) -> None:
    found = AddressChecker().check(cell)
    assert (found.address, found.wrong) == (address, "")


@pytest.mark.parametrize(
    "cell",
    ["a@b.example; c@d.example", "a@b.example,c@d.example", "a@b.example c@d.example", "a@b.example / c@d.example"],
)
def test_several_addresses_in_a_cell_are_an_error(cell: str) -> None:
    assert AddressChecker().check(cell).wrong == "2 e-mail addresses stand in one cell."


@pytest.mark.parametrize(
    "cell",
    [
        "ohne",
        "a@",
        "@b.example",
        "a@b",
        "a b@c.example",
        "a@b..example",
        "a@localhost",
        "a@b.example\r\nBcc: x@y.example",
    ],
)
def test_what_is_no_address_is_an_error_with_a_mend(cell: str) -> None:
    found = AddressChecker().check(cell)
    assert (found.address, bool(found.wrong), bool(found.fix)) == ("", True, True)


@pytest.mark.parametrize(
    ("domain", "meant"),
    [
        ("gmial.com", "gmail.com"),
        ("gmai.com", "gmail.com"),
        ("gmail.con", "gmail.com"),
        ("googelmail.com", "googlemail.com"),
        ("t-online.e", "t-online.de"),
        ("t-onlin.de", "t-online.de"),
        ("tonline.de", "t-online.de"),
        ("web.d", "web.de"),
        ("wbe.de", "web.de"),
        ("gmx.ed", "gmx.de"),
        ("gmxx.de", "gmx.de"),
        ("outlok.de", "outlook.de"),
        ("hotmial.com", "hotmail.com"),
        ("feenet.de", "freenet.de"),
    ],
)
def test_slips_of_big_providers_are_seen(domain: str, meant: str) -> None:
    assert likely_meant(domain) == meant
    assert AddressChecker().check(f"eva@{domain}").fix == f"Write eva@{meant}?"


@pytest.mark.parametrize(
    "domain",
    ["gmail.com", "gmx.at", "gmx.ch", "mail.de", "yahoo.fr", "stadt-koeln.de", "wdr.de", "wen.example", "msb.nrw.de"],
)
def test_honest_domains_are_no_slips(domain: str) -> None:
    assert likely_meant(domain) == ""


def test_name_servers_are_asked_once_for_each_domain() -> None:
    asked: list[str] = []

    def ask(domain: str) -> Verdict:
        asked.append(domain)
        return {"gone.example": "takes none", "slow.example": "unknown"}.get(domain, "takes mail")  # type: ignore[return-value]

    addresses = ["a@good.example", "b@good.example", "c@gone.example", "d@slow.example", ""]
    listed = [ListedRecipient(a_recipient(f"k-{n}", email=one), "l.csv", n) for n, one in enumerate(addresses, start=2)]
    problems = check_domains(listed, {"l.csv": "M"}, ask)
    assert sorted(asked) == ["gone.example", "good.example", "slow.example"]
    assert [(one.severity, one.where, one.row, one.column) for one in problems] == [
        ("error", "l.csv", 4, "M"),
        ("notice", "recipients", None, None),
    ]
