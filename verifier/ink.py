"""The characters of one reading, each with its confidence and the place it was read at."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rapidfuzz.distance import Levenshtein

from extractors.kinds.folding import (
    folded,
    upper,
    with_middle_dots,
    with_plain_dashes,
    with_plain_quotes,
    with_round_brackets,
)
from extractors.reading import FieldReading, Span


@dataclass(frozen=True, slots=True)
class Mark:
    """One printed character. ``span`` and ``index`` say which character of which line; None where unknown."""

    char: str
    confidence: float
    span: int | None = None
    index: int = 0


Ink = tuple[Mark, ...]


def ink_of(reading: FieldReading) -> Ink:
    """The printed characters in reading order; without spans, the raw text at the confidence of the whole."""
    if not reading.spans:
        return tuple(Mark(char, reading.confidence) for char in reading.raw)
    marks: list[Mark] = []
    for number, span in enumerate(reading.spans):
        chars = span.line.chars
        for index in range(span.start, min(span.end, len(span.line.text))):
            confidence = chars[index].confidence if index < len(chars) else span.line.confidence
            marks.append(Mark(span.line.text[index], confidence, number, index))
    return tuple(marks)


def text_of(ink: Ink) -> str:
    return "".join(mark.char for mark in ink)


def placed(value: str, ink: Ink) -> tuple[int | None, ...]:
    """For every character of a canonical value the index of the ink it was read from, None where none corresponds."""
    flat = [(char, i) for i, mark in enumerate(ink) for char in _plain(mark.char)]
    found: list[int | None] = [None] * len(value)
    for op in Levenshtein.opcodes(upper(value).translate(_SPELLINGS), "".join(char for char, _ in flat)):
        if op.tag == "equal" or (op.tag == "replace" and op.src_end - op.src_start == op.dest_end - op.dest_start):
            for source, target in zip(range(op.src_start, op.src_end), range(op.dest_start, op.dest_end), strict=True):
                found[source] = flat[target][1]
    return tuple(found)


def part_of(reading: FieldReading, member: str) -> FieldReading:
    """The reading of one entry of a list: its own ink, confidence and regions as far as they can be told apart."""
    whole = replace(reading, value=member, raw=member)
    if not reading.spans:
        return whole
    ink = ink_of(reading)
    flat = [(char, i) for i, mark in enumerate(ink) for char in _plain(mark.char)]
    at = "".join(char for char, _ in flat).find("".join(_plain(char) for char in member))
    if at < 0:
        return whole
    own = sorted({i for _, i in flat[at : at + len(member)]})
    spans: list[Span] = []
    for number, span in enumerate(reading.spans):
        inside = [ink[i].index for i in own if ink[i].span == number]
        if inside:
            spans.append(replace(span, start=min(inside), end=max(inside) + 1))
    return replace(
        whole, spans=tuple(spans), confidence=min((ink[i].confidence for i in own), default=whole.confidence)
    )


_SPELLINGS = str.maketrans("、壹贰叁肆伍", ",一二三四五")


def _plain(char: str) -> str:
    """One character as canonical forms spell it, upper case: enough to line a value up with its ink."""
    text = with_plain_quotes(with_middle_dots(with_plain_dashes(with_round_brackets(folded(char)))))
    return upper(text).translate(_SPELLINGS)
