"""Making an installation a demonstration, once; and renewing what runs out when it is started again."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from certlight.errors import UsageError
from certlight.text import Text
from certlight.whole_file import write_whole
from service.accounts.passwords import Passwords
from service.demonstration.accounts import ACCOUNTS, Account, add_accounts, is_empty, is_seeded
from service.installation import Installation, trust_folder
from signing.trust.demonstration.folder import DEMONSTRATION_PARTIES, Demonstration, make_demo
from signing.trust.store import TrustStore

KEY_PASSWORD: Final = "demo-1234"
"""Of the enterprises' key files."""
_FOLDER: Final = "demonstration"
_LOCK: Final = ".demonstration.lock"


@dataclass(frozen=True, slots=True)
class Seeded:
    """The demonstration of an installation."""

    folder: Path
    """Holds the demonstration's authority, the enterprises' keys and a README."""
    keys: tuple[tuple[str, Path], ...]
    """Enterprise → its good key, a PKCS #12 file under :data:`KEY_PASSWORD`."""
    accounts: tuple[Account, ...]
    timestamp_port: int
    """Where ``certlight pki serve --in folder`` has to answer for seals with a timestamp."""


def demonstration_folder(data_dir: Path) -> Path:
    """Where the demonstration's keys lie."""
    return data_dir / _FOLDER


def seed(installation: Installation) -> Seeded:
    """Make this installation a demonstration, or renew its revocation lists where it is one already.

    What people changed in it (passwords, users, documents) stays. Raises UsageError ``demo.production``,
    ``demo.occupied`` where others work here, ``demo.*`` as :func:`make_demo`, SetupError ``database.*``.
    """
    settings = installation.settings
    if settings.production:
        raise UsageError(
            "demo.production",
            Text("正式环境不能使用演示数据。", "Production takes no demonstration."),
            Text("请去掉 --demo，或关闭 CERTLIGHT_PRODUCTION。", "Leave --demo out, or unset CERTLIGHT_PRODUCTION."),
        )
    with _alone(settings.data_dir):
        with installation.reading() as session:
            seeded = is_seeded(session)
            if not (seeded or is_empty(session)):
                raise _occupied()
        _demand_no_other_roots(trust_folder(settings))
        made = make_demo(
            demonstration_folder(settings.data_dir), installation.clock(), DEMONSTRATION_PARTIES, KEY_PASSWORD
        )
        _copy_trust(made.trust, trust_folder(settings))
        if not seeded:
            with installation.transaction() as session:
                add_accounts(session, Passwords(installation.accounts.passwords), installation.clock())
    return _seeded(made)


def _seeded(made: Demonstration) -> Seeded:
    keys = tuple((key.party.name, key.file) for key in made.keys if key.condition == "good")
    return Seeded(made.folder, keys, ACCOUNTS, int(made.address.rpartition(":")[2]))


def _demand_no_other_roots(folder: Path) -> None:
    """A store with real authorities belongs to somebody who means business."""
    if not folder.is_dir() or not any((folder / "anchors").glob("*")):
        return
    if any(not held.anchor.demonstration for held in TrustStore.open(folder).anchors):
        raise _occupied()


def _copy_trust(made: Path, folder: Path) -> None:
    for path in sorted(made.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            write_whole(folder / path.relative_to(made), path.read_bytes())


@contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(data_dir / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _occupied() -> UsageError:
    return UsageError(
        "demo.occupied",
        Text(
            "这里已有非演示的用户、企业或信任根。",
            "There are users, enterprises or roots here that are no demonstration's.",
        ),
        Text(
            "请用 CERTLIGHT_DATA_DIR 指定一个新的数据目录来试用。",
            "Name a fresh data directory with CERTLIGHT_DATA_DIR to try things out.",
        ),
    )
