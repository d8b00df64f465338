"""What a report is about: one file, what the validation found, and the embedded claim checked again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from certlight.light import Light
from certlight.text import Text
from signing.validation.light import report_light
from signing.validation.report import SealReport


@dataclass(frozen=True, slots=True)
class Recheck:
    """The entries inside the file, held once more against its visible pages. Made by ``pipeline`` (``--recheck``)."""

    light: Light
    message: Text
    """One sentence for a clerk."""
    document: dict[str, Any] | None = field(default=None, hash=False)
    """A document of ``certlight.verify/1``; None where there was nothing to check again."""


@dataclass(frozen=True, slots=True)
class ValidatedFile:
    """One validated file under the name people know it by."""

    name: str
    """Shown to people, never opened."""
    report: SealReport
    recheck: Recheck | None = None

    @property
    def light(self) -> Light:
        """The light people decide by: a valid seal over entries that do not match the pages is not green."""
        return Light.worst([report_light(self.report), *([self.recheck.light] if self.recheck else [])])
