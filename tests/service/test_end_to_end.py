"""The story of a document over HTTP, with real processes, on every set-up that the product promises.

The whole of it where most people begin: SQLite and the embedded broker. From the upload to the public lookup also on
PostgreSQL with Redis and two workers, and on PostgreSQL with RabbitMQ.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from kombu import Connection

from tests.components import RABBITMQ, REDIS, require
from tests.service.databases import new_database
from tests.service.end_to_end import Story
from tests.service.installations import Running, running
from tests.service.receivers import receiver

pytestmark = pytest.mark.engine


def sound(site: Running, processes: int) -> None:
    """It ends in order, the operation log holds, and nothing failed inside on the way."""
    audited = site.command("audit", "verify", "--json")
    assert audited.returncode == 0, audited.stderr
    report = json.loads(audited.stdout)
    assert report["whole"]
    assert report["intact"] > 10
    assert site.stop() == [0] * processes
    lines = [line for line in site.log.read_text("utf-8").splitlines() if line.startswith("{")]
    bad = [line for line in lines if json.loads(line)["level"] in ("error", "critical")]
    assert bad == []
    # Nothing of a person stands in the logs.
    assert not [line for line in lines if "叶明宇" in line or "91420106748871252L" in line]


def test_the_whole_story_on_sqlite_with_the_embedded_broker(tmp_path: Path) -> None:
    with receiver() as hook, running(tmp_path) as site, Story(site.url, site.keys, hook) as story:
        story.whole()
        sound(site, 1)


def test_from_upload_to_lookup_on_postgresql_with_redis_and_two_workers(tmp_path: Path) -> None:
    require("postgresql")
    require("redis")
    with (
        new_database("postgresql", tmp_path) as database,
        running(tmp_path, database=database, broker=REDIS, workers=2) as site,
        emptied_redis(site.environment["CERTLIGHT_JOBS_QUEUE"]),
        Story(site.url, site.keys) as story,
    ):
        story.short()
        sound(site, 3)


def test_from_upload_to_lookup_on_postgresql_with_rabbitmq(tmp_path: Path) -> None:
    require("postgresql")
    require("rabbitmq")
    with (
        new_database("postgresql", tmp_path) as database,
        running(tmp_path, database=database, broker=RABBITMQ, workers=1) as site,
        deleted_queue(site.environment["CERTLIGHT_JOBS_QUEUE"]),
        Story(site.url, site.keys) as story,
    ):
        story.short()
        sound(site, 2)


@contextmanager
def emptied_redis(queue: str) -> Iterator[None]:
    """Nothing of the test stays at the server."""
    try:
        yield
    finally:
        with redis.Redis.from_url(REDIS) as client:
            for key in client.scan_iter(f"{queue}*"):
                client.delete(key)


@contextmanager
def deleted_queue(name: str) -> Iterator[None]:
    """Nothing of the test stays at the server."""
    try:
        yield
    finally:
        with Connection(RABBITMQ) as connection:
            connection.default_channel.queue_delete(name)
