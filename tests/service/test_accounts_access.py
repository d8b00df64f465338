"""Who may do what: every role × kind × operation × whose object, against a table written out by hand."""

from __future__ import annotations

import itertools

import pytest

from service.accounts.access import Kind, Operation, Resource, Sight, demand, demand_grantable, may, sight
from service.accounts.refusals import AccessRefused, NotFound
from service.domain.actors import OF_A_SUBJECT
from service.domain.principal import EVERYTHING, NOTHING, SYSTEM, TOKEN_SCOPES, Principal, Scope, Via
from service.domain.roles import Role

LETTERS = {
    "R": Operation.READ,
    "W": Operation.WRITE,
    "U": Operation.UPLOAD,
    "V": Operation.REVIEW,
}
WHOSE = ("mine", "theirs", "pushed", "elsewhere", "self", "nobodys")
"""Of my enterprise · of another · pushed to my domain · pushed to another domain · my very own · of none."""


def principal(role: Role, scopes: frozenset[Scope] = EVERYTHING, via: Via = Via.PASSWORD) -> Principal:
    if role is Role.SYSTEM:
        return SYSTEM
    subject = "s-mine" if role in OF_A_SUBJECT else None
    return Principal("u-me", role, subject, "d-mine" if role is Role.REVIEWER else None, scopes, via)


def resource(kind: Kind, whose: str, role: Role) -> Resource:
    if whose == "self":
        return Resource(kind, principal(role).subject_id, "u-me")
    subject = {"mine": "s-mine", "nobodys": None}.get(whose, "s-theirs")
    domains = {"pushed": {"d-mine", "d-other"}, "elsewhere": {"d-other"}}.get(whose, set())
    return Resource(kind, subject, "u-somebody", frozenset(domains))


# Per role and kind: what may be done to which objects. "self" counts as mine for enterprise roles.
EXPECTED: dict[Role, dict[str, str]] = {
    Role.CLERK: {
        "subject": "mine:R self:R",
        "person": "mine:R self:R",
        "document": "mine:RWU self:RWU",
        "performance": "mine:RW self:RW",
        "digital_certificate": "mine:R self:R",
        "push": "mine:RW self:RW",
        "job": "mine:RW self:RW",
        "user": "self:R",
        "api_token": "self:RW",
        "operation_log": "mine:R self:R",
        "template": "*:R",
        "domain": "*:R",
    },
    Role.ENTERPRISE_ADMIN: {
        "subject": "mine:RW self:RW",
        "person": "mine:RW self:RW",
        "document": "mine:RWU self:RWU",
        "performance": "mine:RW self:RW",
        "digital_certificate": "mine:RW self:RW",
        "webhook": "mine:RW self:RW",
        "push": "mine:RW self:RW",
        "job": "mine:RW self:RW",
        "user": "mine:RW self:RW",
        "api_token": "mine:RW self:RW",
        "operation_log": "mine:R self:R",
        "template": "*:R",
        "domain": "*:R",
    },
    Role.REVIEWER: {
        "subject": "pushed:R",
        "person": "pushed:R",
        "document": "pushed:R",
        "performance": "pushed:R",
        "digital_certificate": "pushed:R",
        "push": "pushed:RV",
        "operation_log": "pushed:R",
        "user": "self:R",
        "api_token": "self:RW",
        "template": "*:R",
        "domain": "*:R",
    },
    Role.PLATFORM_ADMIN: {
        "subject": "*:RW",
        "user": "*:RW",
        "api_token": "*:RW",
        "job": "*:RW",
        "template": "*:RW",
        "domain": "*:RW",
        "trust": "*:RW",
        "platform": "*:RW",
        "webhook": "nobodys:RW self:RW",
        "operation_log": "nobodys:R self:R",
    },
    Role.AUDITOR: {kind.value: "*:R" for kind in Kind} | {"api_token": "*:R self:RW"},
    Role.STATION: {"document": "mine:U self:U"},
    Role.SYSTEM: {kind.value: "*:RWU" for kind in Kind},
}


def expected(role: Role, kind: Kind, whose: str) -> set[Operation]:
    rules = dict(rule.split(":") for rule in EXPECTED[role].get(kind.value, "").split())
    return {LETTERS[letter] for letter in rules.get(whose, rules.get("*", ""))}


PEOPLE = [role for role in Role if role is not Role.SYSTEM]


def test_the_table_is_complete() -> None:
    assert set(EXPECTED) == set(Role)
    assert set(LETTERS.values()) == set(Operation)
    for rules in EXPECTED.values():
        assert set(rules) <= {kind.value for kind in Kind}


@pytest.mark.parametrize("role", Role)
def test_every_role_may_just_what_the_table_says(role: Role) -> None:
    wrong = []
    for kind, whose, operation in itertools.product(Kind, WHOSE, Operation):
        says = operation in expected(role, kind, whose)
        if may(principal(role), operation, resource(kind, whose, role)) is not says:
            wrong.append((kind.value, whose, operation.value, says))
    assert not wrong


@pytest.mark.parametrize("role", Role)
def test_what_may_not_be_seen_does_not_exist(role: Role) -> None:
    for kind, whose, operation in itertools.product(Kind, WHOSE, Operation):
        allowed = expected(role, kind, whose)
        if operation in allowed:
            demand(principal(role), operation, resource(kind, whose, role))
            continue
        refused = AccessRefused if Operation.READ in allowed else NotFound
        with pytest.raises(refused) as caught:
            demand(principal(role), operation, resource(kind, whose, role))
        assert caught.value.code == ("access.forbidden" if refused is AccessRefused else "access.not_found")


@pytest.mark.parametrize("role", Role)
def test_lists_show_just_what_may_be_read(role: Role) -> None:
    for kind in Kind:
        readable = {whose for whose in WHOSE if Operation.READ in expected(role, kind, whose)}
        if not readable:
            with pytest.raises(AccessRefused):
                sight(principal(role), kind)
            continue
        bound = sight(principal(role), kind)
        shown = {whose for whose in WHOSE if _shown(bound, resource(kind, whose, role))}
        assert shown == readable, kind


def _shown(bound: Sight, thing: Resource) -> bool:
    """What a repository's WHERE would give."""
    return (
        bound.everything
        or (bound.unowned and thing.subject_id is None)
        or (bound.subject_id is not None and thing.subject_id == bound.subject_id)
        or (bound.domain_id is not None and bound.domain_id in thing.domain_ids)
        or (bound.owner_id is not None and thing.owner_id == bound.owner_id)
    )


# Scopes

BY_SCOPE = {
    Scope.DOCUMENTS_READ: {
        *("document:R", "performance:R", "push:R", "digital_certificate:R", "subject:R"),
        *("template:R", "domain:R", "job:R"),
    },
    Scope.DOCUMENTS_WRITE: {"document:W", "document:U", "performance:W", "push:W", "job:R"},
    Scope.BATCH: {"job:R", "job:W"},
    Scope.STATION_UPLOAD: {"document:U"},
}


@pytest.mark.parametrize("scope", BY_SCOPE)
def test_a_token_does_what_its_scope_says_and_its_role_may(scope: Scope) -> None:
    for role in PEOPLE:
        token = principal(role, frozenset({scope}), Via.TOKEN)
        for kind, whose, (letter, operation) in itertools.product(Kind, WHOSE, LETTERS.items()):
            says = f"{kind.value}:{letter}" in BY_SCOPE[scope] and operation in expected(role, kind, whose)
            assert may(token, operation, resource(kind, whose, role)) is says, (role, kind, whose, operation)


def test_a_station_token_uploads_and_nothing_else() -> None:
    allowed = {
        (kind, whose, operation)
        for kind, whose, operation in itertools.product(Kind, WHOSE, Operation)
        for station in [principal(Role.STATION, TOKEN_SCOPES[Role.STATION], Via.TOKEN)]
        if may(station, operation, resource(kind, whose, Role.STATION))
    }
    assert allowed == {(Kind.DOCUMENT, whose, Operation.UPLOAD) for whose in ("mine", "self")}


def test_no_token_has_a_persons_scope_and_no_program_reviews() -> None:
    assert all(Scope.SESSION not in scopes for scopes in TOKEN_SCOPES.values())
    tokens = EVERYTHING - {Scope.SESSION}
    for role in PEOPLE:
        for whose in WHOSE:
            assert not may(principal(role, tokens, Via.TOKEN), Operation.REVIEW, resource(Kind.PUSH, whose, role))


@pytest.mark.parametrize("role", PEOPLE)
def test_whoever_has_to_change_the_password_may_nothing(role: Role) -> None:
    waiting = principal(role, NOTHING)
    for kind, whose, operation in itertools.product(Kind, WHOSE, Operation):
        assert not may(waiting, operation, resource(kind, whose, role))
    for refused in (lambda: demand(waiting, Operation.READ, Resource(Kind.TEMPLATE)), lambda: sight(waiting, Kind.JOB)):
        with pytest.raises(AccessRefused) as caught:
            refused()
        assert caught.value.code == "access.password_first"


def test_a_missing_scope_tells_nothing_about_the_object() -> None:
    token = principal(Role.CLERK, frozenset({Scope.BATCH}), Via.TOKEN)
    for whose in WHOSE:
        with pytest.raises(AccessRefused) as caught:
            demand(token, Operation.READ, resource(Kind.DOCUMENT, whose, Role.CLERK))
        assert caught.value.code == "access.scope"


# Roles given to others


def test_who_makes_whom() -> None:
    makes = {
        role: {
            other
            for other in Role
            if _passes(lambda role=role, other=other: demand_grantable(principal(role), other))  # type: ignore[misc]
        }
        for role in Role
    }
    assert makes == {role: set() for role in Role} | {
        Role.ENTERPRISE_ADMIN: {Role.CLERK, Role.ENTERPRISE_ADMIN, Role.STATION},
        Role.PLATFORM_ADMIN: set(PEOPLE),
        Role.SYSTEM: set(PEOPLE),
    }


def _passes(call) -> bool:  # type: ignore[no-untyped-def]
    try:
        call()
    except AccessRefused:
        return False
    return True


# Principals


@pytest.mark.parametrize("role", Role)
def test_a_principal_has_the_tenant_of_its_role_and_no_other(role: Role) -> None:
    right = (role in OF_A_SUBJECT, role is Role.REVIEWER)
    via = Via.SYSTEM if role is Role.SYSTEM else Via.PASSWORD
    user = None if role is Role.SYSTEM else "u"
    for subject, domain in itertools.product((None, "", "s"), (None, "", "d")):
        fits = (bool(subject), bool(domain)) == right
        if fits:
            made = Principal(user, role, subject, domain, EVERYTHING, via)
            assert (made.actor.role, made.actor.id, made.actor.subject_id) == (role, user, subject)
        else:
            with pytest.raises(ValueError, match="tenant"):
                Principal(user, role, subject, domain, EVERYTHING, via)


@pytest.mark.parametrize(
    ("user", "role", "via"),
    [
        (None, Role.AUDITOR, Via.PASSWORD),
        ("u", Role.AUDITOR, Via.SYSTEM),
        ("u", Role.SYSTEM, Via.SYSTEM),
        (None, Role.SYSTEM, Via.TOKEN),
        ("u", Role.SYSTEM, Via.PASSWORD),
    ],
)
def test_nobody_signs_in_as_the_platform(user: str | None, role: Role, via: Via) -> None:
    with pytest.raises(ValueError, match="platform"):
        Principal(user, role, None, None, EVERYTHING, via)
