"""The hosts' certificates: whatever is wrong with one is said in a sentence before a letter is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import CertificateUnusable
from invite_pipeline.letters.certificates import check_certificates, signing
from invite_pipeline.run.demo.certificates import with_test_certificates, write_test_certificate
from invite_pipeline.run.workspace import open_workspace
from tests.builders import ROOT, a_campaign, a_workspace

_OTHER_YEAR = datetime(2021, 1, 1, tzinfo=UTC), datetime(2022, 1, 1, tzinfo=UTC)
_NEXT_YEAR = datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("certified")
    return with_test_certificates(a_workspace(folder), folder / "certificates", "pass phrase")


def _second(workspace: Workspace) -> Path:
    return Path(workspace.campaign.hosts[1].certificate)


def _with_second(workspace: Workspace, certificate: Path) -> Workspace:
    first, second, third = workspace.campaign.hosts
    hosts = (first, replace(second, certificate=str(certificate)), third)
    return replace(workspace, campaign=replace(workspace.campaign, hosts=hosts))


def _dated(start: datetime, end: datetime) -> Callable[[Path, Workspace], None]:
    def write(path: Path, workspace: Workspace) -> None:
        write_test_certificate(path, workspace.campaign.hosts[1], "pass phrase", start, end)

    return write


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda path, _: None, "does not exist"),
        (lambda path, _: path.mkdir(), "cannot be read: Is a directory"),
        (lambda path, _: path.write_bytes(b"certificate"), "is no PKCS#12 file"),
        (lambda path, _: path.write_bytes(b""), "is no PKCS#12 file"),
        (_dated(*_OTHER_YEAR), "expired on 01.01.2022, before the letter's date (06.11.2023)"),
        (_dated(*_NEXT_YEAR), "is valid only from 01.01.2024, after the letter's date (06.11.2023)"),
    ],
    ids=("missing", "folder", "text", "empty", "expired", "not yet valid"),
)
def test_unusable_certificate_is_said_in_one_sentence_with_its_place(
    certified: Workspace, tmp_path: Path, spoil: Callable[[Path, Workspace], None], sentence: str
) -> None:
    path = tmp_path / "second.p12"
    spoil(path, certified)
    (problem,) = check_certificates(_with_second(certified, path))
    assert (problem.severity, problem.column) == ("error", "hosts[2].certificate")
    assert sentence in problem.message
    assert problem.fix


@pytest.mark.parametrize(("password", "what"), [("", "missing"), ("another", "wrong")])
def test_pass_phrase_that_does_not_open_is_said(certified: Workspace, password: str, what: str) -> None:
    workspace = replace(certified, certificate_passwords=("pass phrase", password, "pass phrase"))
    (problem,) = check_certificates(workspace)
    assert problem.message == f"The pass phrase of {_second(certified)} is {what}."
    assert problem.fix == "Set INVITE_CERTIFICATE_PASSWORD or INVITE_CERTIFICATE_PASSWORD_2."


def test_signing_without_a_usable_certificate_is_refused(certified: Workspace, tmp_path: Path) -> None:
    with pytest.raises(CertificateUnusable, match="does not exist"):
        signing(_with_second(certified, tmp_path / "none.p12"))


def test_good_certificates_have_no_problems_and_sign_in_the_hosts_order(certified: Workspace) -> None:
    assert check_certificates(certified) == []
    found = signing(certified)
    assert found is not None
    assert [one.host for one in found.identities] == [host.name for host in certified.campaign.hosts]
    assert found.at == datetime(2023, 11, 6, 11, tzinfo=UTC)


def test_campaign_without_certificates_signs_nothing(tmp_path: Path) -> None:
    workspace = a_workspace(tmp_path)
    assert signing(workspace) is None
    assert check_certificates(workspace) == []


def test_another_certificate_or_date_makes_other_letters(certified: Workspace, tmp_path: Path) -> None:
    again = with_test_certificates(certified, tmp_path / "new", "pass phrase")
    letter = replace(certified.campaign.letter, date=datetime(2023, 11, 7, tzinfo=UTC).date())
    later = replace(certified, campaign=replace(certified.campaign, letter=letter))
    digests = {found.digest for one in (certified, again, later) if (found := signing(one))}
    assert len(digests) == 3


def test_private_keys_are_never_shown(certified: Workspace) -> None:
    found = signing(certified)
    assert found is not None
    assert found.identities[0].key.hex() not in repr(found)
    assert repr(found.identities[0].key) not in repr(found)
    assert "pass phrase" not in repr(certified)


def test_each_host_has_a_pass_phrase_of_its_own_or_that_of_all() -> None:
    environ = {
        "INVITE_SECRET_KEYS": "a-signing-key-for-tests-only",
        "INVITE_CERTIFICATE_PASSWORD": "all",
        "INVITE_CERTIFICATE_PASSWORD_2": "second",
    }
    assert open_workspace(ROOT, environ=environ).certificate_passwords == ("all", "second", "all")
    assert len(a_campaign().hosts) == 3
