"""Login challenges in the database: put by one process, taken once by whichever gets the answer."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine, delete, select

from service.database.accounts import LoginChallenge
from service.database.base import transaction
from signing.login.challenge import Challenge
from signing.login.store import CAPACITY


@dataclass(frozen=True, slots=True)
class DatabaseChallengeStore:
    """A :class:`signing.login.store.ChallengeStore` that all servers of a service share.

    Each call is a transaction of its own: a challenge is spent whatever becomes of the login. It holds about
    ``capacity`` challenges; under a flood the oldest make room, as in the store in memory.
    """

    engine: Engine
    capacity: int = CAPACITY

    def put(self, challenge_id: str, challenge: Challenge) -> None:
        """See :class:`signing.login.store.ChallengeStore`. The new challenge's own time tells which have expired."""
        with transaction(self.engine) as session:
            session.execute(delete(LoginChallenge).where(LoginChallenge.expires_at <= challenge.issued_at))
            surplus = (
                select(LoginChallenge.expires_at)
                .order_by(LoginChallenge.expires_at.desc())
                .offset(self.capacity - 1)
                .limit(1)
            )
            oldest_to_go = session.scalar(surplus)
            if oldest_to_go is not None:
                session.execute(delete(LoginChallenge).where(LoginChallenge.expires_at <= oldest_to_go))
            session.execute(delete(LoginChallenge).where(LoginChallenge.id == challenge_id))
            session.add(LoginChallenge(id=challenge_id, message=challenge.to_bytes(), expires_at=challenge.expires_at))

    def take(self, challenge_id: str) -> Challenge | None:
        """See :class:`signing.login.store.ChallengeStore`: one ``DELETE … RETURNING``."""
        with transaction(self.engine) as session:
            message = session.execute(
                delete(LoginChallenge).where(LoginChallenge.id == challenge_id).returning(LoginChallenge.message)
            ).scalar_one_or_none()
        return None if message is None else Challenge.from_bytes(message)
