"""Whether this process can do its work: each part it needs by name, in words that tell nothing to strangers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import select

from certlight.errors import CertlightError, ModelMissing, SetupError
from certlight.paths import models_dir
from certlight.text import Text
from pipeline.assets.install import missing
from service.database.jobs import Job
from service.database.migrations.upgrade import is_current
from service.domain.jobs import JobPriority
from service.installation import Installation
from service.jobs.leases import ready
from service.telemetry.bounded import Bounded

KEPT: Final = 1.0
"""Seconds that an answer counts: whoever asks often does not wear out what is asked."""
PATIENCE: Final = 3.0
"""Seconds that each part has to answer; all are asked at once."""
BEHIND: Final = timedelta(minutes=5)
"""Work that people asked for, and that nobody has begun after so long, is waiting for workers that are not there."""
_PROBE: Final = "certlight-readiness"
"""The tenant as whom the storage is tried; it never keeps anything."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing the process needs."""

    ok: bool
    code: str | None = None
    """Stable; what is wrong, or, where ``ok``, what an administrator should know."""


class Readiness:
    """One an application."""

    def __init__(self, installation: Installation) -> None:
        self._stopping = False
        self._working: Callable[[], bool] | None = None
        self._parts: Mapping[str, Callable[[], Part]] = {
            name: Bounded(_told(ask, installation), kept=KEPT, patience=PATIENCE) for name, ask in _PARTS.items()
        }

    def stop(self) -> None:
        """From now on not ready: whoever spreads requests shall send none, while those under way end."""
        self._stopping = True

    def supervise(self, working: Callable[[], bool]) -> None:
        """``working`` tells whether the workers of this process work; others may be elsewhere, and are not asked."""
        self._working = working

    def parts(self) -> dict[str, Part]:
        """How each part is. Bounded by :data:`PATIENCE` for all together, as long as one at a time hangs."""
        found = {name: _answered(ask) for name, ask in self._parts.items()}
        if self._working is not None and not self._working():
            found["workers"] = Part(False, "workers.failing")
        if self._stopping:
            found["process"] = Part(False, "health.stopping")
        return found


def _answered(ask: Callable[[], Part]) -> Part:
    try:
        return ask()
    except TimeoutError:
        return Part(False, "health.timeout")


def _told(ask: Callable[[Installation], Part | None], installation: Installation) -> Callable[[], Part]:
    def told() -> Part:
        try:
            part = ask(installation)
        except CertlightError as error:
            # Without authorities nothing is sealed, but everything else is done; a fresh installation has none.
            return Part(error.code == "trust.none", error.code)
        except Exception:
            return Part(False, "health.failed")
        return part or Part(True)

    return told


def _database(installation: Installation) -> None:
    if not is_current(installation.engine):
        raise SetupError(
            "database.missing",
            Text("数据库尚未升级到本程序的版本。", "The database is not of this program's version."),
            Text("请重新启动服务。", "Start the service again."),
        )


def _storage(installation: Installation) -> None:
    with installation.store.begin(_PROBE, 16, media_type="text/plain") as probe:
        probe.write(b"ready")
    # Reaches a bucket too, whose uploads only begin with their commit.
    installation.store.exists(_PROBE, "0" * 64)


def _broker(installation: Installation) -> None:
    address = installation.settings.broker_url
    if address is None:
        return
    # Loads in a tenth of a second, for those who have a broker.
    from kombu.connection import Connection

    with Connection(address.get_secret_value(), connect_timeout=2) as connection:  # type: ignore[no-untyped-call]
        try:
            connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=2)
        except Exception:
            raise SetupError(
                "broker.unavailable",
                Text("任务队列连接不上。", "The broker does not answer."),
                Text("请检查 CERTLIGHT_BROKER_URL 与网络。", "Check CERTLIGHT_BROKER_URL and the network."),
            ) from None


def _trust(installation: Installation) -> None:
    installation.trust().material(production=installation.settings.production)


def _workers(installation: Installation) -> Part | None:
    """Well in any case: an API that takes work for later is not to be sent away for it."""
    with installation.reading() as session:
        since = installation.clock() - BEHIND
        waiting = select(Job.id).where(ready(since), Job.priority < JobPriority.BATCH).limit(1)
        return Part(True, "workers.behind") if session.scalars(waiting).first() is not None else None


def _models(installation: Installation) -> None:
    """Only where the workers are on this machine."""
    if installation.settings.broker_url is None and (absent := missing("model", models_dir())):
        raise ModelMissing(
            "models.missing",
            Text(f"缺少 {len(absent)} 个模型文件。", f"{len(absent)} model files are missing."),
            Text("请运行 certlight models install。", "Run certlight models install."),
        )


_PARTS: Final[Mapping[str, Callable[[Installation], Part | None]]] = {
    "database": _database,
    "storage": _storage,
    "broker": _broker,
    "trust": _trust,
    "models": _models,
    "workers": _workers,
}
