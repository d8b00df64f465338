"""Taking uploads in: every file checked, then all of them as one document, or a refusal and nothing."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from certlight.errors import InputRefused, UsageError
from certlight.text import Text
from pipeline.intake.document import Document
from pipeline.intake.images import ImagePages
from pipeline.intake.limits import MEBIBYTE, Limits
from pipeline.intake.pdf import PdfPages
from pipeline.intake.refusals import refusal
from pipeline.intake.scan import PageProvider, Scan
from pipeline.intake.sniff import sniff

Upload = str | os.PathLike[str] | tuple[str, bytes]
"""A path, or a file's name with its bytes."""

_REASONS: Final[dict[type[OSError], Text]] = {
    FileNotFoundError: Text("文件不存在", "it does not exist"),
    PermissionError: Text("没有读取权限", "permission denied"),
    NotADirectoryError: Text("文件不存在", "it does not exist"),
}


def take(uploads: Sequence[Upload], limits: Limits | None = None) -> Document:
    """The document made of ``uploads`` in their order.

    Nothing is written. Types are told from content; sizes, headers, page counts and PDF structure are checked here,
    pixels only when a page is drawn: ``Document.pages`` may still refuse a file cut off in its pixel data.
    Raises InputRefused (``intake.*``, see ``refusals``), UsageError for no uploads at all.
    """
    limits = limits or Limits()
    if not uploads:
        raise UsageError(
            "intake.no_files",
            Text("没有选择任何文件。", "No file was given."),
            Text("请至少选择一个图片或 PDF 文件。", "Choose at least one image or PDF file."),
        )
    scans: list[Scan] = []
    providers: list[PageProvider] = []
    try:
        for upload in uploads:
            room = limits.max_total_bytes - sum(scan.size for scan in scans)
            name, data = read_upload(upload, limits.max_bytes)
            if len(data) > room:
                raise refusal("intake.document_too_large", name, limit=room // MEBIBYTE)
            scan = Scan.of(name, data, sniff(data, name))
            provider = _provider(scan, limits)
            scans.append(scan)
            providers.append(provider)
            # A merged document of many PDFs must not keep a process for each; it is started again when drawn.
            if len(uploads) > 1:
                provider.close()
            if sum(p.page_count for p in providers) > limits.max_pages:
                raise refusal("intake.too_many_pages", name, limit=limits.max_pages)
    except BaseException:
        for provider in providers:
            provider.close()
        raise
    return Document(tuple(scans), tuple(providers))


def _provider(scan: Scan, limits: Limits) -> PageProvider:
    return PdfPages(scan, limits) if scan.media_type == "application/pdf" else ImagePages(scan, limits)


def read_upload(upload: Upload, most: int) -> tuple[str, bytes]:
    """Name and bytes of one upload, whatever they are; never more than ``most`` of them are read.

    Raises InputRefused ``intake.unreadable``, ``intake.not_a_file``, ``intake.empty``, ``intake.too_large``.
    """
    if isinstance(upload, tuple):
        # A browser may send a whole path of either system as the name.
        name = upload[0].replace("\\", "/").rstrip("/").rpartition("/")[2]
        data = upload[1]
    else:
        path = Path(upload)
        name = os.fsencode(path.name).decode("utf-8", "replace")
        data = _read(path, name, most)
    if not data:
        raise refusal("intake.empty", name)
    if len(data) > most:
        raise refusal("intake.too_large", name, limit=most // MEBIBYTE)
    return name, data


def _read(path: Path, name: str, most: int) -> bytes:
    """The file's bytes, up to one more than ``most``. Links are followed; pipes and devices are not opened for long."""
    try:
        # Non-blocking, or opening a pipe without a writer would wait for ever.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(handle, "rb") as file:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode):
                raise refusal("intake.not_a_file", name)
            if found.st_size > most:
                raise refusal("intake.too_large", name, limit=most // MEBIBYTE)
            return file.read(most + 1)
    except IsADirectoryError as error:
        raise refusal("intake.not_a_file", name) from error
    except (OSError, ValueError) as error:
        # ValueError: a path with a null character in it.
        raise _unreadable(name, error) from error


def _unreadable(name: str, error: Exception) -> InputRefused:
    other = Text("读取失败", "reading failed")
    reason = next((text for kind, text in _REASONS.items() if isinstance(error, kind)), other)
    return refusal("intake.unreadable", name, reason_zh=reason.zh, reason_en=reason.en)
