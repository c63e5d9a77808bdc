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
    verify,
)

__all__ = ["campaign", "demo", "incoming", "lists", "outgoing", "privacy", "results", "serving", "store", "verify"]
