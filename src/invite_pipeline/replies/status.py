"""What a mail server's refusal means for the address: status codes (RFC 3463) and the words beside them."""

from __future__ import annotations

import re

from invite_pipeline.domain.events import BounceClass
from invite_pipeline.replies.patterns import any_of

_ENHANCED = re.compile(r"(?<![\d.])([245])[.](\d{1,3})[.](\d{1,3})(?![\d.]*\d)")
_BASIC = re.compile(r"(?<![\d.])([45]\d\d)(?=[\s#-]|$)(?![.]\d)")

_HARD_CODES = {"5.2.1", "5.4.1", "5.4.4", "5.4.310"}
"""Beside all of 5.1.x: 5.4.1 is what Microsoft 365 says of an address that its directory does not have."""
_SOFT_CODES = {"5.2.2", "5.3.2", "5.4.6", "5.4.7", "5.4.14", "5.4.300"}
_CONTENT_CODES = {"5.2.3", "5.3.4"}


_RECIPIENT_DE = r"(?:empf(?:ä|ae)nger|adresse|postfach|benutzer|konto)"
_NO_SUCH_USER = any_of(
    r"user (?:is )?(?:unknown|invalid|not (?:found|known|exist))",
    r"unknown (?:user|recipient|mailbox|local|address|or illegal|or invalid)",
    r"no such (?:user|mailbox|recipient|address|person|account|domain|host|email)",
    r"does(?:n['’]t| not) (?:exist|have)|not exist|user doesn",
    r"non-?existent|nonexisting",
    r"invalid (?:final delivery )?(?:mailbox|recipient|address|user)",
    r"(?:mailbox|account|recipient|address|user|inbox) (?:\S+ )?(?:is )?(?:not (?:found|available|valid)|unavailable)",
    r"(?:mailbox|account|recipient|address|user|inbox) (?:\S+ )?(?:is |was )?(?:disabled|inactive|closed|suspended)",
    r"no mail ?box (?:here|found|by that name|available)",
    r"recipient not found|RecipN(?:ot)?Found|RecipientNotFound|address unknown",
    r"not a (?:valid|known|local) (?:user|mailbox|recipient|address)",
    r"account that you tried to reach",
    r"(?:domain|host)(?: or domain)?(?: name)? (?:unknown|invalid|not found)|unknown (?:domain|host)|NXDOMAIN|null ?mx",
    r"unrouteable (?:mail )?(?:address|domain)|bad (?:destination|recipient)|not listed in",
    r"no (?:account|user|valid recipients?|one) (?:here|by|with)|no longer (?:valid|available|active|in use|on server)",
    _RECIPIENT_DE + r"\S* .{0,60}?(?:nicht (?:gefunden|bekannt|vorhanden)|unbekannt)",
    _RECIPIENT_DE + r"\S* .{0,60}?(?:ung(?:ü|ue)ltig|deaktiviert|gel(?:ö|oe)scht)",
    r"unbekannte\S* (?:empf|adress|benutz)|existiert (?:\S+ )?nicht|nicht existier",
)
_SENDER_AT_FAULT = any_of(
    r"IP=",
    r"\bPTR\b|reverse[ -]?dns|\brdns\b",
    r"black ?-?list|block ?-?list|\bRBL\b|\bDNSBL\b|spamhaus|spamcop|barracuda|reputation",
    r"\bspam|unsolicited|\bbulk e?-?mail|mass mail",
    r"\bSPF\b|\bDKIM\b|\bDMARC\b",
    r"virus|malware|phish",
)
_MAILBOX_FULL = any_of(
    r"(?:mail ?|in)?box (?:is )?(?:full|over)|(?:mail ?box|account|user) .{0,30}?(?:exceed|over) ?(?:\S+ )?"
    r"(?:allowed size|(?:disk |storage )?(?:quota|space|limit))",
    r"mail ?box (?:size|space|disk)|quota|(?:disk|storage|mail ?box) space|too many (?:mails|messages) on",
    r"postfach .{0,30}?voll|zu ?viele mails|exceeded (?:its |the )?(?:disk|storage)",
)
_CONTENT = any_of(
    r"(?:message|mail|nachricht)\b.{0,40}?too (?:large|big|long)",
    r"(?:nachricht|mail)\b.{0,40}?zu gro(?:ß|ss)",
    r"(?:message|maximum|size)\b.{0,40}?exceed\S* .{0,30}?(?:size|maximum)",
    r"size limit|maximum (?:message )?size|message size exceeds|too (?:large|big)",
)
_SOFT = any_of(
    r"quota|(?:mail ?|in)?box (?:is )?full|over (?:its )?limit|exceeded storage|(?:storage|space) (?:limit|exceeded)",
    r"insufficient (?:system )?(?:storage|disk|space)|(?:not enough|out of) (?:space|storage|disk)|space not enough",
    r"(?:currently|temporarily) (?:unavailable|disabled|suspended|not available)",
    r"postfach .{0,30}?voll|speicher\S* .{0,30}?(?:überschritten|erreicht|voll)",
    r"try (?:again )?later|temporar|vor(?:ü|ue)bergehend|grey ?list|gray ?list|deferred|rate limit|too busy",
    r"time[d -]*out|zeit(?:ü|ue)berschreitung|connection (?:refused|timed|lost|reset)|could not (?:connect|be reached)",
    r"expired|too old|retry time|no (?:response|answer)|server .{0,20}?(?:down|not respond)",
    r"\bloop|too many hops|hop count",
)
_POLICY = any_of(
    r"policy|policies|richtlinie|blocked|banned|suspicious|gesperrt",
    r"not authori[sz]ed|unauthori[sz]ed|authentication required|access denied|bad HELO",
    r"relay(?:ing)? (?:access )?(?:denied|not)|unable to relay|sender (?:address )?(?:rejected|denied|verify)",
)


def find_status(text: str) -> str:
    """The most telling enhanced status code in a server's words; "" where there is none.

    A code that says something (5.1.1) goes before one that does not (5.0.0).
    """
    found = [".".join(hit.groups()) for hit in _ENHANCED.finditer(text[:5000])]
    telling = [code for code in found if not code.endswith(".0.0")]
    return (telling or found or [""])[0]


def find_reply_code(text: str) -> str:
    """The first three-digit SMTP reply code of a failure; "" where there is none."""
    found = _BASIC.search(text[:5000])
    return found[1] if found else ""


def classify(status: str, words: str) -> BounceClass:
    """hard, soft, policy or content, from the Status field and the Diagnostic-Code.

    The words go first where they name the sender, because a status is often made up on the way: T-Online refuses a
    sender's address with "Status: 4.7.1" and "450 4.7.1 [EAB] 554 IP=…".
    """
    words = words[:5000]
    codes = [code for code in (find_status(words), status) if code and not code.endswith(".0.0")]
    if _MAILBOX_FULL.search(words) and not any(code in _CONTENT_CODES for code in codes):
        return "soft"
    nobody = bool(_NO_SUCH_USER.search(words))
    if not nobody and any(map(_is_policy, codes)) and _CONTENT.search(words):
        return "content"
    if not nobody and (_sender_at_fault(status, words) or any(map(_is_policy, codes))):
        return "policy"
    if by_code := next((meaning for code in codes if (meaning := _by_code(code))), None):
        return by_code
    if nobody:
        return "soft" if _temporary(status, words) else "hard"
    if by_words := _by_words(words):
        return by_words
    return "soft" if _temporary(status, words) else "hard"


def _sender_at_fault(status: str, words: str) -> bool:
    """Whether a server blames the sender; a scanner's footer ("scanned for viruses") below a plain 5.1.1 does not."""
    told = bool(find_reply_code(words) or find_status(words))
    return bool(_SENDER_AT_FAULT.search(words)) and (told or not status or _by_code(status) is None)


def _is_policy(code: str) -> bool:
    return code.startswith("5.7.") or code == "5.6.7"


def _by_code(code: str) -> BounceClass | None:
    if code in _CONTENT_CODES:
        return "content"
    if code.startswith("4.") or code in _SOFT_CODES:
        return "soft"
    if code.startswith("5.1.") or code in _HARD_CODES:
        return "hard"
    return None


def _by_words(words: str) -> BounceClass | None:
    # "policy" and "blocked" stand in many a footer, so they go last.
    rules: tuple[tuple[re.Pattern[str], BounceClass], ...]
    rules = ((_CONTENT, "content"), (_SOFT, "soft"), (_POLICY, "policy"))
    return next((meaning for pattern, meaning in rules if pattern.search(words)), None)


def _temporary(status: str, words: str) -> bool:
    """Whether the failure is a 4xx; the words of the last server go before the status made from them."""
    code = find_status(words) or find_reply_code(words) or status
    return code.startswith("4")
