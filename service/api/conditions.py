"""ETag and If-Match (RFC 9110 §13): nobody overwrites what somebody else changed since they looked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Header

from certlight.errors import UsageError
from certlight.text import Text

_TAG: Final = re.compile(r'"([1-9][0-9]{0,17})"')
_VERSION_TAG: Final = re.compile(r'"([1-9][0-9]{0,8})\.([1-9][0-9]{0,17})"')


def etag(row_version: int) -> str:
    """The strong entity tag of a row."""
    return f'"{row_version}"'


def version_etag(number: int, row_version: int) -> str:
    """The strong entity tag of a document: which of its versions was looked at, and how often that had been changed."""
    return f'"{number}.{row_version}"'


@dataclass(frozen=True, slots=True)
class Seen:
    """The version of a document that the client looked at."""

    number: int
    row_version: int

    @property
    def pair(self) -> tuple[int, int]:
        """Both, as use cases take them."""
        return self.number, self.row_version


def expected(
    if_match: Annotated[str | None, Header(description="ETag of what was looked at.", examples=['"3"'])] = None,
) -> int:
    """The ``row_version`` that the client saw. Raises UsageError ``precondition.*``."""
    return int(_matched(_TAG, if_match)[1])


def expected_version(
    if_match: Annotated[
        str | None, Header(description="ETag of the document that was looked at.", examples=['"1.3"'])
    ] = None,
) -> Seen:
    """The version that the client saw. Raises UsageError ``precondition.*``."""
    tag = _matched(_VERSION_TAG, if_match)
    return Seen(int(tag[1]), int(tag[2]))


def _matched(pattern: re.Pattern[str], if_match: str | None) -> re.Match[str]:
    if if_match is None:
        raise UsageError(
            "precondition.required",
            Text("修改时须说明依据的是哪个版本。", "A change has to say what it starts from."),
            Text("请在 If-Match 头中给出读取时得到的 ETag。", "Send the ETag you were given as If-Match."),
        )
    tag = pattern.fullmatch(if_match.strip())
    if tag is None:
        raise UsageError(
            "precondition.malformed",
            Text("If-Match 头无效。", "If-Match is malformed."),
            Text("请原样给出读取时得到的 ETag。", "Send the ETag as it was given, quotes included."),
        )
    return tag


Expected = Annotated[int, Depends(expected)]
ExpectedVersion = Annotated[Seen, Depends(expected_version)]
