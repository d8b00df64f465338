"""Whether the text layer of a PDF page says what its pixels show.

A text layer is what the file claims; the pixels are what a person sees and what the seal will stand on. Layers lie by
accident (broken ToUnicode maps, recognised text of poor quality) and on purpose (invisible text over visible text). So
a layer is believed only after three tests, each cheaper than the next: can its characters be text at all, is there ink
where it claims text, and do some of its lines, read from the pixels, say the same. A sample can miss a single altered
line; whoever takes a value from the layer has ``verify_lines`` read exactly those lines before it counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from rapidfuzz.distance import Levenshtein

from certlight.text import Text
from extractors.engines.protocol import Recognition
from extractors.geometry import Box, Quad
from extractors.kinds import folding
from extractors.layer_ink import ink_of, lacks_ink, snapped, uncovered_share
from extractors.layer_text import implausible, length
from extractors.page import BgrImage, LayerWord, Page
from extractors.reading import Notice
from extractors.text import Char, TextLine

SAMPLE_LINES: Final = 8
"""Lines of a page read from the pixels; 8 × 55 ms of one core, against 5 s for reading the page."""
MIN_LINE: Final = 4
"""Characters a line needs to be worth reading: below, one misread character weighs too much."""
MIN_SIMILARITY: Final = 0.9
"""Share of characters in common from which a sampled line speaks for the layer. The recogniser errs in 0.1 % of the
characters of clean print, but differs from layers in punctuation and symbols."""
OTHER_TEXT: Final = 0.75
"""Similarity below which a line says something else rather than being misread."""
MIN_CONFIDENCE: Final = 0.6
"""Mean character confidence below which the recogniser cannot tell; the line then says nothing for or against."""
SURE: Final = 0.9
"""Confidence from which a single contradicting line condemns the layer."""
MIN_LOG_RATIO: Final = -4.0
"""Evidence in nats at which the layer's text is as likely as the recogniser's own reading: misread glyphs measured
0 to −1.8, forged characters never above −5.8."""
MAX_IMPLAUSIBLE: Final = 0.05
"""Share of implausible characters in the layer; broken maps have 0.3 and more, stray symbol fonts below 0.02."""
MAX_UNCOVERED: Final = 0.12
"""Share of glyph-like ink outside the layer up to which it covers the page: logos, seals and signatures."""
_SAME_PLACE: Final = 0.5
"""Share of the smaller of two lines that lies inside the other when they are printed over each other."""

_REASONS: Final = {
    "layer.empty": Text("PDF 没有文字层。", "The PDF page has no text layer."),
    "layer.garbled": Text(
        "PDF 文字层是乱码，按图像识别。", "The text layer of the PDF is garbage; the page is read from its pixels."
    ),
    "layer.hidden": Text(
        "PDF 文字层含有页面上看不见的文字，按图像识别。",
        "The text layer holds text that the page does not show; the page is read from its pixels.",
    ),
    "layer.overlap": Text(
        "PDF 文字层中不同的文字重叠在同一位置，按图像识别。",
        "Different texts of the layer lie on the same spot; the page is read from its pixels.",
    ),
    "layer.mismatch": Text(
        "PDF 文字层与页面图像不一致，按图像识别。",
        "The text layer says something else than the page shows; the page is read from its pixels.",
    ),
    "layer.unverified": Text(
        "PDF 文字层无法与页面图像核对，按图像识别。",
        "The text layer cannot be checked against the page; the page is read from its pixels.",
    ),
    "layer.partial": Text(
        "PDF 文字层没有覆盖页面上的全部文字。", "The text layer does not cover all the text the page shows."
    ),
}


class LineReader(Protocol):
    """Reads the lines at ``quads`` from the pixels, one answer each; ``OcrEngine.recognise`` is one."""

    def __call__(self, image: BgrImage, quads: Sequence[Quad], /) -> Sequence[Recognition]: ...


@dataclass(frozen=True, slots=True)
class LineCheck:
    """One line of the layer beside what its pixels say."""

    line: LayerWord
    seen: str
    """What the recogniser read at the line's place."""
    confidence: float
    """The recogniser's own, 0 to 1."""
    similarity: float
    """1 − edit distance / length, after folding widths, spaces and quotes; 1.0 is the same text."""
    agrees: bool
    """The same text, character by character, or one that the recogniser finds as likely as its own reading. Strict,
    because a value may be taken from the line: one forged character of forty is still 97 % similar."""

    @property
    def conclusive(self) -> bool:
        """False where the recogniser could not read the place well enough to tell."""
        return self.agrees or self.confidence >= MIN_CONFIDENCE


@dataclass(frozen=True, slots=True)
class LayerAudit:
    """The verdict on a text layer, with its grounds."""

    trusted: bool
    """The lines may be used as the text of their places (values still go through ``verify_lines``)."""
    complete: bool
    """The layer accounts for the text the page shows; where False the rest of the page needs OCR."""
    reasons: tuple[Notice, ...]
    """Why it is not trusted or not complete; codes ``layer.*``."""
    hidden: tuple[LayerWord, ...]
    """Lines without ink at their place."""
    checked: tuple[LineCheck, ...]
    """The lines read from the pixels; none where the layer had failed before."""
    agreement: float | None
    """Mean similarity of the conclusive checks, weighted by length, 0 to 1; None where none was made."""

    @property
    def mismatched(self) -> tuple[LineCheck, ...]:
        return tuple(check for check in self.checked if check.conclusive and not check.agrees)


def audit(page: Page, layer: Sequence[LayerWord], read: LineReader) -> LayerAudit:
    """Decide whether ``layer`` (lines in pixels of ``page.image``) can be believed; reads at most ``SAMPLE_LINES``."""
    if not layer:
        return LayerAudit(False, False, (_reason("layer.empty"),), (), (), None)
    codes: list[str] = []
    if sum(implausible(w.text) for w in layer) > MAX_IMPLAUSIBLE * sum(length(w.text) for w in layer):
        codes.append("layer.garbled")
    ink = ink_of(page.image)
    hidden = tuple(w for w in layer if any(c.isalnum() for c in w.text) and lacks_ink(w, ink))
    if hidden:
        codes.append("layer.hidden")
    if _laid_over(layer):
        codes.append("layer.overlap")
    checked: tuple[LineCheck, ...] = ()
    agreement: float | None = None
    if not codes:
        checked = verify_lines(page, _sample(page, layer), read)
        agreement = _agreement(checked)
        if agreement is None:
            codes.append("layer.unverified")
        elif _contradicted(checked, agreement):
            codes.append("layer.mismatch")
    trusted = not codes
    complete = trusted and uncovered_share(page, layer) <= MAX_UNCOVERED
    if trusted and not complete:
        codes.append("layer.partial")
    return LayerAudit(trusted, complete, tuple(_reason(code) for code in codes), hidden, checked, agreement)


def verify_lines(page: Page, lines: Sequence[LayerWord], read: LineReader) -> tuple[LineCheck, ...]:
    """Each of ``lines`` read from the pixels of ``page.reading_image`` and compared with what the layer says."""
    if not lines:
        return ()
    found = read(page.reading_image, [_quad(line, page) for line in lines])
    return tuple(_compared(line, seen) for line, seen in zip(lines, found, strict=True))


def text_lines(layer: Sequence[LayerWord]) -> tuple[TextLine, ...]:
    """The layer as lines of text, confidence 1.0: only for a trusted one. Full-width characters are taken as twice as
    wide as the others to place each along its line."""
    lines: list[TextLine] = []
    for word in layer:
        widths = [1.0 if ord(c) >= 0x2E80 else 0.5 for c in word.text]
        total, x = sum(widths) or 1.0, 0.0
        chars: list[Char] = []
        for character, width in zip(word.text, widths, strict=True):
            chars.append(Char(character, 1.0, x / total, (x + width) / total))
            x += width
        lines.append(TextLine(word.text, 1.0, _corners(_box(word)), tuple(chars), "text_layer"))
    return tuple(lines)


def _compared(line: LayerWord, seen: Recognition) -> LineCheck:
    claimed, read = _folded(line.text), _folded(seen.text)
    similarity = Levenshtein.normalized_similarity(claimed, read)
    agrees = claimed == read
    if not agrees and similarity >= OTHER_TEXT and seen.emission is not None:
        agrees = seen.emission.log_ratio(line.text) >= MIN_LOG_RATIO
    return LineCheck(line, seen.text, seen.confidence, similarity, agrees)


def _agreement(checked: Sequence[LineCheck]) -> float | None:
    told = [(len(c.line.text), c.similarity) for c in checked if c.conclusive]
    return sum(n * s for n, s in told) / sum(n for n, _ in told) if told else None


def _contradicted(checked: Sequence[LineCheck], agreement: float) -> bool:
    """One line that surely says something else, or several that differ much.

    Milder than ``LineCheck.agrees``: symbols outside the recogniser's alphabet and single misread characters do not
    make a forgery of the page.
    """
    told = [c for c in checked if c.conclusive and not c.agrees]
    other = any(c.similarity < OTHER_TEXT or _other_figures(c) for c in told if c.confidence >= SURE)
    return other or agreement < MIN_SIMILARITY or sum(c.similarity < MIN_SIMILARITY for c in told) > 1


def _other_figures(check: LineCheck) -> bool:
    return _figures(_folded(check.line.text)) != _figures(_folded(check.seen))


def _sample(page: Page, layer: Sequence[LayerWord]) -> list[LayerWord]:
    """Lines to read, spread from the top to the bottom of the page: of every second stretch the longest, of the others
    one drawn by the content itself, so that the choice is repeatable but a forger cannot simply stay with short lines.
    """
    ordered = sorted(layer, key=lambda w: (w.y0, w.x0))
    worth = [w for w in ordered if length(w.text) >= MIN_LINE] or [w for w in ordered if length(w.text) > 0]
    count = min(SAMPLE_LINES, len(worth))
    digest = hashlib.blake2b(page.image.tobytes(), digest_size=16)
    digest.update("\n".join(w.text for w in layer).encode("utf-8", "replace"))
    seed = digest.digest()
    chosen: list[LayerWord] = []
    for stretch in range(count):
        lines = worth[len(worth) * stretch // count : len(worth) * (stretch + 1) // count]
        if stretch % 2 == 0:
            chosen.append(max(lines, key=lambda w: length(w.text)))
        else:
            chosen.append(lines[seed[stretch] % len(lines)])
    return chosen


def _laid_over(layer: Sequence[LayerWord]) -> bool:
    """True where two lines that say different things share their place."""
    ordered = sorted(layer, key=lambda w: w.y0)
    for at, word in enumerate(ordered):
        for other in ordered[at + 1 :]:
            if other.y0 >= word.y1:
                break
            shared = _box(word).intersection(_box(other))
            small = min(_box(word).area, _box(other).area)
            if shared > _SAME_PLACE * small > 0 and _folded(word.text) != _folded(other.text):
                return True
    return False


def _folded(text: str) -> str:
    text = folding.with_plain_quotes(folding.with_plain_dashes(folding.with_round_brackets(folding.folded(text))))
    return folding.upper(text)


_ALIKE: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "|": "1"})


def _figures(folded: str) -> str:
    """The digits, with the letters recognisers take for them."""
    return "".join(c for c in folded.translate(_ALIKE) if c.isdigit())


def _box(word: LayerWord) -> Box:
    return Box(word.x0, word.y0, word.x1, word.y1)


def _quad(line: LayerWord, page: Page) -> Quad:
    """Where the recogniser is to look: the line's ink with a little paper around it."""
    line = snapped(line, page.reading_image)
    margin = 0.12 * (line.y1 - line.y0)
    return _corners(_box(line).grown(margin, margin).clipped(page.width, page.height))


def _corners(box: Box) -> Quad:
    return (box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1)


def _reason(code: str) -> Notice:
    return Notice(code, _REASONS[code])
