"""One thing that speaks against a file being a PDF/A."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ConformanceFinding:
    """One finding; for developers and operators, in English only."""

    rule: str
    """Section of ISO 19005-3, or an identifier of pikepdf's validator: ``ISO_19005_3:6.8-5``, ``pikepdf:…``."""
    where: str
    message: str
    kind: Literal["violation", "unchecked"] = "violation"

    def __str__(self) -> str:
        return f"[{self.kind}] {self.rule} at {self.where}: {self.message}"
