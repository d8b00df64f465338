"""A process that makes work until it is killed: ``python -m tests.service.worker_enqueuer``.

Like the API it tells of a job once its transaction is committed: the job's id, a line each.
"""

from __future__ import annotations

import sys

from service.domain.jobs import JobKind
from service.jobs.queue import enqueue
from service.settings import load
from service.worker.program import connected

if __name__ == "__main__":
    with connected(load()) as (installation, _):
        while True:
            with installation.transaction() as session:
                job_id = enqueue(session, JobKind.READ, at=installation.clock(), subject_id=None).id
            sys.stdout.write(f"{job_id}\n")
            sys.stdout.flush()
