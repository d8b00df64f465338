"""Where settings come from; in both places a key that nobody knows is refused, with the nearest one that is known."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, get_args

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource
from rapidfuzz import process

from certlight.errors import SetupError, UsageError
from certlight.text import Text
from certlight.visible import visible

FILE_NAME: Final = "settings.toml"
OTHER_VARIABLES: Final = frozenset({"CERTLIGHT_DEBUG", "CERTLIGHT_KEY_PASSWORD", "CERTLIGHT_PKCS11_MODULE"})
"""Of the command line; not settings of the service."""
TEST_PREFIX: Final = "CERTLIGHT_TEST_"


def group_of(field: FieldInfo) -> type[BaseModel] | None:
    """The model of a setting that is a group of settings."""
    for kind in (field.annotation, *get_args(field.annotation)):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    return None


def keys(model: type[BaseModel], parent: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every single setting, a group's as ``group.key``."""
    for name, field in model.model_fields.items():
        if group := group_of(field):
            yield from keys(group, f"{parent}{name}.")
        else:
            yield f"{parent}{name}", field


def holds_secret(field: FieldInfo) -> bool:
    """Whether a setting's value must never be shown."""
    return SecretStr in (field.annotation, *get_args(field.annotation)) or "SecretStr" in str(field.annotation)


def variable(key: str, prefix: str) -> str:
    """The environment variable of a setting."""
    return prefix + key.replace(".", "_").upper()


class Environment(EnvSettingsSource):
    """Environment variables. Raises UsageError ``settings.unknown_variable``."""

    def __call__(self) -> dict[str, Any]:
        known = [variable(key, self.env_prefix) for key, _ in keys(self.settings_cls)]
        for name in sorted(os.environ):
            if not name.upper().startswith(self.env_prefix) or name.startswith(TEST_PREFIX):
                continue
            if name not in known and name not in OTHER_VARIABLES:
                raise _unknown("settings.unknown_variable", Text("环境变量", "environment variable"), name, known)
        return super().__call__()


class SettingsFile(PydanticBaseSettingsSource):
    """``settings.toml``; TOML, because it refuses a key that stands there twice and guesses no types.

    Raises UsageError ``settings.malformed``, ``settings.unknown_key``, ``settings.misplaced`` and SetupError
    ``settings.unreadable``, ``settings.exposed``.
    """

    def __init__(self, settings_cls: type[BaseSettings], folder: Path) -> None:
        super().__init__(settings_cls)
        self._path = folder / FILE_NAME

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        try:
            with self._path.open("rb") as file:
                mode = os.fstat(file.fileno()).st_mode
                data = tomllib.load(file)
        except FileNotFoundError:
            return {}
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise malformed(FILE_NAME, _place_only(error)) from None
        except OSError as error:
            raise SetupError(
                "settings.unreadable",
                Text(f"无法读取设置文件 {FILE_NAME}：{error.strerror}", f"{FILE_NAME} is unreadable: {error.strerror}"),
                Text("请检查文件权限。", "Check the file's permissions."),
            ) from error
        fields = dict(keys(self.settings_cls))
        for key in _written(data, self.settings_cls):
            if key == "data_dir":
                raise UsageError(
                    "settings.misplaced",
                    Text(f"{FILE_NAME} 中不能设置 data_dir。", f"data_dir cannot be set in {FILE_NAME}."),
                    Text("请用环境变量 CERTLIGHT_DATA_DIR 设置。", "Set it with CERTLIGHT_DATA_DIR."),
                )
            if key not in fields:
                raise _unknown("settings.unknown_key", Text(f"{FILE_NAME} 设置项", f"key of {FILE_NAME}"), key, fields)
            if holds_secret(fields[key]) and mode & 0o077:
                raise exposed(FILE_NAME)
        return data


def _written(data: dict[str, Any], model: type[BaseModel], parent: str = "") -> Iterator[str]:
    """Every key of the file. A group that is no table, or a table that is no group, counts as one key."""
    for name, value in data.items():
        field = model.model_fields.get(name)
        group = group_of(field) if field else None
        if group and isinstance(value, dict):
            yield from _written(value, group, f"{parent}{name}.")
        elif not group:
            yield f"{parent}{name}"


def _place_only(error: ValueError) -> str:
    """Where a file is malformed, without its text: a secret may stand there."""
    text = str(error)
    return text[text.rindex("(at ") :].strip("()") if "(at " in text else "not UTF-8, or a key twice"


def _unknown(code: str, what: Text, name: str, known: Any) -> UsageError:
    known = list(known)
    best = process.extractOne(name.upper() if name.upper() in known else name, known, score_cutoff=60)
    hint = (
        Text(f"是否应为 {best[0]}？", f"Did you mean {best[0]}?")
        if best
        else Text(f"可用：{'、'.join(known)}", f"Known: {', '.join(known)}")
    )
    shown = visible(name)
    return UsageError(code, Text(f"未知的{what.zh}：{shown}", f"Unknown {what.en}: {shown}"), hint)


def malformed(where: str, problem: str) -> UsageError:
    """A value that cannot be meant; ``problem`` does not repeat it."""
    return UsageError(
        "settings.malformed",
        Text(f"设置有误（{where}）：{problem}", f"Malformed setting ({where}): {problem}"),
        Text("请按文档修改。", "Correct it as documented."),
    )


def exposed(name: str) -> SetupError:
    """A file with secrets that others can read."""
    return SetupError(
        "settings.exposed",
        Text(f"文件 {name} 含有密钥，但其他用户可以读取。", f"The file {name} holds secrets and others can read it."),
        Text(f"请运行 chmod 600 {name}。", f"Run chmod 600 {name}."),
    )
