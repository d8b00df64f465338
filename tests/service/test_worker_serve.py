"""``certlight serve`` as people start it: API and worker together, alone in its data directory, ending in order."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil

from tests.service.worker_processes import ROOT, until


def environment(folder: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("CERTLIGHT_")}
    return {**kept, "CERTLIGHT_DATA_DIR": str(folder), "CERTLIGHT_JOBS_GRACE_SECONDS": "2"}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "service.cli.app", *arguments]


@contextmanager
def served(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    out = folder / "out.txt"
    with out.open("wb") as file:
        program = subprocess.Popen(
            command("serve", "--port", "0"), env=environment(folder / "data"), cwd=ROOT, stdout=file, stderr=file
        )
    try:
        found = until(lambda: re.search(r"监听端口 (\d+)", out.read_text(encoding="utf-8")), what="the service")
        yield program, f"http://127.0.0.1:{found[1]}"
    finally:
        program.kill()
        program.wait()


def refused(folder: Path, *arguments: str) -> str:
    ended = subprocess.run(
        command("serve", *arguments), env=environment(folder), cwd=ROOT, capture_output=True, timeout=60, check=False
    )
    assert ended.returncode == 4
    return ended.stderr.decode()


def test_one_command_serves_everything_and_ends_in_order(tmp_path: Path) -> None:
    with served(tmp_path) as (program, url):
        assert httpx.get(f"{url}/healthz", timeout=10).status_code == 200
        assert "/api/v1/jobs/{job_id}" in httpx.get(f"{url}/api/v1/openapi.json", timeout=20).json()["paths"]
        (worker,) = until(lambda: psutil.Process(program.pid).children(), what="the worker")
        assert "[serve.running]" in refused(tmp_path / "data", "--port", "0")
        program.send_signal(signal.SIGTERM)
        assert program.wait(30) == 0
        assert not worker.is_running()
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_a_service_that_is_killed_takes_its_worker_along_and_starts_again(tmp_path: Path) -> None:
    with served(tmp_path) as (program, _):
        (worker,) = until(lambda: psutil.Process(program.pid).children(), what="the worker")
        program.kill()
        until(lambda: not worker.is_running(), 10, "the worker's end")
    with served(tmp_path) as (_, url):
        assert httpx.get(f"{url}/healthz", timeout=10).status_code == 200


def test_a_port_that_is_taken_is_said_so(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert "[serve.port]" in refused(tmp_path, "--port", str(taken.getsockname()[1]))
