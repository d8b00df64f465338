"""The parts that every certificate is built of: labelled rows, split dates, seals, and the document being drawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from certlight.errors import InternalError
from certlight.text import Text
from samples import ornaments, seals
from samples.canvas import Canvas, Colour, Ink, Part, union
from samples.fields import FIELDS
from samples.fonts import Fonts
from samples.truth import FieldTruth, Rect, Spot, Truth
from samples.values.value import Canonical, Value, graded, prose


@dataclass(slots=True)
class Draft:
    """A document being drawn: its pages and the values it carries. ``long_side`` is that of an A4 page, in pixels."""

    doc_type: str
    variant: str
    fonts: Fonts
    rng: Random
    long_side: int
    pages: list[Canvas] = field(default_factory=list)
    values: dict[str, Value] = field(default_factory=dict)

    def say(self, code: str, value: Value) -> str:
        """Note the value of a field, its text in the canonical form of its kind; return what is to be printed."""
        kind = FIELDS[self.doc_type][code].kind
        if kind in ("text", "long_text", "list"):
            value = replace(value, value=_each(graded, value.value))
        elif kind == "address":
            value = replace(value, value=_each(prose, value.value))
        self.values[code] = value
        return value.printed

    def page(
        self,
        width: float,
        height: float,
        *,
        colour: Colour = (254, 253, 250),
        frame: tuple[float, float, float] | None = None,
        frame_colour: Colour = (130, 140, 120),
        tint: Colour | None = None,
        ground: Colour | None = None,
    ) -> Canvas:
        """A new page in mm; ``frame`` is (margin, margin at the top, band) of a guilloche border, also in mm."""
        scale = self.long_side / 297.0
        sheet = ornaments.paper(round(width * scale), round(height * scale), colour, self.rng)
        if frame is not None:
            side, top, band = (v * scale for v in frame)
            rect = (side, top, width * scale - side, height * scale - side)
            if ground is not None:
                inner = (rect[0] + band, rect[1] + band, rect[2] - band, rect[3] - band)
                ornaments.ground(sheet, inner, ground, self.rng, pitch=2.4 * scale)
            ornaments.guilloche_frame(sheet, rect, band, frame_colour, self.rng, tint=tint)
        canvas = Canvas.on(self.fonts, sheet, width)
        ornaments.specimen(canvas, self.rng)
        self.pages.append(canvas)
        return canvas

    def truth(self) -> Truth:
        """What the pages say. Raises InternalError (``samples.unplaced``) for a value printed nowhere."""
        spots: dict[str, list[Spot]] = {code: [] for code in self.values}
        for number, canvas in enumerate(self.pages):
            for code, box in canvas.spots:
                spots[code].append(Spot(number, padded(box, canvas)))
        for code, found in spots.items():
            if not found:
                raise InternalError(
                    "samples.unplaced",
                    Text(f"样张未画出字段 {code}。", f"The sample drew no ink for the field {code}."),
                    Text("请报告此缺陷。", "Please report this defect."),
                )
        fields = {code: FieldTruth(v.value, v.printed, tuple(spots[code])) for code, v in self.values.items()}
        return Truth(self.doc_type, self.variant, fields)


def _each(step: Callable[[str], str], value: Canonical) -> Canonical:
    return step(value) if isinstance(value, str) else tuple(step(v) for v in value)


def padded(box: Rect, canvas: Canvas) -> Rect:
    """The ink box with half a millimetre around it, inside the page: what a careful person would mark."""
    pad = 0.5 * canvas.scale
    return (
        max(0.0, round(box[0] - pad, 1)),
        max(0.0, round(box[1] - pad, 1)),
        min(float(canvas.image.width), round(box[2] + pad, 1)),
        min(float(canvas.image.height), round(box[3] + pad, 1)),
    )


@dataclass(frozen=True, slots=True)
class Row:
    """A label and its value; ``code`` None for what is no field."""

    label: str
    text: str
    code: str | None


def labelled(draft: Draft, label: str | None, code: str) -> list[Row]:
    """The row of a field, none where the document has no such item."""
    return [Row(label, draft.values[code].printed, code)] if label is not None and code in draft.values else []


@dataclass(frozen=True, slots=True)
class Column:
    """Where rows stand, in mm: labels spread over ``label_width`` from ``x``, values from ``value_x`` on."""

    x: float
    label_width: float
    value_x: float
    value_width: float
    step: float
    colon: str = ""
    leading: float = 1.25

    def draw(self, canvas: Canvas, y: float, rows: Sequence[Row], label: Ink, value: Ink) -> float:
        """Rows from ``y`` downwards; returns the y below the last. A wrapped value pushes the next row down."""
        for row in rows:
            y = self.draw_row(canvas, y, row, label, value)
        return y

    def draw_row(self, canvas: Canvas, y: float, row: Row, label: Ink, value: Ink) -> float:
        self.draw_label(canvas, y, row.label, label)
        # Values sit on the label's baseline although their type is smaller.
        offset = (label.size - value.size) * 0.88
        bottom = canvas.flow(
            self.value_x, y + offset, [Part(row.text, row.code)], value, self.value_width, leading=self.leading
        )
        return max(y + self.step, bottom + self.step * 0.25)

    def draw_label(self, canvas: Canvas, y: float, text: str, ink: Ink) -> None:
        natural = canvas.length(text, ink)
        width = self.label_width if natural < self.label_width and len(text) < 8 else None
        box = canvas.write(self.x, y, text, ink, width=width)
        if self.colon:
            canvas.write(box[2] / canvas.scale + 0.3, y, self.colon, ink)


def fitted(canvas: Canvas, text: str, ink: Ink, width: float, height: float, leading: float) -> Ink:
    """The ink made small enough for ``text`` to stand in ``width`` × ``height`` mm."""
    while ink.size > 2.4:
        per_line = max(1, int(width / ink.size) - 1)
        if -(-int(canvas.length(text, ink) / ink.size + 1) // per_line) * ink.size * leading <= height:
            break
        ink = ink.sized(ink.size - 0.1)
    return ink


def split_date(
    canvas: Canvas,
    x: float,
    y: float,
    day: dt.date,
    figures: Ink,
    words: Ink,
    *,
    code: str,
    gap: float = 1.2,
    drop: float = 0.0,
) -> Rect:
    """A date with 年 月 日 preprinted and figures filled in ``drop`` mm off the line. Returns its box."""
    boxes = []
    for text, ink, dy in (
        (f"{day.year}", figures, drop),
        ("年", words, 0.0),
        (f"{day.month:02d}", figures, drop),
        ("月", words, 0.0),
        (f"{day.day:02d}", figures, drop),
        ("日", words, 0.0),
    ):
        box = canvas.write(x, y + dy + (words.size - ink.size) * 0.88, text, ink)
        boxes.append(box)
        x += canvas.length(text, ink) + gap
    whole = union(boxes)
    canvas.spots.append((code, whole))
    return whole


def seal(
    draft: Draft,
    canvas: Canvas,
    text: str,
    cx: float,
    cy: float,
    diameter: float,
    *,
    code: str | None = None,
    centre_line: str = "",
    number: str = "",
) -> None:
    """Press a red seal of ``diameter`` mm onto the page."""
    picture = seals.round_seal(
        draft.fonts, text, round(diameter * canvas.scale), draft.rng, centre_line=centre_line, code=number,
        face=draft.rng.choice(("serif", "serif", "sans")),
    )  # fmt: skip
    canvas.stamp(picture, cx, cy, code=code)


def seal_number(rng: Random, region: str) -> str:
    """The 13-digit number along the lower rim of a company seal."""
    return region + "".join(str(rng.randrange(10)) for _ in range(7))
