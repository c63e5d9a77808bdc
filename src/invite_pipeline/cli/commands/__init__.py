from invite_pipeline.cli.commands import (
    campaign,
    demo,
    incoming,
    links,
    lists,
    outgoing,
    privacy,
    results,
    serving,
    store,
    users,
    verify,
)

__all__ = [
    "campaign",
    "demo",
    "incoming",
    "links",
    "lists",
    "outgoing",
    "privacy",
    "results",
    "serving",
    "store",
    "users",
    "verify",
]
