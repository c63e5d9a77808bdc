"""The staff pages of a campaign, with an account for each role, and browsers that are logged in."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import httpx
from argon2 import PasswordHasher

from invite_pipeline.domain.staff import StaffRole
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.store import account_queries
from invite_pipeline.store.account_queries import Account
from invite_pipeline.store.database import Store
from invite_pipeline.web.app import create_app
from tests.web.pages import TestClient

PASSWORD = "vier Wörter sind genug"
WALL = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
"""When the tests' staff log in: accounts go by the wall clock, campaigns by theirs."""

# A cheap hash: the tests are about the pages.
_CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


class StaffOffice:
    """One campaign's staff pages; accounts are called as their roles are."""

    def __init__(self, workspace: Workspace, store: Store) -> None:
        self.workspace, self.store = workspace, store
        self.clock = [WALL]
        self.app = create_app(workspace, clock=lambda: self.clock[0])
        with store.writing() as tx:
            for role in StaffRole:
                account_queries.add_account(tx, an_account(str(role), role))

    def browser(self, name: str = "organise") -> StaffBrowser:
        """A browser in which `name` is logged in."""
        browser = StaffBrowser(self.app)
        answer = browser.log_in(name)
        assert answer.status_code == 303, answer.text
        return browser

    def stranger(self, root_path: str = "") -> StaffBrowser:
        """A browser in which nobody is logged in."""
        return StaffBrowser(self.app, root_path)


def an_account(name: str, *roles: StaffRole, **changes: Any) -> Account:
    """An account whose password is PASSWORD."""
    values = {"password_hash": _CHEAP, "created_at": WALL, "password_changed_at": WALL}
    return Account(name=name, roles=roles, **(values | changes))  # type: ignore[arg-type]


class StaffBrowser:
    """Follows no redirects by itself; posts forms with the token of the page that it saw last."""

    def __init__(self, app: Any, root_path: str = "") -> None:
        self._client: Any = TestClient(app, base_url="http://localhost", follow_redirects=False, root_path=root_path)
        self.last: httpx.Response | None = None

    @property
    def cookies(self) -> httpx.Cookies:
        found: httpx.Cookies = self._client.cookies
        return found

    def get(self, path: str, **options: Any) -> httpx.Response:
        answer: httpx.Response = self._client.get(path, **options)
        if "html" in answer.headers.get("content-type", ""):
            self.last = answer
        return answer

    def post(self, path: str, fields: dict[str, Any] | None = None, **options: Any) -> httpx.Response:
        """Post a form as the last page would; `csrf` may be given otherwise."""
        answer: httpx.Response = self._client.post(path, data={"csrf": self.csrf, **(fields or {})}, **options)
        return answer

    def follow(self, answer: httpx.Response) -> httpx.Response:
        """The page that a form leads to."""
        assert answer.status_code == 303, (answer.status_code, answer.text)
        return self.get(answer.headers["location"])

    def log_in(self, name: str, password: str = PASSWORD, **fields: str) -> httpx.Response:
        self.get("/staff/login")
        answer = self.post("/staff/login", {"name": name, "password": password, **fields})
        if answer.status_code == 303:
            self.get("/staff/account")
        return answer

    @property
    def csrf(self) -> str:
        assert self.last is not None
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', self.last.text)
        return found[1] if found else ""
