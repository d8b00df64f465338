"""What one piece of work on a sealed or to-be-sealed PDF may cost."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel, ConfigDict, Field

_MEBIBYTE: Final = 1024 * 1024


class SealLimits(BaseModel):
    """Measured on 2 cores: a seal of 1 page takes 0.02 s to validate, 64 seals of a 12 MB file 2 s."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_bytes: int = Field(default=256 * _MEBIBYTE, gt=0)
    """Largest PDF taken."""
    memory: int = Field(default=2048 * _MEBIBYTE, gt=0)
    """Address space of the confined process, bytes."""
    start_seconds: float = Field(default=20.0, gt=0)
    """Until the process has loaded its libraries."""
    validate_seconds: float = Field(default=10.0, gt=0)
    """One validation; past it the answer is INDETERMINATE."""
    compose_seconds: float = Field(default=60.0, gt=0)
    """Looking at, adopting or redrawing one PDF."""
