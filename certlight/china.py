"""The calendar and clock of mainland China, by which documents expire and people read times."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Final

CHINA: Final = timezone(timedelta(hours=8))
"""China Standard Time; there has been no daylight saving time since 1991."""


def moment(at: datetime) -> str:
    """To the second, with its offset: ``2026-11-01 12:00:00 +08:00``. ``at`` is aware."""
    try:
        return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S +08:00")
    except OverflowError:  # a certificate may claim to be valid until the last second of the year 9999
        return at.strftime("%Y-%m-%d %H:%M:%S %Z")


def day(at: datetime) -> str:
    """The calendar day in China."""
    return moment(at)[:10]
