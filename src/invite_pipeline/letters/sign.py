"""Signing letters: one PAdES signature for each host that has a certificate, each an incremental update of its own."""

from __future__ import annotations

import asyncio
import hashlib
import io
from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from textwrap import wrap
from typing import Any

from asn1crypto import cms, keys, x509
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
_SPECIMEN = hashlib.sha256(b"specimen").digest()
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
        self._hands = [Hand(one) for one in signing.identities]
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
        pdf = with_fields(pdf, fields)
        for one, hand in zip(self._signing.identities, self._hands, strict=True):
            pdf = self._once(pdf, one, hand)
        return pdf

    def _once(self, pdf: bytes, one: Identity, hand: Hand) -> bytes:
        """The letter with one more signature."""
        writer = _Writer.from_reader(PdfFileReader(io.BytesIO(pdf)))
        steps = PdfCMSEmbedder().write_cms(_name(one), writer, existing_fields_only=True)
        next(steps)
        signature = SignatureObject(
            timestamp=self._signing.at, subfilter=SigSeedSubFilter.PADES, bytes_reserved=2 * hand.room
        )
        steps.send(SigObjSetup(sig_placeholder=signature))
        digest, output = steps.send(SigIOSetup(md_algorithm=_DIGEST))
        steps.send(hand.container(digest.document_digest))
        signed: bytes = output.getvalue()
        return signed

    def _field(self, one: Identity, hand: Hand, box: Box) -> Field:
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


@dataclass(frozen=True, slots=True)
class _Mould:
    """A container that pyHanko made: those of one certificate differ in the document's digest and the signature only.

    To make one anew takes three times as long as all else that a signature needs.
    """

    container: bytes
    attributes: bytes
    """What the signature signs."""
    signature: bytes


class Hand(SimpleSigner):
    """One host's certificate and key, loaded once; what it signs twice, it signs with the same bytes."""

    def __init__(self, identity: Identity) -> None:
        certificates = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        certificates.register_multiple([x509.Certificate.load(one) for one in identity.others])
        certificate = x509.Certificate.load(identity.certificate)
        super().__init__(certificate, keys.PrivateKeyInfo.load(identity.key), certificates)
        self._key: Any = load_der_private_key(identity.key, None)
        self.subject = common_name(certificate.subject)
        self.room = _ATTRIBUTES + len(identity.certificate) + sum(map(len, identity.others))

        self._mould = None if isinstance(self._key, ec.EllipticCurvePrivateKey) else self._moulded()

    def container(self, digest: bytes) -> bytes:
        """The signature of a document with this digest, in its container (CMS)."""
        if self._mould is None:
            return self._by_pyhanko(digest)
        attributes = self._mould.attributes.replace(_SPECIMEN, digest)
        made = self._mould.container.replace(_SPECIMEN, digest)
        return made.replace(self._mould.signature, self.sign_raw(attributes, _DIGEST))

    def _by_pyhanko(self, digest: bytes) -> bytes:
        made: bytes = asyncio.run(self.async_sign(digest, _DIGEST, use_pades=True)).dump()
        return made

    def _moulded(self) -> _Mould | None:
        """The container of a specimen; None where more than digest and signature would differ in another's."""
        made = self._by_pyhanko(_SPECIMEN)
        info = cms.ContentInfo.load(made)["content"]["signer_infos"][0]
        # What is signed is tagged as a set, not as the part of the container that it is (RFC 5652, 5.4).
        mould = _Mould(made, b"\x31" + info["signed_attrs"].dump()[1:], info["signature"].native)
        counts = made.count(_SPECIMEN), mould.attributes.count(_SPECIMEN), made.count(mould.signature)
        if counts != (1, 1, 1) or self.sign_raw(mould.attributes, _DIGEST) != mould.signature:
            return None
        return mould

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
