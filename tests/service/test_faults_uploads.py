"""Faults while files arrive: the API killed in the middle of it, and a disk without room."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine

from service.domain.roles import Role
from service.storage.folder import FolderStore
from tests.components import require
from tests.service.api_client import SECRET, Api
from tests.service.document_flow import DOCUMENTS, begun, picture

SERVER = """
import sys, uvicorn
from service.api.application import create_app
from service.api.serving import uvicorn_options
from service.opening import opened
from service.settings import load
settings = load()
with opened(settings) as installation:
    app = create_app(installation)
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="critical", **uvicorn_options(settings))
"""
DEADLINE = 60.0
HALFWAY = 8
"""Uploads that are under way, half of their bytes sent, when the process is killed."""


@contextmanager
def serving(api: Api, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The API in a process of its own, over the database and the files of ``api``."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CERTLIGHT_")} | {
        "CERTLIGHT_DATA_DIR": str(api.folder),
        "CERTLIGHT_DATABASE_URL": api.installation.settings.database_url.get_secret_value(),
        "CERTLIGHT_SECRET_KEY": SECRET,
        "CERTLIGHT_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    process = subprocess.Popen([sys.executable, "-c", SERVER, str(port)], env=environment)
    try:
        waits_until = time.monotonic() + DEADLINE
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5)
                break
            except httpx.TransportError:
                assert process.poll() is None, "the server ended"
                assert time.monotonic() < waits_until, "the server does not answer"
                time.sleep(0.05)
        yield process
    finally:
        process.kill()
        process.wait(DEADLINE)


def a_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@dataclass
class Uploads:
    """What was sent, and what was acknowledged: by document, the contents."""

    client: httpx.Client
    acknowledged: list[tuple[str, str, bytes]] = field(default_factory=list)
    """Document, address of the scan, content."""
    halfway: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    killed: threading.Event = field(default_factory=threading.Event)

    def one(self, document: str, content: bytes, pieces: Iterator[bytes]) -> bool:
        """Send a file; whether it was acknowledged."""
        try:
            answer = self.client.post(
                f"{DOCUMENTS}/{document}/scans", content=pieces, headers={"Content-Type": "image/jpeg"}
            )
        except httpx.TransportError:
            return False
        assert answer.status_code == 201, answer.text
        self.acknowledged.append((document, answer.json()["added"][0]["href"], content))
        return True

    def until_killed(self, document: str) -> None:
        """One file after another."""
        while True:
            content = picture(1) + secrets.token_bytes(300_000)
            if not self.one(document, content, iter([content])):
                return

    def stuck(self, document: str) -> None:
        """Half of a file, and the rest never."""
        content = picture(2) + secrets.token_bytes(600_000)

        def pieces() -> Iterator[bytes]:
            yield content[:400_000]
            self.halfway.release()
            self.killed.wait(DEADLINE)
            yield content[400_000:]

        assert not self.one(document, content, pieces())


def test_killing_the_api_during_uploads_loses_nothing_acknowledged(engine: Engine, tmp_path: Path) -> None:
    api = Api(engine, tmp_path)
    api.clock.now = datetime.now(UTC)
    authorization = api.token(Role.CLERK).headers["Authorization"]
    port = a_port()
    base = {"base_url": f"http://127.0.0.1:{port}", "headers": {"Authorization": authorization}, "timeout": DEADLINE}
    with httpx.Client(**base) as client, ThreadPoolExecutor(20) as threads:  # type: ignore[arg-type]
        uploads = Uploads(client)
        with serving(api, port) as process:
            documents = [
                client.post(DOCUMENTS, json={"doc_type": "contract"}).raise_for_status().json()["id"] for _ in range(20)
            ]
            running = [threads.submit(uploads.stuck, document) for document in documents[:HALFWAY]]
            running += [threads.submit(uploads.until_killed, document) for document in documents[HALFWAY:]]
            for _ in range(HALFWAY):
                assert uploads.halfway.acquire(timeout=DEADLINE)
            waits_until = time.monotonic() + DEADLINE
            while len(uploads.acknowledged) < 20:
                assert time.monotonic() < waits_until
                time.sleep(0.01)
            process.send_signal(signal.SIGKILL)
            process.wait(DEADLINE)
            uploads.killed.set()
            for one in running:
                one.result(DEADLINE)
        with serving(api, port):
            for _, href, content in uploads.acknowledged:
                assert client.get(href).raise_for_status().content == content
            listed = 0
            for document in documents:
                view = client.get(f"{DOCUMENTS}/{document}").raise_for_status().json()
                for scan in view["scans"]:
                    # Hashed before its first byte is sent: what is listed is whole.
                    assert len(client.get(scan["href"]).raise_for_status().content) == scan["size"]
                listed += len(view["scans"])
                # And it goes on.
                if document == documents[0]:
                    assert view["scans"] == []
                    assert uploads.one(document, picture(3), iter([picture(3)]))
            # A kill between the commit and the answer leaves more than was acknowledged, at most one a client.
            assert len(uploads.acknowledged) - 1 <= listed <= len(uploads.acknowledged) - 1 + 20 - HALFWAY
    store = FolderStore(tmp_path / "files")
    store.sweep_incoming(datetime.now(UTC) + timedelta(seconds=1))
    assert list((tmp_path / "files" / "incoming").iterdir()) == []


@pytest.fixture
def small_files(tmp_path: Path) -> Iterator[Path]:
    """The storage's folder on a file system of two megabytes."""
    mount = str(require("tmpfs"))
    place = tmp_path / "files"
    place.mkdir()
    subprocess.run([mount, "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], check=True, timeout=30)
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True, timeout=30)


def test_a_full_disk_refuses_loses_nothing_and_works_again(engine: Engine, tmp_path: Path, small_files: Path) -> None:
    api = Api(engine, tmp_path)
    paper = begun(api.client(Role.CLERK))
    first, second, third = (picture(number) + secrets.token_bytes(600_000) for number in range(3))
    href = paper.upload(("first.jpg", first))["added"][0]["href"]
    ballast = small_files / "ballast"
    ballast.write_bytes(bytes(900_000))
    for files in ([("second.jpg", second)], [("small.jpg", picture(7)), ("second.jpg", second)]):
        answer = paper.client.post(f"{paper.url}/scans", files=[("files", file) for file in files])
        assert (answer.status_code, answer.json()["code"]) == (507, "storage.full")
        assert answer.headers["content-type"] == "application/problem+json"
        assert list((small_files / "incoming").iterdir()) == []
    assert paper.client.get(href).content == first
    assert [scan["name"] for scan in paper.view()["scans"]] == ["first.jpg"]
    ballast.unlink()
    paper.upload(("second.jpg", second), ("third.jpg", third))
    contents = [paper.client.get(scan["href"]).content for scan in paper.view()["scans"]]
    assert contents == [first, second, third]
