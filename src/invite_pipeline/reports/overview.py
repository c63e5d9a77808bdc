"""The figures of the first page, from counts that the store makes: the same as `figures`, without everybody's rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from invite_pipeline.domain.campaign import Campaign
from invite_pipeline.domain.tracking import LetterState
from invite_pipeline.reports.figures import Funnel
from invite_pipeline.reports.known import MESSAGE_STATES
from invite_pipeline.reports.rows import Delivery, Row, arrived, row_of
from invite_pipeline.store import mail_queries, table_queries
from invite_pipeline.store.database import Transaction
from invite_pipeline.store.table_queries import Group


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """How the campaign stands now."""

    funnel: Funnel
    by_post: int
    failed: int
    """To whom the invitation will not come this way."""
    unknown: int
    needs_review: int


def overview(tx: Transaction) -> Overview:
    """The figures as they stand, in a fixed number of statements."""
    found = table_queries.groups(tx)
    return Overview(
        funnel=_funnel(found),
        by_post=sum(one.number for one in found if one.channel == "post"),
        failed=sum(one.number for one in found if Delivery(one.delivery).failed),
        unknown=table_queries.unknown_sends(tx),
        needs_review=table_queries.to_review(tx),
    )


def _funnel(found: Sequence[Group]) -> Funnel:
    answers = {reply: sum(one.number for one in found if one.reply == reply) for reply in ("yes", "no", "open")}
    reached = (
        one.number for one in found if one.reply != "open" or arrived(Delivery(one.delivery), LetterState(one.letter))
    )
    return Funnel(
        invited=sum(one.number for one in found),
        reached=sum(reached),
        answered=answers["yes"] + answers["no"],
        yes=answers["yes"],
        no=answers["no"],
        open=answers["open"],
        persons=sum(one.persons for one in found),
    )


def rows_for(tx: Transaction, keys: Sequence[str], campaign: Campaign) -> list[Row]:
    """The tracking table's rows of these recipients (at most some thousands), in their order."""
    found = mail_queries.addressees(tx, keys)
    tried = mail_queries.attempts(tx, keys)
    states = {key: MESSAGE_STATES[one.state] for (key, wave), one in tried.items() if wave == "invitation"}
    return [row_of(found[key].recipient, found[key].state, states.get(key), campaign) for key in keys if key in found]
