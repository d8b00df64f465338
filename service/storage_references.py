"""Which stored files anything refers to: what the collection of garbage must not touch.

Every column that is wide enough for a hash stands in one of two lists; a test fails for one that stands in neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Column, or_, select
from sqlalchemy.orm import Session

from service.database.jobs import Job
from service.database.subjects import Subject
from service.database.tables import METADATA
from service.domain.jobs import ENDED

FILES: Final = frozenset(
    {
        "scans.sha256",
        "seals.sealed_sha256",
        "contract_amendments.file_sha256",
        "contract_amendments.sealed_sha256",
        "supporting_materials.file_sha256",
        "supporting_materials.sealed_sha256",
        "reading_parts.sha256",
        "page_images.sha256",
        "seal_preparations.pdf_sha256",
        "validations.sha256",
    }
)
"""Keys of the storage; each of these tables has a ``subject_id``."""
OTHERS: Final = frozenset(
    {
        "api_tokens.secret_digest",
        "checks.covers",
        "cross_checks.covers",
        "digital_certificates.sha256",
        "digital_certificates.unique_code",
        "extractions.scans",
        "login_attempts.key",
        "login_sessions.certificate_sha256",
        "login_sessions.digest",
        "login_sessions.user_agent_digest",
        "operation_log.hash",
        "operation_log.previous",
        "operation_log_head.hash",
        "page_images.scans",
        "people.identity_digest",
        "reading_parts.engine",
        "reading_parts.scan",
        "seal_preparations.certificate_sha256",
        "seal_preparations.covers",
        "seals.certificate_sha256",
        "seals.covers",
        "user_certificates.sha256",
        "users.login_name",
        "validations.asked_from",
    }
)
"""As wide, and something else."""
RESULTS_KEPT: Final = timedelta(days=30)
"""So long after a job's end the files that its result names can be fetched (reports)."""
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


def referenced(session: Session, tenant: str, at: datetime) -> set[str]:
    """Hashes of the tenant's files that any row refers to; a tenant that is no enterprise has the rows of none.

    Whatever looks like a hash in a job may be one: too many are better than one too few.
    """
    owned = session.get(Subject, tenant) is not None
    found = owned_files(session, tenant)
    jobs = select(Job.payload, Job.result).where(
        Job.subject_id == tenant if owned else Job.subject_id.is_(None),
        or_(Job.state.not_in(ENDED), Job.ended_at > at - RESULTS_KEPT),
    )
    for payload, result in session.execute(jobs):
        found.update(_hashes(payload))
        found.update(_hashes(result))
    return found


def owned_files(session: Session, tenant: str) -> set[str]:
    """Those that stand in columns of their own: what has to be there for the records to be whole."""
    owned = session.get(Subject, tenant) is not None
    found: set[str] = set()
    for name in FILES:
        column = _column(name)
        whose = column.table.c.subject_id
        rows = select(column).where(column.is_not(None), whose == tenant if owned else whose.is_(None)).distinct()
        found.update(session.scalars(rows))
    return found


def _column(name: str) -> Column[Any]:
    table, _, column = name.partition(".")
    return METADATA.tables[table].c[column]


def _hashes(value: object) -> Iterator[str]:
    if isinstance(value, str):
        if _SHA256.fullmatch(value):
            yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _hashes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _hashes(inner)
