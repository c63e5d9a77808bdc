"""Slips in the names of big mail providers, told from other providers that really exist."""

from __future__ import annotations

from functools import lru_cache

from rapidfuzz.distance import OSA

_PROVIDERS = (
    "gmail.com", "googlemail.com", "gmx.de", "gmx.net", "web.de", "t-online.de", "freenet.de", "outlook.com",
    "outlook.de", "hotmail.com", "hotmail.de", "yahoo.com", "yahoo.de", "icloud.com", "posteo.de", "mailbox.org",
    "arcor.de", "aol.com", "live.de", "live.com", "unitybox.de", "netcologne.de", "unity-mail.de", "vodafone.de",
    "magenta.de", "kabelmail.de", "online.de", "me.com", "msn.com", "ionos.de", "strato.de", "1und1.de",
)  # fmt: skip
# Others that exist and look alike.
_REAL_TEXT = """
    gmx.at gmx.ch gmx.com gmx.eu gmx.info gmx.org gmx.fr gmx.us yahoo.fr yahoo.es yahoo.it yahoo.ca yahoo.at
    yahoo.pl yahoo.se yahoo.dk yahoo.co.uk yahoo.in hotmail.fr hotmail.it hotmail.es hotmail.nl hotmail.be
    hotmail.se hotmail.dk hotmail.ch hotmail.at outlook.fr outlook.it outlook.es outlook.at outlook.be outlook.dk
    live.fr live.nl live.at live.be live.it live.dk aol.de aol.fr aol.at web.com mail.de mail.com email.de email.com
    ymail.com rocketmail.com ok.de inline.de mailbox.de mailbox.com posteo.net posteo.org posteo.at posteo.ch
    freenet.com freenet.at vodafone.com online.com arcor.com strato.com ionos.com ionos.fr unitymedia.de msn.de
    gmail.de live.ca live.se icloud.de me.de t-mobile.de t-online.com t-online.hu
    """
_REAL = frozenset(_REAL_TEXT.split())
_NEAR = {near: row for row in ("qwertzuiopü", "asdfghjklöä", "yxcvbnm") for near in row}


@lru_cache(maxsize=65_536)
def likely_meant(domain: str) -> str:
    """The provider that a domain is one slip away from, or ""."""
    domain = domain.casefold()
    if len(domain) > 16 or domain in _PROVIDERS or domain in _REAL:
        return ""
    return next((provider for provider in _PROVIDERS if _is_slip(domain, provider)), "")


def _is_slip(domain: str, provider: str) -> bool:
    name, _, ending = provider.partition(".")
    found, _, found_ending = domain.partition(".")
    if found == name:
        return _ending_slip(found_ending, ending)
    if found_ending != ending:
        # The dot forgotten or misplaced: "gmailcom" is no domain, "web.dde" one slip in the ending.
        return len(name) > 5 and _ending_slip(found_ending, ending) and OSA.distance(found, name) == 1
    distance = OSA.distance(found, name, score_cutoff=2)
    if len(name) > 7:
        return (distance <= 2 and found[:1] == name[:1]) or distance == 1
    if len(name) > 3:
        return distance == 1
    return distance == 1 and _short_slip(found, name)


def _short_slip(found: str, name: str) -> bool:
    """Names of two or three letters have many honest neighbours: only letters swapped, doubled or a key aside."""
    if sorted(found) == sorted(name):
        return True
    if len(found) == len(name) + 1:
        return any(found[at] == found[at + 1] and found[:at] + found[at + 1 :] == name for at in range(len(name)))
    pair = [(one, other) for one, other in zip(found, name, strict=False) if one != other]
    if len(found) != len(name) or len(pair) != 1:
        return False
    row = _NEAR.get(pair[0][1], "")
    return pair[0][0] in row and abs(row.index(pair[0][0]) - row.index(pair[0][1])) == 1


def _ending_slip(found: str, ending: str) -> bool:
    """Whether an ending is a slip of another: "d", "e" and "ed" of "de", "con" and "cmo" of "com"."""
    slips = {
        "de": {"d", "e", "ed", "dee", "dde", "der", "ded", "de.de", "dr", "dw", "fe", "ee", "des", "deu"},
        "com": {"con", "cmo", "co", "om", "cm", "comm", "vom", "cpm", "ocm", "coom", "cim", "xom", "c", "comde"},
        "net": {"ne", "nte", "ent", "bet", "nett", "met", "nrt", "nt", "et", "n"},
        "org": {"ogr", "rog", "orgg", "rg", "og", "or", "prg"},
    }
    return found in slips.get(ending, ())
