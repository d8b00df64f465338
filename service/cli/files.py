"""The few files the command line reads and writes besides scans: claims and reports."""

from __future__ import annotations

import codecs
from pathlib import Path

from certlight.errors import SetupError, UsageError
from certlight.text import Text
from certlight.whole_file import write_whole
from extractors.catalogue import templates
from verifier.claim import MAX_BYTES, parse_claim
from verifier.verdict import Claim


def read_claim(path: Path, page_count: int | None = None) -> Claim:
    """The claim in a file, its marks held against the document's ``page_count``.

    Raises UsageError ``claim.unreadable`` or one of ``claim.*`` for what is wrong in it.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(
            "claim.unreadable",
            Text(f"无法读取填写数据文件 {path.name}。", f"Cannot read the claim file {path.name}."),
            Text("请检查文件是否存在、是否有读取权限。", "Check that the file exists and may be read."),
        ) from error
    return parse_claim(content.removeprefix(codecs.BOM_UTF8), templates(), page_count)


def write_report(path: Path, content: str) -> None:
    """Write a whole file or nothing. Raises SetupError ``report.unwritable``."""
    try:
        write_whole(path, content.encode("utf-8"))
    except OSError as error:
        raise SetupError(
            "report.unwritable",
            Text(f"无法写入报告 {path}。", f"Cannot write the report {path}."),
            Text("检查文件夹是否存在、是否有写权限与剩余空间。", "Check the folder, its permissions and free space."),
        ) from error
