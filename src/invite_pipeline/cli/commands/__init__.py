from invite_pipeline.cli.commands import (
    campaign,
    demo,
    incoming,
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
    "lists",
    "outgoing",
    "privacy",
    "results",
    "serving",
    "store",
    "users",
    "verify",
]
