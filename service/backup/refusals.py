"""What backup and restore say when they cannot."""

from __future__ import annotations

from certlight.errors import InputRefused, SetupError, UsageError
from certlight.text import Text


def damaged(part: str) -> InputRefused:
    """The archive is not what was written; ``part`` is the name of an entry."""
    return InputRefused(
        "backup.damaged",
        Text(f"备份文件已损坏（{part}），没有恢复任何内容。", f"The backup is damaged ({part}); nothing was restored."),
        Text("请使用另一份备份。", "Use another backup."),
    )


def not_a_backup() -> InputRefused:
    """The file is something else, or was made by a program that is too new."""
    return InputRefused(
        "backup.not_a_backup",
        Text(
            "这不是 certlight 的备份文件，或由更新版本的程序制作。",
            "This is no backup of certlight, or of a newer one.",
        ),
        Text("请核对文件，必要时先升级程序。", "Check the file; upgrade the program if need be."),
    )


def target_taken(what: Text) -> UsageError:
    """There is something where a restore would write; nothing is ever replaced."""
    return UsageError(
        "backup.target_taken",
        Text(f"恢复目标不是空的：{what.zh}。", f"The target of the restore is not empty: {what.en}."),
        Text(
            "请指定新的数据目录、空的数据库与空的文件存储；恢复从不覆盖已有内容。",
            "Name a fresh data directory, an empty database and an empty storage: a restore replaces nothing.",
        ),
    )


def file_taken() -> UsageError:
    """The archive's place is taken."""
    return UsageError(
        "backup.file_taken",
        Text("备份文件已存在，没有覆盖。", "There is a file of that name already; it was not replaced."),
        Text("请换一个文件名。", "Choose another name."),
    )


def other_database(kept: str, wanted: str) -> UsageError:
    """A dump of one kind of database goes into that kind only."""
    return UsageError(
        "backup.other_database",
        Text(f"备份来自 {kept} 数据库，目标是 {wanted}。", f"The backup is of {kept}, the target is {wanted}."),
        Text(f"请把 CERTLIGHT_DATABASE_URL 设为 {kept} 数据库。", f"Set CERTLIGHT_DATABASE_URL to a {kept} database."),
    )


def tool_missing(program: str, major: int) -> SetupError:
    """PostgreSQL's own program is not there, or is older than the server."""
    return SetupError(
        "backup.tool_missing",
        Text(
            f"没有找到可用的 {program}（需要 {major} 或更高版本）。",
            f"No {program} of version {major} or newer was found.",
        ),
        Text(
            f"请安装 postgresql-client-{major}，并使其在 PATH 中。",
            f"Install postgresql-client-{major} and put it on PATH.",
        ),
    )


def tool_failed(program: str, code: int) -> SetupError:
    """It ended badly; what it said may hold values, so it is not repeated."""
    return SetupError(
        "backup.tool_failed",
        Text(f"{program} 执行失败（退出码 {code}）。", f"{program} failed (exit code {code})."),
        Text(
            "请检查数据库连接、权限与磁盘空间后重试；恢复失败时目标数据库保持为空。",
            "Check connection, permissions and free space, then try again; a failed restore leaves the database empty.",
        ),
    )


def unwritable(reason: str) -> SetupError:
    """The archive could not be written, or read."""
    return SetupError(
        "backup.unwritable",
        Text(f"备份文件无法读写：{reason}", f"The backup cannot be read or written: {reason}"),
        Text("请检查磁盘空间和权限。", "Check free space and permissions."),
    )
