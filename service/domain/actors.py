"""Who does something: a user in a role, for an enterprise or a domain; or the platform itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from certlight.errors import UsageError
from certlight.text import Text
from service.domain.roles import ENTERPRISE, Role

OF_A_SUBJECT: Final = ENTERPRISE | {Role.STATION}
"""Roles that act within one enterprise."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A user's identifier, role and bounds; never a name: what is recorded of actors is never deleted."""

    role: Role
    id: str | None = None
    """None for the platform itself."""
    subject_id: str | None = None
    """The enterprise that enterprise roles and stations act for."""
    domain_id: str | None = None
    """The regulator domain that a reviewer decides for."""

    def demand_subject(self, subject_id: str) -> None:
        """Refuse an enterprise's user where another enterprise's row is meant.

        Raises UsageError ``access.other_tenant``. Callers look rows up by tenant; this is the second lock of that door.
        """
        if self.role in OF_A_SUBJECT and self.subject_id != subject_id:
            raise _other_tenant()

    def demand_domain(self, domain_id: str) -> None:
        """Refuse a reviewer of another domain. Raises UsageError ``access.other_tenant``."""
        if self.role is Role.REVIEWER and self.domain_id != domain_id:
            raise _other_tenant()


SYSTEM: Final = Actor(Role.SYSTEM)
"""Jobs and clocks."""


def _other_tenant() -> UsageError:
    return UsageError(
        "access.other_tenant",
        Text("没有找到该记录。", "There is no such record."),
        Text("请从列表中重新选择。", "Choose it anew from the list."),
    )
