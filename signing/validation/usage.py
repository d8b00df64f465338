"""Equality of objects across revisions, and who refers to whom: an object may change only in its own role."""

from __future__ import annotations

import math
from collections.abc import Iterable

from pyhanko.pdf_utils.generic import pdf_string

from signing.validation.form import FormField, Page, fields, pages
from signing.validation.history import History
from signing.validation.indirect import Stream, references
from signing.validation.syntax import Value


def same(data: bytes, old: Value, new: Value) -> bool:
    """Whether two values of one file are the same object written twice, streams byte for byte.

    Numbers may be written with other digits, and strings of text in another of the encodings of ISO 32000-2 §7.9.2.2.
    """
    if isinstance(old, Stream) or isinstance(new, Stream):
        if not (isinstance(old, Stream) and isinstance(new, Stream)):
            return False
        return same(data, old.entries, new.entries) and data[old.start : old.end] == data[new.start : new.end]
    numbers = (int, float)
    if type(old) in numbers and type(new) in numbers:
        return math.isclose(old, new, rel_tol=1e-9, abs_tol=1e-6)
    if type(old) is not type(new):
        return False
    if type(old) is list:
        return len(old) == len(new) and all(same(data, *pair) for pair in zip(old, new, strict=True))
    if type(old) is dict:
        return old.keys() == new.keys() and all(same(data, old[key], new[key]) for key in old)
    if type(old) is bytes:
        return bool(old == new or _text(old) == _text(new))
    return bool(old == new)


class Usage:
    """Who refers to whom, pages and fields; read once per revision and kept."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._read: dict[int, list[tuple[int, frozenset[int]]]] = {}
        self._pages: dict[int, dict[int, Page]] = {}
        self._fields: dict[int, list[FormField]] = {}

    def pages(self, revision: int) -> dict[int, Page]:
        """Object number → page, in their order."""
        if revision not in self._pages:
            self._pages[revision] = {page.number: page for page in pages(self._history, revision)}
        return self._pages[revision]

    def fields(self, revision: int) -> list[FormField]:
        """All fields, in their order."""
        if revision not in self._fields:
            self._fields[revision] = fields(self._history, revision)
        return self._fields[revision]

    def ever_named(self, numbers: Iterable[int], revision: int) -> set[int]:
        """Those of ``numbers`` that any object up to ``revision`` refers to, whether it still counts or not."""
        wanted = set(numbers)
        return {number for index in range(revision + 1) for _, named in self._of(index) for number in named & wanted}

    def users(self, number: int, revision: int) -> set[int]:
        """Objects that count at ``revision`` and refer to ``number``."""
        return {
            user
            for index in range(revision + 1)
            for user, named in self._of(index)
            if number in named and self._counts(user, index, revision)
        }

    def _counts(self, number: int, index: int, revision: int) -> bool:
        where = self._history.definition(number, revision)
        return where is not None and where.index == index

    def _of(self, index: int) -> list[tuple[int, frozenset[int]]]:
        if index not in self._read:
            self._read[index] = [
                (number, frozenset(reference.number for reference in references(value)))
                for number, value in self._history.everything(self._history.revisions[index])
            ]
        return self._read[index]


def _text(value: bytes) -> str | None:
    decoded = pdf_string(value)
    return str(decoded) if isinstance(decoded, str) else None
