"""Pages of text set by hand: what a reader of a form sees, without pixels.

Letters are ``SIZE`` pixels high and wide; ``at`` sets a line from its top-left corner, ``strip`` one running downwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from extractors.extract import extract
from extractors.finders import SealText
from extractors.geometry import Box, Quad
from extractors.labels import LabelHit, find_labels
from extractors.layout import PageLayout
from extractors.reading import FieldReading
from extractors.template import Template
from extractors.text import Char, PageText, TextLine
from tests.readings import line

SIZE = 30
WIDTH, HEIGHT = 2000, 1400


def at(x: float, y: float, text: str, *, size: float = SIZE, wide: float | None = None) -> TextLine:
    """A line whose letters share ``wide`` pixels evenly (their own width where it is not given)."""
    return line(text, box=Box(x, y, x + (wide or size * len(text)), y + size))


def strip(x: float, y: float, text: str, *, size: float = SIZE, pitch: float = 2.0) -> TextLine:
    """A line that runs downwards, its letters ``pitch`` sizes apart: what detectors make of stacked labels."""
    high, each = size * pitch * len(text), 1 / len(text)
    half = each / pitch / 2
    middles = [(i + 0.5) * each for i in range(len(text))]
    chars = tuple(Char(c, 0.99, m - half, m + half) for c, m in zip(text, middles, strict=True))
    quad: Quad = ((x + size, y), (x + size, y + high), (x, y + high), (x, y))
    return TextLine(text, 0.99, quad, chars)


def page(*lines: TextLine, index: int = 0) -> PageLayout:
    """The layout of a page with these lines, in reading order as given."""
    return PageLayout(PageText(index, WIDTH, HEIGHT, tuple(lines)))


def form(fields: Mapping[str, Mapping[str, object]], **more: object) -> Template:
    """A document type with these fields; each is a ``text`` of class ``digital`` where it says nothing else."""
    return Template.model_validate(
        {
            "type": "form",
            "version": 1,
            "name": {"zh": "表", "en": "Form"},
            "group": "basic",
            "titles": [{"text": "登记证书"}],
            "fields": {
                code: {"name": {"zh": code, "en": code}, "kind": "text", "class": "digital", **spec}
                for code, spec in fields.items()
            },
            **more,
        }
    )


def labels(template: Template, layout: PageLayout) -> dict[str, LabelHit]:
    """The labels found, by field; the best where a field has several."""
    hits = sorted(find_labels(layout, template), key=lambda hit: hit.score)
    return {hit.field: hit for hit in hits}


def fields(template: Template, *pages: PageLayout, seals: Sequence[SealText] = ()) -> Mapping[str, FieldReading]:
    """What stands in the fields."""
    return extract(template, pages, 1.0, lambda: seals).fields


def raws(template: Template, *pages: PageLayout, seals: Sequence[SealText] = ()) -> dict[str, str]:
    """The printed text of the fields."""
    return {code: found.raw for code, found in fields(template, *pages, seals=seals).items()}
