"""The parts of a trust store's folder, each read whole or refused by name."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from certlight.errors import UsageError
from certlight.text import Text
from signing.certificate import Certificate
from signing.trust.fetch_log import FetchRecord, log_from_json
from signing.trust.marking import is_demonstration
from signing.trust.material import Anchor
from signing.trust.reading import (
    CERTIFICATE_SUFFIXES,
    CRL_SUFFIXES,
    MAX_CERTIFICATES,
    read_bytes,
    read_certificates,
    read_crls,
)
from signing.trust.settings import SETTINGS_NAME, AnchorSettings, TrustSettings, parse_settings

ANCHORS: Final = "anchors"
INTERMEDIATES: Final = "intermediates"
CRLS: Final = "crls"
FETCH_LOG: Final = "fetched.json"
_SETTINGS_BYTES: Final = 1024 * 1024
_LOG_BYTES: Final = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class StoredAnchor:
    """An anchor and its file."""

    file: str
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class StoredCertificate:
    """A helping certificate and its file."""

    file: str
    certificate: Certificate


@dataclass(frozen=True, slots=True)
class StoredCrl:
    """A revocation list (DER) and its file."""

    file: str
    der: bytes = field(repr=False)
    source: str = "cache"
    """For reports: ``cache``, or ``option`` where a call brought it along."""


def folder_settings(folder: Path) -> TrustSettings:
    """``trust.yaml``; without it, what it says by default."""
    path = folder / SETTINGS_NAME
    if not path.exists():
        return TrustSettings()
    data = read_bytes(path, _SETTINGS_BYTES)
    try:
        return parse_settings(data.decode("utf-8-sig"), path.name)
    except UnicodeDecodeError as error:
        raise UsageError(
            "trust.settings_malformed",
            Text(f"{path.name} 不是 UTF-8 文本。", f"{path.name} is not UTF-8 text."),
            Text("请以 UTF-8 编码保存该文件。", "Save the file as UTF-8."),
        ) from error


def folder_anchors(folder: Path, settings: TrustSettings) -> tuple[StoredAnchor, ...]:
    """The anchors, with what ``settings`` say of their files."""
    files = {file.name: file for file in _files(folder / ANCHORS, CERTIFICATE_SUFFIXES)}
    by_file: dict[str, AnchorSettings] = {}
    for entry in settings.anchors:
        if entry.file not in files:
            raise no_such_file(entry.file, f"{ANCHORS}/")
        if entry.file in by_file:
            raise _twice(entry.file, SETTINGS_NAME)
        by_file[entry.file] = entry
    held: dict[Certificate, StoredAnchor] = {}
    for name, file in files.items():
        entry = by_file.get(name, AnchorSettings(file=name))
        for certificate in dict.fromkeys(read_certificates(file)):
            if certificate in held:
                # Two files could give it two sets of purposes; which one counts must not be left to their names.
                raise _twice(held[certificate].file, name)
            demonstration = entry.demonstration or is_demonstration(certificate)
            held[certificate] = StoredAnchor(name, Anchor(certificate, frozenset(entry.purposes), demonstration))
    return tuple(held.values())


def folder_intermediates(folder: Path) -> tuple[StoredCertificate, ...]:
    """The helping certificates."""
    return tuple(
        StoredCertificate(file.name, certificate)
        for file in _files(folder / INTERMEDIATES, CERTIFICATE_SUFFIXES)
        for certificate in read_certificates(file)
    )


def folder_crls(folder: Path) -> tuple[StoredCrl, ...]:
    """The revocation lists of the cache."""
    return tuple(StoredCrl(file.name, der) for file in _files(folder / CRLS, CRL_SUFFIXES) for der in read_crls(file))


def _files(folder: Path, suffixes: frozenset[str]) -> list[Path]:
    """The folder's files by name; hidden ones and a README are passed over, anything else unknown is refused."""
    if not folder.is_dir():
        return []
    found = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.stem.upper() == "README":
            continue
        if not path.is_file() or path.suffix.lower() not in suffixes:
            raise UsageError(
                "trust.unknown_file",
                Text(f"信任库中有不认识的文件：{folder.name}/{path.name}", f"Unknown file: {folder.name}/{path.name}"),
                Text(
                    f"此处只放 {'、'.join(sorted(suffixes))} 文件；请移走其他文件。",
                    f"Only {', '.join(sorted(suffixes))} files belong here; move others away.",
                ),
            )
        found.append(path)
    return found


def folder_fetches(folder: Path) -> dict[str, FetchRecord]:
    """Address → what its last fetch gave."""
    path = folder / FETCH_LOG
    return log_from_json(read_bytes(path, _LOG_BYTES), path.name) if path.exists() else {}


def check_count(count: int) -> None:
    """Raises UsageError ``trust.too_many``."""
    if count > MAX_CERTIFICATES:
        raise UsageError(
            "trust.too_many",
            Text(f"信任库中的证书过多（上限 {MAX_CERTIFICATES}）。", f"More than {MAX_CERTIFICATES} certificates."),
            Text("请只保留所需 CA 机构的证书。", "Keep only the authorities that are needed."),
        )


def missing_store(path: Path) -> UsageError:
    """``trust.missing``."""
    return UsageError(
        "trust.missing",
        Text(f"找不到信任库：{path}", f"There is no trust store: {path}"),
        Text("请指明信任库文件夹，或一个 PEM 格式的根证书文件。", "Name a trust store folder, or a PEM file of roots."),
    )


def no_such_file(name: str, where: str) -> UsageError:
    """``trust.file_missing``: the settings name it, the folder lacks it."""
    return UsageError(
        "trust.file_missing",
        Text(f"{SETTINGS_NAME} 提到的文件不存在：{name}", f"{SETTINGS_NAME} names a file that is not there: {name}"),
        Text(f"请把该文件放入 {where}，或改正文件名。", f"Put it into {where}, or correct the name."),
    )


def _twice(first: str, second: str) -> UsageError:
    return UsageError(
        "trust.anchor_twice",
        Text(f"同一信任根出现两次：{first}、{second}", f"The same anchor stands twice: {first}, {second}"),
        Text("请只保留其中一处。", "Keep only one of them."),
    )
