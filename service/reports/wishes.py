"""What somebody orders: a report of a check or of a seal, or a list; as it stands in the job's payload."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import Discriminator, TypeAdapter

from certlight.text import Language
from service.reports.lists.wishes import DocumentsWish, OperationsWish, PerformancesWish, PushesWish


@dataclass(frozen=True, slots=True)
class CheckWish:
    """The report of one check."""

    document_id: str
    check_id: str
    format: Literal["pdf", "html"] = "pdf"
    what: Literal["check"] = "check"


@dataclass(frozen=True, slots=True)
class SealWish:
    """The seals of a sealed file, validated anew on the day of the report."""

    document_id: str
    seal_id: str
    what: Literal["seal"] = "seal"


Wish = CheckWish | SealWish | DocumentsWish | PerformancesWish | PushesWish | OperationsWish
_WISH: Final[TypeAdapter[Wish]] = TypeAdapter(Annotated[Wish, Discriminator("what")])


@dataclass(frozen=True, slots=True)
class Order:
    """A wish and the language it is to be fulfilled in."""

    wish: Wish
    language: Language

    def payload(self) -> dict[str, Any]:
        """For the job's row. Identifiers and settings: free text to search for may be somebody's name, and is none."""
        return {"wish": _WISH.dump_python(self.wish, mode="json"), "language": self.language}

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> Order:
        """What :meth:`payload` wrote. Raises ValueError."""
        return cls(_WISH.validate_python(payload["wish"]), "en" if payload["language"] == "en" else "zh")
