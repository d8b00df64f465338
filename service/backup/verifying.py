"""Proving an archive: every byte is read and compared before anything is made of it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from service.backup.archive import DUMPS, entries
from service.backup.manifest import LARGEST, NAME, Manifest
from service.backup.refusals import damaged, not_a_backup


def verify_backup(file: Path) -> Manifest:
    """What the archive holds, once all of it is what was written.

    Raises InputRefused ``backup.not_a_backup``, ``backup.damaged``, SetupError ``backup.unwritable``.
    """
    manifest: Manifest | None = None
    files: dict[str, str] = {}
    count = size = 0
    blobs = hashlib.sha256()
    with entries(file) as found:
        for entry in found:
            if manifest is not None:
                raise damaged(entry.name)
            if entry.name == NAME:
                manifest = Manifest.of_bytes(entry.content.read(LARGEST))
            elif entry.blob is None:
                files[entry.name] = entry.content.finish()
            else:
                tenant, sha256 = entry.blob
                if entry.content.finish() != sha256:
                    raise damaged(sha256)
                count, size = count + 1, size + entry.size
                blobs.update(f"{tenant} {sha256} {entry.size}\n".encode())
    if manifest is None:
        # The last thing that is written: whatever ends before it was broken off.
        raise damaged(NAME) if files or count else not_a_backup()
    _compare(manifest, files, (count, size, blobs.hexdigest()))
    return manifest


def _compare(manifest: Manifest, files: dict[str, str], blobs: tuple[int, int, str]) -> None:
    dump = DUMPS.get(manifest.database, "")
    wanted = {**manifest.files, dump: manifest.dump_sha256}
    for name in sorted(wanted.keys() | files.keys()):
        if wanted.get(name) != files.get(name):
            raise damaged(name)
    if blobs != (manifest.blobs, manifest.blob_bytes, manifest.blobs_sha256):
        raise damaged("blobs")
