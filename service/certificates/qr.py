"""The QR code of a digital certificate: the address where anybody can look it up."""

from __future__ import annotations

import io
from typing import Literal
from urllib.parse import quote

import segno


def lookup_address(public_url: str, unique_code: str) -> str:
    """``https://…/c/CL1.…``: short, since every character makes the picture finer."""
    return f"{public_url}/c/{quote(unique_code, safe='.')}"


def qr_picture(address: str, kind: Literal["svg", "png"]) -> bytes:
    """A QR code (ISO/IEC 18004) that bears a quarter of it being soiled or covered, four modules of quiet around it."""
    made = segno.make(address, error="q", micro=False)
    written = io.BytesIO()
    if kind == "svg":
        made.save(written, kind="svg", scale=8, border=4, light="#fff", title="数字证照", omitsize=False)
    else:
        made.save(written, kind="png", scale=8, border=4)
    return written.getvalue()
