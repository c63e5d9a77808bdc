"""Mail that came back, as a delivery report says it (RFC 3464)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from invite_pipeline.domain.events import BounceClass
from invite_pipeline.replies import parse
from invite_pipeline.replies.parse import Mail
from invite_pipeline.replies.status import classify, find_status

Action = Literal["failed", "delayed", "delivered"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """What became of one address; `status` is an enhanced code (5.1.1), or empty where no server gave one."""

    recipient: str
    action: Action
    status: str = ""
    classification: BounceClass | None = None
    """None unless the mail failed."""
    words: str = ""
    """The server's own words."""


_REPORTS = ("message/delivery-status", "message/global-delivery-status")
_ACTIONS: dict[str, Action] = {
    "failed": "failed",
    "failure": "failed",
    "delayed": "delayed",
    "delivered": "delivered",
    "relayed": "delivered",
    "expanded": "delivered",
}


def read_report(mail: Mail) -> tuple[Bounce, ...]:
    """What a delivery report says of each recipient; empty where the mail holds none that can be read."""
    found: list[Bounce] = []
    for part in parse.parts(mail):
        if part.get_content_type() in _REPORTS:
            explanation = parse.body(mail)
            blocks = _blocks(part)
            found += filter(None, (_read_block(block, explanation) for block in blocks))
            break
    return tuple(found)


def _blocks(part: Mail) -> list[dict[str, str]]:
    """The groups of fields in a delivery-status part, names in small letters."""
    encoded = str(part.get("Content-Transfer-Encoding", "")).strip().lower() in ("base64", "quoted-printable")
    inside = parse.children(part)
    if inside and not encoded:
        return [{name.lower(): parse.header(one, name) for name in dict.fromkeys(one.keys())} for one in inside]
    if inside:
        # The parser split the encoded text as if it were fields: put it together again, then decode.
        single = Mail()
        single["Content-Transfer-Encoding"] = str(part["Content-Transfer-Encoding"])
        single.set_payload("\n\n".join(str(one.get_payload()) for one in inside))
        return _fields(parse.text_of(single))
    return _fields(parse.text_of(part))


def _fields(text: str) -> list[dict[str, str]]:
    blocks: list[dict[str, str]] = []
    for block in re.split(r"\n\s*\n", text[:50_000].strip()):
        unfolded = re.sub(r"\n[ \t]+", " ", block)
        pairs = (line.split(":", 1) for line in unfolded.split("\n") if ":" in line)
        blocks.append({name.strip().lower(): value.strip() for name, value in pairs})
    return blocks


def _read_block(block: dict[str, str], explanation: str) -> Bounce | None:
    if not block.keys() & {"final-recipient", "original-recipient", "action", "x-actual-recipient"}:
        return None
    action = _ACTIONS.get(re.split(r"[\s(;]", block.get("action", "failed").strip().lower())[0], "failed")
    diagnostic = _without_type(block.get("diagnostic-code", ""))
    given = find_status(block.get("status", ""))
    telling = find_status(diagnostic)
    status = telling if telling and (not given or given.endswith(".0.0")) else given
    words = diagnostic or _near(explanation, _recipient(block))
    failed = action == "failed"
    return Bounce(
        recipient=_recipient(block),
        action=action,
        status=status,
        classification=classify(status, words) if failed else None,
        words=words,
    )


def _recipient(block: dict[str, str]) -> str:
    """The address that we wrote to, which a forwarding server may have replaced in Final-Recipient."""
    for name in ("original-recipient", "final-recipient", "x-actual-recipient"):
        value = re.sub(r"\+([0-9A-F]{2})", _xtext, _without_type(block.get(name, "")))
        if found := parse.find_addresses(value):
            return found[0]
    return ""


def _xtext(found: re.Match[str]) -> str:
    """RFC 3461, 4: what a plus sign and two hexadecimal digits stand for, where they stand for an @ or a plus."""
    character = chr(int(found[1], 16))
    return character if character in "@+=" else found[0]


def _without_type(value: str) -> str:
    """A field without its leading "rfc822;" or "smtp;"."""
    return re.sub(r"^\s*[\w.-]+\s*;\s*", "", value).strip()


def _near(text: str, address: str) -> str:
    """The lines around an address in a server's explanation, where the report itself gives no reason."""
    place = text.lower().find(address) if address else -1
    return " ".join(text[max(0, place) : max(0, place) + 500].split())


def returned(mail: Mail) -> Mail | None:
    """The mail that came back, or its headers, where the report encloses them."""
    for part in parse.parts(mail):
        kind = part.get_content_type()
        if kind in ("message/rfc822", "message/global") and parse.children(part):
            return parse.children(part)[0]
        if kind in ("text/rfc822-headers", "message/rfc822-headers", "message/global-headers"):
            try:
                return parse.parse(parse.content(part))
            except parse.MailUnreadable:
                return None
    return None
