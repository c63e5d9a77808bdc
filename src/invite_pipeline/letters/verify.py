"""What the digital signatures of a letter say: who signed it, and whether it is unchanged since."""

from __future__ import annotations

import hashlib
import io
import logging
from dataclasses import dataclass
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
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        reader = PdfFileReader(io.BytesIO(data), strict=False)
        signatures = list(reader.embedded_regular_signatures)
    except (PdfError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise InviteError(f"{name} is no PDF that can be read.", "Name the PDF of a letter.") from error
    last = len(signatures)
    return Verification(tuple(_looked_at(one, last=number == last) for number, one in enumerate(signatures, start=1)))


def _looked_at(signature: Any, *, last: bool) -> Signature:
    certificate = signature.signer_cert
    return Signature(
        signer=common_name(certificate.subject),
        issuer=common_name(certificate.issuer),
        self_issued=certificate.subject == certificate.issuer,
        fingerprint=hashlib.sha256(certificate.dump()).hexdigest(),
        signed_at=signature.self_reported_timestamp,
        problem=_problem(signature, last=last),
    )


def _problem(signature: Any, *, last: bool) -> str:
    """Why a signature does not hold."""
    from pyhanko.sign.diff_analysis import ModificationLevel
    from pyhanko.sign.general import SigningError
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.errors import SignatureValidationError
    from pyhanko_certvalidator import ValidationContext

    # No network and no authorities: whom to believe about a name is for those to say who read it.
    context = ValidationContext(trust_roots=[], allow_fetching=False)
    logger = logging.getLogger("pyhanko.sign.validation.generic_cms")
    before, logger.disabled = logger.disabled, True
    try:
        status = validate_pdf_signature(signature, context)
    except (SignatureValidationError, SigningError, ValueError) as error:
        return f"The signature cannot be read ({error})."
    finally:
        logger.disabled = before
    if not status.intact:
        return "What was signed has been changed."
    if not status.valid:
        return "The signature was not made with this certificate."
    allowed = ModificationLevel.LTA_UPDATES if last else ModificationLevel.FORM_FILLING
    if status.modification_level is None or status.modification_level > allowed:
        return "Something was added that is no signature."
    return ""
