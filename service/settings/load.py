"""Reading the settings, telling what they are, and what a production installation must not have."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import SecretStr, ValidationError
from pydantic_settings import SettingsError

from certlight.errors import SetupError
from certlight.text import Text
from service.settings import keys as secret_keys
from service.settings.addresses import without_password
from service.settings.model import PREFIX, Settings
from service.settings.sources import SettingsFile, holds_secret, keys, malformed, variable

Source = Literal["environment", "file", "default"]
MASK = "***"


def load(data_dir: Path | None = None) -> Settings:
    """The settings of this installation, or of the data directory given. Nothing is written.

    Raises UsageError ``settings.unknown_variable``, ``settings.unknown_key``, ``settings.misplaced`` or
    ``settings.malformed``, SetupError ``settings.unreadable`` or ``settings.exposed``. No message repeats a value.
    """
    try:
        return Settings() if data_dir is None else Settings(data_dir=data_dir)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
        key = ".".join(str(part) for part in problem["loc"])
        raise malformed(f"{key}, {variable(key, PREFIX)}", str(problem["msg"])) from None
    except SettingsError as error:
        # A group given as one variable that is no JSON; the message names the field alone.
        raise malformed(PREFIX + "*", str(error)) from None


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of ``describe``."""

    key: str
    variable: str
    value: str
    """Secrets masked; empty where there is none."""
    source: Source


def describe(settings: Settings) -> tuple[Setting, ...]:
    """Every setting with its value and where it comes from, for an administrator."""
    return tuple(_lines(settings))


def _lines(settings: Settings) -> Iterator[Setting]:
    written = SettingsFile(Settings, settings.data_dir)()
    for key, field in keys(Settings):
        name = variable(key, PREFIX)
        value: object = settings
        in_file: object = written
        for part in key.split("."):
            value = getattr(value, part, None)
            in_file = in_file.get(part) if isinstance(in_file, dict) else None
        source: Source = "environment" if os.environ.get(name) else "file" if in_file is not None else "default"
        yield Setting(key, name, _shown(value, key, holds_secret(field)), source)


def _shown(value: object, key: str, secret: bool) -> str:
    if value is None:
        return ""
    text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    if secret:
        return without_password(text) if key.endswith("_url") else MASK
    return text


def secrets_of(settings: Settings) -> tuple[SecretStr, ...]:
    """The installation's secrets, newest first; outside production one is made where there is none.

    Raises SetupError ``settings.secret_missing`` in production, else as :func:`service.settings.keys.read_secrets`.
    """
    if known := _known_secrets(settings):
        return known
    if settings.production:
        raise SetupError(
            "settings.secret_missing",
            Text("正式环境没有设置密钥。", "Production has no secret key."),
            Text(
                f"请设置 {PREFIX}SECRET_KEY（至少 32 个随机字符），或提供 {secret_keys.FILE_NAME} 文件。",
                f"Set {PREFIX}SECRET_KEY (32 random characters or more), or provide {secret_keys.FILE_NAME}.",
            ),
        )
    return secret_keys.make_secret(settings.data_dir)


def derived_keys(settings: Settings, purpose: str) -> tuple[bytes, ...]:
    """Keys of 32 bytes for one purpose: the first signs, each verifies. Raises as :func:`secrets_of`."""
    return tuple(secret_keys.derive(secret, purpose) for secret in secrets_of(settings))


@dataclass(frozen=True, slots=True)
class Concern:
    """What is unsafe about the settings; ``blocks`` where production does not start with it."""

    key: str
    message: Text
    blocks: bool


def concerns(settings: Settings, *, demonstration_anchors: bool = False) -> tuple[Concern, ...]:
    """What an administrator should change before real business; ``demonstration_anchors`` tells of the trust store."""
    return tuple(_concerns(settings, demonstration_anchors))


def _concerns(settings: Settings, demonstration_anchors: bool) -> Iterator[Concern]:
    public = urlsplit(settings.public_url)
    if public.scheme != "https":
        yield Concern("public_url", Text("对外网址不是 https。", "The public address is not https."), True)
    elif public.hostname in ("localhost", "127.0.0.1", "::1"):
        yield Concern("public_url", Text("对外网址是本机地址。", "The public address is this machine's own."), True)
    if any(s.get_secret_value() == secret_keys.DEMONSTRATION for s in _known_secrets(settings)):
        yield Concern("secret_key", Text("使用了演示密钥。", "The demonstration secret is used."), True)
    if demonstration_anchors:
        text = Text("信任库中有演示用信任根。", "The trust store holds demonstration anchors.")
        yield Concern("trust", text, True)
    if settings.database_url.get_secret_value().startswith("sqlite"):
        text = Text("SQLite 只适合单台服务器。", "SQLite serves one machine only.")
        # Files and database on one machine are sound; a broker elsewhere means workers elsewhere, which cannot see it.
        yield Concern("database_url", text, settings.broker_url is not None)
    endpoint = parse_qs(urlsplit(settings.storage_url).query).get("endpoint", [""])[0]
    if endpoint.startswith("http:"):
        yield Concern("storage_url", Text("文件以明文传输。", "Files travel in the clear."), False)
    if settings.broker_url and urlsplit(settings.broker_url.get_secret_value()).scheme in ("redis", "amqp"):
        yield Concern("broker_url", Text("任务队列未加密。", "The broker is spoken to in the clear."), False)
    if settings.oidc is not None and not settings.oidc.issuer.startswith("https:"):
        text = Text("统一身份认证地址不是 https。", "The identity provider's address is not https.")
        yield Concern("oidc.issuer", text, True)
    if settings.webhook.private_addresses:
        text = Text("通知可发往内网地址。", "Webhooks may call private addresses.")
        yield Concern("webhook.private_addresses", text, False)


def _known_secrets(settings: Settings) -> tuple[SecretStr, ...]:
    # A secret that is set replaces the file's: whoever sets one may do so because the file's leaked.
    return (settings.secret_key,) if settings.secret_key else secret_keys.read_secrets(settings.data_dir)


def demand_safe(settings: Settings, *, demonstration_anchors: bool = False) -> None:
    """Nothing outside production; there, raises SetupError ``settings.unsafe`` naming everything that blocks."""
    if not settings.production:
        return
    secrets_of(settings)
    blocking = [
        concern for concern in concerns(settings, demonstration_anchors=demonstration_anchors) if concern.blocks
    ]
    if blocking:
        zh = "".join(f"{concern.message.zh.rstrip('。')}（{concern.key}）；" for concern in blocking)
        en = "; ".join(f"{concern.message.en.rstrip('.')} ({concern.key})" for concern in blocking)
        raise SetupError(
            "settings.unsafe",
            Text(f"正式环境不能这样启动：{zh.rstrip('；')}。", f"Production does not start like this: {en}."),
            Text("请修改这些设置，或关闭 CERTLIGHT_PRODUCTION。", "Change them, or unset CERTLIGHT_PRODUCTION."),
        )
