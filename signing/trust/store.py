"""A trust store: a folder of anchors, helping certificates and a cache of revocation lists.

::

    trust.yaml        purposes, addresses, limits (:mod:`signing.trust.settings`); may be absent
    anchors/          PEM or DER, one or more certificates a file
    intermediates/    the same; helping certificates, trusted no more than what signs them
    crls/             revocation lists, fetched or put there by hand
    fetched.json      what the last fetch of each address gave

Opened, it is a frozen picture of the folder. Files are replaced whole, so a reader never sees half of one; the lock is
for writers among themselves.
"""

from __future__ import annotations

import fcntl
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from certlight.errors import SetupError, UsageError
from certlight.text import Text
from certlight.whole_file import write_whole
from signing.certificate import Certificate
from signing.trust.fetch_log import FetchRecord, log_to_json
from signing.trust.folder import (
    ANCHORS,
    CRLS,
    FETCH_LOG,
    INTERMEDIATES,
    StoredAnchor,
    StoredCertificate,
    StoredCrl,
    check_count,
    folder_anchors,
    folder_crls,
    folder_fetches,
    folder_intermediates,
    folder_settings,
    missing_store,
    no_such_file,
)
from signing.trust.marking import is_demonstration
from signing.trust.material import ALL_PURPOSES, Anchor, TrustMaterial
from signing.trust.reading import read_certificates, read_crls
from signing.trust.settings import SETTINGS_NAME, TrustSettings

_LOCK: Final = ".lock"


@dataclass(frozen=True, slots=True)
class TrustStore:
    """What a store holds at the moment it was opened. Nothing is judged here: see ``status`` and ``standing``."""

    folder: Path | None
    """None for a store made of single files: it has no addresses and caches nothing."""
    settings: TrustSettings
    anchors: tuple[StoredAnchor, ...]
    intermediates: tuple[StoredCertificate, ...] = ()
    crls: tuple[StoredCrl, ...] = ()
    fetches: Mapping[str, FetchRecord] = field(default_factory=dict)
    """Address → what its last fetch gave."""

    @classmethod
    def load(cls, path: Path, crls: Sequence[Path] = ()) -> TrustStore:
        """The store at ``path``, a folder or one file of anchors; ``crls`` are further lists.

        Raises UsageError ``trust.*`` naming the file.
        """
        if not path.is_dir():
            return cls.of_files([path], crls)
        store = cls.open(path)
        return replace(store, crls=(*store.crls, *_option_crls(crls)))

    @classmethod
    def open(cls, folder: Path) -> TrustStore:
        """The store in ``folder``. Raises UsageError ``trust.*`` naming the file."""
        if not folder.is_dir():
            raise missing_store(folder)
        settings = folder_settings(folder)
        anchors = folder_anchors(folder, settings)
        if not anchors:
            raise UsageError(
                "trust.no_anchor",
                Text(f"信任库 {folder.name} 中没有信任根证书。", f"The trust store {folder.name} has no anchor."),
                Text("请把 CA 机构的根证书放入 anchors 文件夹。", "Put the authorities' roots into anchors."),
            )
        helping = folder_intermediates(folder)
        check_count(len(anchors) + len(helping))
        named = {held.file for held in anchors} | {held.file for held in helping}
        for responder in settings.ocsp_responders:
            if responder.issuer not in named:
                raise no_such_file(responder.issuer, f"{ANCHORS}/, {INTERMEDIATES}/")
        return cls(folder, settings, anchors, helping, folder_crls(folder), folder_fetches(folder))

    @classmethod
    def of_files(cls, anchors: Sequence[Path], crls: Sequence[Path] = ()) -> TrustStore:
        """A store of single files: their certificates are anchors for every purpose. Raises UsageError ``trust.*``."""
        for path in (*anchors, *crls):
            if not path.is_file():
                raise missing_store(path)
        held = tuple(
            StoredAnchor(path.name, Anchor(certificate, ALL_PURPOSES, is_demonstration(certificate)))
            for path in anchors
            for certificate in dict.fromkeys(read_certificates(path))
        )
        check_count(len(held))
        return cls(None, TrustSettings(), held, (), _option_crls(crls))

    def material(
        self,
        production: bool = False,
        extra_crls: Iterable[bytes] = (),
        extra_ocsps: Iterable[bytes] = (),
    ) -> TrustMaterial:
        """What a validation may rely on. ``extra_*`` are DER that a call brings along, named ``option`` in reports.

        Raises SetupError ``trust.only_demonstration`` where production would be left without any anchor.
        """
        anchors = tuple(held.anchor for held in self.anchors)
        if production and all(anchor.demonstration for anchor in anchors):
            raise SetupError(
                "trust.only_demonstration",
                Text(
                    "信任库中只有演示用信任根，正式环境不承认它们。",
                    "The trust store has demonstration anchors only; they count for nothing in production.",
                ),
                Text("请把真实 CA 机构的根证书放入信任库。", "Put the roots of real authorities into the store."),
            )
        extra, answers = tuple(extra_crls), tuple(extra_ocsps)
        sources = {_sha256(der): "option" for der in (*extra, *answers)}
        sources |= {_sha256(held.der): held.source for held in self.crls}
        return TrustMaterial(
            anchors=anchors,
            intermediates=tuple(held.certificate for held in self.intermediates),
            crls=tuple(dict.fromkeys([*(held.der for held in self.crls), *extra])),
            ocsps=answers,
            production=production,
            sources=sources,
        )

    @property
    def authorities(self) -> tuple[Certificate, ...]:
        """Every anchor and helping certificate, each once."""
        return tuple(
            dict.fromkeys(
                [
                    *(held.anchor.certificate for held in self.anchors),
                    *(held.certificate for held in self.intermediates),
                ]
            )
        )

    def cached(self, url: str) -> bytes | None:
        """The list that was last fetched from ``url``, as DER; None where there is none."""
        name = crl_file_name(url)
        return next((held.der for held in self.crls if held.file == name), None)

    def keep(self, lists: Mapping[str, bytes], records: Iterable[FetchRecord]) -> None:
        """Write fetched lists (address → DER) into the cache and add ``records`` to the log; call it under `locked`."""
        folder = self.writable()
        log = {**folder_fetches(folder), **{record.url: record for record in records}}
        wanted = {source.url for source in self.settings.crls}
        try:
            for url, der in lists.items():
                write_whole(folder / CRLS / crl_file_name(url), der)
            write_whole(folder / FETCH_LOG, log_to_json(record for url, record in log.items() if url in wanted))
        except OSError as error:
            raise _not_writable(error) from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the writers' lock. Raises UsageError ``trust.busy``, ``trust.not_writable``."""
        try:
            file = (self.writable() / _LOCK).open("a")
        except OSError as error:
            raise _not_writable(error) from error
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise UsageError(
                    "trust.busy",
                    Text("另一个任务正在更新该信任库。", "Another job is updating this trust store."),
                    Text("请稍后再试。", "Try again in a moment."),
                ) from error
            yield

    def writable(self) -> Path:
        """Its folder. Raises UsageError ``trust.not_a_folder`` for a store of single files."""
        if self.folder is None:
            raise UsageError(
                "trust.not_a_folder",
                Text("单个证书文件不能缓存吊销列表。", "A single file of anchors caches no revocation lists."),
                Text("请使用信任库文件夹。", "Use a trust store folder."),
            )
        return self.folder


def crl_file_name(url: str) -> str:
    """Name of the cache file of an address: its host for people, a digest to tell addresses apart."""
    host = re.sub(r"[^A-Za-z0-9.-]", "-", urlsplit(url).hostname or "")
    return f"{host[:60]}-{hashlib.sha256(url.encode()).hexdigest()[:16]}.crl"


def write_store(
    folder: Path,
    settings: TrustSettings,
    anchors: Mapping[str, bytes],
    intermediates: Mapping[str, bytes],
    crls: Mapping[str, bytes],
) -> None:
    """Write the parts of a store (file name → content), replacing files of the same names. Raises OSError."""
    for part, files in ((ANCHORS, anchors), (INTERMEDIATES, intermediates), (CRLS, crls)):
        (folder / part).mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            write_whole(folder / part / name, content)
    write_whole(folder / SETTINGS_NAME, settings.to_yaml().encode())


def _option_crls(paths: Sequence[Path]) -> tuple[StoredCrl, ...]:
    return tuple(StoredCrl(path.name, der, "option") for path in paths for der in read_crls(path))


def _not_writable(error: OSError) -> UsageError:
    return UsageError(
        "trust.not_writable",
        Text(f"无法写入信任库：{error.strerror}", f"Cannot write into the trust store: {error.strerror}"),
        Text("请检查磁盘空间和写入权限。", "Check free space, and that you may write there."),
    )


def _sha256(der: bytes) -> str:
    return hashlib.sha256(der).hexdigest()
