"""The text that a PDF page shows, as lines in pixels of the page as drawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pypdfium2
import pypdfium2.raw as pdfium

from signing.composition.page import RecognisedLine

_MAX_CHARACTERS: Final = 40_000
"""Of one page; ten times a dense one."""
_Box = tuple[float, float, float, float]


def visible_lines(page: Any, bitmap: Any) -> tuple[RecognisedLine, ...]:
    """Lines of the text layer of a pypdfium2 ``page`` that are drawn visibly and run rightwards on ``bitmap``.

    What the file claims to be text; whether the pixels say the same is for others to judge.
    """
    text = page.get_textpage()
    place = bitmap.get_posconv(page)
    lines: list[RecognisedLine] = []
    characters: list[tuple[str, _Box]] = []
    for character, box in [*_characters(text, place), ("\n", None)]:
        if character not in "\r\n":
            if box is not None:
                characters.append((character, box))
            elif characters:
                characters.append((character, characters[-1][1]))
            continue
        lines += _line(characters)
        characters = []
    text.close()
    return tuple(lines)


def _characters(text: Any, place: Any) -> Iterator[tuple[str, _Box | None]]:
    """Visible characters with their boxes; None for those that PDFium made up, like spaces between words."""
    for index in range(min(text.count_chars(), _MAX_CHARACTERS)):
        code = pdfium.FPDFText_GetUnicode(text, index)
        character = chr(code) if 0 < code < 0x110000 else "\N{REPLACEMENT CHARACTER}"
        if pdfium.FPDFText_IsGenerated(text, index):
            yield character, None
            continue
        drawn = pdfium.FPDFText_GetTextObject(text, index)
        if drawn and pdfium.FPDFTextObj_GetTextRenderMode(drawn) == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE:
            continue
        try:
            left, bottom, right, top = text.get_charbox(index, loose=True)
            (ax, ay), (bx, by) = place.to_bitmap(left, bottom), place.to_bitmap(right, top)
        except pypdfium2.PdfiumError:
            continue
        yield character, (min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))


def _line(characters: list[tuple[str, _Box]]) -> list[RecognisedLine]:
    """One line, if it has text and runs rightwards."""
    words = "".join(character for character, _ in characters).strip()
    if not words:
        return []
    boxes = [box for character, box in characters if not character.isspace()]
    x0, y0 = min(box[0] for box in boxes), min(box[1] for box in boxes)
    x1, y1 = max(box[2] for box in boxes), max(box[3] for box in boxes)
    tallest = max(box[3] - box[1] for box in boxes)
    if boxes[-1][0] < boxes[0][0] or y1 - y0 > 2 * tallest or x1 <= x0 or y1 <= y0:
        return []
    return [RecognisedLine(words, ((x0, y0), (x1, y0), (x1, y1), (x0, y1)))]
