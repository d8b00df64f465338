"""Who acts. Every user has one role; enterprise roles act within their enterprise, reviewers within their domain."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What a user may be."""

    CLERK = "clerk"
    """Enters, marks, seals and submits documents of one enterprise."""
    ENTERPRISE_ADMIN = "enterprise_admin"
    """A clerk who also manages the enterprise's users and people."""
    REVIEWER = "reviewer"
    """Decides on documents pushed to one regulator domain."""
    PLATFORM_ADMIN = "platform_admin"
    """Runs the platform: users, templates, trust, jobs. Touches no enterprise's documents."""
    AUDITOR = "auditor"
    """Reads everything, changes nothing."""
    STATION = "station"
    """A capture station: adds scans to its enterprise's documents, nothing else."""
    SYSTEM = "system"
    """The platform itself: jobs, clocks. Never a login."""


ENTERPRISE: Final = frozenset({Role.CLERK, Role.ENTERPRISE_ADMIN})
"""Those who act for an enterprise."""


class SubjectRole(StrEnum):
    """In what capacity an enterprise appears; several capacities share one basic record."""

    BIDDER = "bidder"
    TENDERER = "tenderer"
    AGENCY = "agency"
