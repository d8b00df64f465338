"""The README of a demonstration's folder."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from certlight.china import day
from signing.enclosure import Party

_CONDITIONS = {
    "good": ("有效", "good"),
    "expired": ("已过期", "expired"),
    "revoked": ("已吊销", "revoked"),
}


def readme(address: str, keys: Sequence[tuple[Path, Party, str]], password: str, at: datetime, end: datetime) -> str:
    """What the folder holds and how to use it, in both languages."""
    rows = "\n".join(
        f"  enterprises/{file.name}  {party.name}  {party.credit_code}  {_CONDITIONS[condition][0]} / "
        f"{_CONDITIONS[condition][1]}"
        for file, party, condition in keys
    )
    return f"""certlight 演示用 PKI（不可用于正式业务）
certlight demonstration PKI - not for production

这里的私钥没有加密、口令写在下面，仅供试用；正式环境会拒绝这里的证书。
Private keys lie here unencrypted and the password stands below: for trying things out only. Production refuses them.

口令 / password: {password}

{rows}

trust/               可直接使用的信任库 / a ready trust store:  certlight validate FILE.pdf --trust trust
keys/                全部私钥（未加密）/ all private keys, not encrypted
pki.yaml             证书说明（certomancer 格式）/ the certificates, as certomancer describes them

时间戳、OCSP 与吊销列表服务 / time stamps, OCSP and revocation lists:  certlight pki serve
  {address}

吊销列表签发于 {day(at)}，有效至 {day(end)}；再次运行 certlight pki demo 可续期，密钥和证书不变。
The revocation lists were made on {day(at)} and are fresh until {day(end)}.
Run certlight pki demo again to renew them; keys and certificates stay.
"""
