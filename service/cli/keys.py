"""Opening the seal key that a command names: a PKCS #12 or PEM file, or a token by its PKCS #11 address."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import typer

from certlight.errors import UsageError
from certlight.text import Language, Text
from service.cli.terminal import is_interactive
from signing.keys.key import SealKey
from signing.keys.key_files import open_p12, open_pem
from signing.keys.tokens import TokenInfo, open_token

PASSWORD_VARIABLE: Final = "CERTLIGHT_KEY_PASSWORD"
_MOST: Final = 1024 * 1024
"""Bytes of a key file; the largest have some ten kilobytes."""


@contextmanager
def opened_key(key: str, certificates: list[Path], password_file: Path | None, language: Language) -> Iterator[SealKey]:
    """The key named by ``key``: ``pkcs11:…``, or a file. A token's session ends with the block.

    Its password or PIN comes from ``password_file``, else from CERTLIGHT_KEY_PASSWORD, else it is asked for on the
    terminal. Raises CertlightError ``key.*``.
    """
    if key.startswith("pkcs11:"):

        def pin(token: TokenInfo) -> str:
            label = Text(f"{token.label} 的 PIN 码", f"PIN of {token.label}").of(language)
            return _secret(password_file, label)

        with open_token(key, pin) as token_key:
            yield token_key
        return
    data = _read(Path(key))
    extra = [_read(path) for path in certificates]
    asked = Text(f"{Path(key).name} 的密码", f"Password of {Path(key).name}").of(language)
    if b"-----BEGIN" in data:
        encrypted = b"ENCRYPTED" in data
        yield open_pem(data, *extra, password=_secret(password_file, asked) if encrypted else None)
    else:
        yield open_p12(data, _secret(password_file, asked))


def _secret(file: Path | None, asked: str) -> str:
    if file is not None:
        return _read(file).decode("utf-8", "replace").removeprefix("\ufeff").rstrip("\r\n")
    value = os.environ.get(PASSWORD_VARIABLE)
    if value is not None:
        return value
    if is_interactive():
        return str(typer.prompt(asked, hide_input=True, err=True))
    raise UsageError(
        "key.password_absent",
        Text("没有提供密钥的密码或 PIN 码。", "No password or PIN of the key was given."),
        Text(
            f"用 --password-file 指定存放密码的文件，或设置环境变量 {PASSWORD_VARIABLE}。",
            f"Name a file that holds it with --password-file, or set {PASSWORD_VARIABLE}.",
        ),
    )


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(_MOST + 1)
    except OSError as error:
        raise UsageError(
            "key.unreadable",
            Text(f"无法读取 {path.name}。", f"Cannot read {path.name}."),
            Text("请检查文件是否存在、是否有读取权限。", "Check that the file exists and may be read."),
        ) from error
    if len(data) > _MOST:
        raise UsageError(
            "key.unreadable",
            Text(f"{path.name} 过大，不是密钥文件。", f"{path.name} is too large to be a key file."),
            Text("请选择 .p12、.pfx 或 .pem 文件。", "Choose a .p12, .pfx or .pem file."),
        )
    return data
