"""Columns give back what they were given, on both databases, and refuse what they cannot keep."""

from __future__ import annotations

import traceback
import uuid
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from certlight.light import Light
from service.database.base import new_id, reading, transaction
from service.database.engine import is_unique_violation
from service.database.evidence import Check
from service.database.jobs import Job
from service.database.subjects import Subject, SubjectCapacity
from service.domain.jobs import JobKind, JobState
from service.domain.roles import SubjectRole
from tests.service.rows import NOW, a_checked, a_subject, clerk_of

BEIJING = timezone(timedelta(hours=8))


def a_job(**values: object) -> Job:
    return Job(kind=JobKind.READ, created_at=NOW, not_before=NOW, **values)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moment=st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.timezones()))
def test_a_moment_comes_back_as_the_same_moment_in_utc(engine: Engine, moment: datetime) -> None:
    with transaction(engine) as session:
        job = a_job(started_at=moment)
        session.add(job)
    with reading(engine) as session:
        found = session.get_one(Job, job.id).started_at
    assert found == moment.astimezone(UTC)
    assert found is not None
    assert found.tzinfo is UTC


def test_a_naive_moment_is_refused(engine: Engine) -> None:
    with pytest.raises(StatementError, match="naive"), transaction(engine) as session:
        session.add(a_job(started_at=datetime(2026, 3, 1)))


def test_moments_of_all_zones_sort_as_moments(engine: Engine) -> None:
    moments = [NOW.astimezone(BEIJING), NOW + timedelta(microseconds=1), (NOW + timedelta(hours=1)).astimezone(BEIJING)]
    with transaction(engine) as session:
        session.add_all(a_job(started_at=moment) for moment in reversed(moments))
    with reading(engine) as session:
        assert session.scalars(select(Job.started_at).order_by(Job.started_at)).all() == moments
        assert session.scalars(select(Job.started_at).where(Job.started_at > moments[0])).all() != []


def test_json_comes_back_and_none_is_null(engine: Engine) -> None:
    result = {"a": [1, 2.5, None, True, {"中文": "值"}], "empty": {}}
    with transaction(engine) as session:
        job = a_job(result=result, error=None)
        session.add(job)
    with reading(engine) as session:
        assert session.get_one(Job, job.id).result == result
        assert session.scalars(select(Job.id).where(Job.error.is_(None))).all() == [job.id]


def test_a_number_that_json_does_not_know_is_refused(engine: Engine) -> None:
    with pytest.raises((StatementError, ValueError), match="JSON compliant"), transaction(engine) as session:
        session.add(a_job(result={"score": float("nan")}))


def test_an_enumeration_is_kept_as_its_word(engine: Engine) -> None:
    with transaction(engine) as session:
        subject = a_subject(session)
        a_checked(session, subject, clerk_of(subject), Light.YELLOW)
        session.add(SubjectCapacity(subject_id=subject.id, role=SubjectRole.AGENCY))
    with reading(engine) as session:
        assert session.scalars(text("SELECT light FROM checks")).all() == ["yellow"]
        assert session.scalars(select(Check.light)).all() == [Light.YELLOW]
        assert session.get_one(Subject, subject.id).roles == {SubjectRole.AGENCY}


def test_the_database_refuses_a_word_that_no_member_has(engine: Engine) -> None:
    with transaction(engine) as session:
        session.add(a_job())
    with pytest.raises(IntegrityError), transaction(engine) as session:
        session.execute(text("UPDATE jobs SET state = 'finished'"))
    with reading(engine) as session:
        assert session.scalars(select(Job.state)).all() == [JobState.QUEUED]


def test_identifiers_are_version_7_and_sort_by_their_making() -> None:
    made = [new_id() for _ in range(200)]
    assert len(set(made)) == 200
    # Two within the same quarter of a microsecond may change places.
    assert [name[:13] for name in made] == sorted(name[:13] for name in made)
    for name in made:
        number = uuid.UUID(name)
        assert (number.version, number.variant) == (7, uuid.RFC_4122)
    written = datetime.fromtimestamp((uuid.UUID(made[0]).int >> 80) / 1000, UTC)
    assert abs(written - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_value_that_may_exist_once_is_told_from_other_violations(engine: Engine) -> None:
    with transaction(engine) as session:
        a_subject(session)
    with pytest.raises(IntegrityError) as twice, transaction(engine) as session:
        a_subject(session)
    with pytest.raises(IntegrityError) as other, transaction(engine) as session:
        session.add(Subject(name="企业", credit_code="short", created_at=NOW))
    assert (is_unique_violation(twice.value), is_unique_violation(other.value)) == (True, False)


def test_values_of_a_failed_statement_are_not_in_the_error(engine: Engine) -> None:
    with pytest.raises(IntegrityError) as caught, transaction(engine) as session:
        session.add(Subject(name="很秘密的企业", credit_code="short", created_at=NOW))
    told = "".join(traceback.format_exception(caught.value))
    assert "credit_code_length" in told
    assert "秘密" not in told.replace('name="很秘密的企业"', "")
