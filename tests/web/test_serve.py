from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from invite_pipeline.errors import InviteError
from invite_pipeline.web.serve import serve, serving
from tests.builders import ROOT, a_workspace
from tests.web.pages import Office


def _get(url: str) -> str:
    with urlopen(url, timeout=20) as response:
        return str(response.read().decode())


def test_pages_are_served_over_http_while_the_block_lasts(office: Office) -> None:
    with serving(office.workspace) as base_url:
        assert "Stadt Bonn" in _get(base_url + office.path())
    with pytest.raises(OSError, match="refused"):
        _get(base_url + office.path())


def test_answer_over_http_is_in_the_store(office: Office) -> None:
    data = urlencode({"nonce": office.nonce(), "answer": "yes", "persons": "2"}).encode()
    with serving(office.workspace) as base_url, urlopen(Request(base_url + office.path(), data), timeout=20) as page:
        assert "Ihre Zusage ist notiert" in page.read().decode()
    assert office.state().persons == 2


def test_calendar_entry_names_the_address_that_is_served(office: Office) -> None:
    with serving(office.workspace) as base_url:
        assert f"URL:{base_url}/r/" in _get(base_url + office.path("termin.ics"))


def test_head_over_http_has_no_body(office: Office) -> None:
    with serving(office.workspace) as base_url:
        request = Request(base_url + office.path(), method="HEAD")
        with urlopen(request, timeout=20) as response:
            assert response.read() == b""


def test_server_names_neither_itself_nor_its_version(office: Office) -> None:
    with serving(office.workspace) as base_url, pytest.raises(HTTPError) as refused:
        _get(base_url + "/r/wrong/antwort")
    assert refused.value.code == 404
    assert "server" not in {name.lower() for name in refused.value.headers}
    refused.value.close()


def test_port_that_is_taken_is_one_clear_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(InviteError, match=r"cannot listen on 127\.0\.0\.1"):
            serve(a_workspace(tmp_path), "127.0.0.1", taken.getsockname()[1])


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_command_ends_cleanly_when_told_to(tmp_path: Path, stop: signal.Signals) -> None:
    environ = {**os.environ, "INVITE_STORE_URL": f"sqlite:///{tmp_path / 'store.db'}", "INVITE_SECRET_KEYS": "a-key"}
    command = [sys.executable, "-m", "invite_pipeline", "-C", str(ROOT), "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environ) as process:
        assert process.stderr
        try:
            base_url = process.stderr.readline().split("pages on ")[1].split()[0]
            assert _get(base_url + "/healthz") == "ok\n"
            process.send_signal(stop)
            _, log = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == 0
    assert "GET /healthz 200" in log
    assert "Traceback" not in log
