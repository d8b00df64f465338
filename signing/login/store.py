"""Where issued challenges wait for their one answer."""

from __future__ import annotations

import threading
from typing import Final, Protocol

from signing.login.challenge import Challenge

CAPACITY: Final = 20_000
"""Challenges held at once, about 12 MB: three minutes of a hundred logins a second."""


class ChallengeStore(Protocol):
    """Remembers issued challenges until they are answered or expire. The service keeps them in its database."""

    def put(self, challenge_id: str, challenge: Challenge) -> None:
        """Remember ``challenge`` under its id."""

    def take(self, challenge_id: str) -> Challenge | None:
        """Forget the challenge and return it; None where it is not known. Of any number of callers at the same moment
        at most one gets it: in SQL one ``DELETE … RETURNING``, never a read and a later delete. It may be expired;
        the caller looks."""


class MemoryChallengeStore:
    """A store within one process, for tests, demonstrations and a service of a single process. Safe among threads.

    It holds ``capacity`` challenges at most. Expired ones go first; under a flood the oldest make room, so that a
    flood has to outrun each honest login, while a store that refused new ones would lock everybody out for as long as
    its challenges live. The service limits how many one address may ask for.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        if capacity < 1:
            raise ValueError("a store holds at least one challenge")
        self._capacity = capacity
        self._held: dict[str, Challenge] = {}
        """In the order they were put."""
        self._lock = threading.Lock()

    def __len__(self) -> int:
        with self._lock:
            return len(self._held)

    def put(self, challenge_id: str, challenge: Challenge) -> None:
        """See :class:`ChallengeStore`. The new challenge's own time tells which of the oldest have expired."""
        with self._lock:
            self._held.pop(challenge_id, None)
            while self._held:
                oldest = next(iter(self._held))
                if len(self._held) < self._capacity and self._held[oldest].expires_at > challenge.issued_at:
                    break
                del self._held[oldest]
            self._held[challenge_id] = challenge

    def take(self, challenge_id: str) -> Challenge | None:
        """See :class:`ChallengeStore`."""
        with self._lock:
            return self._held.pop(challenge_id, None)
