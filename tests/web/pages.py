"""What tests of the pages share: a client, the links of its invitations, and a look at the whole store."""

from __future__ import annotations

import re
import warnings
from typing import Any

import sqlalchemy as sa
from httpx import Response

from invite_pipeline.domain.tracking import Tracking
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.formats.rsvp_link import LinkSigner
from invite_pipeline.store import queries, tables
from invite_pipeline.store.database import Store
from invite_pipeline.web.app import create_app

with warnings.catch_warnings():
    # Starlette warns of httpx, which is about to be followed by httpx2.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

__all__ = ["Office", "TestClient", "dump"]


class Office:
    """A town hall with a browser: it visits pages of one site and answers."""

    def __init__(self, workspace: Workspace, store: Store) -> None:
        self.workspace, self.store = workspace, store
        self.app = create_app(workspace)
        self.browser: Any = TestClient(self.app, follow_redirects=False, raise_server_exceptions=False)
        self.signer = LinkSigner(workspace.keys, workspace.campaign.id)

    def token(self, number: int = 0, revision: int = 1) -> str:
        """The token of the invitation that the builders gave this number."""
        return self.signer.token(f"C0DE{number:06}", revision)

    def path(self, page: str = "antwort", number: int = 0) -> str:
        return f"/r/{self.token(number)}/{page}"

    def get(self, page: str = "antwort", number: int = 0) -> Response:
        response: Response = self.browser.get(self.path(page, number))
        return response

    def post(self, fields: dict[str, str], page: str = "antwort", number: int = 0) -> Response:
        """Post as it is, without opening the page first."""
        response: Response = self.browser.post(self.path(page, number), data=fields)
        return response

    def nonce(self, number: int = 0) -> str:
        found = re.search(r'name="nonce" value="([^"]+)"', self.get(number=number).text)
        assert found
        return found[1]

    def answer(self, answer: str = "yes", number: int = 0, /, **fields: str) -> Response:
        """Open the form and send it; `person_1_name="…"` fills person-1-name."""
        named = {name.replace("_", "-"): value for name, value in fields.items()}
        return self.post({"nonce": self.nonce(number), "answer": answer, **named}, number=number)

    def state(self, key: str = "k-bonn") -> Tracking:
        with self.store.reading() as tx:
            return queries.tracking(tx, key)

    def replies(self, key: str = "k-bonn") -> int:
        with self.store.reading() as tx:
            return sum(type(recorded.event).__name__ == "Replied" for recorded in queries.history(tx, key))


def dump(store: Store) -> dict[str, list[Any]]:
    """Every row of every table."""
    with store.reading() as tx:
        return {
            table.name: sorted(map(repr, tx.connection.execute(sa.select(table))))
            for table in tables.metadata.tables.values()
        }
