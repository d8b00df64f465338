"""Who a person is, by a number that is nowhere kept.

A digest is made under the newest key of the installation (purpose :data:`PURPOSE`) and looked for under all of them.
A person who is met under an older key is kept under the newest from then on. So an old secret may leave the file only
once everybody has been met again: whoever has not would be taken for somebody new.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from extractors.kinds import canonical, check_digit_ok
from extractors.kinds.codes import birth_date
from service.accounts.policy import LockoutPolicy
from service.accounts.throttle import Throttle
from service.database.subjects import Person
from service.domain.identity import identity_digest, last_four
from service.people.refusals import refusal

PURPOSE: Final = "identity/1"
PROBES: Final = Throttle(
    "identity",
    LockoutPolicy(free=20, first=timedelta(minutes=1), longest=timedelta(minutes=30), forget=timedelta(hours=12)),
    clears=False,
)
"""Refused bindings of one enterprise: whoever tries numbers to learn whose they are has to wait."""
_NUMBER: Final = re.compile(r"[0-9]{17}[0-9X]")


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody as a form names them. The number lives in memory only."""

    name: str
    last_four: str
    digests: tuple[str, ...]
    """Under every key, the newest first."""

    def __repr__(self) -> str:
        return "Identity(…)"


def identity(name: str, number: str, keys: Sequence[bytes], *, at: datetime) -> Identity:
    """Name and number, checked.

    Raises UsageError ``person.name``, and ``person.identity_number`` for one that GB 11643-1999 does not allow: its
    check character (ISO 7064 MOD 11-2) or the birth date in it.
    """
    plain = canonical("person", name)
    if not isinstance(plain, str):
        raise refusal("person.name")
    code = canonical("cn_id", number)
    if not isinstance(code, str) or not _NUMBER.fullmatch(code) or check_digit_ok("cn_id", code) is not True:
        raise refusal("person.identity_number")
    born = birth_date(code)
    if born is None or born > at.date():
        raise refusal("person.identity_number")
    return Identity(plain, last_four(code), tuple(identity_digest(code, key) for key in keys))


def known_person(session: Session, who: Identity) -> Person | None:
    """The person of that number, its row locked, kept under the newest key from now on."""
    found = session.scalars(
        select(Person).where(Person.identity_digest.in_(who.digests)).with_for_update()
    ).one_or_none()
    if found is not None:
        found.identity_digest = who.digests[0]
    return found
