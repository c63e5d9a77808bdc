"""The e-mail address of a row, checked without asking any server."""

from __future__ import annotations

import re

# Local parts that every standard allows: with a domain that was checked before, they need no second look.
_PLAIN = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*")
_SEVERAL = re.compile(r"[;,\s]+")


class AddressChecker:
    """Checks addresses; remembers domains, since a list has few of them."""

    def __init__(self) -> None:
        self._domains: dict[str, str] = {}

    def check(self, text: str) -> tuple[str, str, str]:
        """The address in its normal form, or "" with what is wrong and the mend."""
        text = text.removeprefix("mailto:")
        local, at, domain = text.rpartition("@")
        if at and domain in self._domains and len(local) <= 64 and _PLAIN.fullmatch(local):
            return f"{local}@{self._domains[domain]}", "", ""
        parts = [part for part in _SEVERAL.split(text) if "@" in part]
        if len(parts) > 1:
            return "", f"{len(parts)} e-mail addresses stand in one cell.", "Keep one, or give each a row of its own."
        return self._validate(text, domain)

    def _validate(self, text: str, domain: str) -> tuple[str, str, str]:
        from email_validator import EmailNotValidError, validate_email

        from invite_pipeline.recipients.cells import shown

        try:
            # "Test environment" only means that the reserved domain .test passes, which rehearsals use.
            checked = validate_email(text, check_deliverability=False, test_environment=True)
        except (EmailNotValidError, ValueError) as error:
            return "", f"“{shown(text)}” is no e-mail address: {error}", "Correct it, or empty the cell."
        self._domains[domain] = checked.domain
        return checked.normalized, "", ""
