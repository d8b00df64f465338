"""The options of whoever decides about trust: the store, further revocation lists, the moment, production mode."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from certlight.china import CHINA
from certlight.errors import SetupError
from certlight.paths import data_dir
from certlight.text import Text

if TYPE_CHECKING:
    from signing.enclosure import Party
    from signing.trust.material import TrustMaterial
    from signing.trust.store import TrustStore

# Every command loads this module for its options; what only some of them need is imported where it is used.

TrustOption = Annotated[
    Path | None,
    typer.Option(
        "--trust", help="信任库文件夹或根证书 PEM  Trust store folder, or PEM file of roots", show_default=False
    ),
]
CrlOption = Annotated[
    list[Path] | None, typer.Option("--crl", help="另外的吊销列表，可重复  Further revocation lists; repeatable")
]
AtOption = Annotated[
    str | None, typer.Option("--at", help="按该时刻验证，默认现在  The moment to validate for, ISO 8601; default now")
]
PartyOption = Annotated[
    list[str] | None,
    typer.Option(
        "--party",
        help="应签章的企业：名称 或 名称=统一社会信用代码，可重复，第一个为证照所属企业  "
        "Who must seal: NAME or NAME=CODE; repeatable, the first is the document's enterprise",
    ),
]


def production() -> bool:
    """Whether demonstration roots count for nothing. Raises as :func:`service.settings.load`."""
    from service.settings import load

    return load().production


def default_store() -> Path:
    """The trust store of this installation, in the data directory."""
    return data_dir() / "trust"


def open_store(path: Path | None, crls: list[Path] | None) -> TrustStore:
    """The store asked for, or the installation's. Raises UsageError ``trust.*``, SetupError ``trust.none``."""
    if path is None:
        path = default_store()
        if not path.is_dir():
            raise SetupError(
                "trust.none",
                Text("还没有信任库，无法判断签章由谁担保。", "There is no trust store: nobody vouches for any seal."),
                Text(
                    "用 --trust 指定信任库文件夹或 CA 根证书；试用可先运行 certlight pki demo，再用它给出的信任库。",
                    "Name a trust store or the authorities' roots with --trust; to try, run certlight pki demo and name"
                    " the store it makes.",
                ),
            )
    from signing.trust.store import TrustStore

    return TrustStore.load(path, crls or [])


def open_trust(path: Path | None, crls: list[Path] | None) -> TrustMaterial:
    """What validations may rely on under this installation's mode."""
    return open_store(path, crls).material(production())


def moment(value: str | None) -> datetime:
    """The moment asked for, in UTC. A day alone means its end in China; no zone means China's."""
    if value is None:
        return datetime.now(UTC)
    try:
        if len(value) == len("2026-01-01"):
            return datetime.combine(date.fromisoformat(value), time(23, 59, 59), CHINA).astimezone(UTC)
        parsed = datetime.fromisoformat(value)
    except ValueError as error:
        raise typer.BadParameter("YYYY-MM-DD, YYYY-MM-DDTHH:MM:SS+08:00", param_hint="--at") from error
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=CHINA)).astimezone(UTC)


def parties(values: list[str] | None) -> tuple[Party, ...]:
    """``NAME``, ``NAME=CODE`` or ``=CODE`` each."""
    from signing.enclosure import Party

    found = []
    for value in values or []:
        name, _, code = value.partition("=")
        if not (name.strip() or code.strip()):
            raise typer.BadParameter("NAME, NAME=CODE", param_hint="--party")
        found.append(Party(name=name.strip(), credit_code=code.strip().upper()))
    return tuple(found)
