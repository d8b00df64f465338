"""Lines on a terminal that wrap under their own beginning."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text as Rich


def print_hanging(console: Console, line: Rich, indent: int = 0, lead: Rich | None = None) -> None:
    """Prints ``line`` after ``indent`` blanks and ``lead``; what does not fit goes on under its own beginning.

    Breaks inside words too long for the console; never leaves blanks at the end of a line.
    """
    first = Rich(" " * indent).append_text(lead or Rich())
    room = max(8, console.width - first.cell_len)
    for part in line.wrap(console, room, overflow="fold"):
        part.rstrip()
        console.print(first.append_text(part), soft_wrap=True)
        first = Rich(" " * max(0, console.width - room))
