"""The riding seal 骑缝章: one seal across the edges of all pages, so that none can be exchanged unseen."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import pikepdf
from pyhanko.pdf_utils.generic import ArrayObject, IndirectObject, PdfObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import enumerate_sig_fields

from certlight.errors import UsageError
from certlight.text import Text
from signing.appearance.page_frame import PageFrame, frame_of, inherited, opened, resolve_page, unreadable
from signing.appearance.pdf_objects import add_stream, dictionary, entries, name
from signing.appearance.picture import SealPicture
from signing.appearance.stamp import picture_form

Side = Literal["right", "left"]

NARROWEST_SLICE_MM: Final = 2.0
"""A narrower slice shows too little of the seal to be recognised, and is lost in the printer's margin."""


@dataclass(frozen=True, slots=True)
class Slice:
    """What one page carries of the seal: the part from ``start`` to ``end`` of its width (0 left, 1 right)."""

    page: int
    start: float
    end: float


def slices(pages: Sequence[int], width_mm: float) -> list[Slice]:
    """Share the seal among ``pages``, from left to right in their order.

    More pages than slices of 2 mm fit into ``width_mm`` get several whole seals, over groups as equal as possible.
    """
    most = max(2, int(width_mm / NARROWEST_SLICE_MM + 1e-6))
    groups = math.ceil(len(pages) / most)
    shared = []
    for group in range(groups):
        first, last = len(pages) * group // groups, len(pages) * (group + 1) // groups
        count = last - first
        shared += [Slice(pages[first + k], k / count, (k + 1) / count) for k in range(count)]
    return shared


def add_riding_seal(
    pdf: bytes,
    picture: SealPicture,
    *,
    side: Side = "right",
    y_mm: float | None = None,
    pages: Sequence[int] | None = None,
) -> bytes:
    """``pdf`` with ``picture`` cut into upright slices along the ``side`` edge of its pages as displayed.

    Laid side by side in their order, the edges show the whole seal; of a long document, one whole seal for each group
    of pages (21 at most for a seal of 42 mm). ``y_mm`` is the seal's middle below the top edge, by default the middle
    of the shortest page; ``pages`` count from 0, by default all take part.

    The slices become page content, in an incremental update: the given bytes stay a prefix of the result. They must be
    added before the first seal, which then covers them; afterwards nothing but seals may be added.

    Raises UsageError ``seal.riding_after_seal``, ``seal.riding_single_page``, ``seal.riding_outside``,
    ``seal.place_page``; InputRefused ``seal.pdf_unreadable``.
    """
    with opened(pdf) as document:
        chosen = _chosen(pages, len(document.pages))
        leaves = {index: _Leaf.of(document.pages[index]) for index in chosen}
        sealed = _holds_signature(document)
    y = _middle(y_mm, picture, [leaf.frame for leaf in leaves.values()])
    try:
        writer = _QuietWriter(io.BytesIO(pdf), strict=False)
        if sealed or any(True for _ in enumerate_sig_fields(writer.prev, filled_status=True)):
            raise _after_seal()
        form = picture_form(writer, picture)
        untyped: Any = writer
        for part in slices(chosen, picture.width_mm):
            page_ref, _ = untyped.find_page_for_modification(part.page)
            page, leaf = page_ref.get_object(), leaves[part.page]
            label = _own_resources(page, form)
            _append(writer, page, _operators(part, leaf.frame, picture, side, y, label), leaf)
            writer.mark_update(page_ref)
        out = io.BytesIO()
        untyped.write(out)
    except (PdfError, ValueError, LookupError, TypeError, RecursionError) as error:
        # pyHanko meets malformed objects with Python's own errors.
        raise unreadable() from error
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A page as found: its frame, and how its own q and Q balance (lowest depth, 0 or below, and depth at the end)."""

    frame: PageFrame
    lowest: int
    last: int

    @classmethod
    def of(cls, page: pikepdf.Page) -> _Leaf:
        depth = lowest = 0
        try:
            for instruction in pikepdf.parse_content_stream(page, operators="q Q"):
                depth += 1 if str(instruction.operator) == "q" else -1
                lowest = min(lowest, depth)
        except pikepdf.PdfError as error:
            raise unreadable() from error
        return cls(frame_of(page.obj), lowest, depth)


class _QuietWriter(IncrementalPdfFileWriter):
    """Leaves the document's metadata alone: no clock of this machine, and XMP and Info keep agreeing (ISO 19005)."""

    def _update_meta(self) -> None:
        pass


def _chosen(pages: Sequence[int] | None, count: int) -> list[int]:
    chosen = list(range(count)) if pages is None else sorted({resolve_page(index, count) for index in pages})
    if len(chosen) < 2:
        raise UsageError(
            "seal.riding_single_page",
            Text("只有一页，无法加盖骑缝章。", "A riding seal needs at least two pages."),
            Text("请去掉骑缝章，只盖普通印章。", "Leave the riding seal out; an ordinary seal is enough."),
        )
    return chosen


def _middle(y_mm: float | None, picture: SealPicture, frames: list[PageFrame]) -> float:
    """The same distance from the top on every page, so that the slices meet when the pages lie side by side."""
    shortest = min(frame.height_mm for frame in frames)
    narrowest = min(frame.width_mm for frame in frames)
    y = shortest / 2 if y_mm is None else y_mm
    half = picture.height_mm / 2
    # "not <=" refuses NaN too.
    if not (half <= y + 0.05 and y <= shortest - half + 0.05 and picture.width_mm / 2 <= narrowest):
        raise UsageError(
            "seal.riding_outside",
            Text("骑缝章超出页面。", "The riding seal is not wholly on the pages."),
            Text(
                f"骑缝章中心到页面上边的距离应在 {half:.0f} 到 {shortest - half:.0f} 毫米之间。",
                f"Its middle must be {half:.0f} to {shortest - half:.0f} mm below the top edge.",
            ),
        )
    return y


def _operators(part: Slice, frame: PageFrame, picture: SealPicture, side: Side, y: float, label: str) -> str:
    """Clip to the slice's place, then draw the whole picture so that its slice falls there."""
    width = picture.width_mm * (part.end - part.start)
    left = frame.width_mm - width if side == "right" else 0.0
    top = y - picture.height_mm / 2
    x0, y0, x1, y1 = frame.rect(left, top, width, picture.height_mm)
    # The picture's own points to user space: turned upright, its lower-left corner where the whole seal would have it.
    ox, oy = frame.to_user(left - part.start * picture.width_mm, top + picture.height_mm)
    scale = 1 / frame.user_unit
    cos, sin = {0: (1, 0), 90: (0, 1), 180: (-1, 0), 270: (0, -1)}[frame.rotation]
    return (
        f"/Artifact BMC q {x0:.4f} {y0:.4f} {x1 - x0:.4f} {y1 - y0:.4f} re W n "
        f"{scale * cos:.6f} {scale * sin:.6f} {-scale * sin:.6f} {scale * cos:.6f} {ox:.4f} {oy:.4f} cm "
        f"{label} Do Q EMC"
    )


def _append(writer: IncrementalPdfFileWriter, page: Any, operators: str, leaf: _Leaf) -> None:
    """Content after the page's own, in the graphics state that the page began with."""
    saved = 1 - leaf.lowest
    before = " ".join(["q"] * saved)
    after = " ".join(["Q"] * (saved + leaf.last) + [operators])
    own: list[PdfObject] = []
    if "/Contents" in page:
        contents = page["/Contents"]
        is_list = isinstance(contents, ArrayObject)
        own = [contents.raw_get(k) for k in range(len(contents))] if is_list else [page.raw_get("/Contents")]
    page[name("/Contents")] = ArrayObject([add_stream(writer, before), *own, add_stream(writer, after)])


def _own_resources(page: Any, form: IndirectObject) -> str:
    """Give the page resources of its own that name ``form``: the old ones may be shared with other pages."""
    resources = inherited(page, "/Resources")
    objects = entries(resources, "/XObject")
    label = "/RidingSeal"
    while label in objects:
        label += "_"
    page[name("/Resources")] = dictionary({**entries(resources), "/XObject": dictionary({**objects, label: form})})
    return label


def _holds_signature(document: pikepdf.Pdf) -> bool:
    """Any signature dictionary among the objects, whether a field still leads to it or not."""
    return any(isinstance(each, pikepdf.Dictionary) and "/ByteRange" in each for each in document.objects)


def _after_seal() -> UsageError:
    return UsageError(
        "seal.riding_after_seal",
        Text("文件已有电子签章，不能再加盖骑缝章。", "The document is already sealed; a riding seal cannot be added."),
        Text(
            "请在第一个签章之前加盖骑缝章：使用未签章的原文件重新操作。",
            "Add it before the first seal, to the unsealed document.",
        ),
    )
