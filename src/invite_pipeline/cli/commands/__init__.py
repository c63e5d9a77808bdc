from invite_pipeline.cli.commands import campaign, demo, incoming, outgoing, results, serving

__all__ = ["campaign", "demo", "incoming", "outgoing", "results", "serving"]
