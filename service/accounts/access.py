"""May this principal do this with this object? The one place that answers; every route and every list asks here.

One table: role → kind of object → operations, and how far they reach. What is not in the table is refused.
Whoever may not see an object is told that it does not exist, so that identifiers of other tenants tell nothing.
What may happen to a document or a push in its present *state* is the state machines' business (service.domain).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from service.accounts.refusals import refusal
from service.domain.principal import Principal, Scope, Via
from service.domain.roles import Role


class Kind(StrEnum):
    """Kinds of objects. What hangs below one (versions, scans, marks, checks, seals, reports) counts as it."""

    SUBJECT = "subject"
    """An enterprise's basic record."""
    PERSON = "person"
    DOCUMENT = "document"
    PERFORMANCE = "performance"
    DIGITAL_CERTIFICATE = "digital_certificate"
    PUSH = "push"
    JOB = "job"
    USER = "user"
    API_TOKEN = "api_token"
    OPERATION_LOG = "operation_log"
    TEMPLATE = "template"
    DOMAIN = "domain"
    TRUST = "trust"
    """Trust anchors and revocation lists."""
    WEBHOOK = "webhook"
    """Of an enterprise, or of a domain, which no enterprise owns."""
    PLATFORM = "platform"
    """Settings, queues, metrics."""


class Operation(StrEnum):
    """What may be done; finer actions are the state machines'."""

    READ = "read"
    WRITE = "write"
    """Create, change, withdraw, cancel."""
    UPLOAD = "upload"
    """Add scans to a document, or begin one with scans."""
    REVIEW = "review"
    """Claim a push and decide on it."""


class Reach(StrEnum):
    """Which objects of a kind a grant means."""

    OWN = "own"
    """Those of the user."""
    TENANT = "tenant"
    """Those of the user's enterprise."""
    DOMAIN = "domain"
    """Those pushed to the user's domain."""
    UNOWNED = "unowned"
    """Those of no enterprise."""
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Resource:
    """An object, as far as access depends on it. Of one to be created: what it will be."""

    kind: Kind
    subject_id: str | None = None
    """The enterprise it belongs to; None for what belongs to none."""
    owner_id: str | None = None
    """The user it is (kind USER) or belongs to (API_TOKEN)."""
    domain_ids: frozenset[str] = frozenset()
    """The domains it stands before: those of its pushes that give sight of it, as the push's repository says."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Operations on the objects within reach."""

    operations: frozenset[Operation]
    reach: Reach


@dataclass(frozen=True, slots=True)
class Sight:
    """The bound of a list: what of a kind a principal sees. A repository turns it into its WHERE; of several bounds
    one has to hold. ``everything`` knows no bound; a sight of nothing has no bound at all."""

    everything: bool = False
    unowned: bool = False
    subject_id: str | None = None
    domain_id: str | None = None
    owner_id: str | None = None


_R, _W, _U, _V = Operation.READ, Operation.WRITE, Operation.UPLOAD, Operation.REVIEW


def _grants(reach: Reach, kinds: Iterable[Kind], *operations: Operation) -> dict[Kind, list[Grant]]:
    return {kind: [Grant(frozenset(operations), reach)] for kind in kinds}


def _together(*parts: dict[Kind, list[Grant]]) -> dict[Kind, tuple[Grant, ...]]:
    return {kind: tuple(grant for part in parts for grant in part.get(kind, ())) for kind in Kind}


_PUBLIC: Final = _grants(Reach.ALL, [Kind.TEMPLATE, Kind.DOMAIN], _R)
_SELF: Final = _grants(Reach.OWN, [Kind.USER], _R) | _grants(Reach.OWN, [Kind.API_TOKEN], _R, _W)
_TENANT: Final = (
    _grants(Reach.TENANT, [Kind.SUBJECT, Kind.PERSON, Kind.DIGITAL_CERTIFICATE, Kind.OPERATION_LOG], _R)
    | _grants(Reach.TENANT, [Kind.DOCUMENT], _R, _W, _U)
    | _grants(Reach.TENANT, [Kind.PERFORMANCE, Kind.PUSH, Kind.JOB], _R, _W)
)

GRANTS: Final[dict[Role, dict[Kind, tuple[Grant, ...]]]] = {
    Role.CLERK: _together(_TENANT, _SELF, _PUBLIC),
    Role.ENTERPRISE_ADMIN: _together(
        _TENANT,
        _grants(
            Reach.TENANT,
            [Kind.SUBJECT, Kind.PERSON, Kind.USER, Kind.API_TOKEN, Kind.DIGITAL_CERTIFICATE, Kind.WEBHOOK],
            _R,
            _W,
        ),
        _SELF,
        _PUBLIC,
    ),
    Role.REVIEWER: _together(
        _grants(
            Reach.DOMAIN,
            [
                *(Kind.SUBJECT, Kind.PERSON, Kind.DOCUMENT, Kind.PERFORMANCE, Kind.DIGITAL_CERTIFICATE),
                Kind.OPERATION_LOG,
            ],
            _R,
        ),
        _grants(Reach.DOMAIN, [Kind.PUSH], _R, _V),
        _SELF,
        _PUBLIC,
    ),
    Role.PLATFORM_ADMIN: _together(
        _grants(
            Reach.ALL,
            [
                *(Kind.SUBJECT, Kind.USER, Kind.API_TOKEN, Kind.JOB),
                *(Kind.TEMPLATE, Kind.DOMAIN, Kind.TRUST, Kind.PLATFORM),
            ],
            _R,
            _W,
        ),
        # Webhooks of domains. Where an enterprise has its events sent is the enterprise's business.
        _grants(Reach.UNOWNED, [Kind.WEBHOOK], _R, _W),
        # An enterprise's log tells what stands in its documents.
        _grants(Reach.UNOWNED, [Kind.OPERATION_LOG], _R),
    ),
    Role.AUDITOR: _together(_grants(Reach.ALL, Kind, _R), _grants(Reach.OWN, [Kind.API_TOKEN], _R, _W)),
    Role.STATION: _together(_grants(Reach.TENANT, [Kind.DOCUMENT], _U)),
    # Jobs and clocks do what people asked for; deciding on a push is for people alone.
    Role.SYSTEM: _together(_grants(Reach.ALL, Kind, _R, _W, _U)),
}
"""The table."""

_PAPERS: Final = (Kind.DOCUMENT, Kind.PERFORMANCE, Kind.PUSH)
_SCOPES: Final[dict[tuple[Kind, Operation], frozenset[Scope]]] = {
    **{
        (kind, _R): frozenset({Scope.DOCUMENTS_READ})
        for kind in (*_PAPERS, Kind.SUBJECT, Kind.DIGITAL_CERTIFICATE, Kind.TEMPLATE, Kind.DOMAIN)
    },
    **{(kind, _W): frozenset({Scope.DOCUMENTS_WRITE}) for kind in _PAPERS},
    (Kind.DOCUMENT, _U): frozenset({Scope.DOCUMENTS_WRITE, Scope.STATION_UPLOAD}),
    # Whoever started long work has to learn how it ended.
    (Kind.JOB, _R): frozenset({Scope.DOCUMENTS_READ, Scope.DOCUMENTS_WRITE, Scope.BATCH}),
    (Kind.JOB, _W): frozenset({Scope.BATCH}),
}
"""Any one of these is enough; everything that is not here takes a person's session."""

_GRANTABLE: Final[dict[Role, frozenset[Role]]] = {
    Role.ENTERPRISE_ADMIN: frozenset({Role.CLERK, Role.ENTERPRISE_ADMIN, Role.STATION}),
    Role.PLATFORM_ADMIN: frozenset(Role) - {Role.SYSTEM},
    Role.SYSTEM: frozenset(Role) - {Role.SYSTEM},
}
"""Which roles a user may give to others, besides that the user in question must be within reach."""


def may(principal: Principal, operation: Operation, resource: Resource) -> bool:
    """Whether ``principal`` may do ``operation`` with ``resource``."""
    return _in_scope(principal, resource.kind, operation) and _granted(principal, operation, resource)


def demand(principal: Principal, operation: Operation, resource: Resource) -> None:
    """Return where it may be done.

    Raises AccessRefused ``access.password_first``, ``access.scope`` or ``access.forbidden``, and NotFound
    ``access.not_found`` for what the principal may not see.
    """
    if not _in_scope(principal, resource.kind, operation):
        waits = principal.via is not Via.TOKEN and not principal.scopes
        raise refusal("access.password_first" if waits else "access.scope", f"{operation} {resource.kind}")
    if _granted(principal, operation, resource):
        return
    raise refusal(
        "access.forbidden" if may(principal, Operation.READ, resource) else "access.not_found",
        f"{principal.role} {operation} {resource.kind}",
    )


def demand_grantable(principal: Principal, role: Role) -> None:
    """Return where ``principal`` may make users of ``role``. Raises AccessRefused ``access.forbidden``."""
    if role not in _GRANTABLE.get(principal.role, frozenset()):
        raise refusal("access.forbidden", f"{principal.role} gives {role}")


def sight(principal: Principal, kind: Kind) -> Sight:
    """What of ``kind`` may appear in a list for ``principal``.

    Raises AccessRefused ``access.password_first``, ``access.scope``; ``access.forbidden`` where it can be nothing.
    """
    if not _in_scope(principal, kind, Operation.READ):
        demand(principal, Operation.READ, Resource(kind))
    reaches = {grant.reach for grant in GRANTS[principal.role][kind] if Operation.READ in grant.operations}
    if not reaches:
        raise refusal("access.forbidden", f"{principal.role} lists {kind}")
    if Reach.ALL in reaches:
        return Sight(everything=True)
    return Sight(
        unowned=Reach.UNOWNED in reaches,
        subject_id=principal.subject_id if Reach.TENANT in reaches else None,
        domain_id=principal.domain_id if Reach.DOMAIN in reaches else None,
        owner_id=principal.user_id if Reach.OWN in reaches else None,
    )


def _in_scope(principal: Principal, kind: Kind, operation: Operation) -> bool:
    return bool(principal.scopes & (_SCOPES.get((kind, operation), frozenset()) | {Scope.SESSION}))


def _granted(principal: Principal, operation: Operation, resource: Resource) -> bool:
    grants = GRANTS[principal.role][resource.kind]
    return any(operation in grant.operations and _within(principal, grant.reach, resource) for grant in grants)


def _within(principal: Principal, reach: Reach, resource: Resource) -> bool:
    match reach:
        case Reach.ALL:
            return True
        case Reach.UNOWNED:
            return resource.subject_id is None
        case Reach.TENANT:
            return principal.subject_id is not None and resource.subject_id == principal.subject_id
        case Reach.DOMAIN:
            return principal.domain_id is not None and principal.domain_id in resource.domain_ids
        case Reach.OWN:
            return principal.user_id is not None and resource.owner_id == principal.user_id
