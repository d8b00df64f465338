"""``certlight admin backup``, ``backup-verify``, ``restore`` and ``rotate-secret``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from certlight.text import Language, Text
from service.cli.admin_view import SCHEMA, say
from service.cli.opened import opened_database
from service.cli.terminal import JsonOption, LanguageOption, err, language_of, print_json

if TYPE_CHECKING:
    from service.backup.manifest import Manifest

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="备份文件  The backup")]
BROKEN = 4
"""Exit code where something is not as it should be."""


def backup(
    file: FileArgument,
    with_secrets: Annotated[
        bool, typer.Option("--with-secrets", help="同时备份密钥文件  Take the key file along")
    ] = False,
    as_json: JsonOption = False,
    lang: LanguageOption = "zh",
) -> None:
    """备份数据库、文件、信任库与设置，服务无需停止。 Back everything up while the service goes on."""
    from service.backup import make_backup
    from service.settings import load
    from service.storage import open_store

    language = language_of(lang)
    settings = load()
    with opened_database(None, settings) as engine:
        made = make_backup(settings, engine, open_store(settings), file, datetime.now(UTC), with_secrets=with_secrets)
    _show(made.manifest, Text(f"已备份到 {file}", f"Backed up to {file}"), language, as_json, bytes=made.bytes)
    if with_secrets:
        _warn(Text("备份含密钥，请妥善保管。", "The backup holds the secret: guard it like the platform."), language)
    else:
        _warn(
            Text("备份不含 secret.key，请另行保存。", "secret.key is not in the backup: keep it elsewhere."), language
        )
    if made.settings_left_out:
        _warn(Text("settings.toml 含密码，未备份。", "settings.toml holds secrets and was left out."), language)
    _tell_left_out(made.manifest, language)


def backup_verify(file: FileArgument, as_json: JsonOption = False, lang: LanguageOption = "zh") -> None:
    """逐字节核对备份文件，不恢复。 Prove a backup, restore nothing."""
    from service.backup import verify_backup

    language = language_of(lang)
    manifest = verify_backup(file)
    _show(manifest, Text("备份完好。", "The backup is sound."), language, as_json)
    _tell_left_out(manifest, language)


def restore(
    file: FileArgument,
    into: Annotated[
        Path | None,
        typer.Option("--into", help="新的数据目录，默认按设置  Fresh data directory; that of the settings by default"),
    ] = None,
    as_json: JsonOption = False,
    lang: LanguageOption = "zh",
) -> None:
    """恢复到空的数据目录、数据库与存储，从不覆盖。 Restore into an empty installation; nothing is replaced."""
    from service.audit.chain import verify
    from service.backup import restore_backup
    from service.database.base import open_database, reading
    from service.database.migrations.upgrade import migrate
    from service.settings import load

    language = language_of(lang)
    settings = load(None if into is None else into.absolute())
    manifest = restore_backup(file, settings)
    engine = open_database(settings.database_url.get_secret_value())
    try:
        # A backup of an older program is brought to this one's version.
        migrate(engine)
        with reading(engine) as session:
            report = verify(session)
    finally:
        engine.dispose()
    broken = report.broken is not None
    told = (
        Text(
            "已恢复，但操作记录链不完整，请运行 certlight audit verify。", "Restored, but the operation log is broken."
        )
        if broken
        else Text(
            f"已恢复，操作记录 {report.intact} 条完好。", f"Restored; {report.intact} entries of the log are intact."
        )
    )
    _show(manifest, told, language, as_json, log={"intact": report.intact, "broken": broken})
    _tell_left_out(manifest, language)
    if broken:
        raise typer.Exit(BROKEN)


def rotate_secret(
    forget: Annotated[
        bool, typer.Option("--forget-old", help="不生成新密钥，只清除旧密钥  No new secret: drop the old ones")
    ] = False,
    compromised: Annotated[
        bool, typer.Option("--compromised", help="旧密钥已泄露，立即清除  An old one leaked: drop it now")
    ] = False,
    as_json: JsonOption = False,
    lang: LanguageOption = "zh",
) -> None:
    """更换平台密钥；旧密钥仍可验证。 A new secret for the platform; old ones go on verifying."""
    from service.installation import Installation
    from service.opening import trust_of
    from service.secret_rotation import forget_old, rotate
    from service.settings import load
    from service.storage import open_store

    language = language_of(lang)
    if compromised and not forget:
        raise typer.BadParameter("--forget-old", param_hint="--compromised")
    settings = load()
    with opened_database(None, settings) as engine:
        installation = Installation(settings, engine, open_store(settings), trust_of(settings))
        done = forget_old(installation, compromised=compromised) if forget else rotate(installation)
    if as_json:
        print_json({"schema": SCHEMA, "secrets": done.secrets, "webhooks": done.webhooks})
        return
    say(
        Text(
            f"密钥文件现有 {done.secrets} 个密钥；{done.webhooks} 个通知密钥已重新加密。",
            f"The key file holds {done.secrets} secrets; {done.webhooks} webhooks were encrypted anew.",
        ),
        language,
    )
    _warn(
        Text(
            "请将 secret.key 复制到其他服务器，并逐一重启服务。",
            "Copy secret.key to the other servers and restart the service on each.",
        ),
        language,
    )


def _show(manifest: Manifest, told: Text, language: Language, as_json: bool, **more: Any) -> None:
    if as_json:
        print_json({"schema": SCHEMA, "backup": manifest.to_json(), **more})
        return
    say(told, language)
    rows = sum(manifest.tables.values())
    counted = Text(
        f"{manifest.made_at}  {manifest.database}  {rows} 行  {manifest.blobs} 个文件  {manifest.blob_bytes} 字节",
        f"{manifest.made_at}  {manifest.database}  {rows} rows  {manifest.blobs} files  {manifest.blob_bytes} bytes",
    )
    say(counted, language)


def _tell_left_out(manifest: Manifest, language: Language) -> None:
    """Files that were lost before: the backup is sound, the installation was not."""
    for key, code in manifest.left_out.items():
        _warn(Text(f"备份时已缺失或损坏：{key}（{code}）", f"Lost before the backup: {key} ({code})"), language)
    if manifest.left_out:
        raise typer.Exit(BROKEN)


def _warn(text: Text, language: Language) -> None:
    err().print(f"! {text.of(language)}", markup=False, highlight=False, soft_wrap=True)
