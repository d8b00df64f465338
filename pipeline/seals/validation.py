"""Validating an untrusted PDF within limits: whatever it does to the parser there is an answer, and never green."""

from __future__ import annotations

import hashlib
import math
import time
from types import TracebackType
from typing import Any, Final

from pydantic import ValidationError

from certlight.text import Text
from pipeline.confined.child import ChildFailed, ConfinedChild
from pipeline.seals.limits import SealLimits
from pipeline.seals.wire import POLICY, REPORT
from signing.validation.indication import Indication, SubIndication
from signing.validation.policy import ValidationPolicy
from signing.validation.report import Finding, SealReport

_WORKER: Final = "pipeline.seals.worker"
_TASKS_A_CHILD: Final = 2000
"""Validations after which the process is replaced, whatever its libraries kept."""


class Validator:
    """Validates PDFs one after another in one confined process, started on first use and again after a failure.

    Belongs to one thread; ``close`` or leaving a ``with`` block ends the process. Raises SetupError where the process
    cannot be started at all; nothing else.
    """

    def __init__(self, limits: SealLimits | None = None) -> None:
        self._limits = limits or SealLimits()
        self._child: ConfinedChild | None = None
        self._done = 0

    def validate(self, pdf: bytes, policy: ValidationPolicy) -> SealReport:
        """The report on ``pdf``. A file too large, too slow or fatal to the parser is INDETERMINATE, and told why."""
        if len(pdf) > self._limits.max_bytes:
            return _given_up(pdf, policy, "seal.too_large", _TOO_LARGE)
        try:
            answer = self._ask({"op": "validate", "policy": POLICY.dump_json(policy).decode("utf-8")}, pdf)
            return REPORT.validate_json(str(answer.get("report")))
        except ValidationError:
            self.close()
            return _given_up(pdf, policy, "seal.unprocessable", _UNPROCESSABLE)
        except ChildFailed as failed:
            self.close()
            if failed.kind in ("time", "memory"):
                return _given_up(pdf, policy, "seal.too_complex", _TOO_COMPLEX)
            return _given_up(pdf, policy, "seal.unprocessable", _UNPROCESSABLE)

    def close(self) -> None:
        """End the process; the next validation starts another."""
        if self._child is not None:
            self._child.kill()
            self._child = None

    def __enter__(self) -> Validator:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, request: dict[str, Any], data: bytes) -> dict[str, Any]:
        limits = self._limits
        if self._done >= _TASKS_A_CHILD:
            self.close()
        if self._child is None:
            processor = math.ceil(limits.start_seconds + limits.validate_seconds * _TASKS_A_CHILD)
            self._child = ConfinedChild(_WORKER, limits.memory, processor, time.monotonic() + limits.start_seconds)
            self._done = 0
        self._done += 1
        answer, _ = self._child.ask(request, data, time.monotonic() + limits.validate_seconds, 0)
        return answer


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
