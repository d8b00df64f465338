"""Lists in pages: a cursor names the last row seen, so that rows added meanwhile neither repeat nor vanish."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeVar

from fastapi import Depends, Query

from certlight.errors import UsageError
from certlight.text import Text

LARGEST: Final = 200
Row = TypeVar("Row")
Cursor = tuple[str | int | None, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list a request asks for."""

    limit: int
    after: Cursor | None
    """Sort values of the last row seen, ending in its id; None at the beginning."""

    @property
    def wanted(self) -> int:
        """Rows to fetch: one more than are shown tells whether there are more."""
        return self.limit + 1

    def place(self, *kinds: type) -> Cursor | None:
        """The cursor, once its values are of these kinds: one list's cursor is none of another's, and a database
        would fail comparing a number with a text. Raises UsageError ``request.cursor``."""
        if self.after is None:
            return None
        if len(self.after) != len(kinds) or not all(map(isinstance, self.after, kinds)):
            raise refused_cursor()
        return self.after

    def after_id(self) -> str:
        """For lists ordered by identifier alone: the last one seen, or an empty text. Raises as :meth:`place`."""
        place = self.place(str)
        return str(place[0]) if place else ""

    def cut(self, rows: Sequence[Row], key: Callable[[Row], Cursor]) -> tuple[Sequence[Row], str | None]:
        """The rows to show of those fetched, and the cursor of the next page."""
        shown = rows[: self.limit]
        return shown, written(key(shown[-1])) if len(rows) > self.limit else None


def written(cursor: Cursor) -> str:
    """As clients carry it."""
    text = json.dumps(list(cursor), ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(text: str) -> Cursor:
    """What :func:`written` wrote. Raises UsageError ``request.cursor``."""
    try:
        values: Any = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        raise refused_cursor() from None
    # Numbers of more than 64 bits would fail in the database.
    if not isinstance(values, list) or not 0 < len(values) <= 4:
        raise refused_cursor()
    if not all(
        v is None or (isinstance(v, str) and _keepable(v)) or (type(v) is int and abs(v) < 2**62) for v in values
    ):
        raise refused_cursor()
    return tuple(values)


def _keepable(text: str) -> bool:
    """Whether databases have a place for it: neither U+0000 nor half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def refused_cursor() -> UsageError:
    """A cursor that this list never gave."""
    return UsageError(
        "request.cursor",
        Text("分页位置无效。", "This cursor is none of ours."),
        Text("请从第一页重新查询。", "Ask for the first page again."),
    )


def window(
    limit: Annotated[int, Query(ge=1, le=LARGEST, description="Entries a page.")] = 50,
    cursor: Annotated[str | None, Query(max_length=500, description="``next`` of the page before.")] = None,
) -> Window:
    """The dependency."""
    return Window(limit, None if cursor is None else read(cursor))


Windowed = Annotated[Window, Depends(window)]
