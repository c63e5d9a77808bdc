from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from invite_pipeline.domain.recipient import Recipient
from tests.builders import NOW, a_campaign, a_person, a_recipient, a_store, a_workspace
from tests.web.pages import Office

Clock = list[datetime]


@pytest.fixture
def clock() -> Clock:
    """The time that counts, in a list of one, so that a test can put it forward."""
    return [NOW]


@pytest.fixture
def people() -> list[Recipient]:
    """A lord mayor of Bonn, two persons of Köln, an association without a name."""
    two = (
        a_person(first_name="Christiane", last_name="Müller", degree="", office=""),
        a_person(first_name="Martin", last_name="Schmidt", degree="", office="", gender="m"),
    )
    return [
        a_recipient(),
        a_recipient("k-koeln", organisation="Stadt Köln", city="Köln", persons=two),
        a_recipient("v-x", organisation="Partnerschaftsverein X e. V.", kind="verein", persons=()),
    ]


@pytest.fixture
def open_office(tmp_path: Path, clock: Clock, people: list[Recipient]) -> Callable[..., Office]:
    """Opens the pages of the example campaign, with changes."""

    def open_(**changes: Any) -> Office:
        workspace = replace(a_workspace(tmp_path, campaign=a_campaign(**changes)), now=lambda: clock[0])
        return Office(workspace, a_store(workspace, people))

    return open_


@pytest.fixture
def office(open_office: Callable[..., Office]) -> Office:
    """The pages of the example campaign, three weeks before the deadline."""
    return open_office()
