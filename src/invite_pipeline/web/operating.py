"""For those who operate the pages: /readyz, and Prometheus' /metrics behind a token."""

from __future__ import annotations

import hmac
import time
from collections.abc import Iterable, Sequence

from fastapi import APIRouter, Request
from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from invite_pipeline.errors import StoreUnusable
from invite_pipeline.store import operating
from invite_pipeline.store.database import Store

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Operating:
    """The two pages; `token` opens /metrics, and without one there is none."""

    def __init__(self, store: Store, token: str) -> None:
        self._store, self._token = store, token
        self._registry = CollectorRegistry()
        self.reply_seconds = Histogram(
            "invite_reply_seconds",
            "Seconds from a posted reply to its answer, in this process.",
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._registry.register(_Counts(store))

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter()
        router.add_api_route("/readyz", self.ready, methods=["GET", "HEAD"])
        router.add_api_route("/metrics", self.metrics, methods=["GET"])
        return router

    def ready(self) -> Response:
        """Whether requests can be answered: 200, or 503 while the store does not answer."""
        try:
            with self._store.reading() as tx:
                operating.answers(tx)
        except StoreUnusable:
            return PlainTextResponse("the store does not answer\n", 503)
        return PlainTextResponse("ready\n")

    def metrics(self, request: Request) -> Response:
        """The counts for Prometheus; to whoever has no token there is no such page."""
        given = request.headers.get("authorization", "").encode()
        if not self._token or not hmac.compare_digest(given, f"Bearer {self._token}".encode()):
            raise HTTPException(404)
        return Response(generate_latest(self._registry), media_type=CONTENT_TYPE_LATEST)


class _Counts(Collector):
    """Counted in the store when asked: so they hold over all processes and machines, and over restarts."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def describe(self) -> Iterable[Metric]:
        """Nothing is asked of the store before somebody wants to know."""
        return []

    def collect(self) -> Iterable[Metric]:
        """The counts as they are now."""
        with self._store.reading() as tx:
            mails, replies = operating.messages_by_state(tx), operating.replies_by_answer(tx)
            reviews, jobs = operating.waiting_for_review(tx), operating.jobs_waiting(tx)
        yield _family("invite_mails", "Mails by kind and state.", ["kind", "state"], mails.items())
        yield _family(
            "invite_replies", "Recipients by answer.", ["answer"], [((one,), n) for one, n in replies.items()]
        )
        yield _family("invite_reviews", "Replies that wait for a human.", [], [((), reviews)])
        yield _family("invite_jobs", "Jobs of the workers by queue and state.", ["queue", "state"], jobs.items())


def _family(name: str, words: str, labels: list[str], values: Iterable[tuple[Sequence[str], int]]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=labels)
    for key, value in values:
        family.add_metric(list(key), value)
    return family


class TimedReplies:
    """Times how long those wait who post a reply."""

    def __init__(self, app: ASGIApp, seconds: Histogram) -> None:
        self._app, self._seconds = app, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; of posts to /r/… note how long the answer took."""
        if scope["type"] != "http" or scope["method"] != "POST" or "/r/" not in scope["path"]:
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()

        async def timed(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._seconds.observe(time.perf_counter() - began)
            await send(message)

        await self._app(scope, receive, timed)
