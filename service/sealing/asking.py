"""The two requests of a seal: ask for the document to be prepared, and hand in what the key made of it.

No key comes here. What a token signs goes out, its signature comes back; who holds a key file for a trial signs in
:mod:`service.sealing.key_files`, in memory, and hands in the signature like everybody else.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from service.accounts.access import Operation
from service.accounts.refusals import refusal as refused_access
from service.database.base import new_id
from service.database.documents import DocumentVersion
from service.database.failures import changed_meanwhile
from service.database.jobs import Job
from service.database.operations import record
from service.database.sealings import PreparationState, SealPreparation
from service.database.subjects import Subject
from service.documents.finding import find_document, find_version
from service.domain.documents import DOCUMENTS, DocumentAction
from service.domain.jobs import JobKind
from service.domain.principal import Principal
from service.installation import Installation
from service.jobs.queue import enqueue
from service.sealing.refusals import refusal
from service.sealing.wishes import Wish
from signing.certificate import Certificate
from signing.enclosure import Party
from signing.online.timestamp import HttpTimestampSource
from signing.sealing.admission import admit
from signing.sealing.completion import require
from signing.sealing.digests import signature_holds
from signing.sealing.refusals import refusal as refused_seal
from signing.sealing.timestamping import TimestampSource

OPEN: Final = timedelta(hours=2)
"""How long a prepared document waits for its signature: the seal claims the time of its preparation."""
PREPARE, FINISH = "prepare", "finish"


@dataclass(frozen=True, slots=True)
class Begun:
    """A preparation and the job that works on it."""

    preparation: SealPreparation
    job: Job


def ask_for_seal(
    session: Session,
    by: Principal,
    installation: Installation,
    document_id: str,
    certificates: Sequence[Certificate],
    wish: Wish,
    *,
    at: datetime,
) -> Begun:
    """Have the version that is worked on prepared for a seal of ``certificates[0]``; the others are its chain.

    Another enterprise's certificate, and one that does not stand good now, is refused before any work. Raises NotFound
    ``access.not_found``, AccessRefused, UsageError ``state.*``, ``seal.timestamper_missing``, InputRefused
    ``seal.other_enterprise``, ``certificate.*``, SetupError ``trust.*``.
    """
    version = find_version(session, by, document_id, Operation.WRITE)
    DOCUMENTS.demand(version.state, DocumentAction.SEAL, by.role)
    subject = session.get_one(Subject, version.subject_id)
    certificate, *chain = certificates
    trust = installation.trust().material(installation.settings.production)
    require(wish.level, timestamper(installation, wish), trust)
    path = admit(certificate, chain, trust, at, (Party(name=subject.name, credit_code=subject.credit_code),))
    made = SealPreparation(
        id=new_id(),
        subject_id=version.subject_id,
        version_id=version.id,
        covers=version.coverage(),
        certificate_sha256=certificate.sha256,
        certificates=[b64encode(each.der).decode() for each in (certificate, *(c for c in path if c != certificate))],
        wish=wish.model_dump(mode="json"),
        created_at=at,
        created_by=by.user_id,
        expires_at=at + OPEN,
    )
    session.add(made)
    session.flush()
    details = {"document": document_id, "certificate": certificate.sha256, "level": wish.level.value}
    record(
        session,
        by.actor,
        "seal.prepare",
        "seal_preparation",
        made.id,
        at=at,
        subject_id=version.subject_id,
        details=details,
    )
    return Begun(made, _enqueue(session, by, version, made, PREPARE, at))


def find_preparation(
    session: Session, by: Principal, document_id: str, preparation_id: str, operation: Operation
) -> tuple[SealPreparation, DocumentVersion]:
    """A preparation of the document. Raises NotFound ``access.not_found``, AccessRefused."""
    document = find_document(session, by, document_id, operation)
    found = session.get(SealPreparation, preparation_id)
    version = None if found is None else session.get(DocumentVersion, found.version_id)
    if found is None or version is None or version.document_id != document.id:
        raise refused_access("access.not_found")
    return found, version


def demand_open(preparation: SealPreparation, version: DocumentVersion, at: datetime) -> None:
    """Whether a signature may still be handed in.

    Raises UsageError ``state.preparation_*``, ``state.changed_meanwhile``.
    """
    if preparation.state is PreparationState.SPENT:
        raise refusal("state.preparation_spent")
    if preparation.expires_at <= at:
        raise refusal("state.preparation_expired")
    if preparation.state is PreparationState.ASKED:
        raise refusal("state.preparation_unready")
    if preparation.covers != version.coverage():
        raise changed_meanwhile()


def hand_in(
    session: Session,
    by: Principal,
    document_id: str,
    preparation_id: str,
    sign: Callable[[SealPreparation], bytes],
    *,
    at: datetime,
) -> Begun:
    """Take the signature of what was prepared, as ``sign`` gives it, and have the seal finished.

    A wrong one is refused here and costs nothing but another try. Raises as :func:`find_preparation`,
    :func:`demand_open` and ``sign``, InputRefused ``seal.signature_wrong``.
    """
    found, version = find_preparation(session, by, document_id, preparation_id, Operation.WRITE)
    session.refresh(found, with_for_update=True)
    demand_open(found, version, at)
    DOCUMENTS.demand(version.state, DocumentAction.SEAL, by.role)
    signature = sign(found)
    if not signature_holds(signer(found), signature, attributes(found)):
        raise refused_seal("seal.signature_wrong")
    found.signature = b64encode(signature).decode()
    return Begun(found, _enqueue(session, by, version, found, FINISH, at))


def signer(preparation: SealPreparation) -> Certificate:
    """The certificate that the seal will name."""
    return Certificate(b64decode(preparation.certificates[0]))


def attributes(preparation: SealPreparation) -> bytes:
    """What the key signs, of a preparation that is ready."""
    return b64decode(preparation.signed_attributes or "")


def timestamper(installation: Installation, wish: Wish) -> TimestampSource | None:
    """The first authority of the trust settings; None where the level needs none, or none is set up."""
    if not wish.level.timestamped:
        return None
    configured = installation.trust().settings.timestamp_authorities
    return HttpTimestampSource(configured[0].url, name=configured[0].name) if configured else None


def _enqueue(
    session: Session, by: Principal, version: DocumentVersion, preparation: SealPreparation, phase: str, at: datetime
) -> Job:
    return enqueue(
        session,
        JobKind.SEAL,
        at=at,
        subject_id=version.subject_id,
        created_by=by.user_id,
        object_kind="document",
        object_id=version.document_id,
        payload={"preparation_id": preparation.id, "phase": phase},
    )
