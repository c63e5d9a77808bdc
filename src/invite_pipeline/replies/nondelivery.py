"""The plain letters that some mail servers write where a delivery report should be: Exchange in German, Exim, qmail.

flufl.bounce is asked as a helper only: it finds addresses well, but misses German letters, takes delay warnings for
failures, and raises on some real mails.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

from invite_pipeline.replies import parse
from invite_pipeline.replies.bounce import Action, Bounce, returned
from invite_pipeline.replies.parse import Mail
from invite_pipeline.replies.patterns import any_of
from invite_pipeline.replies.status import classify, find_reply_code, find_status

_SERVER_NAMES = any_of(
    r"mailer-daemon|postmaster|mail ?delivery|mail administrator|delivery ?subsystem|mdaemon|mail ?system",
    r"system ?administrator|microsoftexchange[0-9a-f]{8,}|^\s*microsoft outlook\s*$|bounce-?handler",
)
_PREFIX = r"^\s*(?:\[.{1,30}\]\s*|\*{2,}.{1,20}\*{2,}\s*)?"
_FAILED_SUBJECT = any_of(
    *(
        _PREFIX + subject
        for subject in (
            r"unzustellbar|undeliver(?:able|ed)|undelivered mail",
            r"returned (?:e?-?mail|to sender)|rejected (?:mail|message)",
            r"(?:mail |message |e-?mail )?delivery (?:failure|failed|error|problem|has failed)",
            r"(?:mail |message |e-?mail )?delivery (?:notification|report|status)",
            r"(?:mail |message )?delivery warning",
            r"(?:mail |message )?delivery status notification\s*\((?:failure|delay)",
            r"failure notice|(?:mail|message) (?:delivery )?fail|mail system error",
            r"(?:mail|message) could ?n[o']t be deliver|could ?n[o']t deliver",
            r"(?:ihre )?(?:nachricht|e-?mail|mail)\b.{0,60}(?:nicht zu(?:ge|zu)?stell|unzustellbar)",
            r"(?:e-?mail-?|mail-?|nachrichten-?)?zustellung\b.{0,40}(?:fehl|nicht|verz)|nicht zustellbar|zustellfehler",
            r"fehler bei der (?:e-?mail-|nachrichten)?(?:zustellung|übermittlung)",
            r"non remis|non-?delivery|warning: (?:could not send|message)",
        )
    )
)
_DELAYED = any_of(
    r"\(delay\)|\bdelayed\b|verz(?:ö|oe)ger|could not send message for past|warning: (?:message|could)",
    r"will (?:keep|continue) (?:to )?(?:re)?try|\bpostponed\b|will be retried|still being retried",
    r"delivery attempts will continue",
    r"(?:message|mail) (?:still|not yet) (?:un)?deliver|this is a warning message only|not need to resend",
    r"weitere zustellversuche|wird weiter(?:hin)? versucht|noch nicht zugestellt",
)
# Below such a line stands the mail that came back, or what only a programmer reads.
_COPY = any_of(
    r"^[-\s>]*(?:this is a copy of|below this line|a copy of (?:the|your)|original message|message follows).*$",
    r"^[-\s>]*(?:ursprüngliche (?:nachricht|kopf)|the following is|diagnoseinformationen|diagnostic information).*$",
    r"^[-\s>]*(?:message headers?|returned message|unsent message|kopie der nachricht).*$",
    r"^received:.*$",
    flags=re.MULTILINE,
)
_FAILED_WORDS = any_of(
    r"(?:could|can|was|were|cannot) ?(?:not|n't)? ?(?:be )?(?:deliver|sent)|undeliver|unable to deliver",
    r"did ?n[o']t reach|unable to (?:send|reach|relay|find)|deliver\w* .{0,60}?(?:fail|abort|postpon)",
    r"permanent(?:ly)? (?:fatal )?(?:error|fail)|fail\w* permanent|delivery (?:has )?fail",
    r"fail\w* (?:to deliver|recipient)",
    r"returned to sender|rejected|bounced|(?:has|have) been returned|error while|delivery (?:error|problem)",
    r"(?:user|recipient|mailbox|address|host|domain|account) .{0,30}?(?:unknown|unavailable|not (?:known|found|exist))",
    r"(?:unknown|no such|invalid|bad) (?:user|recipient|mailbox|address|host|domain|account)",
    r"(?:mail ?box|quota) .{0,20}?(?:full|exceed)|over ?quota|postponed",
    r"nicht (?:\w+ )?(?:zugestellt|ausgeliefert|übermittelt|erreicht)|unzustellbar|fehler bei der",
    r"n'a (?:pas )?pu (?:e|ê)tre|non remis|no se (?:ha )?pudo entregar|impossibile (?:consegnare|recapitare)",
    r"送信|配信|届|宛先|存在しません|无法|退信|не (?:было )?доставлен",
    r"\b5\d\d[\s\]#-]|\b[45]\.\d\.\d{1,3}\b",
)
# A server's own account: nobody writes from there but a machine.
_DAEMON = re.compile(r"(?:mailer|mail)-?daemon|(?:post_?master|mdaemon)$|^double-bounce", re.IGNORECASE)
_RETURN_ADDRESS = re.compile(
    r"(?:^|[-_.+])(?:bounces?|return|verp|errors?|admin)\b|^(?:bounce|owner|prvs|msprvs)", re.IGNORECASE
)
_FORWARDED = re.compile(r"^\s*(?:wg|fwd?|aw|sv|tr|i)\s*:", re.IGNORECASE)
# Whom a letter is about stands below such a line; above it stands whom the mail was written to.
_LIST_OF_FAILED = any_of(
    r"(?:did not reach|could not be (?:delivered|sent) to|unable to deliver .{0,40}?to|not delivered to|failed to) .*$",
    r"^.{0,80}\b(?:following|these|failed) (?:\S+ )?(?:recipient|address|user|destination|mailbox).*$",
    r"^.{0,80}\b(?:folgende\w*|diese) (?:\S+ )?(?:empfänger|adress).*$",
    flags=re.MULTILINE,
)


def from_server(mail: Mail) -> bool:
    """Whether a mail server wrote this, as far as its sender and envelope say."""
    if mail.get("X-Failed-Recipients"):
        return True
    sender = parse.header(mail, "From")[:500]
    name, _, address = sender.partition("<")
    return any(_SERVER_NAMES.search(one) for one in (name, _local_part(mail), address.split("@")[0]))


def looks_returned(mail: Mail, *, to_bounce_address: bool = False) -> bool:
    """Whether a mail without a readable report is a server's letter about a mail that was not delivered."""
    told = parse.header(mail, "Subject")[:300]
    subject = bool(_FAILED_SUBJECT.match(told))
    server = from_server(mail)
    is_report = "delivery-status" in str(mail.get("Content-Type", "")).lower()
    machine = server or to_bounce_address or is_report or parse.header(mail, "Return-Path").strip() == "<>"
    if machine and (subject or _DAEMON.search(_local_part(mail))):
        return True
    to_return_address = any(_RETURN_ADDRESS.search(one.split("@")[0]) for one in parse.addresses(mail, "To"))
    if not (subject or machine or to_return_address) or (_FORWARDED.match(told) and not machine and subject):
        return False
    fails = bool(_FAILED_WORDS.search(parse.body(mail)[:5000]))
    if subject or machine:
        return fails
    copied = returned(mail) is not None or bool(_COPY.search(parse.body(mail)[:20_000]))
    return fails and (copied or bool(_FAILED_WORDS.search(told)))


def read_letter(mail: Mail, ours: tuple[str, ...] = ()) -> tuple[Bounce, ...]:
    """What a server's letter says, as far as rules can tell; `ours` are addresses that cannot be the failed one."""
    subject = parse.header(mail, "Subject")
    text = parse.body(mail)[:20_000]
    letter = _COPY.split(text, maxsplit=1)[0] or text
    action: Action = "delayed" if _DELAYED.search(f"{subject}\n{letter[:3000]}") else "failed"
    words = " ".join(_reason(letter).split())[:1000]
    status = find_status(letter)
    # A version number in what was sent is no success.
    status = "" if status.startswith("2") else status
    found = []
    for recipient in _failed_addresses(mail, letter, text, ours) or [""]:
        classification = classify(status, words) if action == "failed" else None
        found.append(
            Bounce(recipient=recipient, action=action, status=status, classification=classification, words=words)
        )
    return tuple(found)


def _reason(letter: str) -> str:
    """The lines that carry a code or a reason, else the whole letter."""
    telling = [line for line in letter.split("\n") if find_status(line) or find_reply_code(line)]
    return "\n".join(telling) if telling else letter[:1500]


def _failed_addresses(mail: Mail, letter: str, text: str, ours: tuple[str, ...]) -> list[str]:
    """From the most explicit to the least: the header, the letter, flufl.bounce, the returned mail's To."""
    not_failed = {*ours, *parse.addresses(mail, "From", "To", "Delivered-To", "Return-Path", "X-Original-To")}
    below = _LIST_OF_FAILED.search(letter)
    sources: tuple[Callable[[], list[str]], ...] = (
        lambda: parse.addresses(mail, "X-Failed-Recipients"),
        lambda: parse.find_addresses(letter[below.start() :]) if below else [],
        lambda: parse.find_addresses(letter),
        lambda: _ask_flufl(mail),
        lambda: _returned_to(mail),
        lambda: parse.find_addresses(text),
    )
    for source in sources:
        found = [one for one in dict.fromkeys(source()) if one not in not_failed and not _is_server(one)]
        if found:
            # A letter that lists more is quoting somebody's mail.
            return found if len(found) <= 5 else found[:1]
    # Who writes to themselves gets themselves back.
    return [one for one in dict.fromkeys(parse.find_addresses(letter)) if not _is_server(one)][:1]


def _ask_flufl(mail: Mail) -> list[str]:
    from flufl.bounce import all_failures

    # It logs what it raises, with the mail's addresses; neither belongs on anybody's terminal.
    logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL + 1)
    try:
        temporary, permanent = all_failures(mail)
    except Exception:
        return []
    found = [bytes(one).decode("utf-8", "replace") for one in (*permanent, *temporary)]
    return sorted(one.lower() for one in found if "@" in one)


def _returned_to(mail: Mail) -> list[str]:
    original = returned(mail)
    return parse.addresses(original, "To") if original is not None else []


def _is_server(address: str) -> bool:
    return bool(re.match(r"(?:mailer-daemon|postmaster|no-?reply|abuse|hostmaster|bounce)\b", address)) or bool(
        re.match(r"^[^@]*\d{6,}[^@]*[.$][^@]*@", address)
    )


def _local_part(mail: Mail) -> str:
    found = parse.addresses(mail, "From")
    return found[0].split("@")[0] if found else ""
