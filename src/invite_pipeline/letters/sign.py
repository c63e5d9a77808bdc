"""Signing letters: one PAdES signature for each host that has a certificate, each an incremental update of its own."""

from __future__ import annotations

import asyncio
import hashlib
import io
from collections.abc import Hashable
from functools import lru_cache
from textwrap import wrap
from typing import Any

from asn1crypto import keys, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import load_der_private_key
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import SignatureObject
from pyhanko.sign.signers.pdf_cms import SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from invite_pipeline.domain.campaign import Language
from invite_pipeline.letters.certificates import Identity, Signing
from invite_pipeline.letters.signature_boxes import Box, signature_boxes
from invite_pipeline.letters.signature_fields import Field, with_fields

_DIGEST = "sha256"
# A signature is a quarter of a kilobyte, its attributes another; the certificates are counted. Written in hexadecimal.
_ATTRIBUTES = 2048

_TITLES: dict[Language, str] = {
    "de": "Digitale Unterschrift von {}",
    "en": "Digital signature of {}",
    "fr": "Signature numérique de {}",
}
_SHOWN: dict[Language, str] = {
    "de": "Digital signiert\nam {}",
    "en": "Digitally signed\non {}",
    "fr": "Signature numérique\nle {}",
}
_LINE = 16  # characters


@lru_cache(maxsize=2)
def signer(signing: Signing) -> Signer:
    """One signer for each process: to load the keys takes longer than to sign."""
    return Signer(signing)


class Signer:
    """Signs the letters of one campaign."""

    def __init__(self, signing: Signing) -> None:
        self._signing = signing
        self._hands = [_Hand(one) for one in signing.identities]
        self._boxes: dict[Hashable, tuple[Box, ...]] = {}

    def signed(self, pdf: bytes, layout: Hashable = None) -> bytes:
        """The letter, signed by all; equal bytes for equal input. Letters of one `layout` have the same places.

        Raises InviteError where the letter has no room for a signature.
        """
        boxes = self._boxes.get(layout) if layout is not None else None
        if boxes is None:
            boxes = signature_boxes(pdf, [one.host for one in self._signing.identities])
            if layout is not None:
                self._boxes[layout] = boxes
        fields = [
            self._field(one, hand, box)
            for one, hand, box in zip(self._signing.identities, self._hands, boxes, strict=True)
        ]
        return asyncio.run(self._all(with_fields(pdf, fields)))

    async def _all(self, pdf: bytes) -> bytes:
        for one, hand in zip(self._signing.identities, self._hands, strict=True):
            pdf = await self._once(pdf, one, hand)
        return pdf

    async def _once(self, pdf: bytes, one: Identity, hand: _Hand) -> bytes:
        """The letter with one more signature."""
        writer = _Writer.from_reader(PdfFileReader(io.BytesIO(pdf)))
        steps = PdfCMSEmbedder().write_cms(_name(one), writer, existing_fields_only=True)
        next(steps)
        signature = SignatureObject(
            timestamp=self._signing.at, subfilter=SigSeedSubFilter.PADES, bytes_reserved=2 * hand.room
        )
        steps.send(SigObjSetup(sig_placeholder=signature))
        digest, output = steps.send(SigIOSetup(md_algorithm=_DIGEST))
        steps.send(await hand.async_sign(digest.document_digest, _DIGEST, use_pades=True))
        signed: bytes = output.getvalue()
        return signed

    def _field(self, one: Identity, hand: _Hand, box: Box) -> Field:
        language = self._signing.language
        lines = (*_SHOWN[language].format(f"{self._signing.at:%d.%m.%Y}").split("\n"), *wrap(hand.subject, _LINE))
        return Field(_name(one), _TITLES[language].format(one.host), lines, box)


def _name(one: Identity) -> str:
    return f"signature-{one.number}"


class _Writer(IncrementalPdfFileWriter):
    """Names each version of a file by its content, not by chance, and leaves what the letter says of itself alone."""

    @classmethod
    def _handle_id(cls, prev: PdfFileReader) -> generic.ArrayObject:
        first = prev.trailer["/ID"][0]
        original = getattr(first, "original_bytes", first)
        version = hashlib.sha256(prev.stream.getbuffer()).digest()[:16]
        return generic.ArrayObject([generic.ByteStringObject(original), generic.ByteStringObject(version)])

    def _update_meta(self) -> None:
        """Write neither the clock's time nor pyHanko's own metadata, which are not those of PDF/A and PDF/UA."""


class _Hand(SimpleSigner):
    """One host's certificate and key, loaded once; what it signs twice, it signs with the same bytes."""

    def __init__(self, identity: Identity) -> None:
        certificates = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        certificates.register_multiple([x509.Certificate.load(one) for one in identity.others])
        certificate = x509.Certificate.load(identity.certificate)
        super().__init__(certificate, keys.PrivateKeyInfo.load(identity.key), certificates)
        self._key: Any = load_der_private_key(identity.key, None)
        self.subject = common_name(certificate.subject)
        self.room = _ATTRIBUTES + len(identity.certificate) + sum(map(len, identity.others))

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        """Sign with PKCS#1 v1.5, or ECDSA without chance (RFC 6979)."""
        if isinstance(self._key, ec.EllipticCurvePrivateKey):
            made: bytes = self._key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        else:
            made = self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return made


def common_name(name: x509.Name) -> str:
    """Whom a certificate names."""
    found = name.native.get("common_name") or name.human_friendly
    return found if isinstance(found, str) else ", ".join(found)
