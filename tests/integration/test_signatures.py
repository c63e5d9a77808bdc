"""Digital signatures: one for each host, each valid, in a letter that stays accessible; and what `verify` says."""

from __future__ import annotations

import asyncio
import io
import json
import random
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import page
import pikepdf
import pypdfium2
import pytest

from invite_pipeline.domain.campaign import Host
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError
from invite_pipeline.letters import render
from invite_pipeline.letters.certificates import signing
from invite_pipeline.letters.render import due, letter_pdf, render_batch
from invite_pipeline.letters.sign import Hand, Signer
from invite_pipeline.letters.signature_boxes import Box, signature_boxes
from invite_pipeline.letters.verify import verify
from invite_pipeline.run.demo.certificates import with_test_certificates
from invite_pipeline.run.init import init_campaign
from tests.builders import NOW, a_campaign, a_recipient, a_store, a_workspace
from tests.end_to_end.test_broken_campaigns import invite

_RECIPIENTS = tuple(a_recipient(f"k-{number}", organisation=f"Stadt Nummer {number}") for number in range(4))
_MORE = tuple(
    replace(a_campaign().hosts[0], name=name, signature=signature)
    for name, signature in (("Maria Muster-Beispiel", ""), ("Dr. Jürgen Groß", "assets/signature-2.svg"))
)


def _certified(folder: Path, hosts: int = 3) -> Workspace:
    """A workspace whose first `hosts` hosts, five at most, have a certificate each."""
    campaign = replace(a_campaign(), hosts=(*a_campaign().hosts, *_MORE)[:hosts])
    return with_test_certificates(a_workspace(folder, campaign=campaign), folder / "certificates", "pass phrase")


def _signed(workspace: Workspace) -> bytes:
    store = a_store(workspace, _RECIPIENTS)
    try:
        return letter_pdf(store, workspace, "k-1")
    finally:
        store.close()


@pytest.fixture(scope="module", params=(2, 3, 5))
def several(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, bytes]:
    workspace = _certified(tmp_path_factory.mktemp("several"), request.param)
    return workspace, _signed(workspace)


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return _certified(tmp_path_factory.mktemp("certified"))


@pytest.fixture(scope="module")
def letter(certified: Workspace) -> bytes:
    return _signed(certified)


def test_every_host_signs_and_all_signatures_hold(several: tuple[Workspace, bytes]) -> None:
    workspace, pdf = several
    found = verify(pdf)
    assert [one.signer for one in found.signatures] == [f"TESTZERTIFIKAT {host.name}" for host in _hosts(workspace)]
    assert [one.problem for one in found.signatures] == [""] * len(_hosts(workspace))
    assert found.unchanged


def _hosts(workspace: Workspace) -> tuple[Host, ...]:
    return workspace.campaign.hosts


def test_signed_letter_is_accessible(several: tuple[Workspace, bytes]) -> None:
    assert [failure.rule_id for failure in page.validate_pdf_bytes(several[1], profile="ua1").failures] == []


def test_signed_letter_is_archivable(several: tuple[Workspace, bytes]) -> None:
    # A signature covers the file as it was when it was made, an earlier one not the later: only the last covers all.
    harmless = {"PDFA3A-METADATA-FILTER-001", "PDFA3A-STREAM-LENGTH-001", "PDFA3A-SIGNATURE-BYTERANGE-001"}
    assert {failure.rule_id for failure in page.validate_pdf_bytes(several[1], profile="3a").failures} <= harmless


def test_each_signature_stands_above_its_hosts_name(several: tuple[Workspace, bytes]) -> None:
    workspace, pdf = several
    with pikepdf.open(io.BytesIO(pdf)) as document:
        fields = list(document.Root.AcroForm.Fields)
        boxes = [Box(document.pages.index(pikepdf.Page(field.P)), *map(float, field.Rect)) for field in fields]
        assert {str(field.V.SubFilter) for field in fields} == {"/ETSI.CAdES.detached"}
        assert {int(field.F) for field in fields} == {132}
    for box, host in zip(boxes, workspace.campaign.hosts, strict=True):
        assert _text_below(pdf, box).startswith(host.name)
    assert not any(one.meets(other) for one in boxes for other in boxes if one is not other)


def _text_below(pdf: bytes, box: Box) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        text = document[box.page].get_textpage()
        return str(text.get_text_bounded(box.left, box.bottom - 12, box.right, box.bottom)).strip()
    finally:
        document.close()


def test_every_version_of_the_letter_holds_with_the_signatures_that_it_had(letter: bytes) -> None:
    ends = [place + 6 for place in range(len(letter)) if letter.startswith(b"%%EOF\n", place)]
    versions = [verify(letter[:end]) for end in ends]
    assert [len(one.signatures) for one in versions] == [0, 1, 2, 3]
    assert [one.unchanged for one in versions] == [False, True, True, True]


@pytest.mark.parametrize("version", [1, 2, 3])
def test_change_to_what_was_signed_is_noticed(letter: bytes, version: int) -> None:
    ends = [place + 6 for place in range(len(letter)) if letter.startswith(b"%%EOF\n", place)]
    start = ends[version - 1]
    changed = bytearray(letter)
    changed[letter.index(b"/Rect", start) + 8] ^= 1
    found = verify(bytes(changed))
    assert not found.unchanged
    assert found.signatures[version - 1].problem


def test_damage_anywhere_is_noticed_and_never_a_traceback(letter: bytes) -> None:
    draw = random.Random(4)
    for _ in range(60):
        changed = bytearray(letter)
        changed[draw.randrange(len(letter))] ^= 1 << draw.randrange(8)
        with suppress(InviteError):
            assert not verify(bytes(changed)).unchanged


def test_nothing_hides_in_the_room_kept_for_a_signature(letter: bytes) -> None:
    place = letter.rindex(b"000000>")
    assert not verify(letter[:place] + b"00ab00>" + letter[place + 7 :]).unchanged


@pytest.mark.parametrize("signatures", [1, 2, 3])
def test_addition_after_each_signature_is_noticed(letter: bytes, signatures: int) -> None:
    from pyhanko.pdf_utils.generic import ArrayObject, NumberObject
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    ends = [place + 6 for place in range(len(letter)) if letter.startswith(b"%%EOF\n", place)]
    writer = IncrementalPdfFileWriter(io.BytesIO(letter[: ends[signatures]]))
    sheet = writer.root["/Pages"]["/Kids"][0]
    sheet["/MediaBox"] = ArrayObject(map(NumberObject, (0, 0, 300, 300)))
    writer.update_container(sheet)
    changed = io.BytesIO()
    writer.write(changed)  # type: ignore[no-untyped-call]
    found = verify(changed.getvalue())
    assert len(found.signatures) == signatures
    assert {one.problem for one in found.signatures} == {"Something was added that is no signature."}


def test_same_letter_has_the_same_bytes(certified: Workspace, letter: bytes, tmp_path: Path) -> None:
    elsewhere = replace(certified, out=tmp_path / "out", store_url=f"sqlite:///{tmp_path / 'store.db'}")
    assert _signed(elsewhere) == letter


@pytest.mark.parametrize("jobs", [1, 2])
def test_letters_from_the_press_are_signed_whatever_the_processes(
    certified: Workspace, tmp_path: Path, jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "_LAID_OUT_WORTH_A_PROCESS", 2)
    workspace = replace(certified, out=tmp_path / "out", store_url=f"sqlite:///{tmp_path / 'store.db'}")
    store = a_store(workspace, _RECIPIENTS)
    report = render_batch(store, workspace, jobs=jobs)
    assert (report.done, report.failures) == (len(_RECIPIENTS), ())
    assert report.notes[0].startswith("4 from the press")
    made = [workspace.letter_path(one.key).read_bytes() for one in _RECIPIENTS]
    assert all(verify(one).unchanged for one in made)
    assert [failure.rule_id for failure in page.validate_pdf_bytes(made[0], profile="ua1").failures] == []
    assert due(store, workspace) == []


def test_another_certificate_makes_the_letters_due_again(certified: Workspace, tmp_path: Path) -> None:
    workspace = replace(certified, out=tmp_path / "out", store_url=f"sqlite:///{tmp_path / 'store.db'}")
    store = a_store(workspace, _RECIPIENTS)
    render_batch(store, workspace, jobs=1)
    renewed = with_test_certificates(workspace, tmp_path / "certificates", "pass phrase")
    assert due(store, renewed) == [one.key for one in _RECIPIENTS]


def test_letter_without_room_for_a_signature_says_so(certified: Workspace, letter: bytes) -> None:
    with pytest.raises(InviteError, match="no room for the signature of Nobody Here"):
        signature_boxes(letter, ["Nobody Here"])
    # The name stands in the text too, with no room above it: the last place counts where there is some.
    host = certified.campaign.hosts[2].name
    assert signature_boxes(letter, [host])[0].left > 390


def test_recipient_with_a_hosts_name_does_not_get_the_signature(certified: Workspace, tmp_path: Path) -> None:
    workspace = replace(certified, out=tmp_path / "out", store_url=f"sqlite:///{tmp_path / 'store.db'}")
    store = a_store(workspace, [a_recipient("k-1", organisation=certified.campaign.hosts[0].name)])
    boxes = signature_boxes(letter_pdf(store, workspace, "k-1"), [certified.campaign.hosts[0].name])
    assert boxes[0].top < 250


def test_container_from_the_mould_is_that_of_pyhanko(certified: Workspace) -> None:
    found = signing(certified)
    assert found is not None
    hand = Hand(found.identities[0])
    for digest in (bytes(range(32)), bytes(32)):
        theirs = asyncio.run(hand.async_sign(digest, "sha256", use_pades=True)).dump()
        assert hand.container(digest) == theirs


def test_key_on_an_elliptic_curve_signs_with_the_same_bytes(certified: Workspace, tmp_path: Path) -> None:
    found = signing(_on_a_curve(certified, tmp_path))
    assert found is not None
    plain = _signed(a_workspace(tmp_path))
    one, other = Signer(found).signed(plain), Signer(found).signed(plain)
    assert one == other
    assert verify(one).unchanged


def _on_a_curve(workspace: Workspace, folder: Path) -> Workspace:
    from datetime import UTC, datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "TESTZERTIFIKAT Kurve")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 4711)
        .not_valid_before(datetime(2023, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2024, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    path = folder / "curve.p12"
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(b"t", key, certificate, None, BestAvailableEncryption(b"pass phrase"))
    )
    first = replace(workspace.campaign.hosts[0], certificate=str(path))
    others = tuple(replace(host, certificate="") for host in workspace.campaign.hosts[1:])
    return replace(workspace, campaign=replace(workspace.campaign, hosts=(first, *others)))


def test_unusable_certificate_ends_check_and_render_with_a_sentence(tmp_path: Path) -> None:
    init_campaign(tmp_path / "campaign", NOW.date())
    file = tmp_path / "campaign" / "campaign.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("[[hosts]]\n", '[[hosts]]\ncertificate = "none.p12"\n', 1), encoding="utf-8")
    for command, status in (("check", 2), ("render", 2)):
        done = invite(tmp_path / "campaign", command)
        assert done.returncode == status
        assert "The certificate none.p12 of " in done.stderr
        assert "Traceback" not in done.stderr


# --- the command ------------------------------------------------------------------------------------------------


def test_verify_names_each_signer(letter: bytes, tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    path.write_bytes(letter)
    done = invite(tmp_path, "verify", str(path), "--json")
    document = json.loads(done.stdout)
    assert (done.returncode, document["unchanged"]) == (0, True)
    assert document["signatures"][1]["signer"] == "TESTZERTIFIKAT Klaus Wegener"
    assert "valid: TESTZERTIFIKAT Wolfram Kuschke, 06.11.2023" in invite(tmp_path, "verify", str(path)).stderr


def test_verify_of_a_changed_letter_ends_with_1(letter: bytes, tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    path.write_bytes(letter.replace(b"/Rect", b"/Rekt", 2))
    done = invite(tmp_path, "verify", str(path))
    assert done.returncode == 1
    assert "NOT" in done.stderr


def test_verify_of_an_unsigned_letter_ends_with_1(tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    path.write_bytes(_signed(a_workspace(tmp_path)))
    done = invite(tmp_path, "verify", str(path))
    assert (done.returncode, done.stderr.strip()) == (1, f"{path} is not signed.")


@pytest.mark.parametrize("content", [None, b"", b"no PDF", b"%PDF-1.7\nnothing"])
def test_verify_of_something_else_ends_with_2_and_a_sentence(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "letter.pdf"
    if content is not None:
        path.write_bytes(content)
    done = invite(tmp_path, "verify", str(path))
    assert done.returncode == 2
    assert done.stderr.startswith(f"invite: {path} ")
    assert "Traceback" not in done.stderr
