"""An invitation: the opaque id and the revision that a link is signed over, and its short printed code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

# Crockford's base 32: no I, L, O, U, so that a code survives being read out on the phone.
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOK_ALIKES = str.maketrans({"I": "1", "L": "1", "O": "0", " ": "", "-": ""})


class InvitationState(StrEnum):
    """draft → issued → revoked | closed; forgotten where the persons behind it were erased."""

    DRAFT = "draft"
    ISSUED = "issued"
    REVOKED = "revoked"
    CLOSED = "closed"
    FORGOTTEN = "forgotten"


@dataclass(frozen=True, slots=True)
class Invitation:
    """`code` is the 10-character Crockford id that links, calendar UIDs and bounce addresses carry."""

    recipient: str
    code: str
    revision: int
    state: InvitationState


def normal_code(typed: str) -> str | None:
    """A typed code in its one spelling (capitals, look-alikes folded, no separators), or None if it is none."""
    code = typed.strip().upper().translate(_LOOK_ALIKES)
    return code if len(code) == 10 and set(code) <= set(CROCKFORD) else None


def shown_code(code: str) -> str:
    """A code as printed: two groups of five."""
    return f"{code[:5]}-{code[5:]}"
