"""What all staff pages share: who is asking, the templates, the notices, and the one door that looks at roles.

How to add a page is told in docs/architecture.md, "Staff pages".
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import quote, urlsplit

from itsdangerous import BadData, URLSafeSerializer
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from invite_pipeline.domain.staff import StaffRole
from invite_pipeline.domain.workspace import Clock, Workspace
from invite_pipeline.store import audit
from invite_pipeline.store.account_queries import Account, Session
from invite_pipeline.store.database import Store, Transaction
from invite_pipeline.web.staff.login import LONGEST, Logins
from invite_pipeline.web.staff.memory import Memory
from invite_pipeline.web.staff.texts import LANGUAGES, Language, Words

HOME = "/staff"
COOKIE, LANGUAGE_COOKIE, NOTICE_COOKIE = "staff", "staff_language", "staff_notice"
_HERE = Path(__file__).parent
_STATIC = {"staff.css": "text/css", "staff.js": "text/javascript"}
_LONGEST_NOTICE = 3000

Who = StaffRole | Literal["any", "nobody"]
"""Who may use a route: an account with a role, any account, or nobody in particular (only logging in)."""
Kind = Literal["done", "warning", "wrong"]


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the staff pages: where it begins, what the navigation calls it, who sees it, and its routes."""

    path: str
    title: str
    """Marked `N_("…")`; empty where the navigation does not show it."""
    role: StaffRole
    routes: Callable[[Routes], None]


@dataclass(frozen=True, slots=True)
class Rule:
    """One route: nothing is reached but through these."""

    method: Literal["GET", "POST"]
    path: str
    endpoint: Endpoint
    who: Who
    files: bool = False
    """Whether its form may bring a file."""


class Routes:
    """Where an area names its routes; each must say who may use it."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []

    def get(self, path: str, endpoint: Endpoint, who: Who) -> None:
        """A page that changes nothing."""
        self.rules.append(Rule("GET", path, endpoint, who))

    def post(self, path: str, endpoint: Endpoint, who: Who, *, files: bool = False) -> None:
        """A form that changes something; its CSRF token is checked before the endpoint is called."""
        self.rules.append(Rule("POST", path, endpoint, who, files))


@dataclass(frozen=True)
class Call:
    """One request, of an account that may make it: all that an endpoint needs."""

    site: StaffSite
    request: Request
    session: Session | None
    cookie: str
    words: Words
    posted: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Fields that were posted, each with all its values: check boxes share a name."""
    files: Mapping[str, UploadFile] = field(default_factory=dict)

    @property
    def account(self) -> Account:
        """Who is asking; routes for "nobody" have none."""
        if self.session is None:
            raise LookupError("nobody is logged in")
        return self.session.account

    @property
    def store(self) -> Store:
        """The campaign's store."""
        return self.site.store

    @property
    def now(self) -> datetime:
        """The campaign's time, which a rehearsal may hold still."""
        return self.site.workspace.now()

    @property
    def params(self) -> Mapping[str, str]:
        """What follows the question mark."""
        return self.request.query_params

    def path_part(self, name: str) -> str:
        """A part of the path, such as a recipient's key."""
        return str(self.request.path_params[name])

    def may(self, role: StaffRole) -> bool:
        """Whether whoever is asking may do what `role` does."""
        return self.session is not None and self.session.account.may(role)

    def text(self, message: str, /, **values: object) -> str:
        """A message in the reader's language."""
        return self.words.text(message, **values)

    def ntext(self, one: str, many: str, count: int, /, **values: object) -> str:
        """A message about one or many."""
        return self.words.ntext(one, many, count, **values)

    def note(self, tx: Transaction, action: str, subject: str = "", *, count: int | None = None) -> None:
        """Write what is done into the audit log, in the transaction that does it."""
        audit.note(tx, self.account.name, action, subject, at=self.now, count=count)

    def page(self, template: str, status: int = 200, **context: Any) -> Response:
        """A page from a template of this package; a notice that waits is shown once."""
        return self.site.page(self, template, status, context)

    def sorry(self, status: int, message: str) -> Response:
        """A page that says why not."""
        return self.page("sorry.html", status, message=message)

    def go(self, path: str, notice: str = "", kind: Kind = "done") -> Response:
        """After a form: lead to a page, which shows the notice."""
        answer = RedirectResponse(self.site.root(self.request) + path, 303)
        if notice:
            self.site.leave_notice(self.request, answer, notice, kind)
        return answer


Endpoint = Callable[[Call], Response]


class StaffSite:
    """The staff pages of one campaign."""

    def __init__(self, workspace: Workspace, store: Store, areas: tuple[Area, ...], clock: Clock) -> None:
        self.workspace, self.store, self.areas = workspace, store, areas
        self.campaign = workspace.campaign
        # Not the rehearsal's clock: a code from a telephone and a lock-out are about the time that it is.
        self.clock = clock
        self.logins = Logins(store, workspace.keys, clock)
        self.memory = Memory()
        self.static = {name: (kind, (_HERE / "static" / name).read_text("utf-8")) for name, kind in _STATIC.items()}
        self._versions = {
            name: hashlib.sha256(text.encode()).hexdigest()[:12] for name, (_, text) in self.static.items()
        }
        self._environments = {language: self._environment(language) for language in LANGUAGES}
        self._notices = URLSafeSerializer(list(reversed(workspace.keys)), salt="invite_pipeline.staff.notice")

    def _environment(self, language: Language) -> Environment:
        words = Words(language, self.campaign.event.tz)
        environment = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            lstrip_blocks=True,
        )
        cast(Any, environment).install_gettext_callables(words.text, words.ntext, newstyle=True)
        for name in ("number", "percent", "day", "moment"):
            environment.filters[name] = getattr(words, name)
        return environment

    # --- who is asking ------------------------------------------------------------------------------------------

    def call(self, request: Request, **given: Any) -> Call:
        """A request with whoever makes it, logged in or not."""
        cookie = request.cookies.get(COOKIE, "")
        words = Words(self._language(request), self.campaign.event.tz)
        return Call(self, request, self.logins.session(cookie), cookie, words, **given)

    def _language(self, request: Request) -> Language:
        asked = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
        return "en" if asked == "en" else "de"

    def answer(self, rule: Rule, call: Call) -> Response:
        """Call a route's endpoint, if whoever asks may use it and no other site sent the form."""
        refused = self._refused(rule, call)
        answer = rule.endpoint(call) if refused is None else refused
        if call.params.get("lang") in LANGUAGES:
            self.set_cookie(call.request, answer, LANGUAGE_COOKIE, call.words.language, seconds=365 * 86400)
        return answer

    def _refused(self, rule: Rule, call: Call) -> Response | None:
        if rule.who != "nobody" and call.session is None:
            if rule.method == "POST":
                return call.page("login.html", 401, why="expired", name="", seconds=0, next=HOME, code=False)
            asked = call.request.url.path + (f"?{call.request.url.query}" if call.request.url.query else "")
            asked = asked.removeprefix(self.root(call.request))
            return call.go(f"{HOME}/login?next={quote(asked, safe='')}")
        if isinstance(rule.who, StaffRole) and not call.may(rule.who):
            return call.sorry(403, call.text("Dafür hat Ihr Konto keine Berechtigung."))
        if rule.method == "POST" and not self._is_ours(call):
            return call.sorry(403, call.text("Das Formular ist abgelaufen. Bitte laden Sie die Seite neu."))
        return None

    def _is_ours(self, call: Call) -> bool:
        """Whether a form was made by these pages for this browser."""
        if call.request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return False
        return self.logins.form_token_fits(call.cookie, call.posted.get("csrf", ""))

    # --- pages --------------------------------------------------------------------------------------------------

    def page(self, call: Call, name: str, status: int, context: Mapping[str, Any]) -> Response:
        """A page, with all that the layout shows."""
        root = self.root(call.request)
        notice = self._waiting_notice(call.request)
        shown = [area for area in self.areas if area.title and call.may(area.role)]
        common = {
            "call": call,
            "root": root,
            "here": call.request.url.path.removeprefix(root),
            "language": call.words.language,
            "languages": LANGUAGES,
            "campaign": self.campaign,
            "areas": shown,
            "notice": notice,
            "csrf": self.logins.form_token(call.cookie) if call.cookie else "",
            "versions": self._versions,
            "roles": StaffRole,
        }
        template = self._environments[call.words.language].get_template(name)
        answer = HTMLResponse(template.render(**{**common, **context}), status)
        if notice:
            answer.delete_cookie(NOTICE_COOKIE, path=self._cookie_path(call.request))
        return answer

    def root(self, request: Request) -> str:
        """The path under which the pages are reached, where a proxy puts one in front."""
        return str(request.scope.get("root_path", ""))

    def leave_notice(self, request: Request, answer: Response, text: str, kind: Kind) -> None:
        """Leave a notice for the next page that this browser is shown."""
        sealed = str(self._notices.dumps([kind, text[:_LONGEST_NOTICE]]))
        self.set_cookie(request, answer, NOTICE_COOKIE, sealed, seconds=300)

    def _waiting_notice(self, request: Request) -> tuple[str, str] | None:
        sealed = request.cookies.get(NOTICE_COOKIE)
        if not sealed:
            return None
        try:
            kind, text = self._notices.loads(sealed)
        except (BadData, ValueError):
            return None
        return str(kind), str(text)

    def set_cookie(self, request: Request, answer: Response, name: str, value: str, *, seconds: int | None) -> None:
        """Set a cookie that no script reads and no other site's form brings; None lasts as long as the browser."""
        answer.set_cookie(
            name,
            value,
            max_age=seconds,
            path=self._cookie_path(request),
            secure=self._is_secure(request),
            httponly=True,
            samesite="lax",
        )

    def open_browser(self, request: Request, answer: Response, token: str) -> None:
        """Give a browser its session."""
        self.set_cookie(request, answer, COOKIE, token, seconds=int(LONGEST.total_seconds()))

    def close_browser(self, request: Request, answer: Response) -> None:
        """Take the session from a browser."""
        answer.delete_cookie(COOKIE, path=self._cookie_path(request))

    def _cookie_path(self, request: Request) -> str:
        return f"{self.root(request)}{HOME}"

    def _is_secure(self, request: Request) -> bool:
        """Whether the browser speaks TLS, with us or with a proxy that does not say so."""
        ours = urlsplit(self.workspace.base_url)
        return request.url.scheme == "https" or (
            ours.scheme == "https" and request.headers.get("host", "").lower() == ours.netloc.lower()
        )
