"""Jobs a minute beside the bare pipeline: the same scans read by workers and by plain processes, turn about."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any, Final

import psutil

from tests.bench.service_load import distinct
from tests.service.installations import Running
from tests.service.story_client import Client
from tests.service.worker_processes import ROOT

SAMPLES: Final = Path(__file__).parents[2] / "samples" / "set"
NAMES: Final = (
    ("licence", "business_license"),
    ("licence-photo", "business_license"),
    ("licence-old", "business_license"),
    ("licence-shop", "business_license"),
    ("qualification", "construction_qualification"),
    ("safety-permit", "safety_production_license"),
    ("quality-system", "management_system"),
    ("bid-notice", "bid_notice"),
    ("acceptance", "acceptance_report"),
)
"""Sample and type; every scan that is read has other bytes, so that nothing is remembered."""


@dataclass(frozen=True, slots=True)
class Round:
    """The same number of scans, read once by workers and once by plain processes."""

    workers: int
    threads: int
    """Of the engine, in each of them."""
    scans: int
    service_seconds: float
    """From the first job's start to the last one's end."""
    bare_seconds: float
    service_cpu: float
    """CPU-seconds of the workers in that time."""
    api_cpu: float
    """CPU-seconds of the API meanwhile, which told the client how it went."""
    bare_cpu: float

    @property
    def lost(self) -> float:
        """Share of the time that the workers took beyond the bare pipeline."""
        return 1 - self.bare_seconds / self.service_seconds

    @property
    def lost_cpu(self) -> float:
        """The same of CPU-seconds, which a busy machine disturbs less."""
        return 1 - self.bare_cpu / self.service_cpu


def scans(number: int, random: Random, folder: Path) -> list[tuple[Path, str]]:
    """Files that nobody has seen before, each with its type."""
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for index in range(number):
        name, doc_type = NAMES[index % len(NAMES)]
        path = folder / f"{index}-{random.randbytes(6).hex()}.jpg"
        path.write_bytes(distinct((SAMPLES / f"{name}.jpg").read_bytes(), random.randbytes(16)))
        found.append((path, doc_type))
    return found


def one_round(site: Running, client: Client, workers: int, threads: int, number: int, seed: int, folder: Path) -> Round:
    """Bare first in even rounds, the service first in odd ones."""
    random = Random(seed)
    some = scans(number, random, folder / "scans")
    others = scans(number, random, folder / "scans")
    warm = scans(1, random, folder / "scans")[0][0]
    if seed % 2:
        served, plain = by_workers(site, client, some), by_processes(workers, threads, warm, [p for p, _ in others])
    else:
        plain, served = by_processes(workers, threads, warm, [p for p, _ in others]), by_workers(site, client, some)
    return Round(workers, threads, number, served[0], plain[0], served[1], served[2], plain[1])


def by_workers(site: Running, client: Client, files: Sequence[tuple[Path, str]]) -> tuple[float, float, float]:
    """Seconds, CPU-seconds of the workers, and of the API. Everything is uploaded before the clock starts."""
    ids = []
    for path, doc_type in files:
        made = client.call("POST", "/documents", 201, json={"doc_type": doc_type}).json()["id"]
        client.call("POST", f"/documents/{made}/scans", 201, files=[("files", (path.name, path.read_bytes()))])
        ids.append(made)
    before, api_before = _workers_cpu(site), _cpu(psutil.Process(site.api.pid))
    batch = client.call("POST", "/batches", 202, json={"documents": ids, "action": "read"}).json()["id"]
    while (job := client.get(f"/jobs/{batch}"))["state"] not in ("done", "failed", "parked", "cancelled"):
        time.sleep(1)
    if job["state"] != "done":
        raise RuntimeError(f"the batch ended {job['state']}: {job['error']}")
    after, api_after = _workers_cpu(site), _cpu(psutil.Process(site.api.pid))
    jobs = client.get("/jobs", params={"batch_id": batch, "limit": 200})["items"]
    bad = [each for each in jobs if each["state"] != "done"]
    if bad or len(jobs) != len(files):
        raise RuntimeError(f"{len(bad)} of {len(jobs)} jobs were not done")
    first = min(_moment(each["started_at"]) for each in jobs)
    last = max(_moment(each["ended_at"]) for each in jobs)
    return (last - first).total_seconds(), after - before, api_after - api_before


def by_processes(processes: int, threads: int, warm: Path, files: Sequence[Path]) -> tuple[float, float]:
    """Seconds until the last of the processes is done, and their CPU-seconds together."""
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.bench.service_bare", str(threads), str(warm), *map(str, files[i::processes])],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for i in range(processes)
    ]
    for process in started:
        if process.stdout is None or process.stdout.readline().strip() != "ready":
            raise RuntimeError("the bare pipeline did not start")
    for process in started:
        if process.stdin is not None:
            process.stdin.write("go\n")
            process.stdin.flush()
    told: list[dict[str, Any]] = [json.loads(process.communicate()[0]) for process in started]
    return max(each["wall"] for each in told), sum(each["cpu"] for each in told)


def warmed(client: Client, workers: int, folder: Path) -> None:
    """Every worker has loaded its engine."""
    ids = []
    for path, doc_type in scans(4 * workers, Random(os.urandom(8)), folder / "scans"):
        made = client.call("POST", "/documents", 201, json={"doc_type": doc_type}).json()["id"]
        client.call("POST", f"/documents/{made}/scans", 201, files=[("files", (path.name, path.read_bytes()))])
        ids.append(client.call("POST", f"/documents/{made}/extraction", 202).json()["id"])
    for each in ids:
        client.ended(each)


def _workers_cpu(site: Running) -> float:
    return sum(_cpu(child) for child in psutil.Process(site.api.pid).children(recursive=True))


def _cpu(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
