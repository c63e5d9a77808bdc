"""Writing files that are whole or absent, whatever happens meanwhile."""

from invite_pipeline.store.letter_files import write_atomically

__all__ = ["write_atomically"]
