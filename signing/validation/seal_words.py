"""A further seal in words: where it is seen, and what it was put over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from certlight.text import Text
from signing.validation.form import FormField, Page, annotation_numbers, area, place
from signing.validation.overlap import Box, covers_text, meet
from signing.validation.save import Save
from signing.validation.syntax import Name

_POINTS_PER_CM: Final = 72 / 2.54


@dataclass(frozen=True, slots=True)
class Seat:
    """One place where a field is seen."""

    page: Page
    box: Box


def seats_of(save: Save, field: FormField, revision: int) -> list[Seat]:
    """Where the field's widgets are seen as of ``revision``. Raises Malformed."""
    shown = {widget.number: box for widget in field.widgets if (box := area(save.history, widget.entries, revision))}
    return [
        Seat(page, shown[number])
        for page in (save.pages(revision).values() if shown else ())
        for number in annotation_numbers(save.history, page, revision)
        if number in shown
    ]


def seal_words(save: Save, field: FormField, seats: list[Seat]) -> Text:
    """What this save says of the seal it added. Raises Malformed."""
    if not seats:
        return Text(f"新增签章“{field.name}”（不可见）", f"the seal {field.name} was added (invisible)")
    pages = sorted({seat.page.index + 1 for seat in seats})
    zh, en = "、".join(map(str, pages)), ", ".join(map(str, pages))
    covered = [words for seat in seats if (words := _covered(save, field, seat)) is not None]
    return Text(
        f"新增签章“{field.name}”（第 {zh} 页）" + "".join(f"，{words.zh}" for words in covered),
        f"the seal {field.name} was added (page {en})" + "".join(f", {words.en}" for words in covered),
    )


def _covered(save: Save, field: FormField, seat: Seat) -> Text | None:
    """What lies under the seal on this page; None: neither words nor another seal."""
    zh, en = [], []
    if covers_text(save.history.data, seat.page.index, seat.box):
        zh.append("该页文字")
        en.append("words of the page")
    for other in save.fields(save.old):
        if other.number == field.number or not other.is_signature or other.entries.get(Name(b"V")) is None:
            continue
        if any(_overlap(seat, there) for there in seats_of(save, other, save.old)):
            zh.append(f"签章“{other.name}”")
            en.append(f"the seal {other.name}")
    if not zh:
        return None
    left, top, _, _ = (length / _POINTS_PER_CM for length in place(save.history, seat.page, seat.box, save.new).box)
    return Text(
        f"其图样（第 {seat.page.index + 1} 页，距左 {left:.1f} 厘米、距上 {top:.1f} 厘米）压在{'和'.join(zh)}上",
        f"its picture (page {seat.page.index + 1}, {left:.1f} cm from the left, {top:.1f} cm from the top) covers "
        f"{' and '.join(en)}",
    )


def _overlap(seat: Seat, other: Seat) -> bool:
    return seat.page.number == other.page.number and meet(seat.box, other.box)
