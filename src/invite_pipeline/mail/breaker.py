"""The circuit breaker: where too great a share of the mails is not taken, the run stops before the rest follows.

By share and not by count: a limit of a thousand never trips on three hundred invitations.
"""

from __future__ import annotations

from collections import deque

_WINDOW = 100


class Breaker:
    """Looks at the latest outcomes; `share` of failures among them, and at least `fewest`, trips it."""

    def __init__(self, share: float, *, fewest: int = 5) -> None:
        self._share, self._fewest = share, fewest
        self._latest: deque[bool] = deque(maxlen=_WINDOW)

    def trips(self, *, failed: bool) -> bool:
        """Note an outcome; whether the run must stop."""
        self._latest.append(failed)
        return failed and self.failures >= self._fewest and self.failures >= self._share * len(self._latest)

    @property
    def failures(self) -> int:
        """How many of the latest mails failed."""
        return sum(self._latest)

    @property
    def outcomes(self) -> int:
        """How many mails the share is taken of."""
        return len(self._latest)
