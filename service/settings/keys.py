"""The installation's secret, and the keys made from it.

One secret, one key a purpose (HKDF, RFC 5869): what signs a session cookie can never pass for a webhook's signature.
Rotation: the newest secret makes, older ones still verify until they are removed. The file has one secret a line,
newest first.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

from certlight.errors import SetupError
from certlight.text import Text
from certlight.whole_file import write_whole
from service.settings.sources import exposed

FILE_NAME: Final = "secret.key"
SHORTEST: Final = 32
"""Characters: 192 bits in base64, 128 in hexadecimal."""
_FEWEST_DIFFERENT: Final = 10
"""Thirty-two random hexadecimal digits have fewer different ones once in ten thousand; a held-down key, always."""
DEMONSTRATION: Final = "certlight-demonstration-secret-not-for-production"
"""The one in examples; works, but never in production."""


def as_key(secret: SecretStr) -> SecretStr:
    """The secret, once it is long and varied enough."""
    text = secret.get_secret_value()
    if len(text) < SHORTEST:
        raise ValueError(f"a secret has at least {SHORTEST} characters")
    if len(set(text)) < _FEWEST_DIFFERENT or not (text.isascii() and text.isprintable()) or " " in text:
        raise ValueError("not from a random source")
    return secret


def new_secret() -> str:
    """256 bits of randomness."""
    return secrets.token_urlsafe(32)


def read_secrets(folder: Path) -> tuple[SecretStr, ...]:
    """The secrets of ``folder``'s key file, newest first; none without a file.

    Raises SetupError ``settings.exposed`` where others can read it, ``settings.secret_broken`` for anything else.
    """
    try:
        with (folder / FILE_NAME).open("rb") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise exposed(FILE_NAME)
            lines = file.read(64 * 1024).decode("ascii").split()
        if not lines:
            raise ValueError("empty")
        return tuple(as_key(SecretStr(line)) for line in lines)
    except FileNotFoundError:
        return ()
    except (OSError, ValueError):
        raise SetupError(
            "settings.secret_broken",
            Text(f"无法使用密钥文件 {FILE_NAME}。", f"The key file {FILE_NAME} cannot be used."),
            Text("请从备份恢复；删除它会使所有登录失效。", "Restore it from the backup; without it, all logins end."),
        ) from None


def make_secret(folder: Path) -> tuple[SecretStr, ...]:
    """As :func:`read_secrets`, of a file made now where there is none; several processes agree on one."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / FILE_NAME).exists():
            write_whole(folder / FILE_NAME, f"{new_secret()}\n".encode(), mode=0o600)
        return read_secrets(folder)
    finally:
        os.close(lock)


def derive(secret: SecretStr, purpose: str) -> bytes:
    """32 bytes for one purpose, which is written like ``session/1``."""
    return HKDF(SHA256(), 32, salt=None, info=f"certlight/{purpose}".encode()).derive(
        secret.get_secret_value().encode()
    )
