"""What a report is about: one file, what the validation found, and the embedded claim checked again."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from certlight.errors import InputRefused
from certlight.light import Light
from certlight.text import Text
from signing.enclosure import Enclosure
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


@dataclass(frozen=True)
class ValidatedFile:
    """One validated file under the name people know it by; what follows from it is found once."""

    name: str
    """Shown to people, never opened."""
    report: SealReport
    recheck: Recheck | None = None

    @cached_property
    def enclosed_light(self) -> Light | None:
        """Of the verdict that was sealed with the entries; None where the file holds none that says one."""
        try:
            verdict = Enclosure.from_json(self.report.enclosure).verdict if self.report.enclosure is not None else None
        except InputRefused:
            return None
        word = verdict.get("light") if verdict is not None else None
        return next((light for light in Light if light.word == word), None)

    @property
    def entries(self) -> Recheck | None:
        """What is to be said of the enclosed entries: the recheck, else what was wrong when they were sealed."""
        sealed = self.enclosed_light
        if self.recheck is not None or sealed in (None, Light.GREEN):
            return self.recheck
        return Recheck(sealed, _SEALED_AS[sealed])

    @property
    def light(self) -> Light:
        """The light people decide by: a valid seal over entries that do not match the pages is not green."""
        entries = self.entries
        return Light.worst([report_light(self.report), *([entries.light] if entries is not None else [])])


_SEALED_AS: Final = {
    Light.YELLOW: Text(
        "随签章封存的填报数据在签章时为黄灯，须人工核对。",
        "The enclosed entries were yellow when they were sealed; a person has to look.",
    ),
    Light.RED: Text(
        "随签章封存的填报数据在签章时即为红灯：与页面不一致。",
        "The enclosed entries were red when they were sealed: they contradict the pages.",
    ),
}
