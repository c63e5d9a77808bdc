"""The e-mail address of a row, checked without asking any server."""

from __future__ import annotations

import re
from dataclasses import dataclass

from invite_pipeline.recipients.cells import shown
from invite_pipeline.recipients.mail_providers import likely_meant

# Local parts that every standard allows: with a domain that was checked before, they need no second look.
_PLAIN = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*")
# An ordinary ASCII domain, which the library would find nothing in; it is asked about all others.
_DOMAIN = re.compile(r"(?:[a-z0-9](?:-?[a-z0-9]){0,61}\.)+[a-z]{2,24}")
_RESERVED = ("local", "localhost", "invalid", "arpa", "onion", "test")
_SEVERAL = re.compile(r"[;,/|\s]+|\bund\b|\boder\b")
_NAMED = re.compile(r"^[^<>]*<\s*([^<>\s]+)\s*>$")


@dataclass(frozen=True, slots=True)
class CheckedAddress:
    """The address in its normal form, or "" with what is wrong; a `doubt` is a warning about a good one."""

    address: str
    wrong: str = ""
    doubt: str = ""
    fix: str = ""


class AddressChecker:
    """Checks addresses; remembers domains, since a list has few of them."""

    def __init__(self) -> None:
        self._domains: dict[str, tuple[str, str]] = {}

    def check(self, text: str) -> CheckedAddress:
        """The address of a cell, or what is wrong with it and the mend."""
        local, at, domain = text.rpartition("@")
        known = self._domains.get(domain)
        if at and not known and len(domain) <= 200 and _DOMAIN.fullmatch(domain) and not domain.endswith(_RESERVED):
            known = self._domains[domain] = domain, likely_meant(domain)
        if at and known and len(local) <= 64 and _PLAIN.fullmatch(local):
            return _checked(f"{local}@{known[0]}", known[1])
        text = re.sub(r"^(?:mailto:|e-?mail:)\s*", "", text, flags=re.IGNORECASE).strip(" ;,")
        parts = {part.strip("<>()").casefold(): part.strip("<>()") for part in _SEVERAL.split(text) if "@" in part}
        if len(parts) > 1:
            wrong = f"{len(parts)} e-mail addresses stand in one cell."
            return CheckedAddress("", wrong, fix="Keep one, or give each a row of its own.")
        if text.count("@") > 1 and parts:
            # The same one twice.
            text = next(iter(parts.values()))
        named = _NAMED.match(text)
        return self._validate(named[1] if named else text)

    def _validate(self, text: str) -> CheckedAddress:
        from email_validator import EmailNotValidError, validate_email

        domain = text.rpartition("@")[2]
        try:
            # "Test environment" only means that the reserved domain .test passes, which rehearsals use.
            checked = validate_email(text, check_deliverability=False, test_environment=True)
        except (EmailNotValidError, ValueError) as error:
            wrong = f"“{shown(text)}” is no e-mail address: {error}"
            return CheckedAddress("", wrong, fix="Correct it, or empty the cell.")
        meant = likely_meant(checked.ascii_domain)
        self._domains[domain] = checked.domain, meant
        return _checked(checked.normalized, meant)


def _checked(address: str, meant: str) -> CheckedAddress:
    if not meant:
        return CheckedAddress(address)
    local, _, domain = address.rpartition("@")
    return CheckedAddress(address, doubt=f"“{domain}” looks like a slip of “{meant}”.", fix=f"Write {local}@{meant}?")
