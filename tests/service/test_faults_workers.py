"""Workers, supervisors, a broker and whoever makes work are killed in the middle: every job ends, with one effect.

RabbitMQ is the machine's and serves others: workers alone are killed over it. The broker that dies is a Redis of the
test's own.
"""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from service.domain.jobs import JobKind, JobPriority, JobState
from service.worker.broker import make_app, waiting
from tests.components import require
from tests.service.databases import new_database
from tests.service.worker_processes import Site, a_site, address, until


@pytest.fixture
def embedded(database_file: str, tmp_path: Path) -> Iterator[Site]:
    with a_site(database_file, tmp_path, None) as site:
        yield site


@pytest.fixture
def database_file(tmp_path: Path) -> Iterator[str]:
    with new_database("sqlite", tmp_path) as url:
        yield url


@contextmanager
def site_with(broker: str, folder: Path) -> Iterator[Site]:
    """As people run them: the folder with SQLite, servers with PostgreSQL."""
    found = address(broker)
    kind = "sqlite" if broker == "folder" else "postgresql"
    if kind == "postgresql":
        require("postgresql")
    with new_database(kind, folder) as url, a_site(url, folder, found) as site:
        yield site


@pytest.mark.parametrize("broker", ["folder", "redis", "rabbitmq"])
def test_workers_and_their_supervisor_are_killed_in_the_middle_of_fifty_jobs(broker: str, tmp_path: Path) -> None:
    with site_with(broker, tmp_path) as site:
        jobs = site.put(50, payload={"seconds": 0.1})
        program = site.start(2)
        until(lambda: site.count(JobState.DONE) >= 5, what="the first jobs")
        # One worker, in mid-work.
        site.slots(program)[0].kill()
        # A supervisor on another machine, which knows nothing of these workers.
        site.start(1)
        until(lambda: site.count(JobState.DONE) >= 20, what="the others go on")
        assert site.count(JobState.DONE) < 50
        # The supervisor: nobody looks after the workers any more, and they end.
        orphans = site.slots(program)
        program.kill()
        program.wait()
        # One that has only just been started ends before it takes a job, once its libraries are loaded.
        until(lambda: not any(orphan.is_running() for orphan in orphans), 30, "orphans end")
        until(site.all_ended, what="all fifty")
        assert {job.state for job in site.rows().values()} == {JobState.DONE}
        assert sorted(site.effects()) == sorted(jobs)


@contextmanager
def redis_server(port: int, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    program = str(require("redis-server"))
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
    server = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)
    try:
        until(lambda: _listens(port), 10, "redis-server")
        yield server
    finally:
        server.kill()
        server.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_the_broker_is_killed_with_its_messages_and_started_again(tmp_path: Path) -> None:
    require("postgresql")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with new_database("postgresql", tmp_path) as url, a_site(url, tmp_path, f"redis://127.0.0.1:{port}/0") as site:
        with redis_server(port, tmp_path) as server:
            site.start(1)
            jobs = site.put(25, payload={"seconds": 0.05})
            until(lambda: site.count(JobState.DONE) >= 5, what="the first jobs")
            server.kill()
            server.wait()
        # While it is away, whoever makes work is not kept waiting.
        begun = time.monotonic()
        jobs += site.put(25, payload={"seconds": 0.05})
        assert time.monotonic() - begun < 5
        with redis_server(port, tmp_path):
            until(site.all_ended, what="all fifty")
            assert {job.state for job in site.rows().values()} == {JobState.DONE}
            assert sorted(site.effects()) == sorted(jobs)


@pytest.mark.parametrize("broker", ["folder", "redis"])
def test_whoever_makes_work_is_killed(broker: str, tmp_path: Path) -> None:
    """Every job that was told of is done, once; so is one that was committed and not told of any more."""
    with site_with(broker, tmp_path) as site:
        program = site.enqueuing()
        assert program.stdout is not None
        told = [program.stdout.readline().decode().strip() for _ in range(20)]
        program.kill()
        told += [line.decode().strip() for line in program.stdout.readlines() if line.endswith(b"\n")]
        program.wait()
        site.start(1)
        until(site.all_ended, what="all jobs")
        rows = site.rows()
        assert set(told) <= set(rows)
        assert {row.state for row in rows.values()} == {JobState.DONE}
        assert sorted(site.effects()) == sorted(rows)


def test_a_job_that_kills_its_worker_is_parked_and_the_others_go_on(database_file: str, tmp_path: Path) -> None:
    with a_site(database_file, tmp_path, None, attempts=2) as site:
        (poison,) = site.put(1, JobKind.SEAL, priority=JobPriority.PERSON)
        others = site.put(5)
        site.start(1)
        until(site.all_ended, what="all jobs")
        rows = site.rows()
        assert rows[poison].state is JobState.PARKED
        assert rows[poison].attempts == 2
        assert (rows[poison].error or {})["code"] == "job.worker_lost"
        assert {rows[other].state for other in others} == {JobState.DONE}
        assert sorted(site.effects()) == sorted(others)


def test_told_to_end_workers_finish_what_they_can_and_give_back_the_rest(database_file: str, tmp_path: Path) -> None:
    with a_site(database_file, tmp_path, None, grace_seconds=2, lease_seconds=60) as site:
        program = site.start(2)
        site.listening(2)
        (short,), (long,) = site.put(1, payload={"seconds": 1}), site.put(1, JobKind.REPORT, payload={"seconds": 60})
        until(lambda: site.count(JobState.RUNNING) == 2, what="both under way")
        program.send_signal(signal.SIGTERM)
        assert program.wait(30) == 0
        rows = site.rows()
        assert rows[short].state is JobState.DONE
        # Not when its lease ends, in a minute: at once, and as if it had not begun.
        assert (rows[long].state, rows[long].attempts) == (JobState.QUEUED, 0)


def test_a_person_is_served_at_once_and_before_a_batch(embedded: Site) -> None:
    embedded.start(1)
    embedded.put(40, priority=JobPriority.BATCH, payload={"seconds": 0.1})
    until(lambda: embedded.count(JobState.DONE) >= 3, what="the batch has begun")
    (person,) = embedded.put(1, priority=JobPriority.PERSON)
    before = embedded.count(JobState.DONE)
    until(lambda: embedded.rows()[person].state is JobState.DONE, what="the person's")
    # What was under way when it came ends first, and nothing else.
    assert embedded.effects().index(person) <= before + 1
    assert before < 30


def test_wake_ups_do_not_pile_up(embedded: Site) -> None:
    """The sweeper tells again of jobs only while no message waits."""
    embedded.put(30, payload={"seconds": 0.02})
    app = make_app(embedded.settings)
    embedded.start(1)
    most = 0
    while not embedded.all_ended():
        most = max(most, waiting(app))
        time.sleep(0.05)
    assert most <= 60
    until(lambda: waiting(app) == 0, 30, "all messages taken")


def test_a_worker_that_was_told_nothing_finds_the_work(embedded: Site) -> None:
    """The message was lost; only the row says that there is work."""
    object.__setattr__(embedded.installation, "dispatcher", type("Mute", (), {"announce": lambda *_: None})())
    embedded.put(1)
    embedded.start(1)
    until(embedded.all_ended, what="the job")


def test_a_process_is_replaced_after_so_many_jobs(database_file: str, tmp_path: Path) -> None:
    with a_site(database_file, tmp_path, None, per_process=2) as site:
        jobs = site.put(4)
        site.start(1)
        until(site.all_ended, what="all jobs")
        assert sorted(site.effects()) == sorted(jobs)
        log = (tmp_path / "workers.log").read_text(encoding="utf-8")
        assert log.count("to be replaced") == 2
        assert "died" not in log
