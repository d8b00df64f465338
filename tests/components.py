"""Parts of the machine that some tests need: absent, they skip such a test locally and fail it in CI."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
import redis
from kombu.connection import Connection

from certlight.paths import models_dir
from pipeline.assets.install import missing


@dataclass(frozen=True, slots=True)
class Component:
    """A program, found by ``find`` (None when absent), and how to get it."""

    find: Callable[[], str | None]
    remedy: str


def _chromium() -> str | None:
    return os.environ.get("CERTLIGHT_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


def _models() -> str | None:
    return None if missing("model", models_dir()) else str(models_dir())


def _softhsm() -> str | None:
    places = ("/usr/lib/softhsm", "/usr/lib64/pkcs11", "/usr/local/lib/softhsm", "/opt/homebrew/lib/softhsm")
    usual = [f"{place}/libsofthsm2.so" for place in places if Path(place, "libsofthsm2.so").exists()]
    named = os.environ.get("CERTLIGHT_TEST_SOFTHSM")
    return next(iter([named] if named else usual), None) if shutil.which("softhsm2-util") else None


def _swift() -> str | None:
    program = Path(sys.executable).with_name("swift-proxy-server")
    return str(program) if program.exists() else None


def _tmpfs() -> str | None:
    return shutil.which("mount") if sys.platform == "linux" and os.geteuid() == 0 else None


def _rabbitmq() -> str | None:
    try:
        with Connection(RABBITMQ, connect_timeout=5) as connection:
            connection.connect()
    except Exception:
        # Whatever its driver raises.
        return None
    return "RabbitMQ"


def _postgresql() -> str | None:
    try:
        psycopg.connect(POSTGRESQL, connect_timeout=5).close()
    except psycopg.OperationalError:
        return None
    return "PostgreSQL"


def _redis() -> str | None:
    try:
        redis.from_url(REDIS, socket_connect_timeout=5).ping()
    except redis.RedisError:
        return None
    return "Redis"


POSTGRESQL = os.environ.get("CERTLIGHT_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/postgres")
"""A running server, as somebody who may create databases: tests make their own and drop them."""
REDIS = os.environ.get("CERTLIGHT_TEST_REDIS", "redis://127.0.0.1:6379/0")
"""A running server; tests use prefixes of their own and clean up."""

RABBITMQ = os.environ.get("CERTLIGHT_TEST_RABBITMQ", "amqp://guest:guest@127.0.0.1:5672//")
"""A running server; tests make queues of their own and delete them."""

COMPONENTS = {
    "chromium": Component(_chromium, "apt-get install chromium, or name it in CERTLIGHT_TEST_CHROMIUM"),
    "models": Component(_models, "certlight models install"),
    "openssl": Component(lambda: shutil.which("openssl"), "apt-get install openssl"),
    "pdfsig": Component(lambda: shutil.which("pdfsig"), "apt-get install poppler-utils"),
    "pdfdetach": Component(lambda: shutil.which("pdfdetach"), "apt-get install poppler-utils"),
    "pdftoppm": Component(lambda: shutil.which("pdftoppm"), "apt-get install poppler-utils"),
    "pdftotext": Component(lambda: shutil.which("pdftotext"), "apt-get install poppler-utils"),
    "postgresql": Component(
        _postgresql, "start a server, or name it and a user who may create databases in CERTLIGHT_TEST_POSTGRESQL"
    ),
    "redis": Component(_redis, "start a server, or name it in CERTLIGHT_TEST_REDIS"),
    "rabbitmq": Component(_rabbitmq, "start a server, or name it in CERTLIGHT_TEST_RABBITMQ"),
    "redis-server": Component(lambda: shutil.which("redis-server"), "apt-get install redis-server"),
    "softhsm": Component(_softhsm, "apt-get install softhsm2, or name libsofthsm2.so in CERTLIGHT_TEST_SOFTHSM"),
    "swift": Component(_swift, "make dev, on Linux"),
    "tmpfs": Component(_tmpfs, "run as root on Linux"),
}


def require(name: str) -> Path:
    """Where the component is. Without it the test is skipped, saying how to get it; with ``CI=true`` it fails."""
    component = COMPONENTS[name]
    found = component.find()
    if found is not None:
        return Path(found)
    message = f"not installed: {name} ({component.remedy})"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)
