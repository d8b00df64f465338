"""A PDF that came as a PDF, kept byte for byte: is it fit to be sealed, and its entries enclosed."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pydantic import ValidationError

from certlight.errors import CertlightError, InputRefused
from certlight.text import Text
from pipeline.confined.child import ChildFailed
from pipeline.seals.process import SealProcess
from pipeline.seals.wire import FITNESS
from signing.composition.fitness import Fitness
from signing.composition.refusals import refusal
from signing.enclosure import Enclosure

_ROOM: Final = 16 * 1024 * 1024
"""Bytes that enclosing adds at most: the enclosure and a cross-reference section."""


def look(pdf: bytes, process: SealProcess) -> Fitness:
    """Whether ``pdf`` is fit to be sealed as it is. Raises InputRefused where it cannot be told."""
    try:
        facts, _ = process.ask({"op": "look"}, pdf, process.limits.compose_seconds)
        return FITNESS.validate_json(str(facts.get("fitness")))
    except (ChildFailed, ValidationError) as failed:
        raise _refused(failed) from failed


def adopted(pdf: bytes, enclosure: Enclosure, created_at: datetime, process: SealProcess) -> bytes:
    """``pdf`` with the entries enclosed behind its own bytes. Raises InputRefused ``compose.*``, ``seal.*``."""
    request = {
        "op": "adopt",
        "enclosure": enclosure.to_json().decode("utf-8"),
        "created_at": created_at.isoformat(),
    }
    try:
        _, product = process.ask(request, pdf, process.limits.compose_seconds, most=len(pdf) + _ROOM)
    except ChildFailed as failed:
        raise _refused(failed) from failed
    if not product.startswith(pdf):
        raise refusal("compose.pdf_malformed")
    return product


def rewritten(pdf: bytes, process: SealProcess) -> bytes:
    """The same pages in a new file, without what is not part of them. Raises InputRefused ``compose.*``."""
    try:
        _, product = process.ask({"op": "rewrite"}, pdf, process.limits.compose_seconds, most=2 * len(pdf) + _ROOM)
    except ChildFailed as failed:
        raise _refused(failed) from failed
    return product


def _refused(failed: Exception) -> CertlightError:
    """What the process said no with, or that the file was too much for it."""
    facts = failed.facts if isinstance(failed, ChildFailed) else {}
    match facts:
        case {"code": str(code), "said": [str(zh), str(en), str(remedy_zh), str(remedy_en)]}:
            return InputRefused(code, Text(zh, en), Text(remedy_zh, remedy_en))
    if isinstance(failed, ChildFailed) and failed.kind in ("time", "memory"):
        return refusal("compose.pdf_too_complex")
    return refusal("compose.pdf_malformed")
