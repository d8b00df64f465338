"""The broker in a folder, announcements, chores, and what the collection of garbage must not touch."""

from __future__ import annotations

import io
import os
import socket
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from kombu import Connection
from sqlalchemy import Engine, String, select

from certlight.errors import CertlightError, SetupError
from service.database.base import new_id
from service.database.jobs import Chore, IdempotencyKey
from service.database.tables import METADATA
from service.domain.jobs import JobKind
from service.installation import Installation
from service.jobs.queue import Announced
from service.settings import Settings, load
from service.storage_references import FILES, OTHERS, referenced
from service.worker import chores
from service.worker.alone import alone
from service.worker.broker import make_app, waiting
from service.worker.chores import TIDYING, ChoreKind, run_due
from service.worker.dispatcher import BrokerDispatcher
from service.worker.lookout import Lookout
from service.worker.registry import HANDLERS
from service.worker.supervisor import Supervisor, share
from tests.service.api_client import SECRET
from tests.service.queue_examples import Queue, a_queue, simple
from tests.service.rows import NOW, a_draft, a_subject, add_scan, clerk_of, sha
from tests.service.worker_processes import until


def connection(folder: Path) -> Connection:
    return Connection("certlight-folder://localhost/", transport_options={"folder": str(folder)})


def test_messages_of_a_folder_come_once_each_and_in_order(tmp_path: Path) -> None:
    with connection(tmp_path / "broker") as writer, connection(tmp_path / "broker") as reader:
        outgoing = writer.SimpleQueue("work")
        for number in range(20):
            outgoing.put(number)
        incoming = reader.SimpleQueue("work")
        assert incoming.qsize() == 20
        got = []
        for _ in range(20):
            message = incoming.get(timeout=2)
            message.ack()
            got.append(message.payload)
        assert got == list(range(20))
        with pytest.raises(incoming.Empty):
            incoming.get(timeout=0.3)
    assert (tmp_path / "broker").stat().st_mode & 0o777 == 0o700
    assert [path for path in (tmp_path / "broker").rglob("*") if path.is_file()] == []


def test_readers_of_a_folder_share_its_messages_while_it_is_written(tmp_path: Path) -> None:
    got: list[int] = []

    def read() -> None:
        with connection(tmp_path) as reader:
            queue = reader.SimpleQueue("work")
            while True:
                try:
                    message = queue.get(timeout=1)
                except queue.Empty:
                    return
                message.ack()
                got.append(message.payload)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    with connection(tmp_path) as writer:
        queue = writer.SimpleQueue("work")
        for number in range(300):
            queue.put(number)
        for reader in readers:
            reader.join()
    assert sorted(got) == list(range(300))


def test_what_a_killed_process_left_in_a_folder_is_cleared_away(tmp_path: Path) -> None:
    passing = tmp_path / "passing"
    passing.mkdir()
    old, young = passing / "old.taken", passing / "young"
    for path in (old, young):
        path.write_text("{")
    os.utime(old, (0, 0))
    with connection(tmp_path) as reader:
        reader.SimpleQueue("work")
    assert (old.exists(), young.exists()) == (False, True)


def test_a_folder_is_opened_while_messages_pass(tmp_path: Path) -> None:
    """Files come and go between being listed and being looked at."""
    ended = threading.Event()

    def write() -> None:
        with connection(tmp_path) as writer:
            queue = writer.SimpleQueue("work")
            while not ended.is_set():
                queue.put(1)

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    try:
        for _ in range(200):
            with connection(tmp_path) as reader:
                reader.SimpleQueue("work")
    finally:
        ended.set()
        for writer in writers:
            writer.join()


def settings(folder: Path, broker: str | None = None) -> Settings:
    return Settings(data_dir=folder, secret_key=SECRET, broker_url=broker)


def test_announcing_reaches_the_broker(tmp_path: Path) -> None:
    app = make_app(settings(tmp_path))
    dispatcher = BrokerDispatcher(app)
    dispatcher.announce([Announced(new_id(), 0) for _ in range(3)])
    dispatcher.close()
    assert waiting(app) == 3


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_a_broker_that_is_away_keeps_nobody_waiting(tmp_path: Path, scheme: str) -> None:
    with socket.socket() as deaf:
        # Takes connections and never says a word.
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        dispatcher = BrokerDispatcher(make_app(settings(tmp_path, f"{scheme}://127.0.0.1:{deaf.getsockname()[1]}//")))
        begun = time.monotonic()
        for _ in range(100):
            dispatcher.announce([Announced(new_id(), 0)])
        assert time.monotonic() - begun < 0.5
        dispatcher.close(0.1)


@pytest.mark.parametrize(
    ("slots", "told", "threads"), [(1, None, 8), (3, None, 2), (16, None, 1), (4, "3", 3), (4, "0", 2), (4, "", 2)]
)
def test_workers_of_a_machine_share_its_processors(slots: int, told: str | None, threads: int) -> None:
    assert share(slots, 8, told) == threads


@pytest.mark.parametrize("command", [(sys.executable, "-c", "raise SystemExit(1)"), ("/nowhere/worker",)])
def test_workers_that_die_again_and_again_are_not_taken_for_working(queue: Queue, command: tuple[str, ...]) -> None:
    supervisor = Supervisor(queue.installation, 1, command=command)
    supervisor.start()
    try:
        assert supervisor.working
        until(lambda: not supervisor.working, 30, "nobody works")
    finally:
        supervisor.stop()


def test_every_kind_of_job_has_a_handler() -> None:
    assert set(HANDLERS) == set(JobKind)


@pytest.fixture
def queue(engine: Engine, tmp_path: Path) -> Queue:
    return a_queue(engine, tmp_path)


def counting(period: timedelta = timedelta(minutes=1)) -> tuple[ChoreKind, list[object]]:
    done: list[object] = []

    def work(installation: Installation, at: object) -> None:
        done.append(at)

    return ChoreKind("count", period, timedelta(minutes=5), work), done


def test_a_chore_is_done_when_due_by_one_process_at_a_time(queue: Queue) -> None:
    chore, done = counting()
    inner: list[int] = []

    def work(installation: Installation, at: object) -> None:
        done.append(at)
        inner.append(run_due(installation, (chore,)))

    chore = ChoreKind("count", chore.period, chore.longest, work)
    assert run_due(queue.installation, (chore,)) == 1
    assert inner == [0]
    assert run_due(queue.installation, (chore,)) == 0
    queue.clock.forward(timedelta(minutes=1))
    assert run_due(queue.installation, (chore,)) == 1
    assert len(done) == 2


def test_processes_that_come_together_do_a_chore_once(queue: Queue) -> None:
    chore, done = counting()
    for _ in range(2):
        threads = [threading.Thread(target=run_due, args=(queue.installation, (chore,))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        queue.clock.forward(timedelta(minutes=1))
    assert len(done) == 2


def test_a_chore_that_fails_or_is_broken_off_is_done_again(queue: Queue) -> None:
    def fails(*_: Any) -> None:
        raise ZeroDivisionError

    def dies(*_: Any) -> None:
        raise SystemExit

    minute = timedelta(minutes=1)
    assert run_due(queue.installation, (ChoreKind("count", minute, 5 * minute, fails),)) == 1
    queue.clock.forward(minute)
    with pytest.raises(SystemExit):
        run_due(queue.installation, (ChoreKind("count", minute, 5 * minute, dies),))
    chore, done = counting()
    queue.clock.forward(4 * minute)
    assert run_due(queue.installation, (chore,)) == 0
    queue.clock.forward(minute)
    assert run_due(queue.installation, (chore,)) == 1
    assert len(done) == 1


def test_all_chores_work_on_an_empty_installation(queue: Queue, caplog: pytest.LogCaptureFixture) -> None:
    (queue.installation.settings.data_dir / "incoming").mkdir(exist_ok=True)
    assert run_due(queue.installation, TIDYING) == len(TIDYING)
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []
    with queue.installation.reading() as session:
        assert all(row.done_at for row in session.scalars(select(Chore)))


def test_idempotency_keys_have_their_day(queue: Queue) -> None:
    with queue.installation.transaction() as session:
        for key, hours in (("old", 0), ("young", 1)):
            at = NOW + timedelta(hours=hours)
            session.add(IdempotencyKey(scope="u", key=key, request_sha256="0", created_at=NOW, expires_at=at))
    run_due(queue.installation, tuple(chore for chore in TIDYING if "idempotency" in chore.name))
    with queue.installation.reading() as session:
        assert session.scalars(select(IdempotencyKey.key)).all() == ["young"]


def test_every_column_that_could_name_a_file_is_in_one_of_the_lists() -> None:
    wide = {
        f"{name}.{column.name}"
        for name, table in METADATA.tables.items()
        for column in table.columns
        if isinstance(column.type, String) and column.type.length == 64
    }
    assert wide == FILES | OTHERS
    assert not FILES & OTHERS
    assert all("subject_id" in METADATA.tables[name.partition(".")[0]].columns for name in FILES)


def test_what_rows_and_jobs_refer_to_is_kept_and_the_rest_collected(
    queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = queue.installation.store

    def put(tenant: str, content: str) -> str:
        return store.put(io.BytesIO(content.encode()), 1 << 20, tenant, media_type="text/plain").sha256

    with queue.installation.transaction() as session:
        subject, other = a_subject(session, 1), a_subject(session, 2)
        version = a_draft(session, subject, clerk_of(subject))
        add_scan(session, version, "page")
    queue.put(subject_id=subject.id, payload={"files": [{"sha256": put(subject.id, "asked")}]})
    kept = {put(subject.id, "page"), sha("asked")}
    gone = {put(subject.id, "nobody's"), put(other.id, "page")}
    with queue.installation.reading() as session:
        assert referenced(session, subject.id, queue.clock()) == kept
        assert referenced(session, other.id, queue.clock()) == set()
        assert referenced(session, "public", queue.clock()) == set()
    # Files are dated by the machine's clock.
    monkeypatch.setattr(chores, "GRACE", timedelta(hours=1))
    queue.clock.now = datetime.now(UTC) + timedelta(hours=2)
    chores._collect(queue.installation, queue.clock())
    assert {blob.sha256 for blob in store.stored(subject.id)} == kept
    assert not any(store.exists(other.id, sha256) for sha256 in gone)


def test_one_service_a_data_directory(tmp_path: Path) -> None:
    with alone(tmp_path):
        with pytest.raises(SetupError) as refused, alone(tmp_path):
            pass
        assert refused.value.code == "serve.running"
    with alone(tmp_path):
        pass


def test_settings_of_jobs_are_read_and_bounded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CERTLIGHT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CERTLIGHT_JOBS_LEASE_SECONDS", "20")
    assert load().jobs.lease_seconds == 20
    monkeypatch.setenv("CERTLIGHT_JOBS_HEARTBEAT_SECONDS", "11")
    with pytest.raises(CertlightError) as refused:
        load()
    assert refused.value.code == "settings.malformed"


def test_a_worker_that_hears_nothing_looks_for_itself_and_is_replaced_in_the_end(queue: Queue) -> None:
    left: list[int] = []
    lookout = Lookout(queue.installation, queue.runner(simple).run_next, 0.02, left.append)
    lookout.start()
    for number in range(1, 4):
        assert left == []
        queue.put()
        queue.clock.forward(timedelta(seconds=1))
        until(lambda number=number: len(queue.effects()) == number, 20, "the job")
    until(lambda: left == [0], 10, "the process to be replaced")
    lookout.stop()
    assert lookout.hear() is False
