"""Validating an untrusted PDF within limits: whatever it does to the parser there is an answer, and never green."""

from __future__ import annotations

import hashlib
from typing import Final

from pydantic import ValidationError

from certlight.text import Text
from pipeline.confined.child import ChildFailed
from pipeline.seals.process import SealProcess
from pipeline.seals.wire import POLICY, REPORT
from signing.validation.indication import Indication, SubIndication
from signing.validation.policy import ValidationPolicy
from signing.validation.report import Finding, SealReport


def validate_confined(pdf: bytes, policy: ValidationPolicy, process: SealProcess) -> SealReport:
    """The report on ``pdf``. A file too large, too slow or fatal to the parser is INDETERMINATE, and told why.

    Raises SetupError where the process cannot be started at all; nothing else.
    """
    if len(pdf) > process.limits.max_bytes:
        return _given_up(pdf, policy, "seal.too_large", _TOO_LARGE)
    request = {"op": "validate", "policy": POLICY.dump_json(policy).decode("utf-8")}
    try:
        facts, _ = process.ask(request, pdf, process.limits.validate_seconds)
        return REPORT.validate_json(str(facts.get("report")))
    except ValidationError:
        process.close()
        return _given_up(pdf, policy, "seal.unprocessable", _UNPROCESSABLE)
    except ChildFailed as failed:
        if failed.kind in ("time", "memory"):
            return _given_up(pdf, policy, "seal.too_complex", _TOO_COMPLEX)
        return _given_up(pdf, policy, "seal.unprocessable", _UNPROCESSABLE)


_TOO_LARGE: Final = Text(
    "文件过大，无法验证签章；请勿采信。", "The file is too large for its seals to be validated; do not rely on it."
)
_TOO_COMPLEX: Final = Text(
    "文件结构过于复杂，未能在限定的时间与内存内验证签章；请勿采信。",
    "The file is too complex: its seals could not be validated within time and memory; do not rely on it.",
)
_UNPROCESSABLE: Final = Text(
    "文件无法解析，签章未能验证；请勿采信。",
    "The file cannot be parsed, its seals could not be validated; do not rely on it.",
)


def _given_up(pdf: bytes, policy: ValidationPolicy, code: str, text: Text) -> SealReport:
    finding = Finding(code, text, Indication.INDETERMINATE, SubIndication.GENERIC)
    return SealReport((), (finding,), policy.at, hashlib.sha256(pdf).hexdigest())
