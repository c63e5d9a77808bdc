"""The staff pages' routes for FastAPI: each goes through the one door, none past it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.datastructures import UploadFile
from starlette.responses import Response

from invite_pipeline.web.staff.site import Routes, Rule, StaffSite

_MOST_FIELDS = 1000


class PostedForm:
    """The fields and files of a posted form; of a field sent twice the last counts, `lists` has all."""

    def __init__(self, items: list[tuple[str, UploadFile | str]]) -> None:
        self.fields = {name: value for name, value in items if isinstance(value, str)}
        self.lists: dict[str, tuple[str, ...]] = {}
        for name, value in items:
            if isinstance(value, str):
                self.lists[name] = (*self.lists.get(name, ()), value)
        self.files = {name: value for name, value in items if not isinstance(value, str)}


async def _posted(request: Request) -> PostedForm:
    async with request.form(max_files=0, max_fields=_MOST_FIELDS) as form:
        return PostedForm(form.multi_items())


async def _posted_with_file(request: Request) -> PostedForm:
    # Closed with the request, after the endpoint has read the file.
    form = await request.form(max_files=1, max_fields=_MOST_FIELDS)
    return PostedForm(form.multi_items())


def staff_router(site: StaffSite, routes: Routes) -> APIRouter:
    """All routes of the staff pages."""
    router = APIRouter()
    for rule in routes.rules:
        if rule.method == "GET":
            router.add_api_route(rule.path, _shows(site, rule), methods=["GET", "HEAD"], name=_name(rule))
        else:
            router.add_api_route(rule.path, _acts(site, rule), methods=["POST"], name=_name(rule))
    return router


def _name(rule: Rule) -> str:
    return f"{rule.method} {rule.path}"


def _shows(site: StaffSite, rule: Rule) -> Callable[..., Response]:
    def show(request: Request) -> Response:
        return site.answer(rule, site.call(request))

    return show


def _acts(site: StaffSite, rule: Rule) -> Callable[..., Response]:
    def act(request: Request, form: Annotated[PostedForm, Depends(_posted)]) -> Response:
        return site.answer(rule, site.call(request, posted=form.fields, lists=form.lists))

    def act_with_file(request: Request, form: Annotated[PostedForm, Depends(_posted_with_file)]) -> Response:
        return site.answer(rule, site.call(request, posted=form.fields, lists=form.lists, files=form.files))

    return act_with_file if rule.files else act
