"""What every bulk action says: how many it changed, how many it skipped, and why."""

from __future__ import annotations

from collections.abc import Mapping

from invite_pipeline.web.staff.site import Call, Kind


def bulk_notice(call: Call, changed: int, skipped: Mapping[str, int]) -> tuple[str, Kind]:
    """The notice, such as „3 geändert, 2 übersprungen: schon beantwortet (2).“, and how it is coloured."""
    number = sum(skipped.values())
    said = call.text("%(changed)s geändert, %(skipped)s übersprungen", changed=changed, skipped=number)
    reasons = ", ".join(f"{why} ({count})" for why, count in skipped.items())
    kind: Kind = "done" if not skipped else "warning" if changed else "wrong"
    return f"{said}: {reasons}." if reasons else f"{said}.", kind
