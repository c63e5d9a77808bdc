from invite_pipeline.cli.app import main

__all__ = ["main"]
