"""Enterprises and domains by the codes that people know them by, for whoever sets up accounts."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.accounts.refusals import refusal
from service.database.pushes import Domain
from service.database.subjects import Subject


def subject_coded(session: Session, credit_code: str) -> str:
    """The id of the enterprise. Raises NotFound ``account.enterprise_unknown``."""
    found = session.scalar(select(Subject.id).where(Subject.credit_code == credit_code.strip().upper()))
    if found is None:
        raise refusal("account.enterprise_unknown")
    return found


def domain_coded(session: Session, code: str) -> str:
    """The id of the regulator domain. Raises NotFound ``account.domain_unknown``."""
    found = session.scalar(select(Domain.id).where(Domain.code == code.strip()))
    if found is None:
        raise refusal("account.domain_unknown")
    return found
