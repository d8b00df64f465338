"""Jobs in the database: who gets which, what ends them, and what is lost when nobody comes back."""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, select, text

from certlight.errors import InputRefused, SetupError, UsageError
from certlight.text import Text
from service.database.base import open_database, transaction
from service.database.failures import busy
from service.database.jobs import Job, advance
from service.domain.actors import Actor
from service.domain.jobs import ENDED, JOBS, JobAction, JobKind, JobPriority, JobState
from service.domain.roles import Role
from service.jobs import batches
from service.jobs.leases import extend, give_back, hold, take_back_from
from service.jobs.queue import Announced, announced, enqueue
from service.jobs.task import Effect, Task
from tests.service.databases import new_database
from tests.service.queue_examples import POLICY, Queue, a_queue, marked, simple
from tests.service.rows import NOW

SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def shared(_migrated: str, database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One database for all these tests: jobs can be cleared away."""
    with new_database(database_kind, tmp_path_factory.mktemp("queue"), like=_migrated) as url:
        engine = open_database(url)
        yield engine
        engine.dispose()


@pytest.fixture
def queue(shared: Engine, tmp_path: Path) -> Queue:
    with transaction(shared) as session:
        session.execute(delete(Job))
    return a_queue(shared, tmp_path)


def raising(error: BaseException):  # type: ignore[no-untyped-def]
    def handler(_: Task) -> Effect:
        raise error

    return handler


def working(task: Task) -> Effect:
    """Goes on until it is stopped."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        task.progress("read", 0, 1)
    raise AssertionError("never stopped")


def test_every_state_has_a_way_to_an_end_and_ends_are_ends() -> None:
    moves = {(row.state, target) for row in JOBS for target in row.leads_to}
    for state in JobState:
        reached = {state}
        while more := {after for before, after in moves if before in reached} - reached:
            reached |= more
        assert reached & ENDED
    left = {state for state, _ in moves if state in ENDED}
    assert left == {JobState.PARKED}


def test_what_has_no_row_does_not_happen() -> None:
    for state, action, role in itertools.product(JobState, JobAction, Role):
        job = Job(kind=JobKind.READ, _state=state)
        rows = [row for row in JOBS if row.state is state and row.action is action and role in row.roles]
        if rows:
            assert advance(job, action, Actor(role, "somebody"), at=NOW) in rows[0].leads_to
            assert (job.ended_at is not None) == (job.state in ENDED)
            continue
        with pytest.raises(UsageError) as refused:
            advance(job, action, Actor(role, "somebody"), at=NOW)
        assert refused.value.code in ("state.action_impossible", "state.role_forbidden")
        assert job.state is state


def test_done_with_result_and_effect(queue: Queue) -> None:
    job_id = queue.put()
    assert queue.run() == 1
    job = queue.row(job_id)
    assert (job.state, job.result, job.attempts) == (JobState.DONE, {"attempt": 1}, 1)
    assert (job.lease_owner, job.lease_until, job.error) == (None, None, None)
    assert job.started_at == job.ended_at == queue.clock.now
    assert queue.effects() == [job_id]


def test_people_come_before_batches_and_those_who_came_first_before_others(queue: Queue) -> None:
    batch = [queue.put(priority=JobPriority.BATCH) for _ in range(3)]
    queue.clock.forward(SECOND)
    normal, person = queue.put(priority=JobPriority.NORMAL), queue.put()
    later = queue.put()
    assert queue.run() == 6
    assert queue.effects() == [person, later, normal, *batch]


def test_workers_that_ask_together_get_different_jobs(queue: Queue) -> None:
    jobs = {queue.put() for _ in range(12)}
    got: list[str] = []

    def take(owner: str) -> None:
        while (leased := queue.claim(owner)) is not None:
            got.append(leased.id)

    threads = [threading.Thread(target=take, args=(f"here:{number}:a",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(got) == dict.fromkeys(jobs, 1)


def test_jobs_are_told_of_after_the_commit_and_only_then(queue: Queue) -> None:
    def fails() -> None:
        with queue.installation.transaction() as session:
            enqueue(session, JobKind.READ, at=queue.clock(), subject_id=None)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert queue.states() == {}
    with queue.installation.transaction() as session:
        job = enqueue(session, JobKind.READ, at=queue.clock(), subject_id=None)
        told = announced(session)
    assert told == [Announced(job.id, 0)]


def test_a_refusal_ends_the_job_with_its_words(queue: Queue) -> None:
    job_id = queue.put()
    error = InputRefused("intake.encrypted", Text("文件已加密。", "It is encrypted."), Text("请解密。", "Decrypt it."))
    assert queue.run(raising(error)) == 1
    job = queue.row(job_id)
    assert job.state is JobState.FAILED
    assert job.error == {
        "code": "intake.encrypted",
        "message": {"zh": "文件已加密。", "en": "It is encrypted."},
        "remedy": {"zh": "请解密。", "en": "Decrypt it."},
    }


def test_an_effect_that_is_refused_leaves_nothing(queue: Queue) -> None:
    def handler(task: Task) -> Effect:
        def effect(session, at):  # type: ignore[no-untyped-def]
            marked(session, task, at)
            raise UsageError("state.seal_stale", Text("过期", "stale"), Text("重新签章", "seal again"))

        return effect

    job_id = queue.put()
    queue.run(handler)
    assert queue.row(job_id).state is JobState.FAILED
    assert queue.effects() == []


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (busy(), "database.busy"),
        (SetupError("storage.full", Text("满", "full"), Text("清理", "clear")), "storage.full"),
        (ZeroDivisionError(), "job.unexpected"),
        (MemoryError(), "job.unexpected"),
    ],
)
def test_what_may_go_better_is_tried_again_later_and_then_parked(queue: Queue, error: Exception, code: str) -> None:
    job_id, other = queue.put(), None
    pauses = []
    for attempt in range(1, POLICY.attempts + 1):
        assert queue.run(raising(error)) == 1
        job = queue.row(job_id)
        assert job.attempts == attempt
        assert job.error is not None
        assert job.error["code"] == code
        if attempt < POLICY.attempts:
            assert job.state is JobState.QUEUED
            pauses.append(job.not_before - queue.clock.now)
            # Not yet; and it holds up nobody else.
            other = queue.put()
            assert queue.run() == 1
            assert queue.row(other).state is JobState.DONE
            queue.clock.now = job.not_before
    job = queue.row(job_id)
    assert job.state is JobState.PARKED
    assert queue.run() == 0
    assert SECOND <= pauses[0] <= 2 * SECOND <= pauses[1] <= 4 * SECOND


def test_an_effect_the_database_was_too_busy_for_is_called_again(queue: Queue) -> None:
    calls = []

    def handler(task: Task) -> Effect:
        def effect(session, at):  # type: ignore[no-untyped-def]
            calls.append(1)
            result = marked(session, task, at)
            if len(calls) < 3:
                raise busy()
            return result

        return effect

    job_id = queue.put()
    assert queue.run(handler) == 1
    assert queue.row(job_id).state is JobState.DONE
    assert queue.row(job_id).attempts == 1
    assert queue.effects() == [job_id]
    assert len(calls) == 3


def test_a_result_no_database_can_keep_is_a_defect_not_a_hang(queue: Queue) -> None:
    job_id = queue.put()
    queue.run(lambda task: lambda session, at: {"number": float("nan")})
    assert queue.row(job_id).state is JobState.QUEUED
    assert (queue.row(job_id).error or {})["code"] == "job.unexpected"


def test_whoever_lost_the_lease_changes_nothing(queue: Queue) -> None:
    """The other worker does the job; the first one comes back from a long sleep and finds it gone."""
    job_id = queue.put()

    def sleepy(task: Task) -> Effect:
        # Taken for dead while its heart still beats: nothing else is as sure to come between.
        with queue.installation.transaction() as session:
            take_back_from(session, "here:1:a", POLICY, queue.clock())
        queue.clock.now = queue.row(job_id).not_before
        assert queue.runner(simple, owner="there:2:b").run_next()
        return simple(task)

    queue.runner(sleepy).run_next()
    job = queue.row(job_id)
    assert (job.state, job.result) == (JobState.DONE, {"attempt": 2})
    assert queue.effects() == [job_id]


def test_a_silent_workers_job_is_given_out_again_and_parked_in_the_end(queue: Queue) -> None:
    job_id = queue.put()
    for attempt in range(1, POLICY.attempts + 1):
        assert queue.claim() is not None
        queue.sweep()
        assert queue.row(job_id).state is JobState.RUNNING
        queue.clock.forward(POLICY.lease)
        queue.sweep()
        job = queue.row(job_id)
        assert job.attempts == attempt
        queue.clock.now = max(job.not_before, queue.clock.now)
    assert job.state is JobState.PARKED
    assert (job.error or {})["code"] == "job.worker_lost"


def test_heartbeats_keep_the_lease_and_tell_the_progress(queue: Queue) -> None:
    job_id = queue.put()
    leased = queue.claim()
    assert leased is not None
    version = queue.row(job_id).row_version
    from service.jobs.leases import Told

    for _ in range(3):
        queue.clock.forward(POLICY.lease * 2 / 3)
        with queue.installation.transaction() as session:
            assert extend(session, leased, POLICY, Told("read", 1, 3), queue.clock()) is False
        queue.sweep()
    job = queue.row(job_id)
    assert (job.state, job.progress_stage, job.progress_done, job.progress_total) == (JobState.RUNNING, "read", 1, 3)
    assert job.row_version == version
    with queue.installation.transaction() as session:
        assert take_back_from(session, leased.owner, POLICY, queue.clock()) == 1
    with queue.installation.transaction() as session:
        assert extend(session, leased, POLICY, None, queue.clock()) is None
        assert hold(session, leased) is None


def test_a_worker_told_to_end_gives_its_job_back_as_if_it_had_not_begun(queue: Queue) -> None:
    job_id = queue.put()

    def told(_: Task) -> Effect:
        raise SystemExit

    with pytest.raises(SystemExit):
        queue.runner(told).run_next()
    job = queue.row(job_id)
    assert (job.state, job.attempts, job.not_before) == (JobState.QUEUED, 0, queue.clock.now)
    with queue.installation.transaction() as session:
        assert give_back(session, "here:1:a", queue.clock()) == 0


def cancelled(queue: Queue, job_id: str) -> None:
    with queue.installation.transaction() as session:
        batches.cancel_one(session, session.get_one(Job, job_id, with_for_update=True), queue.clock())


def test_cancelling_before_during_and_after(queue: Queue) -> None:
    waiting = queue.put()
    cancelled(queue, waiting)
    assert queue.row(waiting).state is JobState.CANCELLED
    assert queue.run() == 0

    def obeys(task: Task) -> Effect:
        cancelled(queue, task.job_id)
        return working(task)

    def finishes(task: Task) -> Effect:
        cancelled(queue, task.job_id)
        return simple(task)

    for handler in (obeys, finishes):
        job_id = queue.put()
        assert queue.run(handler) == 1
        assert queue.row(job_id).state is JobState.CANCELLED
    assert queue.effects() == []
    job_id = queue.put()
    queue.run()
    with pytest.raises(UsageError) as refused:
        cancelled(queue, job_id)
    assert refused.value.code == "state.action_impossible"
    assert "任务" in refused.value.message.zh


def test_a_job_asked_to_stop_whose_worker_died_is_cancelled(queue: Queue) -> None:
    job_id = queue.put()
    queue.claim()
    cancelled(queue, job_id)
    queue.clock.forward(POLICY.lease)
    queue.sweep()
    assert queue.row(job_id).state is JobState.CANCELLED


def test_no_job_outlives_its_deadline(queue: Queue) -> None:
    idle = queue.put(deadline=SECOND)
    queue.clock.forward(SECOND)
    assert queue.run() == 0
    queue.sweep()

    def slow(task: Task) -> Effect:
        queue.clock.forward(10 * SECOND)
        return working(task)

    slowly = queue.put(deadline=10 * SECOND)
    assert queue.run(slow) == 1
    left = queue.put(deadline=POLICY.lease)
    queue.claim()
    queue.clock.forward(POLICY.lease)
    queue.sweep()
    for job_id in (idle, slowly, left):
        job = queue.row(job_id)
        assert (job.state, (job.error or {})["code"]) == (JobState.FAILED, "job.deadline")


def test_work_that_does_not_stop_ends_the_process_and_the_job(queue: Queue) -> None:
    job_id = queue.put()
    ended = threading.Event()
    runner = queue.runner(lambda task: hang(task))
    runner._leave = lambda code: (queue.left.append(code), ended.set())  # type: ignore[assignment]

    def hang(task: Task) -> Effect:
        cancelled(queue, task.job_id)
        assert ended.wait(10)
        return simple(task)

    runner.run_next()
    assert queue.left == [70]
    assert queue.row(job_id).state is JobState.CANCELLED
    assert queue.effects() == []


def spreading(number: int):  # type: ignore[no-untyped-def]
    def handler(task: Task) -> Effect:
        def effect(session, at):  # type: ignore[no-untyped-def]
            for _ in range(number):
                enqueue(
                    session,
                    JobKind.READ,
                    at=at,
                    subject_id=None,
                    batch_id=task.job_id,
                    priority=JobPriority.BATCH,
                )
            return {"files": number}

        return effect

    return handler


def test_a_batch_ends_with_the_last_of_its_jobs(queue: Queue) -> None:
    batch_id = queue.put(JobKind.BATCH, JobPriority.BATCH)
    runner = queue.runner(simple, batch=spreading(3))
    runner.run_next()
    batch = queue.row(batch_id)
    assert (batch.state, batch.progress_stage, batch.progress_done, batch.progress_total) == (
        JobState.WAITING,
        "jobs",
        0,
        3,
    )
    with queue.installation.reading() as session:
        child = session.scalars(select(Job).where(Job.batch_id == batch_id)).first()
        assert child is not None
        assert child.deadline_at == batch.deadline_at
    runner.run_next()
    assert queue.row(batch_id).progress_done == 1
    failing = queue.runner(raising(InputRefused("intake.empty", Text("空", "empty"), Text("重传", "again"))))
    failing.run_next()
    runner.run_next()
    batch = queue.row(batch_id)
    assert (batch.state, batch.progress_done) == (JobState.DONE, 3)
    assert batch.result == {"files": 3, "jobs": {"done": 2, "failed": 1}}


def test_a_batch_without_jobs_is_done_at_once(queue: Queue) -> None:
    batch_id = queue.put(JobKind.BATCH)
    queue.run(batch=spreading(0))
    assert queue.row(batch_id).state is JobState.DONE


def test_a_batch_within_a_batch(queue: Queue) -> None:
    def outer(task: Task) -> Effect:
        def effect(session, at):  # type: ignore[no-untyped-def]
            enqueue(session, JobKind.REPORT, at=at, subject_id=None, batch_id=task.job_id)
            return {}

        return effect

    batch_id = queue.put(JobKind.BATCH)
    assert queue.run(batch=outer, report=spreading(2)) == 4
    assert set(queue.states().values()) == {JobState.DONE}
    assert queue.row(batch_id).result == {"jobs": {"done": 1}}


def test_a_batch_whose_last_job_ended_unseen_is_ended_by_the_sweeper(queue: Queue) -> None:
    batch_id = queue.put(JobKind.BATCH)
    queue.runner(simple, batch=spreading(1)).run_next()
    with queue.installation.transaction() as session:
        child = session.scalars(select(Job).where(Job.batch_id == batch_id)).one()
        batches.cancel_one(session, child, queue.clock())
    assert queue.row(batch_id).state is JobState.WAITING
    queue.sweep()
    assert queue.row(batch_id).state is JobState.DONE


def test_cancelling_a_batch_cancels_its_jobs(queue: Queue) -> None:
    batch_id = queue.put(JobKind.BATCH)
    runner = queue.runner(simple, batch=spreading(3))
    runner.run_next()
    runner.run_next()
    running = queue.claim("there:2:b")
    assert running is not None
    cancelled(queue, batch_id)
    states = Counter(state for job_id, state in queue.states().items() if job_id != batch_id)
    assert queue.row(batch_id).state is JobState.CANCELLED
    assert states == {JobState.DONE: 1, JobState.CANCELLED: 1, JobState.RUNNING: 1}
    assert queue.row(running.id).cancel_requested_at == queue.clock.now


def test_a_batch_past_its_time_fails_with_its_jobs(queue: Queue) -> None:
    batch_id = queue.put(JobKind.BATCH)
    queue.runner(simple, batch=spreading(2)).run_next()
    queue.clock.forward(timedelta(hours=24))
    queue.sweep()
    assert queue.row(batch_id).state is JobState.FAILED
    assert not {JobState.QUEUED, JobState.WAITING, JobState.RUNNING} & set(queue.states().values())


def test_the_sweeper_tells_of_ready_jobs_when_no_message_is_on_its_way(queue: Queue) -> None:
    told: list[Announced] = []

    class Telling:
        def announce(self, jobs):  # type: ignore[no-untyped-def]
            told.extend(jobs)

    person, batch = queue.put(), queue.put(priority=JobPriority.BATCH)
    object.__setattr__(queue.installation, "dispatcher", Telling())
    queue.sweep(waiting=1)
    assert told == []
    queue.sweep(waiting=0)
    assert told == [Announced(person, 0), Announced(batch, 9)]


def test_a_lease_and_the_state_are_one_thing_to_the_database(queue: Queue) -> None:
    queue.put()
    from sqlalchemy.exc import IntegrityError

    with pytest.raises(IntegrityError), queue.installation.transaction() as session:
        session.execute(text("UPDATE jobs SET state = 'running'"))
