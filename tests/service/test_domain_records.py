"""What is hashed and what is known again: entries of the log, coverage of seals, identity numbers; who is let in."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certlight.errors import UsageError
from service.domain.actors import SYSTEM, Actor
from service.domain.coverage import coverage
from service.domain.identity import identity_digest, last_four
from service.domain.operations import GENESIS, Entry, digest
from service.domain.roles import Role

NOW = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
SECRET = b"s" * 32


def an_entry(**changed: Any) -> Entry:
    values: dict[str, Any] = {
        "at": NOW,
        "actor_role": Role.CLERK,
        "actor_id": "u",
        "subject_id": "s",
        "object_kind": "push",
        "object_id": "p",
        "action": "push.claim",
        "before": "waiting",
        "after": "claimed",
        "details": {"note": "是"},
    }
    return Entry(**(values | changed))


def test_the_hash_is_that_of_the_documented_writing() -> None:
    """Written out here by hand: whoever audits the log without this program gets the same."""
    written = (
        '{"action":"push.claim","actor_id":"u","actor_role":"clerk","after":"claimed",'
        '"at":"2026-03-01T08:30:00.000000+00:00","before":"waiting","details":{"note":"是"},'
        '"format":"certlight.operation/1","object_id":"p","object_kind":"push",'
        f'"previous":"{GENESIS}","seq":1,"subject_id":"s"}}'
    )
    assert digest(an_entry(), 1, GENESIS) == sha256(written.encode()).hexdigest()
    assert json.loads(written)["details"] == {"note": "是"}


@pytest.mark.parametrize(
    "changed",
    [
        {"at": NOW + timedelta(microseconds=1)},
        {"actor_role": Role.SYSTEM},
        {"actor_id": None},
        {"subject_id": "t"},
        {"object_kind": "user"},
        {"object_id": "q"},
        {"action": "push.release"},
        {"before": None},
        {"after": "waiting"},
        {"details": {}},
        {"details": {"note": "是 "}},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_every_part_of_an_entry_is_in_its_hash(changed: dict[str, Any]) -> None:
    assert digest(an_entry(**changed), 1, GENESIS) != digest(an_entry(), 1, GENESIS)


def test_place_and_predecessor_are_in_the_hash_and_the_zone_is_not() -> None:
    plain = digest(an_entry(), 1, GENESIS)
    assert digest(an_entry(), 2, GENESIS) != plain
    assert digest(an_entry(), 1, "1" * 64) != plain
    assert digest(an_entry(at=NOW.astimezone(timezone(timedelta(hours=8)))), 1, GENESIS) == plain


@pytest.mark.parametrize("details", [{"a": 1.0}, {"a": [{"b": 0.5}]}, {"a": "\x00"}, {"a": "\ud800"}, {1: "a"}])
def test_details_that_a_database_may_write_otherwise_are_refused(details: dict[Any, Any]) -> None:
    with pytest.raises(ValueError, match="details"):
        an_entry(details=details)


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        an_entry(at=NOW.replace(tzinfo=None))


PAGES = ["a" * 64, "b" * 64]
ENTRIES = {"name": "企业", "items": ["一", "二"]}
MARKS = {"name": [{"page": 0, "box": [1, 2, 3.5, 4]}]}


def test_coverage_changes_with_pages_their_order_entries_and_marks() -> None:
    plain = coverage(PAGES, ENTRIES, MARKS)
    others = [
        coverage(PAGES[::-1], ENTRIES, MARKS),
        coverage(PAGES[:1], ENTRIES, MARKS),
        coverage(PAGES, ENTRIES | {"name": "企 业"}, MARKS),
        coverage(PAGES, ENTRIES | {"items": ["二", "一"]}, MARKS),
        coverage(PAGES, ENTRIES, {}),
        coverage(PAGES, ENTRIES, {"name": [{"page": 0, "box": [1, 2, 3.5, 5]}]}),
    ]
    assert len({plain, *others}) == 7


@given(st.integers(-(2**53), 2**53))
def test_coverage_is_blind_to_how_a_database_writes_whole_numbers(number: int) -> None:
    assert coverage([], {}, {"a": [number]}) == coverage([], {}, {"a": [float(number)]})


def test_coverage_is_blind_to_the_order_of_keys() -> None:
    assert coverage(PAGES, dict(reversed(ENTRIES.items())), MARKS) == coverage(PAGES, ENTRIES, MARKS)


def test_an_identity_number_is_known_again_however_it_is_typed() -> None:
    number = "11010519491231002X"
    assert identity_digest(" 110105 19491231 002x", SECRET) == identity_digest(number, SECRET)
    assert last_four("110105 19491231 002x") == "002X"
    assert identity_digest("110105194912310038", SECRET) != identity_digest(number, SECRET)
    assert identity_digest(number, b"t" * 32) != identity_digest(number, SECRET)
    assert sha256(number.encode()).hexdigest() != identity_digest(number, SECRET)


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        identity_digest("1", b"short")


@pytest.mark.parametrize("role", Role)
def test_who_may_act_on_whose_rows(role: Role) -> None:
    bound = role in (Role.CLERK, Role.ENTERPRISE_ADMIN, Role.STATION)
    Actor(role, "u", "mine", "here").demand_subject("mine")
    Actor(role, "u", "mine", "here").demand_domain("here")
    for actor in (Actor(role, "u", "mine"), Actor(role, "u")):
        if bound:
            with pytest.raises(UsageError) as refused:
                actor.demand_subject("theirs")
            assert refused.value.code == "access.other_tenant"
        else:
            actor.demand_subject("theirs")
    if role is Role.REVIEWER:
        with pytest.raises(UsageError):
            Actor(role, "u", domain_id="here").demand_domain("there")
        with pytest.raises(UsageError):
            Actor(role, "u").demand_domain("there")
    SYSTEM.demand_subject("any")
