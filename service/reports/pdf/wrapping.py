"""Text broken into lines that fit a width: between Chinese characters, at spaces, anywhere in long codes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from service.reports.pdf.blocks import Run, Runs

Measure = Callable[[str, float], float]
"""Width of a text at a size in points, in millimetres."""
_WORD: Final = re.compile(r"[!-~]+|\s|.", re.DOTALL)
_NOT_FIRST: Final = frozenset("，。；：、！？）》」』】〉”’…·%％")
"""What never begins a line (GB/T 15834-2011)."""


def wrapped(runs: Runs, width: float, measure: Measure) -> list[Runs]:
    """Lines of at most ``width`` millimetres; at least one."""
    lines: list[Runs] = []
    line: list[Run] = []
    used = 0.0
    for run, word in _words(runs, width, measure):
        if word == "\n":
            lines.append(_joined(line))
            line, used = [], 0.0
            continue
        wide = measure(word, run.size)
        if line and used + wide > width and word[0] not in _NOT_FIRST:
            lines.append(_joined(line))
            line, used = [], 0.0
            if word.isspace():
                continue
        line.append(replace(run, text=word))
        used += wide
    lines.append(_joined(line))
    return lines


def _words(runs: Runs, width: float, measure: Measure) -> Iterator[tuple[Run, str]]:
    """Pieces that are kept together: a Chinese character, a Latin word, or as much of a long code as a line holds."""
    for run in runs:
        for found in _WORD.findall(run.text.replace("\t", " ")):
            word: str = found
            while len(word) > 1 and measure(word, run.size) > width:
                fits = _fitting(word, run.size, width, measure)
                yield run, word[:fits]
                word = word[fits:]
            yield run, word


def _fitting(word: str, size: float, width: float, measure: Measure) -> int:
    low, high = 1, len(word)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(word[:middle], size) <= width else (low, middle - 1)
    return low


def _joined(words: list[Run]) -> Runs:
    joined: list[Run] = []
    for word in words:
        if joined and replace(joined[-1], text="") == replace(word, text=""):
            joined[-1] = replace(word, text=joined[-1].text + word.text)
        else:
            joined.append(word)
    return tuple(joined)
