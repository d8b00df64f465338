"""Domains (应用领域): set up and changed by the platform, known to all who are signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from certlight.errors import UsageError
from certlight.text import Text
from service.accounts.access import Kind, Operation, Resource, demand, sight
from service.accounts.refusals import refusal
from service.database.base import new_id
from service.database.engine import is_unique_violation
from service.database.operations import record
from service.database.pushes import Domain
from service.domain.principal import Principal


@dataclass(frozen=True, slots=True)
class DomainChange:
    """What of a domain is to change; None for what stays."""

    name: str | None = None
    name_en: str | None = None
    active: bool | None = None


def create_domain(
    session: Session, by: Principal, *, code: str, name: str, name_en: str | None, at: datetime
) -> Domain:
    """A new domain. Raises UsageError ``domain.code_taken``, AccessRefused ``access.*``."""
    demand(by, Operation.WRITE, Resource(Kind.DOMAIN))
    made = Domain(id=new_id(), code=code, name=name, name_en=name_en, created_at=at)
    session.add(made)
    try:
        session.flush()
    except IntegrityError as error:
        if not is_unique_violation(error):
            raise
        raise UsageError(
            "domain.code_taken",
            Text("该领域代码已被使用。", "Another domain has this code."),
            Text("请换一个代码，或修改已有领域。", "Choose another code, or change the domain that is there."),
        ) from error
    record(session, by.actor, "domain.create", "domain", made.id, at=at, details={"code": code})
    return made


def change_domain(session: Session, by: Principal, domain_id: str, change: DomainChange, *, at: datetime) -> Domain:
    """Another name, or out of use; its code stays, since people's programs know it.

    Raises NotFound ``account.domain_unknown``, AccessRefused ``access.*``.
    """
    demand(by, Operation.WRITE, Resource(Kind.DOMAIN))
    found = session.get(Domain, domain_id, with_for_update=True)
    if found is None:
        raise refusal("account.domain_unknown")
    before = "active" if found.active else "inactive"
    for name in ("name", "name_en", "active"):
        if (value := getattr(change, name)) is not None:
            setattr(found, name, value)
    after = "active" if found.active else "inactive"
    record(session, by.actor, "domain.change", "domain", found.id, at=at, before=before, after=after)
    session.flush()
    return found


def list_domains(session: Session, by: Principal, *, after: str | None, limit: int) -> list[Domain]:
    """Domains by their codes, from behind ``after``. Raises AccessRefused ``access.*``."""
    sight(by, Kind.DOMAIN)
    query = select(Domain).order_by(Domain.code).limit(limit)
    return list(session.scalars(query if after is None else query.where(Domain.code > after)))
