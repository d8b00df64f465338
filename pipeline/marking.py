"""Reading what stands inside the user's marks."""

from __future__ import annotations

from collections.abc import Mapping

from extractors.engines.protocol import OcrEngine
from extractors.geometry import Region
from extractors.marks import marked_value
from extractors.reading import FieldReading
from extractors.region_reader import read_region
from extractors.template import Template
from extractors.text import PageText, TextLine
from pipeline.pages import StraightPages


def read_marks(
    template: Template,
    marks: Mapping[str, tuple[Region, ...]],
    pages: StraightPages,
    engine: OcrEngine,
    known: Mapping[int, PageText],
) -> dict[str, FieldReading | None]:
    """Per marked field what its boxes hold, None where nothing legible stands there.

    A mark on a page the document does not have holds nothing. ``known`` are pages read before, by index.
    """
    found: dict[str, FieldReading | None] = {}
    for code, regions in marks.items():
        lines: list[tuple[int, TextLine]] = []
        for region in regions:
            if 0 <= region.page < len(pages):
                text = known.get(region.page)
                whole = text if text is not None and text.effort == "full" else None
                image = pages[region.page].reading_image
                lines.extend((region.page, line) for line in read_region(engine, image, region.box, whole))
        found[code] = marked_value(code, template.fields[code], lines)
    return found
