"""``make bench-service``: the service under load, and its workers beside the bare pipeline.

Writes ``service.md`` and ``service.json`` into the output folder and prints the table. Nothing here asserts a time.
Servers, workers and clients share this machine's processors: the figures are those of a small installation at its
limit, and the share that is lost is a ratio of two things measured in turn.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

import psutil
from PIL import Image

from tests.bench import service_jobs
from tests.bench.service_jobs import Round, one_round, warmed
from tests.bench.service_load import CLIENTS, Latencies, listing, measured, uploading, viewing
from tests.bench.service_seed import seed_documents
from tests.service.databases import new_database
from tests.service.end_to_end import PASSWORD, claim
from tests.service.installations import Running, running
from tests.service.story_client import Client

DOCUMENTS: Final = 10_000
UPLOAD_BYTES: Final = 200_000
MOST: Final = 0.10
"""Share that workers may lose against the bare pipeline."""
_TARGETS: Final = 200
"""Documents that are uploaded into."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """One kind of request on one database."""

    database: str
    what: str
    answers: int
    rate: float
    p50: float
    p95: float
    p99: float
    most: float
    wrong: int
    api_cpu_ms: float
    """CPU-milliseconds of the API an answer."""

    @classmethod
    def of(cls, database: str, found: Latencies, cpu: float) -> Loaded:
        """A run's figures."""
        count = max(1, len(found.milliseconds))
        return cls(
            database,
            found.what,
            len(found.milliseconds),
            found.rate,
            *(found.percentile(share) for share in (0.5, 0.95, 0.99)),
            max(found.milliseconds, default=float("nan")),
            len(found.wrong),
            1000 * cpu / count,
        )


@contextmanager
def served(kind: str, workers: int = 1) -> Iterator[tuple[Running, str, Path]]:
    """A demonstration on ``kind`` of database, the database's address and a folder."""
    with tempfile.TemporaryDirectory(prefix="certlight-bench-") as name:
        folder = Path(name)
        with (
            new_database(kind, folder) as database,
            running(folder / "site", database=database, CERTLIGHT_WORKERS=str(workers)) as site,
        ):
            yield site, database, folder


def picture(size: int) -> bytes:
    """A JPEG of about that many bytes that looks like nothing."""
    noise = Image.frombytes("L", (500, 700), Random(7).randbytes(350_000)).resize((1000, 1400))
    best = b""
    for quality in range(95, 5, -3):
        out = io.BytesIO()
        noise.save(out, "JPEG", quality=quality)
        best = out.getvalue()
        if len(best) <= size:
            break
    return best


def load(kind: str, documents: int, seconds: float, clients: int) -> list[Loaded]:
    """List, view and upload on one database, one after another."""
    with served(kind) as (site, database, _), Client(site.url) as clerk:
        clerk.login("demo.clerk", PASSWORD)
        ids = seed_documents(database, claim("licence")["entered"]["uscc"], documents)
        body = {"name": "bench", "scopes": ["documents:read", "documents:write"]}
        token = clerk.call("POST", "/tokens", 201, json=body).json()["token"]
        targets = [
            clerk.call("POST", "/documents", 201, json={"doc_type": "business_license"}).json()["id"]
            for _ in range(_TARGETS)
        ]
        found = []
        api = psutil.Process(site.api.pid)
        for what, request, good in (
            ("list", listing, 200),
            ("view", viewing(ids), 200),
            ("upload", uploading(targets, picture(UPLOAD_BYTES)), 201),
        ):
            before = _cpu(api)
            latencies = measured(what, site.url, token, request, good, seconds, clients)
            found.append(Loaded.of(kind, latencies, _cpu(api) - before))
            print(f"{kind} {what}: p50 {found[-1].p50:.0f} ms, wrong {latencies.wrong[:3]}", file=sys.stderr)
        return found


def work(workers: int, scans: int, rounds: int) -> list[Round]:
    """Rounds on SQLite with the embedded broker."""
    threads = engine_threads(workers)
    found = []
    with served("sqlite", workers) as (site, _, folder), Client(site.url) as admin:
        admin.login("demo.clerk", PASSWORD)
        warmed(admin, workers, folder)
        for number in range(rounds):
            found.append(one_round(site, admin, workers, threads, scans, number, folder))
            last = found[-1]
            print(f"{workers} worker(s): {last.service_seconds:.1f} s, bare {last.bare_seconds:.1f} s", file=sys.stderr)
    return found


def engine_threads(workers: int) -> int:
    """Threads of the engine in each of so many workers, as the supervisor shares the processors out."""
    return max(1, min(4, (os.cpu_count() or 1) // workers))


def load_table(found: Sequence[Loaded]) -> str:
    """Milliseconds, loopback."""
    rows = [
        "| database | request | answers | a second | p50 ms | p95 ms | p99 ms | worst ms | wrong | API CPU-ms |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    rows += [
        f"| {f.database} | {f.what} | {f.answers} | {f.rate:.0f} | {f.p50:.0f} | {f.p95:.0f} | {f.p99:.0f} | "
        f"{f.most:.0f} | {f.wrong} | {f.api_cpu_ms:.1f} |"
        for f in found
    ]
    return "\n".join(rows)


def work_table(found: Sequence[Round]) -> str:
    """Medians of the rounds, and the share lost in every one."""
    columns = ("workers", "engine threads each", "scans a round", "jobs a minute", "bare, scans a minute")
    lost = ("lost, wall: median (rounds)", "lost, CPU: median (rounds)", "API CPU-s a job")
    rows = [f"| {' | '.join(columns + lost)} |", "|---" * 8 + "|"]
    worst = 0.0
    for workers in sorted({each.workers for each in found}):
        some = [each for each in found if each.workers == workers]
        wall, processor = [each.lost for each in some], [each.lost_cpu for each in some]
        worst = max(worst, statistics.median(wall))
        minute = statistics.median(60 * each.scans / each.service_seconds for each in some)
        bare = statistics.median(60 * each.scans / each.bare_seconds for each in some)
        api = statistics.median(each.api_cpu / each.scans for each in some)
        rows.append(
            f"| {workers} | {some[0].threads} | {some[0].scans} | {minute:.1f} | {bare:.1f} | {_shares(wall)} | "
            f"{_shares(processor)} | {api:.2f} |"
        )
    held = "held" if worst <= MOST else "**not held**"
    return "\n".join([*rows, "", f"- lost to overhead at most {MOST:.0%}: {held}, worst median {worst:.1%}"])


def _shares(lost: Sequence[float]) -> str:
    return f"{statistics.median(lost):.1%} ({', '.join(f'{each:.1%}' for each in lost)})"


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/bench"))
    parser.add_argument("--documents", type=int, default=DOCUMENTS)
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument("--seconds", type=float, default=15, help="of each kind of request")
    parser.add_argument("--scans", type=int, default=3 * len(service_jobs.NAMES), help="of each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=["load", "work"])
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    parts: list[str] = []
    result: dict[str, Any] = {"processors": os.cpu_count()}
    if options.only != "work":
        loaded = [
            each
            for kind in options.database or ["sqlite", "postgresql"]
            for each in load(kind, options.documents, options.seconds, options.clients)
        ]
        parts += [
            f"## Requests: {options.clients} clients at once, {options.documents} documents, {UPLOAD_BYTES} B uploads",
            load_table(loaded),
        ]
        result["load"] = [asdict(each) for each in loaded]
        _write(options.out, parts, result)
    if options.only != "load":
        rounds = [each for workers in (1, 2) for each in work(workers, options.scans, options.rounds)]
        parts += ["## Jobs beside the bare pipeline", work_table(rounds)]
        result["work"] = [asdict(each) for each in rounds]
        _write(options.out, parts, result)
    print("\n\n".join(parts))
    return 0


def _write(out: Path, parts: Sequence[str], result: dict[str, Any]) -> None:
    """What is known so far, so that a run that is cut short has not measured for nothing."""
    (out / "service.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    (out / "service.json").write_text(json.dumps(result, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
