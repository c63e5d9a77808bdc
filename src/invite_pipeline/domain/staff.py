"""Who works on a campaign: the roles of staff accounts, and what each may do."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class StaffRole(StrEnum):
    """view looks, enter also records replies, organise also sends and changes; door checks in and nothing else."""

    VIEW = "view"
    ENTER = "enter"
    ORGANISE = "organise"
    DOOR = "door"


_INCLUDES = {
    StaffRole.VIEW: {StaffRole.VIEW},
    StaffRole.ENTER: {StaffRole.VIEW, StaffRole.ENTER},
    StaffRole.ORGANISE: set(StaffRole),
    StaffRole.DOOR: {StaffRole.DOOR},
}


def allowed(roles: Iterable[StaffRole]) -> frozenset[StaffRole]:
    """All that an account with these roles may do."""
    return frozenset(included for role in roles for included in _INCLUDES[role])
