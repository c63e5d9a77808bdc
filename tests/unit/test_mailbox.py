"""Mailboxes of every kind give their mails one by one, and files are left as they were."""

from __future__ import annotations

import mailbox
from pathlib import Path

import pytest

from invite_pipeline.errors import InviteError, MailServerUnusable
from invite_pipeline.replies.imap import parse_imap_url, read_imap
from invite_pipeline.replies.mailbox import read_paths
from invite_pipeline.replies.parse import MAX_OCTETS
from tests.builders import a_store, a_workspace
from tests.mails import a_mail


def contents(*paths: Path) -> list[bytes]:
    return [data for _name, data in read_paths(paths)]


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_maildir_is_read_and_left_as_it_was(tmp_path: Path) -> None:
    box = mailbox.Maildir(tmp_path / "box")
    box.add(a_mail())
    seen = mailbox.MaildirMessage(a_mail("Leider nein."))
    seen.set_subdir("cur")
    box.add(seen)
    (tmp_path / "box" / "tmp" / "half").write_bytes(b"half a mail")
    before = snapshot(tmp_path)
    assert len(contents(tmp_path / "box")) == 2
    assert snapshot(tmp_path) == before


def test_mbox_is_read_with_numbered_names_and_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "inbox"
    box = mailbox.mbox(path)
    box.add(mailbox.mboxMessage(a_mail("Von hier.\n\nFrom now on we come.\n")))
    box.add(mailbox.mboxMessage(a_mail("Leider nein.")))
    box.close()
    before = snapshot(tmp_path)
    found = list(read_paths([path]))
    assert [name for name, _ in found] == [f"{path}:1", f"{path}:2"]
    assert b"\nFrom now on" in found[0][1]
    assert snapshot(tmp_path) == before


def test_folder_is_read_recursively_in_file_order_without_what_is_no_mail(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "2.eml").write_bytes(a_mail("zwei"))
    (tmp_path / "1.eml").write_bytes(b"\x00 broken, but named as a mail")
    (tmp_path / "c.txt").write_bytes(a_mail("drei"))
    (tmp_path / "notes.json").write_text('{"no": "mail"}')
    (tmp_path / ".hidden").write_bytes(a_mail())
    assert [Path(name).name for name, _ in read_paths([tmp_path])] == ["1.eml", "2.eml", "c.txt"]


def test_of_a_huge_mail_only_so_much_is_read_that_it_is_seen_to_be_huge(tmp_path: Path) -> None:
    (tmp_path / "1.eml").write_bytes(b"Subject: x\n\n" + b"x" * (MAX_OCTETS + 1000))
    assert [len(data) for data in contents(tmp_path)] == [MAX_OCTETS + 1]


def test_missing_path_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InviteError, match="no file or folder"):
        contents(tmp_path / "nothing")


def test_link_to_a_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "1.eml").write_bytes(a_mail())
    assert len(contents(tmp_path)) == 1


@pytest.mark.parametrize("url", ["", "https://x.example", "imaps://", "imaps://host-without-user.example"])
def test_imap_address_that_is_none_is_one_sentence(url: str) -> None:
    with pytest.raises(MailServerUnusable, match="cannot be used"):
        parse_imap_url(url)


def test_imap_address_is_taken_apart() -> None:
    address = parse_imap_url("imaps://antwort%40haus.example:ge%2Fheim@mail.example/INBOX.Antworten?move=Erledigt")
    assert (address.user, address.password) == ("antwort@haus.example", "ge/heim")
    assert (address.port, address.folder, address.move_to) == (993, "INBOX.Antworten", "Erledigt")
    assert "antwort" not in address.name


def test_two_folders_of_one_mailbox_have_places_of_their_own() -> None:
    names = {parse_imap_url(f"imaps://a@mail.example/{folder}").name for folder in ("", "INBOX", "Antworten")}
    assert len(names) == 2


def test_imap_server_that_is_not_there_is_one_sentence_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(MailServerUnusable) as caught:
        read_imap("imaps://user:geheim@127.0.0.1:1/INBOX", a_store(a_workspace(tmp_path)))
    assert "geheim" not in str(caught.value) + caught.value.fix
