"""Blocks drawn on A4 sheets, one after another."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from fontTools.ttLib import TTFont

from certlight.errors import SetupError
from certlight.paths import fonts_dir
from certlight.text import Text
from certlight.truetype import truetype
from service.reports.pdf.blocks import (
    COLOURS,
    INK,
    LINE,
    NAVY,
    SOFT,
    SOFT_COLOURS,
    Block,
    Figure,
    Heading,
    Paragraph,
    Run,
    Table,
    Verdict,
    texts,
)
from service.reports.pdf.paper import BOTTOM, HEIGHT, INNER, MARGIN, TOP, Imprint, Paper, height, writable
from service.reports.pdf.tables import draw_table

FONT_FILE: Final = "NotoSansSC-Regular.otf"
_ALWAYS: Final = "".join(map(chr, range(32, 127))) + "·—–…□"


def printed(blocks: Sequence[Block], imprint: Imprint) -> bytes:
    """The PDF. Raises SetupError ``fonts.missing``; characters that the font does not have are named by their code."""
    font = fonts_dir() / FONT_FILE
    known = _characters(font)
    everything = tuple(blocks)
    characters = set(_ALWAYS) | set(imprint.title) | set(imprint.page) | set(imprint.number)
    for text in texts(everything):
        characters.update(writable(text, known))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.ttf"
        file.write_bytes(truetype(font, "".join(sorted(characters))))
        paper = Paper(imprint, file, known)
        paper.add_page()
        for block in everything:
            _draw(paper, block)
        return bytes(paper.output())


def _characters(font: Path) -> frozenset[int]:
    try:
        with TTFont(font, lazy=True) as opened:
            return frozenset(opened.getBestCmap())
    except OSError as error:
        raise SetupError(
            "fonts.missing",
            Text(f"未找到中文字体文件 {font.name}。", f"The Chinese font file {font.name} was not found."),
            Text("请先运行 certlight samples fonts。", "Run `certlight samples fonts` first."),
        ) from error


def _draw(paper: Paper, block: Block) -> None:
    match block:
        case Heading():
            paper.room(22)
            paper.write_at(Run(block.text, NAVY, 11.5), MARGIN, paper.y + 7)
            paper.y += 10
        case Paragraph():
            for line in paper.lines(block.runs, INNER - block.indent):
                paper.room(height(line))
                paper.draw_line(line, MARGIN + block.indent)
            paper.y += 1
        case Verdict():
            _verdict(paper, block)
        case Table():
            draw_table(paper, block)
        case Figure():
            _figure(paper, block)


def _verdict(paper: Paper, block: Verdict) -> None:
    meaning = paper.lines((Run(block.meaning, INK, 10),), INNER - 44)
    tall = max(16.0, sum(map(height, meaning)) + 6)
    paper.set_fill_color(*SOFT_COLOURS[block.light])
    paper.rect(MARGIN, paper.y, INNER, tall, style="F")
    paper.set_fill_color(*COLOURS[block.light])
    paper.rect(MARGIN, paper.y, 36, tall, style="F")
    paper.write_at(Run(block.word, (255, 255, 255), 14), MARGIN + 5, paper.y + tall / 2 + 1.8)
    top = paper.y
    paper.y += (tall - sum(map(height, meaning))) / 2
    for line in meaning:
        paper.draw_line(line, MARGIN + 40)
    paper.y = top + tall + 4


def _figure(paper: Paper, figure: Figure) -> None:
    paper.add_page()
    most = HEIGHT - TOP - BOTTOM - 8
    picture = figure.picture
    scale = min(INNER / picture.width, most / picture.height)
    width, height = picture.width * scale, picture.height * scale
    x = MARGIN + (INNER - width) / 2
    paper.write_at(Run(figure.caption, SOFT, 8.5), MARGIN, paper.y)
    top = paper.y + 3
    paper.image(io.BytesIO(picture.jpeg), x, top, width, height)
    paper.set_draw_color(*LINE)
    paper.rect(x, top, width, height)
    for frame in figure.frames:
        left, upper = x + width * frame.left / 100, top + height * frame.top / 100
        paper.set_draw_color(*frame.colour)
        paper.set_line_width(0.45)
        paper.rect(left, upper, width * frame.width / 100, height * frame.height / 100)
        if frame.label:
            tag = paper.measure(frame.label, 6.5) + 1.6
            paper.set_fill_color(*frame.colour)
            paper.rect(left, max(top, upper - 3.2), tag, 3.2, style="F")
            paper.write_at(Run(frame.label, (255, 255, 255), 6.5), left + 0.8, max(top, upper - 3.2) + 2.4)
    paper.y = top + height + 3
