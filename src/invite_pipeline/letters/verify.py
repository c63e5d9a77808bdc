"""What the digital signatures of a letter say: who signed it, and whether it is unchanged since."""

from __future__ import annotations

import hashlib
import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from invite_pipeline.errors import InviteError
from invite_pipeline.letters.sign import common_name


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature of a letter."""

    signer: str
    """Whom the certificate names; who vouches for that is `issuer`."""
    issuer: str
    self_issued: bool
    """Whether nobody but the signer vouches for the name."""
    fingerprint: str
    """The certificate's SHA-256."""
    signed_at: datetime | None
    """When, as the signature itself says."""
    problem: str = ""
    """Why it does not hold; empty where it does."""


@dataclass(frozen=True, slots=True)
class Verification:
    """All signatures of a letter, in their order."""

    signatures: tuple[Signature, ...]

    @property
    def unchanged(self) -> bool:
        """Whether it is signed, and is what each of them signed."""
        return bool(self.signatures) and not any(one.problem for one in self.signatures)


def verify_letter(path: Path) -> Verification:
    """Look at the signatures of a letter. Raises InviteError for a file that is no PDF."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InviteError(f"{path} cannot be read: {error.strerror}.", "Name the PDF of a letter.") from error
    return verify(data, str(path))


def verify(data: bytes, name: str = "The file") -> Verification:
    """Look at the signatures of a PDF. Raises InviteError where it is none."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    with _quiet():
        try:
            reader = PdfFileReader(io.BytesIO(data), strict=False)
            signatures = list(reader.embedded_regular_signatures)
        except Exception as error:
            # A damaged file breaks the reader in every possible way.
            raise InviteError(f"{name} is no PDF that can be read.", "Name the PDF of a letter.") from error
        last = len(signatures)
        found = [_looked_at(one, last=number == last) for number, one in enumerate(signatures, start=1)]
    return Verification(tuple(found))


@contextmanager
def _quiet() -> Iterator[None]:
    """Without pyHanko's log: what is wrong is said by what this module returns."""
    logger, nowhere = logging.getLogger("pyhanko"), logging.NullHandler()
    logger.addHandler(nowhere)
    before, logger.propagate = logger.propagate, False
    try:
        yield
    finally:
        logger.propagate = before
        logger.removeHandler(nowhere)


def _looked_at(signature: Any, *, last: bool) -> Signature:
    try:
        certificate = signature.signer_cert
        known = Signature(
            signer=common_name(certificate.subject),
            issuer=common_name(certificate.issuer),
            self_issued=certificate.subject == certificate.issuer,
            fingerprint=hashlib.sha256(certificate.dump()).hexdigest(),
            signed_at=signature.self_reported_timestamp,
        )
    except Exception:
        return Signature("unknown", "unknown", False, "", None, "The signature cannot be read.")
    try:
        return replace(known, problem=_problem(signature, last=last))
    except Exception:
        return replace(known, problem="What was signed cannot be read any more.")


def _problem(signature: Any, *, last: bool) -> str:
    """Why a signature does not hold. Raises whatever a damaged file leads to."""
    from pyhanko.sign.diff_analysis import ModificationLevel
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    # No network and no authorities: whom to believe about a name is for those to say who read it.
    status = validate_pdf_signature(signature, ValidationContext(trust_roots=[], allow_fetching=False))
    if not status.intact or not _fills_its_room(signature):
        return "What was signed has been changed."
    if not status.valid:
        return "The signature was not made with this certificate."
    allowed = ModificationLevel.LTA_UPDATES if last else ModificationLevel.FORM_FILLING
    if status.modification_level is None or status.modification_level > allowed:
        return "Something was added that is no signature."
    return ""


def _fills_its_room(signature: Any) -> bool:
    """Whether nothing hides where a signature stands: the only part of a file that it does not cover."""
    from asn1crypto.parser import peek

    container = bytes(signature.pkcs7_content)
    start, end = int(signature.byte_range[1]), int(signature.byte_range[2])
    written = bytes(signature.reader.stream.getbuffer()[start:end])
    digits = container.hex().encode()
    return written in (b"<%b>" % digits, b"<%b>" % digits.upper()) and not any(container[peek(container) :])
