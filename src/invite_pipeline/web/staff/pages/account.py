"""Logging in and out, and one's own account: password, second factor, sessions."""

from __future__ import annotations

import re
import secrets

import pyotp
import zxingcpp
from fastapi import HTTPException
from markupsafe import Markup
from starlette.responses import Response

from invite_pipeline.run.accounts import SHORTEST, hash_password, password_fits, password_problem
from invite_pipeline.store import account_queries
from invite_pipeline.web.limits import RateLimit
from invite_pipeline.web.security import client_address, household
from invite_pipeline.web.staff.login import LoggedIn, right_step
from invite_pipeline.web.staff.site import HOME, Call, Routes
from invite_pipeline.web.staff.texts import N_

_ACCOUNT = f"{HOME}/account"
_PASSWORD_PROBLEMS = {
    "short": N_("Das neue Passwort ist zu kurz: mindestens %(shortest)s Zeichen, zum Beispiel vier Wörter."),
    "long": N_("Das neue Passwort ist zu lang."),
    "name": N_("Das neue Passwort ist zu leicht zu erraten."),
}
_TEN_MINUTES = 600


def routes(routes: Routes) -> None:
    """Logging in, logging out, one's own account."""
    login = _Login()
    routes.get(f"{HOME}/static/{{name}}", _static, "nobody")
    routes.get(f"{HOME}/login", login.ask, "nobody")
    routes.post(f"{HOME}/login", login.enter, "nobody")
    routes.post(f"{HOME}/logout", _log_out, "any")
    routes.get(_ACCOUNT, _show, "any")
    routes.post(f"{_ACCOUNT}/password", _change_password, "any")
    routes.post(f"{_ACCOUNT}/everywhere", _log_out_everywhere, "any")
    routes.post(f"{_ACCOUNT}/totp", _set_totp, "any")
    routes.post(f"{_ACCOUNT}/totp/off", _drop_totp, "any")


def _static(call: Call) -> Response:
    """Our style and script; pages name them by their content, so they may be kept."""
    found = call.site.static.get(call.path_part("name"))
    if found is None:
        raise HTTPException(404)
    return Response(found[1], media_type=found[0], headers={"cache-control": "public, max-age=86400"})


# --- in and out -------------------------------------------------------------------------------------------------


class _Login:
    """The door; it counts failures per client besides those per name."""

    def __init__(self) -> None:
        self._failures = RateLimit(60, _TEN_MINUTES)

    def ask(self, call: Call) -> Response:
        """The form. A browser without a cookie is given one, so that the form can be bound to it."""
        if call.session is not None:
            return call.go(_landing(call, call.params.get("next", "")))
        return self._form(call, next=call.params.get("next", ""))

    def _form(self, call: Call, status: int = 200, **context: object) -> Response:
        cookie = call.cookie or secrets.token_urlsafe(32)
        shown = {"why": "", "name": "", "seconds": 0, "next": "", "csrf": call.site.logins.form_token(cookie)}
        answer = call.page("login.html", status, **(shown | context))
        if not call.cookie:
            call.site.set_cookie(call.request, answer, "staff", cookie, seconds=None)
        return answer

    def enter(self, call: Call) -> Response:
        """Log in, or say why not."""
        name, password = call.posted.get("name", "")[:200], call.posted.get("password", "")
        following = call.posted.get("next", "")
        client = household(client_address(call.request.scope))
        if self._failures.exceeded(client):
            return self._form(call, 429, why="locked", name=name, seconds=_TEN_MINUTES, next=following)
        found = call.site.logins.log_in(name, password, call.posted.get("code", "")[:20])
        if not isinstance(found, LoggedIn):
            if found.why != "code":
                self._failures.note(client)
            status = 429 if found.why == "locked" else 422
            return self._form(call, status, why=found.why, name=name, seconds=found.seconds, next=following)
        if call.session is not None:
            call.site.logins.log_out(call.cookie)
        answer = call.go(following if _is_ours(following) else f"{HOME}/login")
        call.site.open_browser(call.request, answer, found.token)
        return answer


def _is_ours(path: str) -> bool:
    """Whether a path leads into the staff pages and to no other site."""
    return bool(re.fullmatch(r"/staff(?:[/?][^\\\s]*)?", path)) and not path.startswith(f"{HOME}/login")


def _landing(call: Call, wanted: str) -> str:
    """Where one arrives: where one wanted to go, else the first page that one may see."""
    if _is_ours(wanted):
        return wanted
    return next((area.path for area in call.site.areas if area.title and call.may(area.role)), _ACCOUNT)


def _log_out(call: Call) -> Response:
    call.site.logins.log_out(call.cookie)
    answer = call.go(f"{HOME}/login", call.text("Sie sind abgemeldet."))
    call.site.close_browser(call.request, answer)
    return answer


def _log_out_everywhere(call: Call) -> Response:
    number = call.site.logins.log_out_everywhere(call.account.name, but=call.cookie)
    said = call.ntext("%(num)s weitere Sitzung beendet.", "%(num)s weitere Sitzungen beendet.", number)
    return call.go(_ACCOUNT, said)


# --- one's own account ------------------------------------------------------------------------------------------


def _show(call: Call, status: int = 200, wrong: str = "", field: str = "") -> Response:
    secret = "" if call.account.totp_secret else pyotp.random_base32()
    uri = (
        pyotp.TOTP(secret).provisioning_uri(name=call.account.name, issuer_name=call.site.campaign.title)
        if secret
        else ""
    )
    return call.page(
        "account.html",
        status,
        wrong=wrong,
        field=field,
        secret=secret,
        code=_qr_code(uri) if uri else "",
        shortest=SHORTEST,
    )


def _qr_code(text: str) -> Markup:
    drawn = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    svg = re.sub(r"^<\?xml[^>]*\?>\s*|<!DOCTYPE[^>]*>\s*", "", drawn.to_svg(scale=4, add_quiet_zones=True))
    # Made here, of a key and an account's name that zxing has turned into squares: nothing in it is text.
    return Markup(svg)  # noqa: S704


def _proves(call: Call) -> bool:
    """Whether the account's password was typed again."""
    return password_fits(call.account.password_hash, call.posted.get("password", ""))


def _change_password(call: Call) -> Response:
    new = call.posted.get("new", "")
    if not _proves(call):
        return _show(call, 422, call.text("Das bisherige Passwort stimmt nicht."), "password")
    if problem := password_problem(call.account.name, new):
        return _show(call, 422, call.text(_PASSWORD_PROBLEMS[problem], shortest=SHORTEST), "new")
    if new != call.posted.get("again", ""):
        return _show(call, 422, call.text("Die beiden neuen Passwörter sind nicht gleich."), "again")
    hashed = hash_password(new)
    with call.store.writing() as tx:
        at = call.site.clock()
        account_queries.change_account(tx, call.account.name, password_hash=hashed, password_changed_at=at)
        call.note(tx, "account.password", call.account.name)
    call.site.logins.log_out_everywhere(call.account.name, but=call.cookie)
    return call.go(_ACCOUNT, call.text("Das Passwort ist geändert; alle anderen Sitzungen sind beendet."))


def _set_totp(call: Call) -> Response:
    secret = call.posted.get("secret", "")
    if not _proves(call):
        return _show(call, 422, call.text("Das Passwort stimmt nicht."), "totp-password")
    step = right_step(secret, call.posted.get("code", ""), call.site.clock()) if _is_secret(secret) else None
    if step is None:
        return _show(call, 422, call.text("Der Code stimmt nicht. Bitte den neuen Schlüssel einrichten."), "code")
    with call.store.writing() as tx:
        account_queries.change_account(tx, call.account.name, totp_secret=secret, totp_step=step)
        call.note(tx, "account.totp", call.account.name)
    return call.go(_ACCOUNT, call.text("Der zweite Faktor ist eingerichtet."))


def _is_secret(text: str) -> bool:
    return bool(re.fullmatch(r"[A-Z2-7]{32}", text))


def _drop_totp(call: Call) -> Response:
    if not _proves(call):
        return _show(call, 422, call.text("Das Passwort stimmt nicht."), "off-password")
    with call.store.writing() as tx:
        account_queries.change_account(tx, call.account.name, totp_secret="", totp_step=0)
        call.note(tx, "account.totp.off", call.account.name)
    return call.go(_ACCOUNT, call.text("Der zweite Faktor ist abgeschaltet."), "warning")
