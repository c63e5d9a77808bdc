"""A recipient as a list holds it."""

from __future__ import annotations

from dataclasses import dataclass

from invite_pipeline.domain.recipient import Recipient


@dataclass(frozen=True, slots=True)
class ListedRecipient:
    """A recipient with the place it was read from; `row` counts as the spreadsheet shows it."""

    recipient: Recipient
    file: str
    row: int
