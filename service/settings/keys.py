"""The installation's secret, and the keys made from it.

One secret, one key a purpose (HKDF, RFC 5869): what signs a session cookie can never pass for a webhook's signature.
Rotation: the newest secret makes, older ones still verify until they are removed. The file has one secret a line,
newest first.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
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
    with _alone(folder):
        if not (folder / FILE_NAME).exists():
            _write(folder, [new_secret()])
        return read_secrets(folder)


def rotate_secrets(folder: Path) -> int:
    """Put a new secret before those of ``folder``'s key file, which go on verifying; how many there are now.

    Raises as :func:`read_secrets`.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(folder):
        old = [secret.get_secret_value() for secret in read_secrets(folder)]
        _write(folder, [new_secret(), *old])
        return 1 + len(old)


def forget_old_secrets(folder: Path) -> int:
    """Keep the newest secret alone; how many were dropped. Raises as :func:`read_secrets`."""
    with _alone(folder):
        kept = [secret.get_secret_value() for secret in read_secrets(folder)]
        if len(kept) > 1:
            _write(folder, kept[:1])
        return max(0, len(kept) - 1)


def rotated_at(folder: Path) -> datetime | None:
    """When the key file was last changed; None without one."""
    try:
        return datetime.fromtimestamp((folder / FILE_NAME).stat().st_mtime, UTC)
    except FileNotFoundError:
        return None


def _write(folder: Path, secrets_: list[str]) -> None:
    write_whole(folder / FILE_NAME, "".join(f"{secret}\n" for secret in secrets_).encode(), mode=0o600)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def derive(secret: SecretStr, purpose: str) -> bytes:
    """32 bytes for one purpose, which is written like ``session/1``."""
    return HKDF(SHA256(), 32, salt=None, info=f"certlight/{purpose}".encode()).derive(
        secret.get_secret_value().encode()
    )
