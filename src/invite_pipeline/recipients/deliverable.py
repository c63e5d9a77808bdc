"""Whether the domains of e-mail addresses take mail, as their name servers say: only where it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

from invite_pipeline.errors import Problem
from invite_pipeline.recipients.listed import ListedRecipient

Verdict = Literal["takes mail", "takes none", "unknown"]
Ask = Callable[[str], Verdict]

_AT_ONCE = 16
_PATIENCE = 5
"""Seconds for one domain."""


def check_domains(
    listed: Sequence[ListedRecipient], columns: Mapping[str, str] | None = None, ask: Ask | None = None
) -> list[Problem]:
    """A problem for each recipient whose domain takes no mail, one for all that could not be asked about.

    `columns` are the letters of the address's column, by file.
    """
    with_mail = [one for one in listed if one.recipient.email]
    domains = sorted({one.recipient.email.rpartition("@")[2] for one in with_mail})
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        verdicts = dict(zip(domains, pool.map(ask or ask_dns, domains), strict=True))
    problems = [
        Problem(
            "error",
            one.file,
            f"No server takes mail for “{domain}”.",
            "Correct the address, or empty the cell: then the invitation goes by post.",
            row=one.row,
            column=(columns or {}).get(one.file),
        )
        for one in with_mail
        if verdicts[domain := one.recipient.email.rpartition("@")[2]] == "takes none"
    ]
    unknown = [domain for domain, verdict in verdicts.items() if verdict == "unknown"]
    if unknown:
        some = ", ".join(unknown[:5]) + (", …" if len(unknown) > 5 else "")
        message = f"The name servers did not answer for {len(unknown)} of {len(domains)} domains: {some}."
        problems.append(Problem("notice", "recipients", message, "Check the network, and try again."))
    return problems


def ask_dns(domain: str) -> Verdict:
    """What the domain's MX and address records say (RFC 5321, 5.1; RFC 7505 for those that take none)."""
    from email_validator import EmailUndeliverableError, caching_resolver, validate_email
    from email_validator.exceptions import EmailNotValidError

    try:
        resolver = caching_resolver(timeout=_PATIENCE)
        found = validate_email(f"postmaster@{domain}", check_deliverability=True, dns_resolver=resolver)
    except EmailUndeliverableError:
        return "takes none"
    except (EmailNotValidError, OSError):
        return "unknown"
    return "takes mail" if getattr(found, "mx", None) else "unknown"
