from invite_pipeline.cli.commands import campaign, demo, incoming, lists, outgoing, results, serving, verify

__all__ = ["campaign", "demo", "incoming", "lists", "outgoing", "results", "serving", "verify"]
