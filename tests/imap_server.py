"""A dovecot for the tests alone: a folder, a user and a free port of its own, TLS with a certificate of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import trustme

_START_SECONDS = 20
_PASSWORD = "geheim"
_SETTINGS = """{old_or_new}
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
auth_mechanisms = plain
mail_fsync = never
ssl = required
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""
# What is written otherwise since 2.4.
_UNTIL_2_3 = """
protocols = imap
mail_location = maildir:~/Maildir
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/key.pem
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home/%u
}}
"""
_SINCE_2_4 = """dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
protocols {{
  imap = yes
}}
mail_driver = maildir
mail_path = ~/Maildir
ssl_server_cert_file = {folder}/certificate.pem
ssl_server_key_file = {folder}/key.pem
passdb static {{
  password = {password}
}}
userdb static {{
  fields {{
    uid = {uid}
    gid = {gid}
    home = {folder}/home/%{{user}}
  }}
}}
"""


def server_program() -> str | None:
    """dovecot, or None; Debian keeps it in a folder that not every PATH has."""
    return shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


@dataclass
class ImapAccount:
    """One user's mail on the running server: a Maildir to deliver to, an address to read it at."""

    user: str
    port: int
    maildir: Path
    tls: ssl.SSLContext
    owner: tuple[int, int]

    @property
    def url(self) -> str:
        """The address as INVITE_IMAP_URL gives it."""
        return f"imaps://{self.user}:{_PASSWORD}@localhost:{self.port}/INBOX"

    def deliver(self, *mails: bytes) -> None:
        """Put mails into the inbox, as a mail server does: written beside it, then moved in."""
        for mail in mails:
            name = f"{time.time_ns()}.{next(_numbers)}.test"
            path = self.maildir / "tmp" / name
            path.write_bytes(mail)
            os.chown(path, *self.owner)
            path.rename(self.maildir / "new" / name)

    def flags(self, folder: str = "") -> list[str]:
        """The flags in the file names of all mails in a folder that a client has seen."""
        place = self.maildir / folder if folder else self.maildir
        return sorted(path.name.rpartition(",")[2] for path in (place / "cur").iterdir())


_numbers = count(1)


@dataclass
class ImapServer:
    """The running server."""

    folder: Path
    port: int
    tls: ssl.SSLContext
    owner: tuple[int, int]

    def account(self, *folders: str) -> ImapAccount:
        """A new user with an empty inbox and these further folders."""
        user = f"user{next(_numbers)}"
        maildir = self.folder / "home" / user / "Maildir"
        for place in (maildir, *(maildir / f".{name}" for name in folders)):
            for part in ("cur", "new", "tmp"):
                (place / part).mkdir(parents=True)
        for path in (maildir.parent, *maildir.parent.rglob("*")):
            os.chown(path, *self.owner)
        return ImapAccount(user, self.port, maildir, self.tls, self.owner)


@contextmanager
def running_imap_server(program: str) -> Iterator[ImapServer]:
    """Start a server of its own and stop it, by its own process id, at the end."""
    # Not under pytest's folder, which only its owner may enter; and short, for a socket's path has 107 bytes at most.
    folder = Path(tempfile.mkdtemp(prefix="invite-imap-", dir="/tmp"))
    try:
        server = ImapServer(folder, _free_port(), _certificate(folder), _owner())
        _configure(server, program)
        command = [*_as_server_user("--pdeathsig", "TERM"), program, "-F", "-c", str(folder / "dovecot.conf")]
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            _wait_for(server, process)
            yield server
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=_START_SECONDS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _owner() -> tuple[int, int]:
    """dovecot serves no mail of root's: as root, the server and its mail belong to nobody."""
    if os.geteuid():
        return os.geteuid(), os.getegid()
    found = Path("/etc/passwd").read_text(encoding="utf-8").splitlines()
    fields = next(line.split(":") for line in found if line.startswith("nobody:"))
    return int(fields[2]), int(fields[3])


def _as_server_user(*options: str) -> list[str]:
    uid, gid = _owner()
    user = [f"--reuid={uid}", f"--regid={gid}", "--clear-groups"] if os.geteuid() == 0 else []
    return ["setpriv", *user, *options, "--"]


def _certificate(folder: Path) -> ssl.SSLContext:
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    (folder / "certificate.pem").write_bytes(b"".join(blob.bytes() for blob in certificate.cert_chain_pems))
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def _configure(server: ImapServer, program: str) -> None:
    import grp
    import pwd

    uid, gid = server.owner
    names = {"user": pwd.getpwuid(uid).pw_name, "group": grp.getgrgid(gid).gr_name, "uid": uid, "gid": gid}
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    values = {"folder": server.folder, "password": _PASSWORD, **names}
    some = (_UNTIL_2_3 if version.startswith("2.3") else _SINCE_2_4).format(**values)
    settings = _SETTINGS.format(old_or_new=some, port=server.port, **values)
    (server.folder / "dovecot.conf").write_text(settings, encoding="utf-8")
    for name in ("run", "home"):
        (server.folder / name).mkdir()
    for path in (server.folder, *server.folder.rglob("*")):
        os.chown(path, uid, gid)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(server: ImapServer, process: subprocess.Popen[bytes]) -> None:
    patience = time.monotonic() + _START_SECONDS
    while not _answers(server.port):
        if process.poll() is not None or time.monotonic() > patience:
            log = server.folder / "log"
            raise RuntimeError(f"dovecot did not start: {log.read_text(errors='replace') if log.exists() else ''}")
        time.sleep(0.05)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
