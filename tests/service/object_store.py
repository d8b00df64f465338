"""A real S3 server for tests: OpenStack Swift with its own S3 interface, on one disk of this machine.

Swift runs in production elsewhere; nothing here is a mock of it. It is not Amazon's S3, and one copy on one disk says
nothing of how a cluster behaves.
"""

from __future__ import annotations

import getpass
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pydantic import SecretStr

from service.storage.s3 import Bucket

ACCESS, SECRET = "test:tester", "testing"
_START_SECONDS = 60
_RINGS = """
import sys
from swift.common.ring import RingBuilder
root, *kinds = sys.argv[1:]
for kind, _, port in (word.partition("=") for word in kinds):
    builder = RingBuilder(2, 1, 0)
    builder.add_dev({"region": 1, "zone": 1, "ip": "127.0.0.1", "port": int(port), "device": "one", "weight": 1})
    builder.rebalance()
    builder.get_ring().save(f"{root}/{kind}.ring.gz")
"""
"""Who keeps what: one copy on one disk."""


@dataclass
class ObjectStore:
    """The four servers of one Swift."""

    root: Path
    ports: dict[str, int]
    programs: Path
    running: list[subprocess.Popen[bytes]]

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.ports['proxy']}"

    def bucket(self, name: str = "scans", prefix: str = "", secret: str = SECRET) -> Bucket:
        return Bucket(
            name, prefix, self.endpoint, "us-east-1", SecretStr(ACCESS), SecretStr(secret), read_seconds=20, attempts=2
        )

    def start(self) -> None:
        for kind in self.ports:
            log = (self.root / f"{kind}.log").open("ab")
            self.running.append(self._started(kind, log))
            log.close()
        deadline = time.monotonic() + _START_SECONDS
        for kind, port in self.ports.items():
            while not _answers(port):
                if time.monotonic() > deadline or any(server.poll() is not None for server in self.running):
                    raise RuntimeError(f"swift {kind}: {(self.root / f'{kind}.log').read_text()[-2000:]}")
                time.sleep(0.1)

    def stop(self) -> None:
        for server in self.running:
            server.terminate()
        for server in self.running:
            server.wait(30)
        self.running.clear()

    def _started(self, kind: str, log: IO[bytes]) -> subprocess.Popen[bytes]:
        program = self.programs / f"swift-{kind}-server"
        command = [sys.executable, "-W", "ignore", str(program), str(self.root / f"{kind}.conf")]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)


@contextmanager
def object_store(proxy_program: Path, root: Path) -> Iterator[ObjectStore]:
    """Swift under ``root``, whose file system must know extended attributes; stopped afterwards."""
    ports = dict(zip(("object", "container", "account", "proxy"), _free_ports(4), strict=True))
    store = ObjectStore(root, ports, proxy_program.parent, [])
    _write_configuration(store)
    try:
        store.start()
        yield store
    finally:
        store.stop()


def _write_configuration(store: ObjectStore) -> None:
    root = store.root
    (root / "disks" / "one").mkdir(parents=True)
    (root / "swift.conf").write_text(
        "[swift-hash]\nswift_hash_path_prefix = tests\nswift_hash_path_suffix = tests\n"
        "[storage-policy:0]\nname = single\ndefault = yes\n"
    )
    common = f"bind_ip = 127.0.0.1\nworkers = 0\nuser = {getpass.getuser()}\nswift_dir = {root}\n"
    for kind in ("object", "container", "account"):
        (root / f"{kind}.conf").write_text(
            f"[DEFAULT]\n{common}bind_port = {store.ports[kind]}\ndevices = {root / 'disks'}\nmount_check = false\n"
            f"disable_fallocate = true\n[pipeline:main]\npipeline = {kind}-server\n"
            f"[app:{kind}-server]\nuse = egg:swift#{kind}\n"
        )
    where = [f"{kind}={store.ports[kind]}" for kind in ("object", "container", "account")]
    command = [sys.executable, "-W", "ignore", "-c", _RINGS, str(root), *where]
    subprocess.run(command, check=True, capture_output=True, timeout=_START_SECONDS)
    filters = {
        "catch_errors": "",
        "gatekeeper": "",
        "cache": "use = egg:swift#memcache\nmemcache_servers = 127.0.0.1:1\n",
        "s3api": "location = us-east-1\n",
        "tempauth": f"user_{ACCESS.replace(':', '_')} = {SECRET} .admin\n",
        "bulk": "",
        "slo": "",
        "versioned_writes": "allow_object_versioning = true\n",
        "symlink": "",
    }
    sections = "".join(
        f"[filter:{name}]\n{'' if options.startswith('use =') else f'use = egg:swift#{name}'}\n{options}"
        for name, options in filters.items()
    )
    (root / "proxy.conf").write_text(
        f"[DEFAULT]\n{common}bind_port = {store.ports['proxy']}\n[pipeline:main]\n"
        f"pipeline = {' '.join(filters)} proxy-server\n"
        f"[app:proxy-server]\nuse = egg:swift#proxy\naccount_autocreate = true\n{sections}"
    )


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]
    finally:
        for each in sockets:
            each.close()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
