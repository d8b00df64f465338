"""The few files the command line reads and writes besides scans: claims and reports."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from certlight.errors import SetupError, UsageError
from certlight.text import Text
from verifier.claim import parse_claim
from verifier.verdict import Claim

MAX_CLAIM_BYTES = 4 * 1024 * 1024
"""A claim is some kilobytes of typed values; anything larger was given by mistake."""


def read_claim(path: Path) -> Claim:
    """The claim in a file. Raises UsageError ``claim.unreadable`` or one of ``claim.*`` for what is wrong in it."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_CLAIM_BYTES + 1)
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            "claim.unreadable",
            Text(f"无法读取填写数据文件 {path.name}。", f"Cannot read the claim file {path.name}."),
            Text("请提供 UTF-8 编码的 claim.json。", "Give a claim.json in UTF-8."),
        ) from error
    if len(content) > MAX_CLAIM_BYTES:
        raise UsageError(
            "claim.too_large",
            Text(f"填写数据文件 {path.name} 过大。", f"The claim file {path.name} is too large."),
            Text("请确认选对了文件。", "Check that it is the right file."),
        )
    return parse_claim(text)


def write_report(path: Path, content: str) -> None:
    """Write a whole file or nothing. Raises SetupError ``report.unwritable``."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".", encoding="utf-8", delete=False) as file:
            file.write(content)
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(file.name, 0o666 & ~umask)
        Path(file.name).replace(path)
    except OSError as error:
        raise SetupError(
            "report.unwritable",
            Text(f"无法写入报告 {path}。", f"Cannot write the report {path}."),
            Text("检查文件夹是否存在、是否有写权限与剩余空间。", "Check the folder, its permissions and free space."),
        ) from error
