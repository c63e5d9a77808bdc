"""Letters that several machines share: a folder, or an S3-compatible store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import CampaignInvalid
from invite_pipeline.formats.campaign_file import parse_campaign
from invite_pipeline.letters.print_run import print_run
from invite_pipeline.letters.render import due
from invite_pipeline.mail.send import send_batch
from invite_pipeline.mail.waves import plan_invitations
from invite_pipeline.run.local import render
from invite_pipeline.store.database import Store
from invite_pipeline.store.letter_files import has_file, letter_name, read_file, remove_file, write_file
from tests.builders import ROOT, a_recipient, a_store, a_workspace
from tests.smtp_server import SmtpServer

PEOPLE = [a_recipient(f"k-{number}") for number in range(3)]


class SharedLetters:
    """Subclassed once for each kind of place, which says what `letters_url` is."""

    @pytest.fixture
    def workspace(self, tmp_path: Path, letters_url: str, smtp_server: SmtpServer) -> Workspace:
        return a_workspace(tmp_path, letters_url=letters_url, smtp_url=smtp_server.url)

    @pytest.fixture
    def store(self, workspace: Workspace) -> Store:
        return a_store(workspace, PEOPLE)

    def elsewhere(self, workspace: Workspace, tmp_path: Path) -> Workspace:
        """Another machine: the same campaign and store, an output folder of its own."""
        return replace(workspace, out=tmp_path / "another machine")

    def test_one_machine_mails_what_another_rendered(
        self, store: Store, workspace: Workspace, tmp_path: Path, smtp_server: SmtpServer
    ) -> None:
        render(store, workspace, jobs=1)
        other = self.elsewhere(workspace, tmp_path)
        report = send_batch(store, other, plan_invitations(store, other).due)
        attached = [part.get_filename() for part in smtp_server.deliveries[0].message.iter_attachments()]
        assert (report.done, report.failures) == (3, ())
        assert attached == ["Einladung.pdf", "Vorläufiges Programm.pdf", "Termin.ics"]

    def test_what_lies_there_is_not_rendered_again_elsewhere(
        self, store: Store, workspace: Workspace, tmp_path: Path
    ) -> None:
        render(store, workspace, jobs=1)
        assert due(store, self.elsewhere(workspace, tmp_path)) == []
        remove_file(workspace, letter_name("k-1"))
        assert due(store, self.elsewhere(workspace, tmp_path)) == ["k-1"]

    def test_nothing_lies_in_the_output_folder(self, store: Store, workspace: Workspace) -> None:
        render(store, workspace, jobs=1)
        assert not (workspace.out / "letters").exists()

    def test_letters_are_printed_from_there(self, store: Store, workspace: Workspace, tmp_path: Path) -> None:
        render(store, workspace, jobs=1)
        assert print_run(store, self.elsewhere(workspace, tmp_path), everybody=True).letters == 3

    def test_file_that_is_not_there_is_an_error_of_the_system(self, workspace: Workspace) -> None:
        assert not has_file(workspace, letter_name("nobody"))
        remove_file(workspace, letter_name("nobody"))
        with pytest.raises(FileNotFoundError):
            read_file(workspace, letter_name("nobody"))

    def test_campaigns_with_the_same_keys_keep_their_letters_apart(self, workspace: Workspace) -> None:
        other = replace(workspace, campaign=replace(workspace.campaign, id="sommerfest"))
        for one, content in ((workspace, b"ours"), (other, b"theirs")):
            write_file(one, letter_name("k-1"), content)
        assert read_file(workspace, letter_name("k-1")) == b"ours"


class TestSharedFolder(SharedLetters):
    """A folder that all machines mount."""

    @pytest.fixture
    def letters_url(self, tmp_path: Path) -> str:
        return f"file://{tmp_path}/shared"


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The address of a store of objects."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


class TestObjectStore(SharedLetters):
    """An S3-compatible store: moto's server on the loopback."""

    @pytest.fixture
    def letters_url(self, s3: str, monkeypatch: pytest.MonkeyPatch) -> str:
        import s3fs

        settings = {
            "AWS_ENDPOINT_URL": s3,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        fs = s3fs.S3FileSystem()
        if not fs.exists("letters-of-tests"):
            fs.mkdir("letters-of-tests")
        if fs.exists("letters-of-tests/deep"):
            fs.rm("letters-of-tests/deep", recursive=True)
        return "s3://letters-of-tests/deep"


def test_place_that_is_none_is_said_at_its_line() -> None:
    text = (ROOT / "campaign.toml").read_text(encoding="utf-8") + '\n[store]\nletters = "/mnt/shared"\n'
    with pytest.raises(CampaignInvalid, match="s3://bucket/folder"):
        parse_campaign(text)
