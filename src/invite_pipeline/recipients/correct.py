"""Corrections of how somebody is reached: recorded with what stood there, and kept when the list is read again.

A correction holds until the list itself says something new of that field: the newest word counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from invite_pipeline.domain.events import Corrected
from invite_pipeline.domain.invitation import InvitationState
from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import CorrectionRefused
from invite_pipeline.recipients.mail_address import AddressChecker
from invite_pipeline.recipients.places import country_code, postcode_fault
from invite_pipeline.store import queries
from invite_pipeline.store.correction_queries import Correction, corrections, keep_corrections, replace_recipient
from invite_pipeline.store.database import Transaction
from invite_pipeline.store.ledger import append

POSTAL = ("street", "postcode", "city", "country")
CORRECTABLE = ("email", "phone", *POSTAL, "address")
"""`address` are all lines of an address block that the list gives whole, one below the other."""
_LONGEST = 200


def correct_in(tx: Transaction, workspace: Workspace, key: str, values: Mapping[str, str], *, by: str) -> list[str]:
    """Correct fields of a recipient, within a transaction of the caller's; gives those that differ from what stood.

    Raises UnknownRecipient, and CorrectionRefused for a value that cannot be right, or a recipient who was erased.
    """
    state = queries.tracking(tx, key, lock=True)
    if state.invitation is InvitationState.FORGOTTEN:
        raise CorrectionRefused("The data of this recipient were erased.", "Invite them anew, under another key.")
    old = queries.recipient(tx, key)
    new = replace(old, **{name: _value(name, text) for name, text in values.items()})
    changed = [name for name in CORRECTABLE if getattr(old, name) != getattr(new, name)]
    wrong, fix = postcode_fault(new.postcode) if new.country == "DE" and "postcode" in changed else ("", "")
    if wrong:
        raise CorrectionRefused(wrong, fix, "postcode")
    if not changed:
        return []
    known = corrections(tx, key).get(key, {})
    # What the list says is what stood there before the first correction.
    kept = known | {name: Correction(_listed(known, old, name), said(new, name)) for name in changed}
    keep_corrections(tx, key, {name: one for name, one in kept.items() if one.listed != one.corrected})
    replace_recipient(tx, new)
    before, after = ({name: said(one, name) for name in changed} for one in (old, new))
    event = Corrected(fields=tuple(changed), before=before, after=after, by=by)
    append(tx, key, event, at=workspace.now(), before=state)
    return changed


def corrected(listed: Recipient, known: Mapping[str, Correction]) -> tuple[Recipient, dict[str, Correction]]:
    """A list's recipient with the corrections that still hold, and those corrections."""
    holding = {name: one for name, one in known.items() if said(listed, name) == one.listed}
    return replace(listed, **{name: _parsed(name, one.corrected) for name, one in holding.items()}), holding


def said(one: Recipient, name: str) -> str:
    """A field in words: the lines of an address below one another."""
    value = getattr(one, name)
    return value if isinstance(value, str) else "\n".join(value)


def _listed(known: Mapping[str, Correction], old: Recipient, name: str) -> str:
    return known[name].listed if name in known else said(old, name)


def _parsed(name: str, text: str) -> Any:
    return tuple(text.split("\n")) if name == "address" and text else () if name == "address" else text


def _value(name: str, text: str) -> Any:
    """A field as it was typed. Raises CorrectionRefused."""
    if name not in CORRECTABLE:
        raise CorrectionRefused(f"“{name}” is no field that can be corrected.", field=name)
    lines = [" ".join(line.split()) for line in text.splitlines()]
    lines = [line for line in lines if line]
    if any(len(line) > _LONGEST for line in lines) or (name != "address" and len(lines) > 1):
        raise CorrectionRefused("Too long.", f"At most {_LONGEST} characters in one line.", name)
    if name == "address":
        return _address(lines)
    line = lines[0] if lines else ""
    if name == "email" and line:
        return _email(line)
    if name == "phone" and line and sum(letter.isdigit() for letter in line) < 3:
        raise CorrectionRefused(f"“{line}” is no telephone number.", "Write it with its digits.", name)
    if name == "country":
        return _country(line)
    return line


def _address(lines: list[str]) -> tuple[str, ...]:
    # DIN 5008: the address zone of the letter has six lines.
    if len(lines) > 6:
        raise CorrectionRefused("An address has at most six lines.", field="address")
    return tuple(lines)


def _email(text: str) -> str:
    checked = AddressChecker().check(text)
    if not checked.address:
        raise CorrectionRefused(checked.wrong, checked.fix, "email")
    return checked.address


def _country(text: str) -> str:
    code = country_code(text)
    if not code:
        raise CorrectionRefused(f"“{text}” is no country.", "Write its name or two letters, such as FR.", "country")
    return code
