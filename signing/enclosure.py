"""The entries that travel inside a sealed PDF, so that one seal covers pages and entries.

The enclosure is one JSON file embedded in the PDF under a fixed name, associated with the document as its data
(``/AFRelationship /Data``, ISO 32000-2 §14.13, ISO 19005-3 §6.8). ``signing`` carries it without judging it: claim and
verdict are opaque JSON to this package, written and read again by ``pipeline``.
"""

from __future__ import annotations

import json
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from certlight.errors import InputRefused
from certlight.text import Text

ENCLOSURE_NAME: Final = "certlight-enclosure.json"
"""File name of the embedded file, in the name tree and the file specification."""
ENCLOSURE_BYTES: Final = 8 * 1024 * 1024
"""An enclosure larger than this is refused: 200 marks and 20,000 characters of entries need less than 1 MB."""


class Party(BaseModel):
    """An enterprise that the document is of, or that is to seal it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = ""
    """Full registered name; compared after folding of width, brackets and white space."""
    credit_code: str = ""
    """Unified social credit code, GB 32100-2015; empty where unknown."""


class SealedPage(BaseModel):
    """One page of the sealed PDF and the upload it shows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scan_sha256: str
    """SHA-256 of the uploaded file, lower-case hex."""
    scan_page: int = Field(ge=0)
    """Page or frame within that file, from 0."""
    width: int = Field(default=0, ge=0)
    height: int = Field(default=0, ge=0)
    """Pixels of the straightened page, in which the claim's marks are measured; 0 where nothing was marked or read."""


class Enclosure(BaseModel):
    """Entries, marks, verdict and template version of the document that the PDF shows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_: Literal["certlight.enclosure/1"] = Field(default="certlight.enclosure/1", alias="schema")
    doc_type: str
    template: str
    """Template and version, ``business_license@1``."""
    claim: dict[str, Any]
    """claim.json as entered: ``doc_type``, ``entered``, ``marks``."""
    verdict: dict[str, Any] | None = None
    """The document of ``certlight.verify/1`` that the check gave; null for a document sealed without a check."""
    parties: tuple[Party, ...] = ()
    """Who may seal this document; the first is the enterprise whose document it is. Empty: not stated."""
    pages: tuple[SealedPage, ...] = ()
    created_at: str
    """ISO 8601 with offset; what the composing machine's clock said, proven only by a timestamp over it."""

    def to_json(self) -> bytes:
        """UTF-8 JSON with sorted keys: the same enclosure always has the same bytes."""
        return json.dumps(self.model_dump(by_alias=True), ensure_ascii=False, sort_keys=True, indent=1).encode("utf-8")

    @classmethod
    def from_json(cls, data: bytes) -> Enclosure:
        """Raises InputRefused ``enclosure.malformed``."""
        try:
            if len(data) > ENCLOSURE_BYTES:
                raise ValueError("too large")
            return cls.model_validate_json(data)
        except (ValidationError, ValueError) as error:
            raise InputRefused(
                "enclosure.malformed",
                Text("PDF 内嵌的填报数据已损坏。", "The entries embedded in the PDF are damaged."),
                Text("请重新生成并签章该文件。", "Compose and seal the document again."),
            ) from error
