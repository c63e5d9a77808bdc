"""The deployment's files say what the program has: its commands, settings and packages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import invite_pipeline.cli.commands  # noqa: F401 - registers the commands
from invite_pipeline.cli.app import app
from tests.builders import ROOT

DEPLOY = ROOT / "deploy"
_SETTING = re.compile(r"INVITE_[A-Z_]+")
# The proxy's own.
_OTHERS = {"INVITE_HOST"}


def settings_of_the_program() -> set[str]:
    """Every variable that any module reads."""
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    return {name for source in sources for name in _SETTING.findall(source)}


def runs(arguments: list[str]) -> bool:
    """Whether the command has these options; --help ends before it does anything."""
    return CliRunner().invoke(app, [*arguments, "--help"]).exit_code == 0


@pytest.mark.parametrize("unit", sorted(DEPLOY.glob("*.service")), ids=lambda path: path.name)
def test_unit_starts_a_command_that_there_is(unit: Path) -> None:
    started = re.search(r"^ExecStart=\S+/invite (.+)$", unit.read_text(encoding="utf-8"), re.MULTILINE)
    assert started
    assert runs(started[1].split())


def test_container_starts_a_command_that_there_is() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    entry, command = (re.search(rf"^{name} \[(.+)\]$", text, re.MULTILINE) for name in ("ENTRYPOINT", "CMD"))
    assert entry
    assert command
    assert runs(re.findall(r'"([^"]+)"', entry[1])[1:] + re.findall(r'"([^"]+)"', command[1]))


def test_container_has_the_system_packages_of_the_set_up() -> None:
    setup = (ROOT / "scripts" / "setup.sh").read_text(encoding="utf-8")
    needed = re.search(r"^packages=\((.+)\)$", setup, re.MULTILINE)
    assert needed
    installed = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert [name for name in needed[1].split() if name != "ca-certificates" and name not in installed] == []


@pytest.mark.parametrize(
    "file", [DEPLOY / "compose.yaml", DEPLOY / "Dockerfile", ROOT / "docs" / "operations.md"], ids=str
)
def test_settings_that_are_named_are_read_by_the_program(file: Path) -> None:
    named = set(_SETTING.findall(file.read_text(encoding="utf-8")))
    assert named - settings_of_the_program() - _OTHERS == set()


def test_every_setting_of_the_program_is_explained() -> None:
    explained = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8") + (ROOT / "README.md").read_text("utf-8")
    missing = {name for name in settings_of_the_program() if name.rstrip("_") not in explained}
    assert missing == set()


def test_commands_of_the_documents_are_there() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    group = typer.main.get_command(app)
    known = set(getattr(group, "commands", {}))
    assert set(re.findall(r"\binvite ([a-z-]+)", text)) - known == set()
