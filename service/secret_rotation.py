"""A new secret for the installation, and the end of old ones.

What the secret protects, and what becomes of it: tickets of logins live for minutes; secrets of webhooks are encrypted
anew at once; certificates are signed anew whenever they are handed out; digests of identity numbers can only be made
anew when their owner is met again, since the numbers are nowhere kept (:mod:`service.people.identities`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select

from certlight.errors import UsageError
from certlight.text import Text
from service.database.operations import record
from service.database.subjects import Person
from service.database.webhooks import Webhook
from service.domain.actors import SYSTEM
from service.events.webhook_secrets import decrypted, encrypted
from service.installation import Installation
from service.settings.keys import forget_old_secrets, read_secrets, rotate_secrets, rotated_at

REST: Final = timedelta(days=30)
"""Old secrets verify at least so long: longer than any session or ticket."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """What was done."""

    secrets: int
    """How many the key file holds now."""
    webhooks: int
    """Whose secrets were encrypted anew."""


def rotate(installation: Installation) -> Rotated:
    """A new secret that makes; all old ones go on verifying.

    Raises UsageError ``secret.elsewhere`` where the secret is not the key file's, SetupError ``settings.*``,
    ``database.*``.
    """
    _demand_own_file(installation)
    count = rotate_secrets(installation.settings.data_dir)
    return Rotated(count, _encrypt_anew(installation, "secret.rotate", count))


def forget_old(installation: Installation, *, compromised: bool = False) -> Rotated:
    """Only the newest secret is left; ``compromised`` where an old one is in other hands and that is worth the loss.

    Raises UsageError ``secret.too_soon``, ``secret.people_bound`` unless ``compromised``, and as :func:`rotate`.
    """
    _demand_own_file(installation)
    folder = installation.settings.data_dir
    since = rotated_at(folder)
    if since is None or len(read_secrets(folder)) < 2:
        return Rotated(len(read_secrets(folder)), 0)
    if not compromised:
        _demand_rest(installation, since)
    # While old secrets still decrypt.
    webhooks = _encrypt_anew(installation, "secret.forget_old", 1)
    forget_old_secrets(folder)
    return Rotated(1, webhooks)


def _demand_rest(installation: Installation, since: datetime) -> None:
    if installation.clock() - since < REST:
        raise UsageError(
            "secret.too_soon",
            Text(f"最近一次更换密钥不足 {REST.days} 天。", f"The last rotation is less than {REST.days} days ago."),
            Text("请到期后再清除旧密钥；密钥已泄露时加 --compromised。", "Wait, or say --compromised if it leaked."),
        )
    with installation.reading() as session:
        people = session.scalar(select(func.count()).select_from(Person).where(Person.created_at < since)) or 0
    if people:
        raise UsageError(
            "secret.people_bound",
            Text(
                f"有 {people} 名人员是在更换密钥前登记的，清除旧密钥后可能无法再识别其证件号码。",
                f"{people} people were registered before the rotation and might not be recognised without it.",
            ),
            Text(
                "请保留旧密钥；只有密钥已泄露时才加 --compromised，之后这些人员须重新登记。",
                "Keep the old secret. Only if it leaked say --compromised; such people are then registered anew.",
            ),
        )


def _demand_own_file(installation: Installation) -> None:
    if installation.settings.secret_key is not None:
        raise UsageError(
            "secret.elsewhere",
            Text(
                "密钥由 CERTLIGHT_SECRET_KEY 或设置文件提供，无法在此更换。",
                "The secret is given by CERTLIGHT_SECRET_KEY or the settings file; it cannot be rotated here.",
            ),
            Text(
                "请把现有密钥写入数据目录的 secret.key（权限 600），取消该设置并重启，再更换；"
                "或将新密钥放在首行、旧密钥放在次行。",
                "Put it into secret.key of the data directory (mode 600), unset it, restart, and rotate then; or write "
                "the new secret on the first line and the old one on the second.",
            ),
        )


def _encrypt_anew(installation: Installation, action: str, count: int) -> int:
    with installation.transaction() as session:
        webhooks = session.scalars(select(Webhook).with_for_update()).all()
        for webhook in webhooks:
            webhook.secret_encrypted = encrypted(installation, decrypted(installation, webhook.secret_encrypted))
        details = {"secrets": count, "webhooks": len(webhooks)}
        record(session, SYSTEM, action, "installation", "secret", at=installation.clock(), details=details)
    return len(webhooks)
