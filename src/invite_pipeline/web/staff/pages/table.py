"""3 Tabelle: the tracking table, filtered, sorted, a page at a time; and exactly that as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, cast, get_args
from urllib.parse import parse_qsl, urlencode

from starlette.responses import Response

from invite_pipeline.domain.reply import Source
from invite_pipeline.domain.staff import StaffRole
from invite_pipeline.formats.sheets import Sheet, to_csv, to_xlsx
from invite_pipeline.reports import labels
from invite_pipeline.reports.overview import rows_for
from invite_pipeline.reports.rows import Delivery
from invite_pipeline.reports.table import HEADER, Line, line
from invite_pipeline.store import table_queries, view_queries
from invite_pipeline.store.database import Transaction
from invite_pipeline.store.table_queries import Filter, Only, Sort
from invite_pipeline.web.staff.site import HOME, Call, Routes
from invite_pipeline.web.staff.texts import N_

TABLE = f"{HOME}/table"
PAGE = 50
_AT_ONCE = 1000
_MOST_VIEWS = 50
_LONGEST_VALUE = 200

ONLY: Mapping[Only, str] = {
    "reached": N_("erreicht"),
    "unreached": N_("nicht erreicht"),
    "answered": N_("geantwortet"),
    "review": N_("zu prüfen"),
    "call": N_("anzurufen"),
    "failed": N_("nicht zustellbar"),
    "late": N_("nach Anmeldeschluss"),
    "tentative": N_("unter Vorbehalt"),
    "blocked": N_("keine weiteren Einladungen"),
    "gone": N_("nicht mehr in der Liste"),
}
_COLUMNS: Mapping[Sort, str] = {
    "organisation": N_("Organisation"),
    "kind": N_("Art"),
    "region": N_("Region"),
    "reply": N_("Antwort"),
    "persons": N_("Personen"),
    "contact": N_("Letzter Kontakt"),
}


@dataclass(frozen=True, slots=True)
class View:
    """What is asked for: by the address alone, so that a view can be kept, sent and linked to."""

    asked: Filter
    sort: Sort
    falling: bool

    @classmethod
    def of(cls, params: Mapping[str, str]) -> View:
        """What follows the question mark; whatever means nothing is left out."""
        said = {name: params[name][:_LONGEST_VALUE].strip() for name in _FIELDS if params.get(name)}
        # A region or kind that the list leaves empty can be asked for, too.
        named: dict[str, str] = {name: "" if said[name] == _NOTHING else said[name] for name in _NAMED if name in said}
        allowed = {name: said[name] for name, values in _VALUES.items() if said.get(name) in values}
        given: dict[str, Any] = {"text": said.get("text", ""), "workshop": said.get("workshop", ""), **named, **allowed}
        sort = params.get("sort", "")
        return cls(Filter(**given), cast(Sort, sort) if sort in _COLUMNS else "list", params.get("order") == "down")

    def query(self, **changes: object) -> str:
        """What leads here again, with `changes`; empty values are left out."""
        said = {name: _NOTHING if value == "" and name in ("kind", "region") else value for name, value in self._said()}
        said.update({"sort": "" if self.sort == "list" else self.sort, "order": "down" if self.falling else ""})
        said.update(changes)
        return urlencode({name: value for name, value in said.items() if value})

    def _said(self) -> Iterator[tuple[str, object]]:
        return (
            (name, value)
            for name, value in asdict(self.asked).items()
            if value is not None and (value or name in ("kind", "region"))
        )


_NOTHING = "-"
_NAMED: tuple[str, ...] = ("kind", "region")
_FIELDS = tuple(Filter.__dataclass_fields__)
_VALUES: Mapping[str, tuple[str, ...]] = {
    "channel": ("mail", "post"),
    "delivery": tuple(Delivery),
    "reply": ("yes", "no", "open"),
    "source": tuple(Source),
    "only": tuple(one for one in get_args(Only) if one),
}


def routes(routes: Routes) -> None:
    """The page, its files, and the views that people keep."""
    routes.get(TABLE, _show, StaffRole.VIEW)
    routes.get(f"{TABLE}.xlsx", _xlsx, StaffRole.VIEW)
    routes.get(f"{TABLE}.csv", _csv, StaffRole.VIEW)
    routes.post(f"{TABLE}/views", _keep_view, StaffRole.VIEW)
    routes.post(f"{TABLE}/views/drop", _drop_view, StaffRole.VIEW)


def _show(call: Call) -> Response:
    view = View.of(call.params)
    with call.store.reading() as tx:
        total = table_queries.count(tx, view.asked)
        last = max(1, -(-total // PAGE))
        page = min(_whole(call.params.get("page", "")), last)
        keys = table_queries.keys(
            tx, view.asked, sort=view.sort, falling=view.falling, limit=PAGE, skip=(page - 1) * PAGE
        )
        rows = rows_for(tx, keys, call.site.campaign)
        kinds, regions = table_queries.kinds_and_regions(tx)
        views = view_queries.views(tx, call.account.name)
    return call.page(
        "table.html",
        view=view,
        rows=[(row, line(row)) for row in rows],
        total=total,
        first=(page - 1) * PAGE + 1,
        page=page,
        last=last,
        views=views,
        choices=_choices(call, kinds, regions),
        columns=_COLUMNS,
    )


def _whole(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 8 else 1


Choices = list[tuple[str, str, list[tuple[str, str]]]]


def _choices(call: Call, kinds: list[str], regions: list[str]) -> Choices:
    """The filters: name, label, and each value with what it is called."""
    groups = [(one.id, one.title) for one in call.site.campaign.workshops]
    found: Choices = [
        ("reply", call.text("Antwort"), _told(call, labels.REPLY)),
        ("only", call.text("Auswahl"), _told(call, ONLY)),
        ("kind", call.text("Art"), [(one or _NOTHING, labels.kind(one)) for one in kinds]),
        ("region", call.text("Region"), [(one or _NOTHING, labels.region(one)) for one in regions]),
        ("channel", call.text("Weg"), _told(call, labels.CHANNEL)),
        ("delivery", call.text("Zustellung"), _told(call, labels.DELIVERY)),
        ("source", call.text("Antwort über"), _told(call, labels.SOURCE)),
        ("workshop", call.text("Arbeitsgruppe"), groups),
    ]
    return [one for one in found if one[2]]


def _told(call: Call, names: Mapping[Any, str]) -> list[tuple[str, str]]:
    return [(str(value), call.text(name)) for value, name in names.items()]


# --- files ------------------------------------------------------------------------------------------------------


def _lines(call: Call, tx: Transaction, view: View) -> list[Line]:
    """Everybody whom the view shows, on all its pages, in its order."""
    keys = table_queries.keys(tx, view.asked, sort=view.sort, falling=view.falling)
    parts = (keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE))
    return [line(row) for part in parts for row in rows_for(tx, part, call.site.campaign)]


def _file(call: Call, kind: str, media_type: str) -> Response:
    view = View.of(call.params)
    with call.store.reading() as tx:
        rows = [one.cells for one in _lines(call, tx, view)]
    with call.store.writing() as tx:
        call.note(tx, "export.table", kind, count=len(rows))
    campaign = call.site.campaign
    if kind == "csv":
        content = to_csv(HEADER, rows)
    else:
        sheet = Sheet(name="Tabelle", header=HEADER, rows=rows)
        content = to_xlsx([sheet], title=campaign.title, author=campaign.rsvp.office, created=call.now)
    name = f"{campaign.id}-{call.now.astimezone(campaign.event.tz):%Y-%m-%d}.{kind}"
    return Response(content, media_type=media_type, headers={"content-disposition": f'attachment; filename="{name}"'})


def _xlsx(call: Call) -> Response:
    return _file(call, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")


def _csv(call: Call) -> Response:
    return _file(call, "csv", "text/csv; charset=utf-8")


# --- views ------------------------------------------------------------------------------------------------------


def _keep_view(call: Call) -> Response:
    view = View.of(dict(parse_qsl(call.posted.get("query", "")[:2000])))
    name = " ".join(call.posted.get("name", "").split())[:80]
    if not name:
        return call.go(f"{TABLE}?{view.query()}", call.text("Bitte geben Sie der Ansicht einen Namen."), "wrong")
    with call.store.writing() as tx:
        if len(view_queries.views(tx, call.account.name)) >= _MOST_VIEWS:
            said = call.text("Mehr als %(most)s Ansichten sind nicht möglich.", most=_MOST_VIEWS)
            return call.go(f"{TABLE}?{view.query()}", said, "wrong")
        view_queries.save_view(tx, call.account.name, name, view.query())
        call.note(tx, "view.saved", call.account.name)
    return call.go(f"{TABLE}?{view.query()}", call.text("Die Ansicht ist gespeichert."))


def _drop_view(call: Call) -> Response:
    with call.store.writing() as tx:
        dropped = view_queries.drop_view(tx, call.account.name, call.posted.get("name", "")[:80])
        call.note(tx, "view.dropped", call.account.name, count=dropped)
    return call.go(TABLE, call.ntext("%(num)s Ansicht gelöscht.", "%(num)s Ansichten gelöscht.", dropped))
