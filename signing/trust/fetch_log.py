"""What the last fetch of each address gave, kept beside the cache for ``certlight pki status``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from certlight.errors import UsageError
from certlight.text import Text


class Outcome(StrEnum):
    """How a fetch ended."""

    REPLACED = "replaced"
    """A newer list is in the cache."""
    UNCHANGED = "unchanged"
    """The same list, or one as old."""
    FAILED = "failed"
    """Nothing was written; ``code`` says why."""


class FetchRecord(BaseModel):
    """One address, fetched once."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str
    at: AwareDatetime
    outcome: Outcome
    code: str = ""
    """Stable reason of a failure, ``online.timeout``; of a notice, ``crl.stale``; empty where all is well."""
    zh: str = ""
    en: str = ""
    this_update: AwareDatetime | None = None
    next_update: AwareDatetime | None = None
    """Of the list that is in the cache after the fetch, where it was seen."""
    last_success: AwareDatetime | None = None
    """The last fetch that did not fail, this one included."""

    @property
    def text(self) -> Text:
        """The reason in words; empty where all is well."""
        return Text(self.zh, self.en)

    def after(self, previous: FetchRecord | None, at: datetime) -> FetchRecord:
        """The same, knowing when a fetch last succeeded."""
        success = at if self.outcome is not Outcome.FAILED else previous.last_success if previous else None
        return self.model_copy(update={"last_success": success})


class _Log(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_: Literal["certlight.fetched/1"] = Field(default="certlight.fetched/1", alias="schema")
    records: tuple[FetchRecord, ...] = ()


def log_to_json(records: Iterable[FetchRecord]) -> bytes:
    """The log as UTF-8 JSON."""
    log = _Log(records=tuple(records))
    return log.model_dump_json(by_alias=True, indent=1).encode()


def log_from_json(data: bytes, name: str) -> dict[str, FetchRecord]:
    """Address → record. Raises UsageError ``trust.log_malformed``."""
    try:
        return {record.url: record for record in _Log.model_validate_json(data).records}
    except ValidationError as error:
        raise UsageError(
            "trust.log_malformed",
            Text(f"{name} 已损坏。", f"{name} is damaged."),
            Text("请删除该文件，再运行 certlight pki fetch。", "Delete the file and run certlight pki fetch."),
        ) from error
