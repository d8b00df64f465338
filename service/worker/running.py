"""One job from its claim to its end, by the process that works."""

from __future__ import annotations

import logging
import os
import time
import traceback
from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy.orm import Session

from certlight.errors import CertlightError
from service.database.jobs import Job, advance
from service.domain.actors import SYSTEM
from service.domain.jobs import ENDED, JobAction
from service.installation import Installation
from service.jobs import batches, failures
from service.jobs.endings import end
from service.jobs.leases import Leased, claim, give_back, hold, postpone
from service.jobs.policy import JobPolicy
from service.jobs.task import Effect, JobStopped, Task, Tools
from service.telemetry.traces import span
from service.worker.registry import Handlers
from service.worker.watch import Stop, Watch

_LOG = logging.getLogger(__name__)
_AGAIN: Final = frozenset({"database.busy", "database.unavailable", "state.changed_meanwhile"})
_PAUSES: Final = (0.1, 0.5, 2.0)
"""Seconds before the end of a job is written once more."""
HUNG: Final = 70
"""Exit code of a process that gave up on its own work."""


class Runner:
    """Does jobs, one at a time. ``owner`` is the name its leases bear; ``tools`` are loaded with the first job."""

    def __init__(
        self,
        installation: Installation,
        owner: str,
        policy: JobPolicy,
        handlers: Handlers,
        tools: Callable[[], Tools],
        leave: Callable[[int], object] = os._exit,
    ) -> None:
        self._installation, self._owner, self._policy = installation, owner, policy
        self._handlers, self._tools, self._leave = handlers, tools, leave

    def run_next(self) -> bool:
        """Do the most urgent job that is ready; False when there is none.

        Raises CertlightError ``database.*`` where none could be claimed.
        """
        with self._installation.transaction() as session:
            leased = claim(session, self._owner, self._policy, self._installation.clock())
        if leased is None:
            return False
        began = time.monotonic()
        try:
            with (
                span(f"job {leased.kind}", leased.payload, job=leased.id, attempt=leased.attempt),
                structlog.contextvars.bound_contextvars(job=leased.id, kind=leased.kind.value),
            ):
                self._run(leased)
        except BaseException:
            # The process is told to end in mid-work.
            with self._installation.transaction() as session:
                give_back(session, self._owner, self._installation.clock())
            raise
        finally:
            _LOG.info("job %s (%s), try %d: %.2f s", leased.id, leased.kind, leased.attempt, time.monotonic() - began)
        return True

    def _run(self, leased: Leased) -> None:
        def abandon(stop: Stop) -> None:
            _LOG.error("job %s did not stop (%s); the process ends", leased.id, stop)
            self._settle(leased, lambda session, job, at: self._stopped(session, job, stop, at))
            self._leave(HUNG)

        try:
            with Watch(self._installation, leased, self._policy, abandon) as watch:
                effect = self._work(leased, watch)
                watch.demand()
            self._finish(leased, effect)
        except JobStopped as stopped:
            reason = Stop(str(stopped))
            self._settle(leased, lambda session, job, at: self._stopped(session, job, reason, at))
        except CertlightError as error:
            self._settle(leased, self._refused(leased, error))
        except Exception as error:
            _LOG.error("job %s: %s at %s", leased.id, type(error).__name__, _where(error))
            told = failures.told(failures.unexpected())
            self._settle(leased, lambda session, job, at: postpone(session, job, self._policy, told, at))

    def _work(self, leased: Leased, watch: Watch) -> Effect:
        task = Task(
            job_id=leased.id,
            kind=leased.kind,
            subject_id=leased.subject_id,
            object_kind=leased.object_kind,
            object_id=leased.object_id,
            payload=leased.payload,
            created_by=leased.created_by,
            attempt=leased.attempt,
            installation=self._installation,
            tools=self._tools(),
            progress=watch.progress,
        )
        return self._handlers(leased.kind)(task)

    def _finish(self, leased: Leased, effect: Effect) -> None:
        def work(session: Session, job: Job, at: datetime) -> None:
            if job.cancel_requested_at is not None:
                end(session, job, JobAction.STOP, at)
                return
            result = effect(session, at)
            session.flush()
            by_state = batches.counted(session, job.id)
            if any(state not in ENDED for state in by_state):
                advance(job, JobAction.SPREAD, SYSTEM, at=at)
                job.result = dict(result)
                batches.note(job, by_state)
            else:
                end(session, job, JobAction.FINISH, at, result=result)

        self._write(leased, work)

    def _settle(self, leased: Leased, work: Callable[[Session, Job, datetime], object]) -> None:
        """Write how it ended; where even that fails, the lease ends by itself."""
        try:
            self._write(leased, work)
        except CertlightError as error:
            _LOG.error("job %s: its end could not be written: %s", leased.id, error.code)

    def _write(self, leased: Leased, work: Callable[[Session, Job, datetime], object]) -> None:
        """``work`` in a transaction that holds the job, if it is still ours."""
        for pause in (*_PAUSES, None):
            try:
                with self._installation.transaction() as session:
                    job = hold(session, leased)
                    if job is None:
                        _LOG.warning("job %s is no longer ours", leased.id)
                        return
                    work(session, job, self._installation.clock())
                break
            except CertlightError as error:
                if pause is None or error.code not in _AGAIN:
                    raise
                time.sleep(pause)
        self._settle_batch(leased.batch_id)

    def _settle_batch(self, batch_id: str | None) -> None:
        try:
            while batch_id is not None:
                with self._installation.transaction() as session:
                    batch_id = batches.settle(session, batch_id, self._installation.clock())
        except CertlightError as error:
            _LOG.warning("batch %s is left to the sweeper: %s", batch_id, error.code)

    def _refused(self, leased: Leased, error: CertlightError) -> Callable[[Session, Job, datetime], object]:
        told = failures.told(error)
        _LOG.info("job %s: %s", leased.id, error.code)
        if failures.is_passing(error):
            return lambda session, job, at: postpone(session, job, self._policy, told, at)
        return lambda session, job, at: end(session, job, JobAction.FAIL, at, error=told)

    def _stopped(self, session: Session, job: Job, stop: Stop, at: datetime) -> None:
        if stop is Stop.CANCELLED:
            end(session, job, JobAction.STOP, at)
        elif stop is Stop.DEADLINE:
            end(session, job, JobAction.FAIL, at, error=failures.told(failures.deadline()))
        else:
            # The lease was not lost after all, the database was only away; somebody else may go on.
            postpone(session, job, self._policy, failures.told(failures.worker_lost()), at)


def _where(error: BaseException) -> str:
    """Places in the code alone: messages of exceptions may quote what they were about."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return " > ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames)
