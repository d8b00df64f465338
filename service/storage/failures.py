"""What a store says when its medium fails: one sentence a failure, the blob named by its hash."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from certlight.errors import SetupError
from certlight.text import Text

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def full() -> SetupError:
    """No room; nothing was kept."""
    return SetupError(
        "storage.full",
        Text("存储空间已满，文件没有保存。", "The storage is full; the file was not kept."),
        Text("请联系管理员清理或扩充存储空间，然后重新上传。", "Have the administrator make room, then upload again."),
    )


def unavailable(reason: str) -> SetupError:
    """The medium does not answer, or refuses; ``reason`` is its word for it."""
    return SetupError(
        "storage.unavailable",
        Text(f"文件存储不可用：{reason}", f"The file storage does not work: {reason}"),
        Text("请稍后重试；仍不行请管理员检查存储设置。", "Try again later; else have CERTLIGHT_STORAGE_URL checked."),
    )


def missing(sha256: str) -> SetupError:
    """A blob that should be there is not."""
    return SetupError(
        "storage.missing",
        Text(f"存储中没有文件 {sha256}。", f"The storage has no blob {sha256}."),
        Text("请管理员从备份恢复该文件。", "Have the administrator restore it from the backup."),
    )


def damaged(sha256: str) -> SetupError:
    """A blob's bytes are not those that were put."""
    return SetupError(
        "storage.damaged",
        Text(f"存储中的文件 {sha256} 已损坏，没有提供。", f"The blob {sha256} is damaged; nothing of it was served."),
        Text(
            "请管理员从备份恢复该文件，或重新上传原件。",
            "Restore it from the backup, or upload the original once more.",
        ),
    )


@contextmanager
def told() -> Iterator[None]:
    """Failures of the operating system as errors of ours."""
    try:
        yield
    except OSError as error:
        raise (full() if error.errno in _FULL else unavailable(error.strerror or type(error).__name__)) from error
